"""The actions of scenarios: literals as they stand, wildcards expanded over the catalogue.

A literal that the catalogue doesn't know is asked literally, and warned of; a wildcard that stands for
nothing proves nothing and is an error.  Rules: M1 to M4, M8.
"""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.errors import Severity
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.catalogue import Catalogue
    from simulator.errors import Collector
    from simulator.suites.model import ActionChoice, Invariant, Scenario

__all__ = ["ActionTable", "Asked"]


@dataclass(frozen=True, eq=False)
class Asked:
    """An entry of `actions:` and the actions that it stands for.

    `literal` is the action of an entry without wildcards; of one with them, `mask` has the actions as
    bits over the catalogue's.
    """

    text: str
    catalogue: Catalogue = field(repr=False)
    literal: str | None = None
    mask: int = 0

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """The actions, in the catalogue's spelling."""
        return self.catalogue.of_mask(self.mask) if self.literal is None else (self.literal,)

    def only_of(self, actions: Iterable[str]) -> Asked:
        """Return the part of a wildcard's actions that are *actions*."""
        places = (self.catalogue.place(name) for name in actions)
        return Asked(self.text, self.catalogue, mask=sum(1 << place for place in places if place is not None))

    def asks_for(self, action: str) -> bool:
        """Tell whether *action*, in lower case, is among the actions."""
        if self.literal is not None:
            return action == self.literal.lower()
        place = self.catalogue.place(action)
        return place is not None and bool(self.mask >> place & 1)

    def shared(self, other: Asked) -> tuple[str, ...]:
        """Return the actions that both ask."""
        for one, another in ((self, other), (other, self)):
            if one.literal is not None:
                return one.actions if another.asks_for(one.literal.lower()) else ()
        return self.catalogue.of_mask(self.mask & other.mask)

    @cached_property
    def only(self) -> str | None:
        """The action in lower case, None when there are several."""
        if self.literal is not None:
            return self.literal.lower()
        return self.actions[0].lower() if self.mask.bit_count() == 1 else None


class ActionTable:
    """Expands entries once for all scenarios of a suite; faults go to *faults*."""

    def __init__(self, catalogue: Catalogue, faults: Collector) -> None:
        self.catalogue = catalogue
        self._faults = faults
        self._warned: set[int] = set()
        self._expanded: dict[tuple[str, int], Asked] = {}

    def of(self, scenario: Scenario | Invariant) -> tuple[Asked, ...]:
        """Return what the scenario or invariant asks; entries that stand for nothing are left out, with an error."""
        excepted = 0
        for one in scenario.excepted:
            mask = self._mask(one)
            excepted |= mask
            if not mask:
                self._warn(one)
        literal = frozenset(one.pattern.lower() for one in scenario.excepted if not one.wild)
        found = (self._asked(one, excepted, literal) for one in scenario.actions)
        return tuple(asked for asked in found if asked is not None)

    def _mask(self, choice: ActionChoice) -> int:
        mask = self.catalogue.mask((choice.pattern,))
        if not choice.levels:
            return mask
        levels = 0
        for level in choice.levels:
            levels |= self.catalogue.level_mask(level)
        return mask & levels

    def _asked(self, choice: ActionChoice, excepted: int, literal: frozenset[str]) -> Asked | None:
        if not choice.wild:
            return self._literal(choice, literal)
        mask = self._mask(choice)
        left = mask & ~excepted
        if not left:
            self._nothing(choice, excepted=bool(mask))
            return None
        key = (choice.text, left)
        if key not in self._expanded:
            self._expanded[key] = Asked(choice.text, self.catalogue, mask=left)
        return self._expanded[key]

    def _literal(self, choice: ActionChoice, excepted: frozenset[str]) -> Asked | None:
        if choice.pattern.lower() in excepted:
            self._nothing(choice, excepted=True)
            return None
        key = (choice.text, 0)
        if key not in self._expanded:
            known = self.catalogue.action(choice.pattern)
            self._expanded[key] = Asked(choice.text, self.catalogue, choice.pattern if known is None else known.name)
        if self.catalogue.place(choice.pattern) is None:
            self._warn(choice)
        return self._expanded[key]

    def _nothing(self, choice: ActionChoice, *, excepted: bool) -> None:
        if excepted:
            message, help_ = f"`except:` leaves nothing of `{choice.text}`", "take one of them away"
        else:
            message = f"`{choice.text}` stands for no action of the catalogue of {self.catalogue.date}"
            help_ = self._near(choice.pattern)
        self._faults.add(choice.node.fault("no-action", message, help=help_))

    def _near(self, pattern: str) -> str:
        """Say what a wildcard that matches nothing may have meant: another service, or an action of this one."""
        service, _, name = pattern.partition(":")
        if self.catalogue.service(service.lower()) is None:
            near = self.catalogue.nearest_service(service)
            return f"the nearest service is `{near}`" if near else ""
        near = self.catalogue.nearest_action(f"{service}:{name.replace('*', '').replace('?', '')}")
        return f"the nearest action is `{near}`" if near else f"`iamproof catalogue {service}:` lists what there is"

    def _warn(self, choice: ActionChoice) -> None:
        if choice.node.start in self._warned:
            return
        self._warned.add(choice.node.start)
        near = self.catalogue.nearest_action(choice.pattern) if not choice.wild else None
        message = f"the catalogue of {self.catalogue.date} knows no action `{choice.pattern}`"
        help_ = f"did you mean `{near}`?" if near else "it is evaluated literally"
        self._faults.add(choice.node.fault("unknown-action", message, help=help_, severity=Severity.WARNING))
