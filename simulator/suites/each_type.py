"""``on: each type``: every action on one ARN of each resource type that it takes, and ``*`` where it takes none.

The suite's own resources stand for their types; users and MFA devices are the caller's and others'; for
every other type there is a made-up ARN in the caller's account.  Which these are is worked out when
somebody asks, action by action, since a sweep is thousands of requests.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Literal

from simulator.policy.arn import Arn
from simulator.suites.model import EACH_TYPE
from simulator.suites.targets import Bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.accounts.model import Principal
    from simulator.catalogue.model import ResourceType
    from simulator.decide.context import Context
    from simulator.suites.actions import Asked
    from simulator.suites.types import TypeTable

__all__ = ["EachType"]

_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


class EachType:
    """The target ``each type`` for one caller; it has the face of a `Bound`."""

    __slots__ = (
        "_asked_of",
        "_counts",
        "_near",
        "_of_kind",
        "_of_kinds",
        "_owners",
        "_parts",
        "_principal",
        "_region",
        "_services",
        "_types",
    )

    label = EACH_TYPE
    name = None
    mode: Literal["each"] = "each"
    resources = (EACH_TYPE,)
    owner = None
    policy = None

    def __init__(self, principal: Principal, values: Context, known: Sequence[Bound], types: TypeTable) -> None:
        """Prepare for a caller; *known* are the suite's and the built-in targets, bound."""
        self._principal = principal
        self._types = types
        region = values.get("aws:RequestedRegion")
        self._region = region if isinstance(region, str) else _REGIONS[principal.partition]
        # By identity: the catalogue makes each type once, and hashing all of its keys is slow.
        self._of_kind: dict[int, tuple[str, ...]] = {}
        self._of_kinds: dict[tuple[int, ...], tuple[str, ...]] = {}
        self._owners: dict[str, Bound] = {}
        self._near: dict[tuple[Asked, frozenset[str]], tuple[tuple[int, tuple[str, ...]], ...]] = {}
        self._counts: dict[Asked, int] = {}
        self._asked_of: dict[str, int] = {}
        self._services: set[str] = set()  # which take resources that the suite knows
        self._parts: dict[Asked, tuple[tuple[int, tuple[str, ...]], ...]] = {}
        for bound in known:
            self._learn(bound)

    def _learn(self, bound: Bound) -> None:
        # A resource of another account, or with a policy of its own, needs a cell of its own.
        if bound.owner is not None or bound.policy is not None:
            return
        for arn in bound.resources:
            self._owners.setdefault(arn, bound)
            for kind in self._types.of_arn(arn):
                self._of_kind[id(kind)] = tuple(dict.fromkeys((*self._of_kind.get(id(kind), ()), arn)))
                self._services.add(kind.service)

    def parts(self, asked: Asked) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Return which actions of a wildcard, as bits over the catalogue, are asked of which resources."""
        if asked not in self._parts:
            services = self._types.catalogue.services()
            self._parts[asked] = tuple(part for name in services for part in self._parts_of(name, asked))
        return self._parts[asked]

    def parts_near(self, asked: Asked, services: frozenset[str]) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Return `parts`, but all actions that can't be asked of an ARN of *services* as one part on ``*``.

        To a policy that names ARNs of these services only, any other resource is like the text ``*``.
        """
        key = (asked, services)
        if key not in self._near:
            others, groups = self._types.near(services)
            rest = ((mask & asked.mask, self._resources(kinds)) for kinds, mask in groups if mask & asked.mask)
            star = ((others & asked.mask, ("*",)),) if others & asked.mask else ()
            self._near[key] = (*star, *rest)
        return self._near[key]

    def _parts_of(self, service: str, asked: Asked) -> Iterator[tuple[int, tuple[str, ...]]]:
        if asked.mask & self._types.catalogue.service_mask(service):
            for kinds, mask in self._types.groups_of(service):
                if mask & asked.mask:
                    yield mask & asked.mask, self._resources(kinds)

    def requests(self, asked: Asked) -> int:
        """Return how many requests the cell of an entry of `actions:` stands for."""
        if asked.literal is not None:
            return len(self.resources_of(asked.literal))
        if asked not in self._counts:
            whole, part = self._types.whole_services(asked.mask)
            # Where the suite knows resources there may be several of a type.
            known = self._services & whole.keys()
            exact = sum(
                mask.bit_count() * len(arns) for name in (*part, *known) for mask, arns in self._parts_of(name, asked)
            )
            self._counts[asked] = exact + sum(count for name, count in whole.items() if name not in known)
        return self._counts[asked]

    def asks(self, asked: Asked) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """Return which actions are asked of which resources."""
        if asked.literal is not None:
            return ((asked.actions, self.resources_of(asked.literal)),)
        return tuple((asked.catalogue.of_mask(mask), arns) for mask, arns in self.parts(asked))

    def resources_of(self, action: str) -> tuple[str, ...]:
        """Return the ARNs that *action* is asked of."""
        return self._resources(self._types.of_action(action))

    def knows(self, resources: Iterable[str]) -> bool:
        """Tell whether all *resources* stand for their types, so that whatever takes them is asked of them."""
        return all(map(self._owners.__contains__, resources))

    def asked_of(self, resource: str) -> int:
        """Return which actions, as bits over the catalogue, are asked of *resource*, an ARN."""
        if resource not in self._asked_of:
            arn = Arn.parse(resource)
            groups = () if arn is None else self._types.near(frozenset({arn.service}))[1]
            asked = (mask for kinds, mask in groups if resource in self._resources(kinds))
            self._asked_of[resource] = reduce(or_, asked, 0)
        return self._asked_of[resource]

    def _resources(self, kinds: tuple[ResourceType, ...]) -> tuple[str, ...]:
        key = tuple(map(id, kinds))
        if key not in self._of_kinds:
            arns = (arn for kind in kinds for arn in self._arns(kind))
            self._of_kinds[key] = tuple(dict.fromkeys(arns)) or ("*",)
        return self._of_kinds[key]

    def _arns(self, kind: ResourceType) -> tuple[str, ...]:
        found = self._of_kind.get(id(kind))
        if found is None:
            who = self._principal
            found = (self._types.example(kind, who.partition, who.account_id, self._region),)
            self._of_kind[id(kind)] = found
        return found

    def derived(self, arn: str, types: TypeTable) -> dict[str, str]:
        """Return the keys that follow from asking for *arn*."""
        bound = self._owners.get(arn) or Bound(EACH_TYPE, None, "single", (arn,))
        return bound.derived(arn, types)
