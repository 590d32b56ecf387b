"""What AWS said of the same requests: recorded answers beside our decisions.

A cell is answered when each of its requests was recorded.  Where AWS decided otherwise the cell fails,
whatever was expected of it.  Contract: ``docs/cli.md``, "The verdict of a run".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.backends.batch import Failure
from simulator.backends.plan import request_key
from simulator.suites.answers import Decided, Statements, decided
from simulator.suites.asking import Wording
from simulator.suites.engine import Split
from simulator.suites.result import Corroboration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.backends.batch import Outcome, SimulationRequest
    from simulator.backends.recording import Recording
    from simulator.decide.decision import Effect
    from simulator.suites.asking import Operation
    from simulator.suites.cells import Cell
    from simulator.suites.result import CellResult
    from simulator.suites.run import EmbeddedRunner

__all__ = ["CorroboratingRunner"]


class CorroboratingRunner:
    """Decides as *ours* does, and holds every decision against *recording*, which came from *path*."""

    unanswered = 0

    def __init__(self, ours: EmbeddedRunner, recording: Recording, path: str) -> None:
        self.name = ours.name
        self.source = ours.source
        self.engine = ours.engine
        self._ours = ours
        self._recording = recording
        self._path = path
        self._wording = Wording()
        self._actions = {_action(request) for request, _ in recording.pairs}
        self._answered = 0
        self._agree = 0

    def expect(self, cells: Sequence[Cell]) -> None:
        """Do nothing: a recording answers at once."""

    def result(self, cell: Cell) -> CellResult:
        """Decide *cell*, and show AWS's answer where there is one."""
        result = self._ours.result(cell)
        if result.actual is None or self._wording.unsupported(cell) is not None:
            return result
        answers = list(self._answers(cell))
        differing = [pair for pair in self._compared(cell, answers) if pair[0].effect is not pair[1]]
        refused = next((one for one in answers if isinstance(one, Failure)), None)
        if refused is not None:
            what = f"{self._who} refused to answer: {refused.code}: {refused.message}"
            result = replace(result, warnings=(*result.warnings, what))
        if differing:
            self._answered += 1
            return _contradicted(result, *differing[0], who=self._who)
        if answers and all(isinstance(one, Decided) for one in answers):
            self._answered += 1
            self._agree += 1
            return replace(result, source_answer=result.actual)
        return result

    def corroboration(self) -> Corroboration:
        """Return how many cells were answered, and how many alike."""
        made = self._recording.provenance
        return Corroboration(
            recording=self._path,
            date=made.started.partition("T")[0],
            answered=self._answered,
            agree=self._agree,
            source=self._who,
        )

    @property
    def _who(self) -> str:
        return self._recording.provenance.endpoint_url or "AWS"

    def _answers(self, cell: Cell) -> Iterator[Decided | Failure | None]:
        """Yield what was recorded of each operation, None for what was not."""
        statements = Statements(cell.principal, cell.resource_policy)
        for operation in self._wording.operations(cell):
            outcomes = [found for found in map(self._recorded, operation.requests) if found is not None]
            whole = len(outcomes) == len(operation.requests)
            yield decided(operation, outcomes, statements) if whole else None

    def _recorded(self, request: SimulationRequest) -> Outcome | None:
        # Most of a sweep was never recorded, and the key of a request takes long to make.
        if _action(request) not in self._actions:
            return None
        return self._recording.by_key.get(request_key(request))

    def _compared(self, cell: Cell, answers: Sequence[Decided | Failure | None]) -> Iterator[tuple[Decided, Effect]]:
        """Yield each answer with our own decision on the same."""
        found = [one for one in answers if isinstance(one, Decided)]
        if found:
            ours = dict(self._decisions(cell))
            yield from ((one, ours[_key(one.operation)]) for one in found)

    def _decisions(self, cell: Cell) -> Iterator[tuple[tuple[str, frozenset[str]], Effect]]:
        """Yield our decision on each operation of *cell*, as AWS's simulator decides."""
        engine = self._ours.engine
        ground = engine.ground(cell)
        table = ground.evaluator.table
        for wanted, spots in engine.operations(cell, ground, merge=False):
            split = Split.together((spot.simulated for spot in spots), wanted)
            resources = [resource for spot in spots for resource in spot.resources]
            touched = [frozenset(resources)] if cell.mode == "together" else [frozenset((one,)) for one in resources]
            for action in table.members(wanted):
                effect = split.effect(table.bit(action))
                yield from (((action.lower(), one), effect) for one in touched)


def _action(request: SimulationRequest) -> str:
    return request["ActionNames"][0]


def _key(operation: Operation) -> tuple[str, frozenset[str]]:
    return operation.action.lower(), frozenset(operation.resources)


def _contradicted(result: CellResult, answer: Decided, ours: Effect, *, who: str) -> CellResult:
    """Return *result* as failed: AWS decided otherwise than we do."""
    operation = answer.operation
    more = f" and {len(operation.resources) - 1} more" if len(operation.resources) > 1 else ""
    what = (
        f"{who} answered {answer.effect.value} to `{operation.action}` on `{operation.resources[0]}`{more}, "
        f"which is {ours.value} here"
    )
    return replace(
        result,
        outcome="failed",
        actual=ours.word,
        source_answer=answer.effect.word,
        message=what if result.message is None else f"{result.message}; {what}",
    )
