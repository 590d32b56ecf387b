"""CSV: a row a cell, and one an invariant, for spreadsheets.

A spreadsheet runs a cell that begins like a formula, so such text gets an apostrophe in front.  Every
row repeats the run's verdict, source, catalogue, warnings and digest: a filtered sheet still says what it is.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from reports.baseline import changes_in, told
from reports.describe import context_words, shown
from reports.json import result_digest
from reports.words import catalogue_date, kind_of, source_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reports.options import Options
    from simulator.suites.result import CellResult, Deciding, InvariantResult, Run

__all__ = ["COLUMNS", "render"]

_LIMIT = 4000  # of a field: a spreadsheet takes 32,767
_FORMULA = ("=", "+", "-", "@")

COLUMNS: dict[str, Callable[[CellResult], object]] = {
    "id": lambda cell: cell.id,
    "suite": lambda cell: cell.suite,
    "file": lambda cell: cell.file,
    "line": lambda cell: cell.line,
    "scenario": lambda cell: cell.scenario,
    "scenario_id": lambda cell: cell.scenario_id,
    "requirement": lambda cell: "; ".join(cell.requirement),
    "controls": lambda cell: "; ".join(cell.controls),
    "tags": lambda cell: "; ".join(cell.tags),
    "principal": lambda cell: cell.principal,
    "session": lambda cell: cell.session,
    "context": lambda cell: context_words(cell.context),
    "action": lambda cell: cell.action,
    "target": lambda cell: cell.target,
    "resource": lambda cell: cell.resource if isinstance(cell.resource, str) else "; ".join(cell.resource),
    "expected": lambda cell: cell.expected,
    "expected_by": lambda cell: cell.expected_by,
    "actual": lambda cell: cell.actual,
    "live": lambda cell: f"{cell.live.actual}: {cell.live.rule}" if cell.live else "",
    "outcome": lambda cell: cell.outcome,
    "kind": lambda cell: kind.value if (kind := kind_of(cell)) else "",
    "vacuous": lambda cell: cell.vacuous,
    "default_only": lambda cell: "yes" if cell.default_only else "",
    "message": lambda cell: cell.message,
    "decided_by": lambda cell: _names(cell.deciding),
    "decided_at": lambda cell: _places(cell.deciding),
    "why": lambda cell: cell.why,
    "exception_reason": lambda cell: cell.waiver.reason if cell.waiver else "",
    "exception_owner": lambda cell: cell.waiver.owner if cell.waiver else "",
    "exception_until": lambda cell: cell.waiver.until if cell.waiver else "",
    "exception_ticket": lambda cell: cell.waiver.ticket if cell.waiver else "",
}
"""The columns and how a cell fills them; those of the run follow."""

OF_THE_RUN: dict[str, Callable[[Run], object]] = {
    "run_verdict": lambda run: run.summary.verdict,
    "run_source": source_line,
    "run_catalogue": catalogue_date,
    "run_warnings": lambda run: "; ".join(run.warnings),
    "run_result_digest": result_digest,
}


_OF_INVARIANTS: dict[str, Callable[[InvariantResult], object]] = {
    "id": lambda one: one.id,
    "suite": lambda one: one.suite,
    "file": lambda one: one.file,
    "line": lambda one: one.line,
    "scenario": lambda one: one.name,
    "scenario_id": lambda one: one.invariant_id,
    "requirement": lambda one: "; ".join(one.requirement),
    "controls": lambda one: "; ".join(one.controls),
    "tags": lambda one: "; ".join(one.tags),
    "principal": lambda one: "; ".join(one.principals),
    "session": lambda one: "; ".join(one.sessions),
    "action": lambda one: one.actions,
    "target": lambda one: one.resources,
    "resource": lambda one: one.refutation.resource if one.refutation else "",
    "context": lambda one: context_words(one.refutation.context, mfa=False) if one.refutation else "",
    "expected": lambda one: one.expected,
    "actual": lambda one: one.refutation.actual if one.refutation else "",
    "outcome": lambda one: one.outcome,
    "kind": lambda _: "invariant",
    "vacuous": lambda one: one.vacuous,
    "message": lambda one: one.message,
    "decided_by": lambda one: _names(one.refutation.deciding) if one.refutation else "",
    "decided_at": lambda one: _places(one.refutation.deciding) if one.refutation else "",
    "why": lambda one: one.why,
}
"""How an invariant fills the columns: what a cell has alone stays empty."""

CHANGED = "changed"
"""The last column: what changed since the baseline, where there is one."""


def render(run: Run, options: Options | None = None) -> str:
    """Return the cells as CSV (RFC 4180), the header first; after them those that only a baseline has."""
    changes = changes_in(run, options)
    words = {name: _field("; ".join(found)) for name, found in told(changes).items()}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, *OF_THE_RUN, CHANGED])
    about = [_field(column(run)) for column in OF_THE_RUN.values()]
    for cell in run.cells:
        writer.writerow([*(_field(column(cell)) for column in COLUMNS.values()), *about, words.get(cell.id, "")])
    for one in run.invariants:
        filled = (_OF_INVARIANTS[name](one) if name in _OF_INVARIANTS else "" for name in COLUMNS)
        writer.writerow([*map(_field, filled), *about, words.get(one.id, "")])
    for name in changes.removed if changes else ():
        writer.writerow([_field(name), *[""] * (len(COLUMNS) - 1), *about, words[name]])
    return out.getvalue()


def _names(deciding: Iterable[Deciding]) -> str:
    return "; ".join(item.sid or f"{item.policy}:{item.line}" for item in deciding)


def _places(deciding: Iterable[Deciding]) -> str:
    return "; ".join(f"{item.file}:{item.line}:{item.column}" for item in deciding)


def _field(value: object) -> str:
    text = "" if value is None else shown(str(value), _LIMIT)
    return f"'{text}" if text.startswith(_FORMULA) else text
