"""Scenarios that contradict each other: opposite verdicts of one request.

A request is a principal, a context, an action and a resource with its owner and policy.  Cells of many
actions are compared as sets, since a sweep is thousands of requests.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.suites.each_type import EachType
from simulator.suites.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.accounts.model import Principal
    from simulator.errors import Collector
    from simulator.suites.cell import Cell
    from simulator.suites.situations import Situation
    from simulator.suites.where import Where

__all__ = ["check_opposites"]

_BITS = {"allowed": 1, "implicitDeny": 2, "explicitDeny": 4}
_ACCEPTS = {verdict: sum(_BITS[word] for word in verdict.accepts) for verdict in Verdict}
# What an operation on several resources demands of each by itself.
_OF_EACH = (Verdict.ALLOW, Verdict.NO_EXPLICIT_DENY)


@dataclass(slots=True, eq=False)
class _Request:
    """All that is demanded of one resource in one situation: by action, and of many actions at once."""

    resource: str
    situation: Situation
    plain: bool  #: neither owner nor policy is declared
    single: dict[str, tuple[int, tuple[Cell, ...]]] = field(default_factory=dict)
    many: list[Cell] = field(default_factory=list)


def check_opposites(cells: Iterable[Cell], faults: Collector) -> None:
    """Report each pair of scenarios that demand opposite verdicts of one request."""
    _Check(faults).run(cell for cell in cells if cell.scenario.skip is None)


class _Check:
    def __init__(self, faults: Collector) -> None:
        self.faults = faults
        self.requests: dict[tuple[object, ...], _Request] = {}
        self.of_principal: dict[Principal, list[_Request]] = defaultdict(list)
        self.of_where: dict[Where, tuple[list[_Request], list[_Request]]] = {}
        self.sweeps: dict[Where, list[Cell]] = defaultdict(list)
        self.reported: set[frozenset[object]] = set()
        self.overlaps: dict[tuple[object, object], str | None] = {}

    def run(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            where = cell.where
            if isinstance(where.bound, EachType):
                self.sweeps[where].append(cell)
                continue
            found = self.of_where.get(where)
            if found is None:
                found = self.of_where[where] = self.places(cell)
            whole, each = found
            self.note(cell, whole)
            if each and cell.expected.verdict in _OF_EACH:
                self.note(cell, each)
        for request in self.requests.values():
            self.compare(request)
        for sweeps in self.sweeps.values():
            self.compare_sweeps(sweeps)

    def places(self, cell: Cell) -> tuple[list[_Request], list[_Request]]:
        """Return what the cell's verdict is demanded of, and of `together` the single resources."""
        bound = cell.where.bound
        each = [self.request(cell, arn) for arn in bound.resources]
        if bound.mode != "together" or len(each) == 1:
            return each, []
        return [self.request(cell, "\n".join(sorted(bound.resources)))], each

    def request(self, cell: Cell, resource: str) -> _Request:
        situation = cell.where.of(resource) if "\n" not in resource else cell.where.common
        key = (cell.principal, situation, resource, cell.owner, cell.resource_policy)
        found = self.requests.get(key)
        if found is None:
            plain = cell.owner is None and cell.resource_policy is None
            found = self.requests[key] = _Request(resource, situation, plain)
            self.of_principal[cell.principal].append(found)
        return found

    def note(self, cell: Cell, requests: list[_Request]) -> None:
        only = cell.asked.only
        accepts = _ACCEPTS[cell.expected.verdict]
        for request in requests:
            if only is None:
                request.many.append(cell)
                continue
            before = request.single.get(only)
            if before is None:
                request.single[only] = (accepts, (cell,))
                continue
            if not before[0] & accepts:
                for other in before[1]:
                    if cell.expected.verdict.opposes(other.expected.verdict):
                        self.report(other, cell, only, request.resource)
            request.single[only] = (before[0] & accepts, (*before[1], cell))

    def compare(self, request: _Request) -> None:
        """Compare the cells of many actions with all others on the same resource."""
        for place, cell in enumerate(request.many):
            for one in self.opposed(cell, request):
                self.report(one, cell, one.asked.only or "", request.resource)
            for one in request.many[:place]:
                if cell.expected.verdict.opposes(one.expected.verdict):
                    action = self.overlap(one, cell)
                    if action is not None:
                        self.report(one, cell, action, request.resource)

    def opposed(self, cell: Cell, request: _Request) -> Iterator[Cell]:
        """Yield the single-action cells of a request that *cell* contradicts."""
        asks, accepts = cell.asked.asks_for, _ACCEPTS[cell.expected.verdict]
        for action, (accepted, cells) in request.single.items():
            if not accepted & accepts and asks(action):
                yield from (one for one in cells if cell.expected.verdict.opposes(one.expected.verdict))

    def overlap(self, first: Cell, second: Cell) -> str | None:
        """Return an action that both ask, None when there is none."""
        key = (first.asked, second.asked)
        if key not in self.overlaps:
            self.overlaps[key] = next(iter(first.asked.shared(second.asked)), None)
        return self.overlaps[key]

    def compare_sweeps(self, sweeps: list[Cell]) -> None:
        """Compare cells on `each type` with each other, and with all others of the principal."""
        for place, cell in enumerate(sweeps):
            for one in sweeps[:place]:
                action = self.overlap(one, cell) if cell.expected.verdict.opposes(one.expected.verdict) else None
                if action is not None:
                    self.report(one, cell, action, "each type")
            for request in self.of_principal[cell.principal]:
                if request.plain and request.situation is cell.where.of(request.resource):
                    self.compare_sweep(cell, request)

    def compare_sweep(self, cell: Cell, request: _Request) -> None:
        bound = cell.where.bound
        assert isinstance(bound, EachType), "only sweeps come here"
        for one in self.opposed(cell, request):
            action = one.asked.only or ""
            if request.resource in bound.resources_of(action):
                self.report(one, cell, action, request.resource)
        for one in request.many:
            if not cell.expected.verdict.opposes(one.expected.verdict):
                continue
            shared = cell.asked.shared(one.asked)
            action = next((name for name in shared if request.resource in bound.resources_of(name)), "")
            if action:
                self.report(one, cell, action, request.resource)

    def report(self, first: Cell, second: Cell, action: str, resource: str) -> None:
        """Report a pair of scenarios once."""
        key = frozenset((first.scenario, second.scenario))
        if key in self.reported:
            return
        self.reported.add(key)
        node = second.scenario.node.get("name") or second.scenario.node
        known = second.asked.catalogue.action(action)
        action = action if known is None else known.name
        demands = f"`{second.expected.verdict.value}`, and `{first.scenario.identity}` (line {first.scenario.line})"
        message = (
            f"`{second.scenario.identity}` demands {demands} `{first.expected.verdict.value}` of one request: "
            f"`{second.principal.label}` [{second.session}] `{action}` on `{resource}`".replace("\n", " + ")
        )
        self.faults.add(node.fault("opposite-verdicts", message, help="one of the two always fails"))
