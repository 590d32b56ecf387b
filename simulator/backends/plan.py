"""Which calls to make: requests that differ only in action or resource share one.

A call asks some actions of some resources, and answers every pair of them.  Requests are put together
only where each pair was asked for, so that nothing is asked in vain; a single resource's answer is then
read from its part of the result.  An organization's verdict is not told by resource, so with one only
actions are put together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.backends.batch import SimulationRequest
    from simulator.backends.shapes import EvaluationResult

__all__ = ["Call", "Limits", "answers_of", "plan", "request_key"]

_VARYING = frozenset({"ActionNames", "ResourceArns", "MaxItems", "Marker"})
_ANY = ("*",)

_Cell: TypeAlias = tuple[str, tuple[str, ...]]
"""An action and the resources that one request asks it of."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much goes into one call.

    AWS documents no limit on actions or resources; a page has 100 results, and requests of some size
    are refused.
    """

    actions: int = 100
    resources: int = 50
    pairs: int = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what its requests share, and which of them each pair of action and resources answers.

    `separate` tells that each resource was a request of its own.
    """

    shared: dict[str, Any] = field(repr=False)
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    separate: bool
    wanted: dict[_Cell, tuple[int, ...]] = field(repr=False)

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of ``SimulateCustomPolicy``."""
        resources = {} if self.resources == _ANY else {"ResourceArns": list(self.resources)}
        return {**self.shared, "ActionNames": list(self.actions), **resources}

    @property
    def indexes(self) -> Iterator[int]:
        """The requests that the call answers, by their places in the batch."""
        return (index for indexes in self.wanted.values() for index in indexes)

    def restricted(self, actions: Sequence[str], resources: Sequence[str]) -> Call:
        """Return the part of the call that asks *actions* of *resources*."""
        groups = {(resource,) for resource in resources} if self.separate else {tuple(resources)}
        kept = set(actions)
        wanted = {cell: found for cell, found in self.wanted.items() if cell[0] in kept and cell[1] in groups}
        return Call(self.shared, tuple(actions), tuple(resources), self.separate, wanted)

    def halves(self) -> tuple[Call, Call] | None:
        """Split the call in two; None when it is one request."""
        if len(self.actions) > 1:
            middle = len(self.actions) // 2
            first, second = self.actions[:middle], self.actions[middle:]
            return self.restricted(first, self.resources), self.restricted(second, self.resources)
        if self.separate and len(self.resources) > 1:
            middle = len(self.resources) // 2
            first, second = self.resources[:middle], self.resources[middle:]
            return self.restricted(self.actions, first), self.restricted(self.actions, second)
        return None


def request_key(request: SimulationRequest) -> str:
    """Return a text that is equal for requests that ask the same."""
    return json.dumps(_normal(request), sort_keys=True, separators=(",", ":"))


def plan(
    batch: Sequence[SimulationRequest], *, limits: Limits | None = None, apart: Callable[[str], object] | None = None
) -> list[Call]:
    """Return the calls that answer *batch*; equal requests are asked once.

    Actions for which *apart* differs never share a call about ARNs: AWS refuses known beside unknown ones.
    """
    limits = limits or Limits()
    groups: dict[tuple[str, object], dict[tuple[str, ...], dict[str, list[int]]]] = {}
    shared: dict[str, dict[str, Any]] = {}
    for index, request in enumerate(batch):
        (action,) = request["ActionNames"]
        normal = _normal(request)
        resources = tuple(normal.pop("ResourceArns", _ANY))
        del normal["ActionNames"]
        key = json.dumps(normal, sort_keys=True)
        shared.setdefault(key, normal)
        kind = apart(action) if apart is not None and resources != _ANY else None
        actions = groups.setdefault((key, kind), {}).setdefault(resources, {})
        actions.setdefault(action, []).append(index)
    calls = [call for (key, _), cells in groups.items() for call in _calls(shared[key], cells, limits)]
    return [part for call in calls for part in _within(call, limits)]


def answers_of(call: Call, results: Sequence[EvaluationResult]) -> Iterator[tuple[int, EvaluationResult]]:
    """Yield each request's place and its own result."""
    for action, result in zip(call.actions, results, strict=True):
        if not call.separate or len(call.resources) == 1:
            for index in call.wanted.get((action, call.resources), ()):
                yield index, result
            continue
        for place, resource in enumerate(call.resources):
            for index in call.wanted.get((action, (resource,)), ()):
                yield index, _narrowed(result, place)


def _calls(
    shared: dict[str, Any], cells: dict[tuple[str, ...], dict[str, list[int]]], limits: Limits
) -> Iterable[Call]:
    """Put resources with the same actions together, where the answer tells them apart."""
    together: dict[tuple[str, ...], list[str]] = {}
    for resources, by_action in cells.items():
        single = len(resources) == 1 and resources != _ANY and "OrderedOrganizationPolicyInputList" not in shared
        if single and limits.resources > 1:
            together.setdefault(tuple(sorted(by_action)), []).append(resources[0])
        else:
            wanted = {(action, resources): tuple(indexes) for action, indexes in by_action.items()}
            yield Call(shared, tuple(by_action), resources, separate=False, wanted=wanted)
    for actions, arns in together.items():
        wanted = {(action, (arn,)): tuple(cells[(arn,)][action]) for arn in arns for action in actions}
        yield Call(shared, actions, tuple(arns), separate=True, wanted=wanted)


def _within(call: Call, limits: Limits) -> Iterable[Call]:
    width = limits.resources if call.separate else len(call.resources)
    for resources in _chunks(call.resources, width):
        height = max(1, min(limits.actions, limits.pairs // len(resources)))
        for actions in _chunks(call.actions, height):
            yield call.restricted(actions, resources)


def _chunks(items: tuple[str, ...], size: int) -> Iterable[tuple[str, ...]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _narrowed(result: EvaluationResult, place: int) -> EvaluationResult:
    """Return the result as it is for one of its resources alone."""
    part = result["ResourceSpecificResults"][place]
    narrow: EvaluationResult = {
        "EvalActionName": result["EvalActionName"],
        "EvalResourceName": part["EvalResourceName"],
        "EvalDecision": part["EvalResourceDecision"],
        "MatchedStatements": part.get("MatchedStatements", []),
        "MissingContextValues": part.get("MissingContextValues", []),
        "EvalDecisionDetails": part.get("EvalDecisionDetails", {}),
        "ResourceSpecificResults": [part],
    }
    if "PermissionsBoundaryDecisionDetail" in part:
        narrow["PermissionsBoundaryDecisionDetail"] = part["PermissionsBoundaryDecisionDetail"]
    return narrow


def _normal(request: SimulationRequest) -> dict[str, Any]:
    """Return the request without what makes no difference: paging, order of context, ``*`` as resource."""
    normal: dict[str, Any] = {name: value for name, value in request.items() if name not in _VARYING}
    if request.get("ContextEntries"):
        normal["ContextEntries"] = sorted(request["ContextEntries"], key=_entry_name)
    else:
        normal.pop("ContextEntries", None)
    normal["ActionNames"] = list(request["ActionNames"])
    resources = list(request.get("ResourceArns") or _ANY)
    if resources != list(_ANY):
        normal["ResourceArns"] = resources
    return normal


def _entry_name(entry: Any) -> str:
    return str(entry.get("ContextKeyName", "")).lower()
