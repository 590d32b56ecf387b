"""Which resource types an ARN is of, and which an action takes.

An ARN may fit several formats of a service: ``arn:aws:s3:::b/k`` fits a bucket's too, since a variable
stands for any text.  The format with the most literal text is meant.
"""

from __future__ import annotations

import re
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING

from simulator.catalogue.examples import example_arn
from simulator.policy.arn import Arn
from simulator.policy.pattern import Pattern
from simulator.suites.resources import without_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.catalogue import Catalogue
    from simulator.catalogue.model import ResourceType

__all__ = ["TypeTable", "type_table"]

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_TAG_KEY = re.compile(r"([a-z0-9-]+):(.*?)tag/\$\{tagkey\}", re.IGNORECASE)
_CONTAINERS = ("accesspoint", "bucket", "tablebucket", "vectorbucket")


@cache
def type_table(catalogue: Catalogue) -> TypeTable:
    """Return the table for *catalogue*, one for all suites."""
    return TypeTable(catalogue)


def _names_one(kind: ResourceType, services: frozenset[str]) -> bool:
    """Tell whether an ARN of *kind* can be one of *services*: a format may leave the service open."""
    found = (arn.split(":", 3)[2] for arn in kind.arns)
    return any(service in services or "$" in service or "*" in service for service in found)


class TypeTable:
    """Looks types up, once for each ARN."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._formats: dict[str, list[tuple[int, Pattern, ResourceType]]] = {}
        self._examples: dict[tuple[int, str, str, str], str] = {}
        self._groups: dict[str, tuple[tuple[tuple[ResourceType, ...], int], ...]] = {}
        self._takers: dict[frozenset[int], int] = {}
        self._near: dict[frozenset[str], tuple[int, tuple[tuple[tuple[ResourceType, ...], int], ...]]] = {}
        self._whole: dict[int, tuple[dict[str, int], tuple[str, ...]]] = {}
        self._of_arn: dict[tuple[str, str], tuple[ResourceType, ...]] = {}

    def knows(self, action: str) -> bool:
        """Tell whether the catalogue has *action*."""
        return self._catalogue.place(action) is not None

    def of_action(self, action: str) -> tuple[ResourceType, ...]:
        """Return the types that an action takes; none for an unknown one."""
        known = self._catalogue.action(action)
        return () if known is None else known.resource_types

    def groups_of(self, service: str) -> tuple[tuple[tuple[ResourceType, ...], int], ...]:
        """Group a service's actions by the resource types that they take: the types, and the actions as bits."""
        if service not in self._groups:
            self._groups[service] = tuple(self._grouped(service))
        return self._groups[service]

    def _grouped(self, name: str) -> Iterator[tuple[tuple[ResourceType, ...], int]]:
        service, start = self._catalogue.service(name), self._catalogue.service_start(name)
        if service is None:
            return
        found: dict[tuple[int, ...], int] = {}
        for number in range(len(service.action_names)):
            kinds = tuple(service.type_numbers(number))
            found[kinds] = found.get(kinds, 0) | 1 << number
        for kinds, mask in found.items():
            yield tuple(service.types[kind] for kind in kinds), mask << start

    def takers(self, arn: str) -> int:
        """Return the actions, as bits over the catalogue, that take a type that *arn* is of."""
        # By identity: the catalogue makes each type once, and hashing all of its keys is slow.
        key = frozenset(map(id, kinds := self.of_arn(arn)))
        if key not in self._takers:
            groups = (group for service in {kind.service for kind in kinds} for group in self.groups_of(service))
            taking = (mask for types, mask in groups if not key.isdisjoint(map(id, types)))
            self._takers[key] = reduce(or_, taking, 0)
        return self._takers[key]

    def takes_none(self, mask: int) -> bool:
        """Tell whether one of the actions *mask*, bits over the catalogue, takes no resource."""
        names = self._catalogue.actions()
        while mask:
            service = names[mask.bit_length() - 1].partition(":")[0].lower()
            if any(not types and mask & taking for types, taking in self.groups_of(service)):
                return True
            mask &= ~self._catalogue.service_mask(service)
        return False

    def near(self, services: frozenset[str]) -> tuple[int, tuple[tuple[tuple[ResourceType, ...], int], ...]]:
        """Sort all actions by whether one of their types has ARNs of *services*.

        Return those that have none, as bits over the catalogue, and the groups of the others.
        """
        if services not in self._near:
            declaring = sorted({name for one in services for name in self._catalogue.declaring_arns_of(one)})
            groups = tuple(
                (kinds, mask)
                for name in declaring
                for kinds, mask in self.groups_of(name)
                if any(_names_one(kind, services) for kind in kinds)
            )
            others = self._catalogue.table.all
            for _, mask in groups:
                others &= ~mask
            self._near[services] = (others, groups)
        return self._near[services]

    def whole_services(self, asked: int) -> tuple[dict[str, int], tuple[str, ...]]:
        """Sort the services by how much of them is *asked* (bits over the catalogue).

        Return those asked whole with their number of requests, as far as the catalogue counts it, and
        those of which only a part is asked.
        """
        if asked not in self._whole:
            whole: dict[str, int] = {}
            part: list[str] = []
            for name in self._catalogue.services():
                mask = self._catalogue.service_mask(name)
                if asked & mask:
                    known = self._catalogue.requests(name) if asked & mask == mask else None
                    part.extend([name] if known is None else [])
                    whole |= {} if known is None else {name: known}
            self._whole[asked] = (whole, tuple(part))
        return self._whole[asked]

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue behind the table."""
        return self._catalogue

    def required(self, action: str) -> frozenset[str]:
        """Return the names of the types without which the operation can't be."""
        known = self._catalogue.action(action)
        return frozenset() if known is None else known.required

    def of_arn(self, text: str) -> tuple[ResourceType, ...]:
        """Return the types that an ARN, variables in it or not, is of."""
        arn = Arn.parse(without_variables(text))
        if arn is None:
            return ()
        key = (arn.service, arn.resource)
        if key not in self._of_arn:
            fitting = [row for row in self._of_service(arn.service) if row[1].matches(arn.resource)]
            most = max((row[0] for row in fitting), default=0)
            self._of_arn[key] = tuple(dict.fromkeys(kind for literal, _, kind in fitting if literal == most))
        return self._of_arn[key]

    def _of_service(self, service: str) -> list[tuple[int, Pattern, ResourceType]]:
        """Return the formats of ARNs that name *service*: length of their literal text, pattern, type."""
        if service not in self._formats:
            self._formats[service] = [
                (len(_VARIABLE.sub("", part[5])), Pattern.parse(_VARIABLE.sub("?*", part[5])), kind)
                for declaring in self._catalogue.declaring_arns_of(service)
                for kind in getattr(self._catalogue.service(declaring), "types", ())
                for part in (format_.split(":", 5) for format_ in kind.arns)
                if part[2] == service
            ]
        return self._formats[service]

    def example(self, kind: ResourceType, partition: str, account: str, region: str) -> str:
        """Return a made-up ARN of a type."""
        key = (id(kind), partition, account, region)
        if key not in self._examples:
            self._examples[key] = example_arn(kind, partition=partition, account=account, region=region)
        return self._examples[key]

    def tag_keys(self, arn: str, tag: str) -> tuple[str, ...]:
        """Return the keys under which a request shows the tag *tag* of the resource *arn*."""
        keys = {f"aws:ResourceTag/{tag}": None}
        for kind in self.of_arn(arn):
            if (kind.service, kind.name.lower()) == ("s3", "object"):
                keys[f"s3:ExistingObjectTag/{tag}"] = None
            for found in filter(None, map(_TAG_KEY.fullmatch, kind.condition_keys)):
                service, stem = found[1].lower(), found[2].lower()
                # The tags of a bucket are not those of what is in it.
                own = stem not in _CONTAINERS or stem == kind.name.lower()
                if own and service == kind.service:
                    keys[f"{found[0].partition('/')[0]}/{tag}"] = None
        return tuple(keys)
