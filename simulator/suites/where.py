"""A target in a situation: what cells that differ only by action and verdict share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.suites.each_type import EachType
    from simulator.suites.situations import Situation, Situations
    from simulator.suites.targets import Bound
    from simulator.suites.types import TypeTable

__all__ = ["Where"]


class Where:
    """A target bound to a caller, and the contexts of the requests for its resources.

    `common` holds the keys that follow from every one of the resources alike.
    """

    __slots__ = ("_base", "_of", "_situations", "_types", "bound", "common")

    def __init__(self, bound: Bound | EachType, base: Situation, situations: Situations, types: TypeTable) -> None:
        self.bound = bound
        self._base = base
        self._situations = situations
        self._types = types
        self._of: dict[str, Situation] = {}
        self.common = situations.on_target(base, self._shared())

    def _shared(self) -> dict[str, str]:
        first, *rest = (self.bound.derived(arn, self._types) for arn in self.bound.resources)
        shared = set(first.items()).intersection(*(one.items() for one in rest))
        return {name: value for name, value in first.items() if (name, value) in shared}

    def of(self, resource: str) -> Situation:
        """Return the situation of the requests for one of the resources."""
        if self.bound.resources == (resource,):
            return self.common
        if resource not in self._of:
            derived = self.bound.derived(resource, self._types)
            self._of[resource] = self._situations.on_target(self._base, derived)
        return self._of[resource]
