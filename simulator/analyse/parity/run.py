"""Cells put to two backends, batch by batch, and what came of it.

Equal differences are one: many cells ask the same of principals with the same policies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.analyse.parity.compare import Answer, Aspect, differing
from simulator.backends.asking import REFUSALS
from simulator.backends.batch import Failure
from simulator.suites.answers import Statements
from simulator.suites.asking import Wording
from simulator.suites.remote import parcels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.parity.known import KnownDivergence
    from simulator.backends.batch import Backend, Outcome
    from simulator.suites.asking import Operation
    from simulator.suites.cells import Cell

__all__ = ["KEPT", "Difference", "Parity", "Unanswered", "compare_backends"]

KEPT = 1000  #: differences that are told; more are counted


@dataclass(frozen=True, slots=True)
class Difference:
    """A request that two backends answer differently; `cells` ask it, `reason` is of a known divergence."""

    aspect: Aspect
    principal: str
    action: str
    resources: tuple[str, ...]
    answers: tuple[str, str]
    cells: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request to which a backend had no answer; there is nothing to compare."""

    backend: str
    cell: str
    action: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Parity:
    """What came of the comparison; of `differences` and `unanswered` the first ones, and how many there are."""

    backends: tuple[str, str]
    sources: tuple[str, str]
    cells: int
    unsupported: tuple[tuple[str, int], ...]  #: reasons why cells can't be asked, and how many
    requests: int
    alike: int
    differences: tuple[Difference, ...]
    differing: int
    unknown: int  #: of those that differ, without a reason
    unanswered: tuple[Unanswered, ...]
    without_answer: int
    unused: tuple[KnownDivergence, ...]  #: known divergences that nothing fits


def compare_backends(
    cells: Sequence[Cell],
    backends: tuple[Backend, Backend],
    names: tuple[str, str],
    *,
    known: Iterable[KnownDivergence] = (),
    heard: Callable[[int], None] | None = None,
) -> Parity:
    """Put all requests of *cells* to both *backends*; *heard* is told how many were compared so far."""
    work = _Comparison(backends, names, tuple(one for one in known if one.between(b.name for b in backends)))
    for done in work.compare(cells):
        if heard is not None:
            heard(done)
    return work.result(len(cells))


class _Comparison:
    def __init__(
        self, backends: tuple[Backend, Backend], names: tuple[str, str], known: tuple[KnownDivergence, ...]
    ) -> None:
        self._backends = backends
        self._names = names
        self._known = known
        self._used: set[int] = set()
        self._wording = Wording()
        self._statements: dict[tuple[Principal, LoadedPolicy | None], Statements] = {}
        self._unsupported: dict[str, int] = {}
        self._differences: dict[Difference, list[str]] = {}
        self._unanswered: list[Unanswered] = []
        self._counts = dict.fromkeys(("requests", "alike", "differing", "unknown", "unanswered"), 0)

    def compare(self, cells: Iterable[Cell]) -> Iterator[int]:
        """Compare, and yield how many requests were so far."""
        for parcel in parcels(self._pairs(cells)):
            batch = [one for _, operation in parcel for one in operation.requests]
            one, other = (iter(backend.answer(batch)) for backend in self._backends)
            for cell, operation in parcel:
                for _ in operation.requests:
                    self._note(cell, operation, (next(one), next(other)))
            yield self._counts["requests"]

    def result(self, cells: int) -> Parity:
        """Return what came of it."""
        found = (replace(one, cells=tuple(ids)) for one, ids in self._differences.items())
        return Parity(
            backends=self._names,
            sources=(self._backends[0].source, self._backends[1].source),
            cells=cells,
            unsupported=tuple(self._unsupported.items()),
            requests=self._counts["requests"],
            alike=self._counts["alike"],
            differences=tuple(sorted(found, key=lambda one: (one.reason is not None, list(Aspect).index(one.aspect)))),
            differing=self._counts["differing"],
            unknown=self._counts["unknown"],
            unanswered=tuple(self._unanswered),
            without_answer=self._counts["unanswered"],
            unused=tuple(one for n, one in enumerate(self._known) if n not in self._used),
        )

    def _pairs(self, cells: Iterable[Cell]) -> Iterator[tuple[Cell, Operation]]:
        for cell in cells:
            reason = self._wording.unsupported(cell)
            if reason is None:
                yield from ((cell, operation) for operation in self._wording.operations(cell))
            else:
                self._unsupported[reason] = self._unsupported.get(reason, 0) + 1

    def _note(self, cell: Cell, operation: Operation, outcomes: tuple[Outcome, Outcome]) -> None:
        self._counts["requests"] += 1
        failed = [n for n, one in enumerate(outcomes) if isinstance(one, Failure) and one.code not in REFUSALS]
        for n in failed:
            failure = outcomes[n]
            assert isinstance(failure, Failure), "only failures were chosen"
            if len(self._unanswered) < KEPT:
                self._unanswered.append(Unanswered(self._names[n], cell.id, operation.action, failure))
        if failed:
            self._counts["unanswered"] += 1
            return
        statements = self._named(cell)
        one, other = (Answer.of(outcome, statements) for outcome in outcomes)
        aspect = differing(one, other)
        if aspect is None:
            self._counts["alike"] += 1
        else:
            self._keep(cell, operation, aspect, (one.words(aspect), other.words(aspect)))

    def _keep(self, cell: Cell, operation: Operation, aspect: Aspect, answers: tuple[str, str]) -> None:
        reason = self._reason(aspect, operation, cell.id)
        self._counts["differing"] += 1
        self._counts["unknown"] += reason is None
        found = Difference(aspect, cell.principal.label, operation.action, operation.resources, answers, (), reason)
        if found in self._differences or len(self._differences) < KEPT:
            ids = self._differences.setdefault(found, [])
            if cell.id not in ids[-1:]:
                ids.append(cell.id)

    def _reason(self, aspect: Aspect, operation: Operation, cell: str) -> str | None:
        for n, one in enumerate(self._known):
            if one.covers(aspect, operation.action, operation.resources, cell):
                self._used.add(n)
                return one.reason
        return None

    def _named(self, cell: Cell) -> Statements:
        key = (cell.principal, cell.resource_policy)
        if key not in self._statements:
            self._statements[key] = Statements(*key)
        return self._statements[key]
