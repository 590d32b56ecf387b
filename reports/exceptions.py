"""Exceptions: known gaps, skips and what could not be asked, with who answers for them and until when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.words import mark_of

if TYPE_CHECKING:
    from simulator.suites.result import CellResult, Run

__all__ = ["Exempt", "exceptions", "reason_of"]


@dataclass(frozen=True, slots=True)
class Exempt:
    """One exception of one scenario, and the cells that it covers."""

    cells: tuple[CellResult, ...]
    word: str
    symbol: str
    reason: str
    owner: str
    until: str
    ticket: str
    overdue: bool

    @property
    def cell(self) -> CellResult:
        """The first of the cells; they share scenario and place."""
        return self.cells[0]


def exceptions(run: Run) -> tuple[Exempt, ...]:
    """Return the exceptions of *run*, a row a scenario and reason."""
    found: defaultdict[tuple[str, ...], list[CellResult]] = defaultdict(list)
    for cell in run.cells:
        if (
            cell.outcome in ("known_gap", "skipped", "unsupported", "not_run")
            or cell.vacuous is not None
            or cell.waiver
        ):
            found[cell.file, cell.scenario, mark_of(cell).state, reason_of(cell)].append(cell)
    return tuple(_row(tuple(cells), key[-1], run.finished[:10]) for key, cells in found.items())


def reason_of(cell: CellResult) -> str:
    """Return why a cell is none that held; why a scenario is skipped, or known to fail, is not why a run stopped."""
    if cell.outcome == "not_run":
        return "" if cell.message == mark_of(cell).text else cell.message or ""
    return (cell.waiver.reason if cell.waiver else cell.vacuous or cell.message) or ""


def _row(cells: tuple[CellResult, ...], reason: str, today: str) -> Exempt:
    mark, waiver = mark_of(cells[0]), None if cells[0].outcome == "not_run" else cells[0].waiver
    until = (waiver.until or "") if waiver else ""
    owner, ticket = (waiver.owner or "", waiver.ticket or "") if waiver else ("", "")
    return Exempt(cells, mark.text, mark.symbol, reason, owner, until, ticket, overdue=bool(until) and until < today)
