"""Section E of the Markdown report: every case, a table a scenario, folded away.

Who wants the facts of a failure finds them in the findings; here each case has its row.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reports.gfm import code, details, table, text
from reports.words import count, mark_of

if TYPE_CHECKING:
    from reports.options import Options
    from simulator.suites.result import CellResult, Run

__all__ = ["section"]

_HEADERS = ("who", "session", "action", "on", "expected", "decided", "by")


def section(run: Run, options: Options, *, attention: bool = False) -> str:
    """Return the section, with *attention* only the cases that need it."""
    del options
    scenarios: defaultdict[tuple[str, str], list[CellResult]] = defaultdict(list)
    for cell in run.cells:
        if attention and mark_of(cell).state == "passed":
            continue
        scenarios[cell.file, cell.scenario].append(cell)
    parts = [_scenario(name, cells) for (_, name), cells in scenarios.items()]
    return "\n\n".join(["#### E. Case details", *(parts or ["No case."])])


def _scenario(name: str, cells: list[CellResult]) -> str:
    rows = table(_HEADERS, (_row(cell) for cell in cells))
    return details(f"{name} ({count(len(cells), 'case')})", rows)


def _row(cell: CellResult) -> list[str]:
    mark = mark_of(cell)
    names = (text(name) for name in (cell.principal, cell.session))
    words = (text(name) for name in (cell.target, cell.expected, str(mark)))
    return [*names, code(cell.action), *words, text(mark.detail)]
