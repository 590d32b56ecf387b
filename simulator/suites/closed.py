"""What no scenario speaks about: the account's principals × sessions × the suite's actions × its targets, less its cells.

In a closed suite that is an error.  A cell counts as spoken of when some scenario asks its actions on its resources, under whatever name.
Pairs that the resource-type gate decides by itself (an action on an ARN of a type that it doesn't take,
``*`` for one that takes resources) are no cells here, and neither is ``each type``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.suites.model import ANY_SIGN_IN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.accounts.model import Principal
    from simulator.catalogue.model import ResourceType
    from simulator.errors import Collector
    from simulator.suites.actions import Asked
    from simulator.suites.cell import Cell
    from simulator.suites.model import Session, Suite
    from simulator.suites.types import TypeTable
    from simulator.suites.where import Where

__all__ = ["Gap", "check_closed", "gaps"]

_SHOWN = 3
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Gap:
    """What no scenario speaks about."""

    suite: Suite
    who: Principal
    session: Session
    asked: Asked
    where: Where

    def __str__(self) -> str:
        """Return it as a cell's id has it, without a scenario."""
        return f"{self.suite.file}::{self.who.label}[{self.session.name}]-{self.asked.text}-{self.where.bound.label}"

    @property
    def words(self) -> str:
        """The same for a message."""
        return f"`{self.who.label}` [{self.session.name}] `{self.asked.text}` on `{self.where.bound.label}`"


def gaps(
    suite: Suite,
    cells: Iterable[Cell],
    product: Iterable[tuple[Principal, Session, Where, Asked]],
    types: TypeTable,
) -> Iterator[Gap]:
    """Yield the cells of the suite's product that no scenario speaks about."""
    spoken = _spoken(cells)
    possible = _Possible(types)
    for who, session, where, asked in product:
        wanted = possible.actions(asked, where)
        # Any sign-in is what a principal has whose policies know no MFA: it stands for all of them.
        if wanted and not all(
            wanted - spoken.get((who, session.name, place), _NONE) <= spoken.get((who, ANY_SIGN_IN, place), _NONE)
            for place in _places(where)
        ):
            yield Gap(suite, who, session, asked, where)


def check_closed(suite: Suite, found: Iterable[Gap], faults: Collector) -> None:
    """Report how many cells of a closed suite's product no scenario speaks about."""
    missing = 0
    first: list[str] = []
    for gap in found:
        missing += 1
        if len(first) < _SHOWN:
            first.append(gap.words)
    if missing:
        node = next((key for key, _ in suite.node.pairs if key.text == "closed"), suite.node)
        more = f" and {missing - len(first)} more" if missing > len(first) else ""
        cells = "1 cell" if missing == 1 else f"{missing:,} cells"
        message = f"the suite is closed, and no scenario speaks about {cells}: {'; '.join(first)}{more}"
        help_ = "state what is expected of them (`iamproof test --unspoken` lists all), or take `closed` away"
        faults.add(node.fault("closed", message, help=help_))


def _places(where: Where) -> tuple[str, ...]:
    """Return the resources of a target; of one operation on several, all of them as one."""
    bound = where.bound
    return (f"together {bound.label}",) if bound.mode == "together" else bound.resources


def _spoken(cells: Iterable[Cell]) -> dict[tuple[Principal, str, str], set[str]]:
    """Return the actions asked, in lower case, by principal, session and resource."""
    found: dict[tuple[Principal, str, str], set[str]] = defaultdict(set)
    for cell in cells:
        for actions, arns in cell.asks:
            for place in arns if cell.mode != "together" else _places(cell.where):
                found[cell.principal, cell.session, place].update(name.lower() for name in actions)
    return found


class _Possible:
    """Which actions the simulator's gate lets be asked of a target at all."""

    def __init__(self, types: TypeTable) -> None:
        self._types = types
        self._found: dict[tuple[Asked, tuple[object, ...]], frozenset[str]] = {}
        self._kinds: dict[str, frozenset[ResourceType] | None] = {}

    def actions(self, asked: Asked, where: Where) -> frozenset[str]:
        """Return what of *asked* is possible on *where*, in lower case."""
        resources = where.bound.resources
        kinds = None if resources == ("*",) else tuple(frozenset(self._types.of_arn(arn)) for arn in resources)
        key = (asked, kinds or ())
        if key not in self._found:
            self._found[key] = frozenset(name.lower() for name in asked.actions if self._can(name, kinds))
        return self._found[key]

    def _can(self, action: str, kinds: tuple[frozenset[ResourceType], ...] | None) -> bool:
        taken = self._taken(action)
        if taken is None:
            return True
        return not taken if kinds is None else all(taken & of_arn for of_arn in kinds)

    def _taken(self, action: str) -> frozenset[ResourceType] | None:
        """Return the types that an action takes, None for one that nobody knows."""
        if action not in self._kinds:
            known = self._types.knows(action)
            self._kinds[action] = frozenset(self._types.of_action(action)) if known else None
        return self._kinds[action]
