"""The figures of a run that another run is compared by: of all of it, and of each file that has its own.

What only one of two runs measured is not a change: coverage and mutation are measured on request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.coverage import tally
from reports.words import catalogue_date, unspoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.suites.coverage import Coverage, PolicyCoverage
    from simulator.suites.mutation import MutatedPolicy, Mutation
    from simulator.suites.result import Run

__all__ = ["Total", "totals"]


@dataclass(frozen=True, slots=True)
class Total:
    """A figure that is otherwise than before; `file` is whose it is, None where it is of the whole run."""

    name: str
    file: str | None
    before: str
    after: str

    def __str__(self) -> str:
        whose = f" of {self.file}" if self.file is not None else ""
        return f"{self.name}{whose}: {self.before} → {self.after}"


def totals(old: Run, new: Run) -> tuple[Total, ...]:
    """Return the figures that both runs have, and that differ."""
    before, after = dict(_figures(old)), dict(_figures(new))
    if old.coverage is not None and new.coverage is not None and old.coverage.since != new.coverage.since:
        after = {key: text for key, text in after.items() if key[0] != _COVERAGE}  # of other statements
    return tuple(Total(*key, before[key], text) for key, text in after.items() if key in before and before[key] != text)


_COVERAGE = "coverage"


def _figures(run: Run) -> Iterator[tuple[tuple[str, str | None], str]]:
    yield ("verdict", None), run.summary.verdict
    yield ("engine", None), run.backend
    if run.catalogue is not None:
        yield ("catalogue", None), catalogue_date(run)
    yield ("failed beside the cells", None), f"{len(run.failures):,}"
    if (number := unspoken(run)) is not None:
        yield ("unspoken cells", None), f"{number:,}"
    for suite in run.suites:
        if suite.unspoken is not None:
            yield ("unspoken cells", suite.path), f"{suite.unspoken:,}"
    if run.coverage is not None:
        yield (_COVERAGE, None), _covered(run.coverage)
        yield from (((_COVERAGE, one.path), _covered(one)) for one in run.coverage.policies)
    if run.mutation is not None:
        yield ("mutation score", None), _noticed(run.mutation)
        yield from ((("mutation score", one.path), _noticed(one)) for one in run.mutation.policies)


def _covered(one: Coverage | PolicyCoverage) -> str:
    found = tally(one)
    return f"{found.percent} ({found.covered:,} of {found.total:,})"


def _noticed(one: Mutation | MutatedPolicy) -> str:
    counted = one.mutants - one.equivalent
    return f"{100 if not counted else 100 * one.killed // counted} % ({one.killed:,} of {counted:,})"
