"""What the HTML templates show: the run, arranged; anchors, links and states worked out.

Templates hold no logic beyond loops and conditions.  Anchors come from the cells' ids, so that a link
into one report fits the next.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from reports.baseline import changes_in
from reports.describe import context_words, deciding_words, facts, headline, miss_words
from reports.evidence import documents, evidence
from reports.locate import Deciders
from reports.matrix import MFA_STATES, hole, tables
from reports.quote import Quotes
from reports.words import HINTS, by_severity, kind_of, mark_of, plainly_passed, state_of
from simulator.suites.result import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from reports.baseline import Changes
    from reports.describe import Fact
    from reports.evidence import Evidence
    from reports.matrix import Column, Row, Table
    from reports.options import Options
    from reports.quote import Quote
    from reports.words import Mark
    from simulator.suites.result import CellResult, ContextValue, Deciding, Run

__all__ = ["Case", "CaseRow", "Finding", "Matrix", "MatrixRow", "Place", "Scenario", "Statement", "Step", "View"]

_FULL_CASES = 1000  # a run of more gives its passing cells a row each instead of a drill-down
_WHOLE_FINDINGS = 200  # of more, the rest are links to the case details
_LINKS = 4  # cases of one square that have a link each
_ROWS = 200  # of one table: a browser lays out a part at a time


@dataclass(frozen=True, slots=True)
class Statement:
    """A deciding statement: its quote and the anchor of its first line in the appendix."""

    words: str
    quote: Quote | None
    policy: str  #: anchor of the policy in the appendix
    line: int


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the decision path: a layer of policies, what it says, the statements by which, what nearly matched."""

    layer: str
    decision: str
    decides: bool
    statements: tuple[Statement, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A cell with a drill-down."""

    cell: CellResult
    anchor: str
    mark: Mark
    changed: bool
    derived: str = ""  #: the context derived for it, but what its principal's cases share


class CaseRow(NamedTuple):
    """A cell with a row only; `states` is what filters look at."""

    anchor: str
    states: str
    principal: str
    session: str
    action: str
    target: str
    expected: str
    decided: str
    by: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """The cells of one scenario of one file."""

    anchor: str
    first: CellResult
    cases: tuple[Case, ...]
    rows: tuple[CaseRow, ...]
    outcome: str  #: what came of the rows
    derived: tuple[tuple[str, str], ...] = ()  #: the context derived for each principal's cases alike


@dataclass(frozen=True, slots=True)
class Finding:
    """A failure with what to say of it; of many failures only the first are `whole`."""

    number: int
    cell: CellResult
    title: str
    hint: str
    href: str
    whole: bool


class Place(NamedTuple):
    """A square of the matrix: links to its cases, the worst first; without one it is a hole."""

    state: str
    hole: str = ""
    links: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A row of the matrix; `states` is what filters look at."""

    row: Row
    states: str
    places: tuple[Place, ...]
    total: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """A part of the matrix with at most `_ROWS` rows."""

    number: int
    caption: str
    groups: tuple[tuple[str, int], ...]
    headers: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[str, ...]


class View:
    """Everything the templates ask for; computed when asked, once."""

    def __init__(self, run: Run, options: Options, page_of: Callable[[CellResult], str] | None = None) -> None:
        self.run = run
        self.options = options
        self._page_of = page_of  # where case details are not on this page
        self._quotes = Quotes(run)
        self.documents = documents(run)
        self._deciders = Deciders(run)
        self._anchors = {policy.path: f"policy-{number}" for number, policy in enumerate(self.documents, 1)}
        roles: defaultdict[str, set[str]] = defaultdict(set)
        for policy in run.policies:
            roles[policy.path].add(policy.role)
        self._roles = {path: frozenset(found) for path, found in roles.items()}
        self._shown: dict[str, tuple[str, Mark]] = {}

    def _show(self, cell: CellResult) -> tuple[str, Mark]:
        """Return the anchor and the mark of a cell, which the matrix and the details both want."""
        found = self._shown.get(cell.id)
        if found is None:
            found = self._shown[cell.id] = anchor(cell), mark_of(cell)
        return found

    def href(self, cell: CellResult) -> str:
        """Return the link to a cell's details."""
        return f"{self._page(cell)}#{self._show(cell)[0]}"

    def scenario_href(self, cell: CellResult) -> str:
        """Return the link to the case details of a cell's scenario."""
        return f"{self._page(cell)}#{scenario_anchor(cell)}"

    def _page(self, cell: CellResult) -> str:
        """Return the page with a cell's details, which is empty for this one."""
        return self._page_of(cell) if self._page_of else ""

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence record."""
        return evidence(self.run)

    @cached_property
    def changes(self) -> Changes | None:
        """What changed since the baseline, if there is one."""
        return changes_in(self.run, self.options)

    @cached_property
    def changed(self) -> frozenset[str]:
        """The ids of cells that are decided otherwise than in the baseline."""
        return self.changes.flipped if self.changes else frozenset()

    def _any_changed(self, cells: Iterable[CellResult]) -> bool:
        return bool(self.changed) and any(cell.id in self.changed for cell in cells)

    @cached_property
    def cells(self) -> dict[str, CellResult]:
        """All cells by id."""
        return {cell.id: cell for cell in self.run.cells}

    @cached_property
    def states(self) -> Counter[str]:
        """How many cells are shown in which state."""
        return Counter(map(state_of, self.run.cells))

    @cached_property
    def principals(self) -> tuple[str, ...]:
        """All principals, in the run's order."""
        return tuple(dict.fromkeys(cell.principal for cell in self.run.cells))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The failures, worst first."""
        found = []
        for number, cell in enumerate(by_severity(self.run), 1):
            kind = kind_of(cell)
            hint = HINTS[kind] if kind else ""
            found.append(Finding(number, cell, headline(cell), hint, self.href(cell), number <= _WHOLE_FINDINGS))
        return tuple(found)

    @property
    def many(self) -> bool:
        """Tell whether there are too many cells for a drill-down each."""
        return len(self.run.cells) > _FULL_CASES and not self.options.full

    def scenarios(self) -> Iterator[Scenario]:
        """Yield the scenarios with their cases."""
        groups: defaultdict[tuple[str, str], list[CellResult]] = defaultdict(list)
        for cell in self.run.cells:
            groups[cell.file, cell.scenario].append(cell)
        for cells in groups.values():
            full, rest = self._parted(cells)
            shared = _shared(full)
            derived = tuple((name, _context(dict(items))) for name, items in shared.items() if items)
            yield Scenario(
                scenario_anchor(cells[0]),
                cells[0],
                tuple(Case(cell, *self._show(cell), cell.id in self.changed, _rest(cell, shared)) for cell in full),
                tuple(map(self._case_row, rest)),
                " as expected" if all(map(plainly_passed, rest)) else f": {_total(rest)}",
                derived,
            )

    def _parted(self, cells: list[CellResult]) -> tuple[list[CellResult], list[CellResult]]:
        """Part cells by who has a drill-down: of many only what needs attention, and nothing where that is much too."""
        if not self.many:
            return cells, []
        if len(self.findings) > _FULL_CASES:
            return [], cells
        return [cell for cell in cells if not plainly_passed(cell)], list(filter(plainly_passed, cells))

    def _case_row(self, cell: CellResult) -> CaseRow:
        anchor, mark = self._show(cell)
        states = f"{mark.state} changed" if cell.id in self.changed else mark.state
        names = cell.principal, cell.session, cell.action, cell.target, cell.expected
        return CaseRow(anchor, states, *names, str(mark), mark.detail)

    def statements(self, cell: CellResult) -> tuple[Statement, ...]:
        """Return the statements that decided *cell*, quoted."""
        return self._statements(cell.deciding)

    def _statements(self, deciding: tuple[Deciding, ...]) -> tuple[Statement, ...]:
        return tuple(
            Statement(deciding_words(item), self._quotes.statement(item), self._policy_anchor(item), item.line)
            for item in deciding
        )

    def _policy_anchor(self, item: Deciding) -> str:
        policy = self._deciders.of(item)
        return self._anchors.get(policy.path, "") if policy else ""

    def decided(self, scenario: Scenario) -> tuple[Statement, ...]:
        """Return the statements that decided the cases of a scenario with a drill-down, each once."""
        unique = dict.fromkeys(item for case in scenario.cases for item in case.cell.deciding)
        return self._statements(tuple(unique))

    def facts(self, cell: CellResult) -> tuple[Fact, ...]:
        """Return the facts of a cell, without those that have a place of their own."""
        return tuple(fact for fact in facts(cell) if fact.label not in ("decided by", "nearest miss"))

    def path(self, cell: CellResult) -> tuple[Step, ...]:
        """Return the decision path: what each layer says, and by which statements."""
        if cell.actual is None:
            return ()
        layers = cell.layers or (Layer("", cell.actual, decides=True),)  # of many requests, or as a remote engine says
        kinds = [layer.layer.partition(".")[0] for layer in layers]
        matched, missed = ([self._layer_of(item.file, kinds) for item in items] for items in (cell.deciding, cell.near))
        return tuple(
            Step(
                layer.layer,
                layer.decision,
                layer.decides,
                self._statements(tuple(item for item, kind in zip(cell.deciding, matched, strict=True) if kind == own)),
                tuple(miss_words(item) for item, kind in zip(cell.near, missed, strict=True) if kind == own),
            )
            for layer, own in zip(layers, kinds, strict=True)
        )

    def _layer_of(self, path: str, kinds: Sequence[str]) -> str:
        """Tell in which of the layers a policy stands; the first takes what stands in none that is known."""
        return next((kind for kind in kinds if kind in self._roles.get(path, ())), kinds[0])

    def misses(self, cell: CellResult) -> tuple[str, ...]:
        """Return the near misses in words."""
        return tuple(miss_words(item) for item in cell.near)

    def matrices(self) -> Iterator[Matrix]:
        """Yield the matrix in tables that a page can hold, each with a caption of its own."""
        number = 0
        captions: Counter[str] = Counter()
        for table in tables(self.run):
            totals = tuple(_total(table.of_column(column)) for column in table.columns)
            caption = f"{table.suite}: {', '.join(principal for principal, _ in table.groups())}"
            captions[caption] += 1
            caption += f" ({captions[caption]})" if captions[caption] > 1 else ""
            parts = [table.rows[start : start + _ROWS] for start in range(0, len(table.rows), _ROWS)]
            for part, rows in enumerate(parts):
                number += 1
                first = part * _ROWS + 1
                where = (
                    f", rows {first:,} to {first + len(rows) - 1:,} of {len(table.rows):,}" if len(parts) > 1 else ""
                )
                yield self._matrix(number, table, rows, caption + where, totals if part == len(parts) - 1 else ())

    def _matrix(self, number: int, table: Table, rows: Sequence[Row], caption: str, totals: tuple[str, ...]) -> Matrix:
        headers = tuple(MFA_STATES.get(column.session, column.session) for column in table.columns)
        shown = tuple(self._row(table, row) for row in rows)
        return Matrix(number, caption, tuple(table.groups()), headers, shown, totals)

    def _row(self, table: Table, row: Row) -> MatrixRow:
        cells = table.of_row(row)
        states = dict.fromkeys(map(state_of, cells))
        words = [*states, "changed"] if self._any_changed(cells) else states
        return MatrixRow(row, " ".join(words), tuple(self._place(table, row, c) for c in table.columns), _total(cells))

    def _place(self, table: Table, row: Row, column: Column) -> Place:
        cells = table.at(row, column)
        if not cells:
            return Place("hole", hole(table, column))
        shown = [(cell, *self._show(cell)) for cell in cells[:_LINKS]]
        mark = shown[0][2]
        more = f"and {len(cells) - _LINKS} more" if len(cells) > _LINKS else ""
        changed = "▲ changed" if self._any_changed(cells) else ""
        notes = tuple(note for note in (mark.detail, mark.live, changed, more) if note)
        links = tuple((f"{self._page(cell)}#{anchor}", str(mark)) for cell, anchor, mark in shown)
        return Place(mark.state, links=links, notes=notes)


def anchor(cell: CellResult) -> str:
    """Return the anchor of a cell: the same in every report that has it."""
    return "c" + hashlib.sha256(cell.id.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def scenario_anchor(cell: CellResult) -> str:
    """Return the anchor of a cell's scenario."""
    name = f"{cell.file}::{cell.scenario}"
    return "s" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _shared(cells: Iterable[CellResult]) -> dict[str, frozenset[tuple[str, ContextValue]]]:
    """Return the context derived for all cases of a principal: it is told once, not in each."""
    found: dict[str, frozenset[tuple[str, ContextValue]]] = {}
    for cell in cells:
        items = frozenset(cell.derived_context.items())
        found[cell.principal] = found.get(cell.principal, items) & items
    return found


def _rest(cell: CellResult, shared: Mapping[str, frozenset[tuple[str, ContextValue]]]) -> str:
    return _context(dict(cell.derived_context.items() - shared[cell.principal]))


def _context(context: Mapping[str, ContextValue]) -> str:
    return context_words(context, mfa=False)


def _total(cells: Sequence[CellResult]) -> str:
    """Say how many cells are in which state, worst first."""
    count = Counter(map(state_of, cells))
    wrong = count["failed"] + count["error"]
    exceptional = len(cells) - wrong - count["passed"]
    parts = [
        f"{wrong:,} ✗" if wrong else "",
        f"{exceptional:,} ~" if exceptional else "",
        f"{count['passed']:,} ✓" if count["passed"] else "",
    ]
    return " ".join(part for part in parts if part) if cells else "—"
