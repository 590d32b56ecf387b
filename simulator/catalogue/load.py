"""The catalogue: actions, resource types and context keys of AWS's services, of one date.

`load` costs nothing until something is asked; then the names come in one piece and each service by
itself.  An overlay (`simulator.catalogue.overlay`) gives a new catalogue with private or newer
actions; the shipped one never changes.  Facts and figures: ``docs/catalogue.md``.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from simulator.catalogue.global_keys import global_key, global_keys, issuer_key
from simulator.catalogue.model import LEVELS
from simulator.catalogue.service import Service
from simulator.catalogue.spelling import like_action, like_service
from simulator.catalogue.store import DATA, Packed
from simulator.policy.actions import ActionTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.catalogue.facts import ServiceFacts
    from simulator.catalogue.model import Action, ContextKey, Level

__all__ = ["ANY_SERVICE", "STALE_AFTER", "Catalogue", "load"]

STALE_AFTER = 180  #: days
ANY_SERVICE = "*"  #: in the index: an ARN's service, or a key's prefix, that is itself variable


class Catalogue:
    """What is known of AWS's actions; names are looked up without letter case."""

    def __init__(self, packed: Packed, extra: Mapping[str, ServiceFacts] | None = None) -> None:
        self._packed = packed
        self._extra = dict(extra or {})
        self._read: dict[str, Service] = {}
        self._service_masks: dict[str, int] = {}

    @property
    def _index(self) -> dict[str, Any]:
        return self._packed.index

    # -- what it is ----------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """Name and version of the package that the data were built from."""
        return str(self._index["source"])

    @property
    def date(self) -> str:
        """The date of the data, as ``2026-10-27``."""
        return str(self._index["date"])

    @property
    def sha256(self) -> str:
        """The digest of the shipped file; an overlay is a file of its own and not in it."""
        return self._packed.sha256

    def age_days(self, today: dt.date) -> int:
        """Return how many days before *today* the data were published."""
        return (today - dt.date.fromisoformat(self.date)).days

    def stale(self, today: dt.date) -> str | None:
        """Return a warning when the data are older than `STALE_AFTER` days."""
        age = self.age_days(today)
        if age <= STALE_AFTER:
            return None
        return f"the catalogue of {self.date} is {age} days old: newer actions are taken for unknown ones"

    def with_overlay(self, extra: Mapping[str, ServiceFacts]) -> Catalogue:
        """Return a catalogue with the services of an overlay added; the overlay wins."""
        merged = dict(self._extra)
        for name, added in extra.items():
            merged[name] = merged[name].joined(added) if name in merged else added
        return Catalogue(self._packed, merged)

    # -- services ------------------------------------------------------------------------------

    @cached_property
    def _services(self) -> tuple[str, ...]:
        return tuple(sorted({*self._index["services"], *self._extra}))

    def services(self) -> tuple[str, ...]:
        """Return the prefixes of all services, sorted."""
        return self._services

    def service(self, name: str) -> Service | None:
        """Return a service by its prefix, or None when it is not known."""
        name = name.lower()
        if name not in self._read and name in self._services:
            self._read[name] = self._read_service(name)
        return self._read.get(name)

    def _read_service(self, name: str) -> Service:
        extra, where = self._extra.get(name), self._index["services"].get(name)
        base = None if where is None else self._shipped_service(name, *where)
        if extra is not None:
            from simulator.catalogue.facts import extended  # noqa: PLC0415  # only overlays need it

            return extended(base, extra)
        assert base is not None, "a service stands in the file or in the overlay"
        return base

    def _shipped_service(self, name: str, offset: int, length: int) -> Service:
        places = self._shipped.service_range(name)
        rows = json.loads(self._packed.text(offset, length))
        return Service(name, self._shipped.names[places.start : places.stop], rows)

    def service_start(self, name: str) -> int:
        """Return the place in `actions` of the service's first action."""
        return self._names.service_range(name).start

    def service_mask(self, name: str) -> int:
        """Return the actions of a service as bits over `actions`."""
        found = self._service_masks.get(name)
        if found is None:
            places = self._names.service_range(name)
            found = self._service_masks[name] = (1 << places.stop) - (1 << places.start)
        return found

    def requests(self, name: str) -> int | None:
        """Return how many requests ask each action of a service of an ARN of each type; None under an overlay."""
        if name in self._extra:
            return None
        found: int = self._index["requests"][name]
        return found

    @property
    def overlaid(self) -> frozenset[str]:
        """The services that an overlay adds to."""
        return frozenset(self._extra)

    def declaring_arns_of(self, arn_service: str) -> tuple[str, ...]:
        """Return the services with resource types whose ARNs name *arn_service*: itself and others."""
        return self._declaring("arn_services", arn_service)

    def _declaring(self, table: str, name: str) -> tuple[str, ...]:
        others = self._index[table]
        own = (name,) if name in self._services else ()
        return tuple(dict.fromkeys((*own, *others.get(name, ()), *others.get(ANY_SERVICE, ()), *self._extra)))

    # -- actions -------------------------------------------------------------------------------

    @cached_property
    def _shipped(self) -> ActionTable:
        return ActionTable.read(self._packed.text(*self._index["names"]))

    @cached_property
    def _names(self) -> ActionTable:
        if not self._extra:
            return self._shipped
        extra = {action.name.lower(): action.name for facts in self._extra.values() for action in facts.actions}
        return ActionTable((*(name for name in self._shipped.names if name.lower() not in extra), *extra.values()))

    def actions(self) -> tuple[str, ...]:
        """Return all names, ``svc:Name`` in AWS's spelling, sorted without letter case."""
        return self._names.names

    def place(self, name: str) -> int | None:
        """Return where *name* stands in `actions`, or None when it is not known."""
        return self._names.place(name)

    def action(self, name: str) -> Action | None:
        """Return an action, or None when it is not known."""
        place = self._names.place(name)
        service = None if place is None else self.service(name.partition(":")[0])
        if place is None or service is None:
            return None
        return service.action(place - self.service_start(service.name))

    def match(self, pattern: str) -> tuple[str, ...]:
        """Return the names that an ``Action`` element's *pattern* matches, sorted."""
        return self._names.members(self._names.mask(pattern))

    def mask(self, patterns: Iterable[str]) -> int:
        """Return which of `actions` match one of *patterns*: bit *i* for the action at place *i*."""
        mask = 0
        for pattern in patterns:
            mask |= self._names.mask(pattern)
        return mask

    def of_mask(self, mask: int) -> tuple[str, ...]:
        """Return the names whose bits are set in *mask*."""
        return self._names.members(mask)

    @property
    def table(self) -> ActionTable:
        """The table of all actions."""
        return self._names

    @cached_property
    def _level_masks(self) -> dict[Level, int]:
        digits = self._packed.text(*self._index["levels"])[::-1]
        if self._extra:
            digits = "".join(str(LEVELS.index(self._level(name))) for name in reversed(self._names.names))
        marks = {str(place): level for place, level in enumerate(LEVELS)}
        return {level: int(digits.translate(_only(mark)), 2) for mark, level in marks.items()}

    def _level(self, name: str) -> Level:
        action = self.action(name)
        assert action is not None, "every listed action is known"
        return action.level

    def level_mask(self, level: Level) -> int:
        """Return which of `actions` have an access level."""
        return self._level_masks[level]

    def is_undocumented(self, name: str) -> bool:
        """Tell whether AWS's own managed policies name the action though no list has it."""
        return name.lower() in self._undocumented

    @property
    def undocumented(self) -> tuple[str, ...]:
        """The actions that only AWS's own managed policies name."""
        return tuple(self._index["undocumented"])

    @cached_property
    def _undocumented(self) -> frozenset[str]:
        return frozenset(name.lower() for name in self.undocumented)

    # -- nearly right names --------------------------------------------------------------------

    def nearest_action(self, name: str) -> str | None:
        """Return the known action that the unknown *name* was meant to be, or None."""
        return None if self.is_undocumented(name) else like_action(name, self._names, self._services)

    def nearest_service(self, name: str) -> str | None:
        """Return the known service that *name* is or was meant to be, or None."""
        return next(iter(like_service(name, self._services)), None)

    # -- keys ----------------------------------------------------------------------------------

    def key(self, name: str) -> ContextKey | None:
        """Return a context key in the catalogue's spelling, or None when it is not known."""
        found = global_key(name) or issuer_key(name)
        prefix = name.partition(":")[0].lower()
        for owner in () if found is not None else self._declaring("key_prefixes", prefix):
            service = self.service(owner)
            found = None if service is None else service.key(name)
            if found is not None:
                break
        return found

    def keys_of(self, action: Action) -> tuple[str, ...]:
        """Return the keys a request for *action* can carry: its own, its resource types', the global ones."""
        own = (*action.condition_keys, *(key for kind in action.resource_types for key in kind.condition_keys))
        return tuple(dict.fromkeys((*own, *(key.name for key in global_keys()))))


@cache
def load() -> Catalogue:
    """Return the shipped catalogue."""
    return Catalogue(Packed(DATA / "catalogue.bin"))


def _only(mark: str) -> dict[int, str]:
    """Translate the digit *mark* to 1 and the others to 0."""
    return {ord(digit): "1" if digit == mark else "0" for digit in "0123456789"}
