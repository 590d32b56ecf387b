"""Cells on a backend: asked in batches, judged by its answers, explained by our own evaluator.

The backend decides: outcome, deciding statements and missing keys are those of its answers.  What no
backend can tell (vacuity, live rules, near misses) is the evaluator's, where both decide alike.

Contract: ``docs/cli.md``, "test"; ``docs/scenario-format.md``, "Semantics".
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from simulator.backends.batch import Failure
from simulator.backends.replay import NOT_RECORDED
from simulator.suites.answers import Decided, Statements, decided, judged, untold
from simulator.suites.asking import Wording
from simulator.suites.results import cell_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.backends.batch import Backend
    from simulator.suites.asking import Operation
    from simulator.suites.cells import Cell
    from simulator.suites.result import CellResult
    from simulator.suites.results import Evidence
    from simulator.suites.run import EmbeddedRunner

__all__ = ["BATCH", "BackendRunner", "parcels"]

BATCH = 2000  #: requests that are sent, and kept in memory, at once


class BackendRunner:
    """Decides cells by the answers of *backend*; *heard* is told how many requests were answered so far."""

    def __init__(self, backend: Backend, ours: EmbeddedRunner, *, heard: Callable[[int], None] | None = None) -> None:
        self.name = backend.name
        self.source = f"Simulated on policy files, which were not read from AWS. Decisions: {backend.source}"
        self.engine = ours.engine
        self.unanswered = 0
        self._backend = backend
        self._ours = ours
        self._heard = heard
        self._asked = 0
        self._wording = Wording()
        self._statements: dict[tuple[Principal, LoadedPolicy | None], Statements] = {}
        self._queue: tuple[Cell, ...] = ()
        self._places: dict[Cell, int] = {}
        self._found: dict[Cell, list[Decided | Failure]] = {}

    def expect(self, cells: Sequence[Cell]) -> None:
        """Hear which cells will be asked for; without it each is asked by itself."""
        self._queue = tuple(cells)
        self._places = {cell: place for place, cell in enumerate(cells)}

    def result(self, cell: Cell) -> CellResult:
        """Judge *cell* by the backend's answers."""
        if cell.scenario.skip is not None:
            return cell_result(cell, "skipped", f"skipped: {cell.scenario.skip}")
        reason = self._wording.unsupported(cell)
        if reason is not None:
            return cell_result(cell, "unsupported", reason)
        ours = self._ours.evidence(cell)
        if isinstance(ours, str):
            return cell_result(cell, "error", ours)
        if cell not in self._found:
            self._ask(self._next(cell))
        found = self._found.pop(cell)
        answers = [one for one in found if isinstance(one, Decided)]
        if len(answers) < len(found):
            self.unanswered += 1
            return cell_result(cell, "error", _unanswered(self.name, found))
        reason = untold(cell, answers)
        if reason is not None:
            return cell_result(cell, "unsupported", reason)
        evidence, message = judged(cell, answers)
        return self._ours.settle(cell, _explained(evidence, message, *ours), message)

    def corroboration(self) -> None:
        """Return None: the backend's answers are the decisions themselves."""

    def _next(self, cell: Cell) -> Iterator[Cell]:
        """Yield *cell*, and of those that will be asked for next as many as make a batch."""
        place = self._places.get(cell)
        ahead = iter(()) if place is None else islice(self._queue, place + 1, None)
        size = cell.where.bound.requests(cell.asked)
        yield cell
        for other in ahead:
            if other.scenario.skip is not None or other in self._found or self._wording.unsupported(other):
                continue
            size += other.where.bound.requests(other.asked)
            if size > BATCH:
                return
            yield other

    def _ask(self, cells: Iterable[Cell]) -> None:
        pairs = ((cell, operation) for cell in cells for operation in self._wording.operations(cell))
        for parcel in parcels(pairs):
            outcomes = iter(self._backend.answer([one for _, operation in parcel for one in operation.requests]))
            for cell, operation in parcel:
                answer = decided(operation, list(islice(outcomes, len(operation.requests))), self._named(cell))
                self._found.setdefault(cell, []).append(answer)
                self._asked += len(operation.requests)
            if self._heard is not None:
                self._heard(self._asked)

    def _named(self, cell: Cell) -> Statements:
        key = (cell.principal, cell.resource_policy)
        if key not in self._statements:
            self._statements[key] = Statements(*key)
        return self._statements[key]


def parcels(pairs: Iterable[tuple[Cell, Operation]]) -> Iterator[list[tuple[Cell, Operation]]]:
    """Yield *pairs* in lists that make a batch each."""
    rest = iter(pairs)
    while parcel := list(islice(rest, BATCH)):
        yield parcel


def _unanswered(name: str, found: Sequence[Decided | Failure]) -> str:
    """Say why a cell has no answer: the first failure, and how many there are."""
    failures = [one for one in found if isinstance(one, Failure)]
    first = failures[0]
    what = first.message if first.code == NOT_RECORDED else f"`{name}` could not answer: {first.code}: {first.message}"
    return what if len(found) == 1 else f"{len(failures)} of {len(found)} requests have no answer: {what}"


def _explained(evidence: Evidence, message: str | None, ours: Evidence, our_message: str | None) -> Evidence:
    """Return the backend's evidence with what only our evaluator can tell, if it decided alike."""
    warnings = tuple(dict.fromkeys((*ours.warnings, *evidence.warnings)))
    if evidence.actual is not ours.actual or (message is None) is not (our_message is None):
        return replace(evidence, warnings=warnings)
    return replace(
        ours,
        deciding=evidence.deciding,
        missing_context=evidence.missing_context,
        differing=evidence.differing,
        warnings=warnings,
    )
