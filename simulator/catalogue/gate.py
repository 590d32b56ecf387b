"""Which actions may be asked of which resource (A13, Z1).

The simulator denies a known action on an ARN of a type that the action does not take: behind the
gate no statement matches.  Only the ARN's service and its resource part are compared, never the
partition, region or account.  In the format a variable stands for any text of at least one
character, slashes and colons included; in the request everything is literal, so that ``instance/*``
is the instance called ``*``.  The request ``*`` and unknown actions pass.

S3 shares: an action on buckets may be asked of an object's ARN and the other way round, as recorded.
A bucket may be called ``accesspoint``, and the region is not looked at, so an access point's ARN
passes for an object's; ``s3:GetObject`` on one is right anyway.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.policy.arn import Arn
from simulator.policy.pattern import Pattern
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.catalogue.load import Catalogue
    from simulator.catalogue.model import Action, ResourceType
    from simulator.catalogue.service import Service

__all__ = ["ANY_RESOURCE", "Form", "Gate", "fits", "forms", "takes"]

ANY_RESOURCE = "*"
_AS_ONE = frozenset({("s3", "bucket"), ("s3", "object")})
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_RESOURCES_KEPT = 4096  # an answer may hold a bit for every action of AWS


@dataclass(frozen=True, slots=True)
class Form:
    """An ARN format, of which only service and resource part count."""

    service: Pattern
    resource: Pattern

    def covers(self, arn: Arn) -> bool:
        """Tell whether *arn* has this form."""
        return self.service.matches(arn.service) and self.resource.matches(arn.resource)


@lru_cache(maxsize=8192)
def forms(kind: ResourceType) -> tuple[Form, ...]:
    """Return the forms of the ARNs of *kind*."""
    parts = (text.split(":", 5) for text in kind.arns)
    as_one = (kind.service, kind.name) in _AS_ONE
    return tuple(Form(_pattern(part[2]), _pattern("${Any}" if as_one else part[5])) for part in parts)


def _pattern(text: str) -> Pattern:
    return Pattern.parse(_VARIABLE.sub("?*", text))


def takes(kind: ResourceType, arn: Arn) -> bool:
    """Tell whether *arn* is of the type *kind*."""
    return any(form.covers(arn) for form in forms(kind))


def fits(action: Action, arn: str) -> bool:
    """Tell whether the known *action* may be asked of *arn*."""
    if arn == ANY_RESOURCE or action.ungated:
        return True
    parsed = Arn.parse(arn)
    return parsed is not None and any(takes(kind, parsed) for kind in action.resource_types)


class Gate:
    """`fits` for many actions at once: bit *i* stands for the action at place *i* of those given."""

    def __init__(self, catalogue: Catalogue, actions: Sequence[str]) -> None:
        self._catalogue = catalogue
        self._all = (1 << len(actions)) - 1
        self._asked: dict[str, list[tuple[int, int]]] = {}  # service -> (bit, number within the service)
        # Of the whole catalogue each service is sorted when it is first asked for.
        self._whole = actions is catalogue.actions()
        self._free = self._ungated(catalogue.services()) if self._whole else self._sort(actions)
        self._tables: dict[str, tuple[tuple[tuple[Form, ...], int], ...]] = {}
        self._of = lru_cache(_RESOURCES_KEPT)(self._fitting)

    def _sort(self, actions: Sequence[str]) -> int:
        """Group the known actions by service; return the bits of those that pass whatever the ARN."""
        free, starts = 0, {}
        for bit, name in enumerate(actions):
            place, prefix = self._catalogue.place(name), name.partition(":")[0].lower()
            if place is None:
                free |= 1 << bit
                continue
            if prefix not in starts:
                starts[prefix] = self._catalogue.service_start(prefix)
                self._asked[prefix] = []
            self._asked[prefix].append((bit, place - starts[prefix]))
        return free | self._ungated(self._asked)

    def _ungated(self, names: Iterable[str]) -> int:
        bits = 0
        for name in self._catalogue.overlaid.intersection(names):
            service = self._service(name)
            for bit, number in self._asked_of(name):
                bits |= service.ungated(number) << bit
        return bits

    def _asked_of(self, name: str) -> list[tuple[int, int]]:
        if self._whole and name not in self._asked:
            start, mask = self._catalogue.service_start(name), self._catalogue.service_mask(name)
            self._asked[name] = [(start + number, number) for number in range(mask.bit_count())]
        return self._asked.get(name, [])

    def _service(self, name: str) -> Service:
        service = self._catalogue.service(name)
        assert service is not None, "a known action's service is known"
        return service

    def mask(self, resource: str) -> int:
        """Return which of the actions may be asked of *resource*."""
        if resource == ANY_RESOURCE:
            return self._all
        arn = Arn.parse(resource)
        return self._free if arn is None else self._of(arn.service, arn.resource)

    def _fitting(self, service: str, resource: str) -> int:
        if service not in self._tables:
            self._tables[service] = self._table(service)
        arn = Arn("", service, "", "", resource)
        bits = self._free
        for forms, takers in self._tables[service]:
            if any(form.covers(arn) for form in forms):
                bits |= takers
        return bits

    def _table(self, arn_service: str) -> tuple[tuple[tuple[Form, ...], int], ...]:
        """Return the forms of the types whose ARNs may name the service, each with the actions that take it."""
        rows: list[tuple[tuple[Form, ...], int]] = []
        for name in self._catalogue.declaring_arns_of(arn_service):
            asked = self._asked_of(name)
            if not asked:
                continue
            service = self._service(name)
            takers: dict[int, int] = {}
            for bit, place in asked:
                for number in service.type_numbers(place):
                    takers[number] = takers.get(number, 0) | 1 << bit
            for number, bits in sorted(takers.items()):
                own = tuple(form for form in forms(service.types[number]) if form.service.matches(arn_service))
                rows.extend([(own, bits)] if own else [])
        return tuple(rows)
