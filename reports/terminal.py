"""The terminal: requirements, the matrix, failures in full, the verdict.

What an engineer reads while changing a policy.  It ends with the verdict's own words and with where
the decisions come from; it never counts like a test runner, whose line reads as 'all is well'.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from reports.claims import by_outcome, claim_facts, claim_headline, claim_mark, claim_scenario
from reports.describe import Fact, deciding_words, facts, headline, place, shown
from reports.matrix import Table, by_suite, hole, suite_tables
from reports.quote import Quotes
from reports.since import changes_since
from reports.trace import requirements
from reports.words import (
    by_severity,
    catalogue_date,
    count,
    figures,
    how_denied,
    mark_of,
    plainly_passed,
    source_line,
    unspoken,
    unspoken_line,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reports.matrix import Column, Row
    from reports.quote import Quote
    from simulator.suites.result import CellResult, Deciding, InvariantResult, Run

__all__ = ["claim_text", "claims_text", "failure_text", "render"]

_WIDTH = 140
_WIDEST = (12, 6, 3)  # columns tried, until the table fits
_MOST_ROWS = 40  # of a suite; more, and rows as expected are counted instead
_MOST_SQUARES = 2000  # of a suite: a wide matrix is as long, in parts
_LABEL = 12
_CODES = {"failed": "1;31", "error": "1;31", "passed": "32", "vacuous": "33", "known_gap": "33", "head": "1"}
_VERDICT_CODES = {"as expected": "1;32", "not as expected": "1;31"}


def render(
    run: Run,
    *,
    full: bool = False,
    failures_only: bool = False,
    since: Run | None = None,
    color: bool = False,
    width: int | None = None,
) -> str:
    """Return the run as text for a terminal.

    *full* writes out matrices however large, *failures_only* leaves them out; *since* is an earlier run,
    for what changed; *color* adds ANSI colours, never a meaning; *width* is the number of columns at hand.
    """
    paint = _painter(color=color)
    parts = (
        [] if failures_only else [*_requirements(run, paint), *_matrices(run, paint, full=full, width=width or _WIDTH)]
    )
    parts += [*_invariants(run, paint, brief=True)]
    parts += [*_failures(run, paint), *_exceptions(run, paint), *_warnings(run, paint)]
    scope = _unspoken(run)
    parts += [*([] if since is None else [changes_since(since, run)]), _closing(run, paint, scope)]
    return "\n\n".join(parts) + "\n"


def _painter(*, color: bool) -> Callable[[str, str], str]:
    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if color and code else text

    return paint


def _table(rows: list[list[str]], headers: list[str], style: str) -> str:
    from tabulate import tabulate  # noqa: PLC0415  # 59 ms that only a printed table is worth

    return tabulate(rows, headers=headers, tablefmt=style, disable_numparse=True, stralign="left")


def _requirements(run: Run, paint: Callable[[str, str], str]) -> Iterator[str]:
    traces = requirements(run)
    if not traces:
        return
    states = {"held": "passed", "not held": "failed"}
    rows = [
        [
            paint(f"{t.symbol} {shown(t.id, 24)}", _CODES.get(states.get(t.result, "known_gap"), "")),
            shown(t.text, 90),
            str(t),
        ]
        for t in traces
    ]
    yield paint("Requirements", _CODES["head"]) + "\n" + _table(rows, [], "plain")


def _matrices(run: Run, paint: Callable[[str, str], str], *, full: bool, width: int) -> Iterator[str]:
    files = {suite.name: suite.path for suite in run.suites}
    for suite, cells in by_suite(run).items():
        title = paint(shown(suite), _CODES["head"]) + (f"  ({shown(files[suite])})" if suite in files else "")
        yield "\n".join([title, *_suite(suite, cells, paint, full=full, width=width)])


def _suite(
    suite: str, cells: list[CellResult], paint: Callable[[str, str], str], *, full: bool, width: int
) -> Iterator[str]:
    if not full and _large(cells):
        yield _counted(cells)
        parts = [table for part in suite_tables(suite, _notable(cells)) if (table := _attention(part)) is not None]
    else:
        parts = list(suite_tables(suite, cells))
    legend = Legend()
    for part in parts:
        yield from _fitting(part, width, legend, paint)
    yield from legend.lines()


def _large(cells: list[CellResult]) -> bool:
    """Tell whether a matrix is too long to be read."""
    rows = len({(cell.action, cell.target) for cell in cells})
    return rows > _MOST_ROWS or rows * len({(cell.principal, cell.session) for cell in cells}) > _MOST_SQUARES


def _counted(cells: list[CellResult]) -> str:
    """Count what goes well instead of showing it."""
    well = sum(map(plainly_passed, cells))
    if well == len(cells):
        return f"all {count(well, 'cell')} as expected (--full shows them)"
    return f"{well:,} of {count(len(cells), 'cell')} as expected; shown are the rows of the others (--full shows all)"


def _notable(cells: list[CellResult]) -> list[CellResult]:
    """Return the cells of the principals that have more than passes."""
    principals = {cell.principal for cell in cells if not plainly_passed(cell)}
    return [cell for cell in cells if cell.principal in principals]


def _attention(table: Table) -> Table | None:
    """Return *table* with only the rows that hold more than passes."""
    rows = tuple(row for row in table.rows if not all(map(plainly_passed, table.of_row(row))))
    return Table(table.suite, table.columns, rows, table.places, table.roles) if rows else None


def _fitting(part: Table, width: int, legend: Legend, paint: Callable[[str, str], str]) -> list[str]:
    """Draw a table, split by columns until it fits; the narrowest stays as it is."""
    *wider, narrowest = _WIDEST
    for widest in wider:
        grids = []
        for table in part.split(widest):
            grids.append(_grid(table, legend, paint))
            if len(grids[-1].split("\n", 1)[0]) > width:  # a line of the frame, which has no colour
                break
        else:
            return grids
    return [_grid(table, legend, paint) for table in part.split(narrowest)]


class Legend:
    """The statements that decided, numbered as they come: a square has room for a number only."""

    def __init__(self) -> None:
        self._numbers: dict[Deciding, int] = {}

    def marks(self, cell: CellResult) -> str:
        """Return the numbers of the statements that decided *cell*."""
        return "".join(f" [{self._numbers.setdefault(item, len(self._numbers) + 1)}]" for item in cell.deciding)

    def lines(self) -> Iterator[str]:
        """Yield what the numbers mean."""
        yield from (f"  [{number}] {deciding_words(item)}" for item, number in self._numbers.items())


def _grid(table: Table, legend: Legend, paint: Callable[[str, str], str]) -> str:
    headers = ["action", "on", *(f"{shown(c.principal, 30)}\n{shown(c.session, 30)}" for c in table.columns)]
    rows = [
        [
            shown(row.action, 48),
            shown(row.target, 40),
            *(_place(table, row, column, legend, paint) for column in table.columns),
        ]
        for row in table.rows
    ]
    return _table(rows, headers, "simple_outline")


def _place(table: Table, row: Row, column: Column, legend: Legend, paint: Callable[[str, str], str]) -> str:
    """Return a square: one line, or two where it needs attention."""
    cells = table.at(row, column)
    if not cells:
        return hole(table, column)
    cell, mark = cells[0], mark_of(cells[0])
    how = how_denied(cell) if mark.state in ("passed", "vacuous") else ""
    text = shown(str(mark), 90) + (f" ({how})" if how in ("implicit", "by default") else "") + legend.marks(cell)
    text += f" (+{len(cells) - 1})" if len(cells) > 1 else ""
    lines = [*text.replace(", got", ",\n  got").split("\n"), *([f"  {mark.live}"] if mark.live else [])]
    return "\n".join(paint(line, _CODES.get(mark.state, "")) for line in lines)


def _failures(run: Run, paint: Callable[[str, str], str]) -> Iterator[str]:
    failed, quotes = by_severity(run), Quotes(run)
    if not failed and not run.failures:
        return
    yield paint("Failures", _CODES["head"])
    seen: dict[Quote, int] = {}
    for number, cell in enumerate(failed, 1):
        title = paint(f"{number}. {headline(cell)}", _CODES["failed"])
        yield "\n".join([title, *_told(cell, quotes, seen, number)])
    for number, text in enumerate(run.failures, len(failed) + 1):
        yield paint(f"{number}. of the run: {shown(text, 2000)}", _CODES["failed"])


def _told(cell: CellResult, quotes: Quotes, seen: dict[Quote, int], number: int) -> Iterator[str]:
    """Tell all of a cell: its facts, and the statements that decided it."""
    yield from _block(facts(cell))
    yield from _quoted(cell, quotes, seen, number)


def failure_text(run: Run, cell: CellResult) -> str:
    """Return one failed cell as `render` shows it, for a test runner that shows failures by itself."""
    return "\n".join([headline(cell), *_told(cell, Quotes(run), {}, 1)])


def claim_text(one: InvariantResult) -> str:
    """Return one invariant with all that there is to say of it, for a test runner."""
    return "\n".join([claim_headline(one), *_claim(one)])


def _claim(one: InvariantResult) -> Iterator[str]:
    yield from _block(claim_facts(one))
    scenario = claim_scenario(one)
    if scenario:
        yield "   as a scenario"
        yield from (f"  {line}" for line in scenario)


def _block(lines: Iterable[Fact]) -> Iterator[str]:
    for label, group in groupby(lines, key=lambda fact: fact.label):
        for index, fact in enumerate(group):
            yield f"   {label if index == 0 else '':<{_LABEL}} {fact.text}"


def _quoted(cell: CellResult, quotes: Quotes, seen: dict[Quote, int], number: int) -> Iterator[str]:
    """Quote the deciding statements, each once in a run."""
    for item in cell.deciding:
        quote = quotes.statement(item)
        if quote is None:
            continue
        first = seen.setdefault(quote, number)
        if first != number:
            yield f"   (the statement is quoted at failure {first})"
            continue
        yield f"   {shown(quote.file)}"
        yield from (f"   {line:>5} | {shown(text, 400)}" for line, text in quote.lines)
        if quote.more:
            yield f"         | … {count(quote.more, 'more line')}"


def claims_text(run: Run, *, color: bool = False) -> str:
    """Return the invariants with all that there is to say of each, and the verdict."""
    paint = _painter(color=color)
    # Cells are not asked for here, so none was left out.
    ending = _closing(replace(run, selection=None), paint)
    chosen = [f"Selected: {shown(run.selection.text)}"] if run.selection else []
    return "\n\n".join([*_invariants(run, paint, brief=False), *_warnings(run, paint), *chosen, ending]) + "\n"


def _invariants(run: Run, paint: Callable[[str, str], str], *, brief: bool) -> Iterator[str]:
    """Show each invariant; with *brief* those proved on a line each."""
    if not run.invariants:
        return
    yield paint("Invariants", _CODES["head"])
    lines = []
    for one in by_outcome(run):
        mark = claim_mark(one)
        title = f"{paint(str(mark), _CODES.get(mark.state, ''))}  {shown(one.name)} ({place(one.file, one.line)})"
        if brief and mark.state == "passed":
            lines.append(f"  {title}")
        else:
            lines += [f"  {title}", *_claim(one)]
    yield "\n".join(lines)


def _exceptions(run: Run, paint: Callable[[str, str], str]) -> Iterator[str]:
    lines = [
        _exception(cell)
        for cell in run.cells
        if cell.outcome in ("known_gap", "skipped", "unsupported") or cell.vacuous
    ]
    if lines:
        yield "\n".join([paint("Exceptions", _CODES["head"]), *dict.fromkeys(lines)])


def _exception(cell: CellResult) -> str:
    mark, waiver = mark_of(cell), cell.waiver
    reason = shown(cell.vacuous or (waiver.reason if waiver else cell.message) or "", 500)
    who = [waiver.owner, waiver.until and f"until {waiver.until}", waiver.ticket] if waiver else []
    known = ", ".join(shown(text) for text in who if text)
    where = f"{shown(cell.file)}:{cell.line}"
    return f"  {mark}  {shown(cell.scenario, 80)} ({where}): {reason}" + (f" ({known})" if known else "")


def _warnings(run: Run, paint: Callable[[str, str], str]) -> Iterator[str]:
    found = [*run.warnings, *(text for cell in run.cells for text in cell.warnings)]
    if found:
        yield "\n".join(
            [paint("Warnings", _CODES["head"]), *(f"  {shown(text, 2000)}" for text in dict.fromkeys(found))]
        )


def _unspoken(run: Run) -> str:
    """Say what no scenario speaks about: that is of whole suites, whatever was selected."""
    line = unspoken_line(run)
    if not unspoken(run):
        return line
    whole = "; scenarios that were left out speak too" if run.selection else ""
    return f"{line} (listed by --unspoken{whole})"


def _closing(run: Run, paint: Callable[[str, str], str], scope: str = "") -> str:
    code = _VERDICT_CODES.get(run.summary.verdict, "1;33")
    lines = [", ".join(figures(run))]
    if run.selection:
        lines.append(
            f"Selected: {shown(run.selection.text)}; {count(run.selection.left_out, 'declared cell')} left out"
        )
    lines += [scope] if scope else []
    if date := catalogue_date(run):
        lines.append(f"Catalogue of {date}")
    return "\n".join([*lines, paint(f"Verdict: {run.summary.verdict}", code), shown(source_line(run), 1000)])
