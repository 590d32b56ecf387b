"""From results to the summary and the verdict of a run.

Contract: ``docs/cli.md``, "The verdict of a run".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulator.suites.result import Summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.suites.result import CellResult, InvariantResult, RunVerdict

__all__ = ["holds", "tally"]


def holds(invariant: InvariantResult, *, strict: bool = False) -> bool:
    """Tell whether an invariant fails nothing: what is unknown is not proved, and *strict* takes no vacuous proof."""
    return invariant.outcome in ("proved", "not_run") and not (strict and invariant.vacuous is not None)


def tally(
    cells: Sequence[CellResult],
    *,
    declared: int,
    strict: bool = False,
    failures: int = 0,
    complete: bool = True,
    invariants: Sequence[InvariantResult] = (),
) -> Summary:
    """Count *cells*; *failures* are those of the run itself, *complete* is False after a selection or a stop.

    Under *strict* the warnings of a cell, vacuity among them, have failed it already.  The *invariants* are not
    counted, but the verdict is theirs too.
    """
    outcomes = Counter(cell.outcome for cell in cells)
    vacuous = sum(cell.vacuous is not None for cell in cells)
    default_only = sum(cell.default_only for cell in cells)
    exceptions = outcomes["known_gap"] or outcomes["skipped"] or vacuous or default_only or outcomes["unsupported"]
    exceptions = exceptions or any(one.vacuous is not None for one in invariants)
    verdict: RunVerdict
    wrong = (
        outcomes["failed"] or outcomes["error"] or failures or not all(holds(one, strict=strict) for one in invariants)
    )
    if wrong or (strict and outcomes["unsupported"]):
        verdict = "not as expected"
    elif not complete or outcomes["not_run"] or any(one.outcome == "not_run" for one in invariants):
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
