"""From results to the summary and the verdict of a run.

Contract: ``docs/cli.md``, "The verdict of a run".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulator.suites.result import Summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.suites.result import CellResult, RunVerdict

__all__ = ["tally"]


def tally(
    cells: Sequence[CellResult], *, declared: int, strict: bool = False, failures: int = 0, complete: bool = True
) -> Summary:
    """Count *cells*; *failures* are those of the run itself, *complete* is False after a selection or a stop.

    Under *strict* the warnings of a cell, vacuity among them, have failed it already.
    """
    outcomes = Counter(cell.outcome for cell in cells)
    vacuous = sum(cell.vacuous is not None for cell in cells)
    default_only = sum(cell.default_only for cell in cells)
    exceptions = outcomes["known_gap"] or outcomes["skipped"] or vacuous or default_only or outcomes["unsupported"]
    verdict: RunVerdict
    if outcomes["failed"] or outcomes["error"] or failures or (strict and outcomes["unsupported"]):
        verdict = "not as expected"
    elif not complete or outcomes["not_run"]:
        verdict = "incomplete"
    else:
        verdict = "as expected, with exceptions" if exceptions else "as expected"
    return Summary(
        declared=declared,
        cells=len(cells),
        passed=outcomes["passed"],
        failed=outcomes["failed"],
        errors=outcomes["error"],
        unsupported=outcomes["unsupported"],
        skipped=outcomes["skipped"],
        known_gaps=outcomes["known_gap"],
        not_run=outcomes["not_run"],
        vacuous=vacuous,
        default_only=default_only,
        differs_live=sum(cell.live is not None for cell in cells),
        verdict=verdict,
    )
