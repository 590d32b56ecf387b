"""The decision matrix: rows of action × target, columns of principal × sign-in state.

MFA has three states, never two: true, false and absent (a long-term access key).  Where a principal is
asked in one of them, all three are columns, so that a hole is seen.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from reports.words import state_of
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from simulator.suites.result import CellResult, Run

__all__ = [
    "MFA_STATES",
    "Column",
    "Row",
    "Table",
    "by_suite",
    "columns",
    "hole",
    "keyless",
    "suite_tables",
    "tables",
    "worst",
]

MFA_STATES = {
    "with MFA": "MFA present (true)",
    "console without MFA": "MFA false",
    "access key": "MFA key absent (access key)",
}
"""The built-in sign-in states in the order of their columns, with what the header says."""

_WIDEST = 12  # columns that a screen and a landscape page hold
_STATES = ("failed", "error", "unsupported", "not_run", "known_gap", "vacuous", "skipped", "passed")


class Column(NamedTuple):
    """One principal in one sign-in state."""

    principal: str
    session: str


class Row(NamedTuple):
    """One action on one target."""

    action: str
    target: str


@dataclass(frozen=True, slots=True)
class Table:
    """A part of one suite's matrix that fits on a page; a place holds the cells of all its scenarios."""

    suite: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    places: Mapping[tuple[Row, Column], tuple[CellResult, ...]]
    roles: frozenset[str]  #: principals without long-term keys

    def at(self, row: Row, column: Column) -> tuple[CellResult, ...]:
        """Return the cells of one place, the worst first."""
        return self.places.get((row, column), ())

    def groups(self) -> Iterator[tuple[str, int]]:
        """Yield each principal with the number of its columns."""
        for principal, columns in groupby(self.columns, key=lambda column: column.principal):
            yield principal, len(list(columns))

    def split(self, widest: int) -> Iterator[Table]:
        """Yield the table in parts of at most *widest* columns.

        Principals stand together while they are asked much the same: else the table is mostly holes.
        """
        pending: tuple[Column, ...] = ()
        for own in _runs(self.columns, widest):
            if pending and (len(pending) + len(own) > widest or not self._alike(pending, own)):
                yield self._part(pending)
                pending = ()
            pending += own
        if pending:
            yield self._part(pending)

    def _alike(self, some: tuple[Column, ...], others: tuple[Column, ...]) -> bool:
        rows = [set(self._covered(columns)) for columns in (some, others)]
        return 2 * len(rows[0] & rows[1]) >= len(rows[0] | rows[1])

    def _covered(self, columns: tuple[Column, ...]) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if any((row, column) in self.places for column in columns))

    def _part(self, columns: tuple[Column, ...]) -> Table:
        return Table(self.suite, columns, self._covered(columns), self.places, self.roles)

    def of_row(self, row: Row) -> list[CellResult]:
        """Return all cells of a row."""
        return [cell for column in self.columns for cell in self.at(row, column)]

    def of_column(self, column: Column) -> list[CellResult]:
        """Return all cells of a column."""
        return [cell for row in self.rows for cell in self.at(row, column)]


def hole(table: Table, column: Column) -> str:
    """Say why a place is empty: a role has no access key, else nothing covers it."""
    return "n/a" if column.session == "access key" and column.principal in table.roles else "— not covered"


def worst(cells: Iterable[CellResult]) -> list[CellResult]:
    """Order cells, the one that needs attention first."""
    return sorted(cells, key=lambda cell: _STATES.index(state_of(cell)))


def tables(run: Run, *, widest: int = _WIDEST) -> tuple[Table, ...]:
    """Return the matrix, a table a suite, more where it has more than *widest* columns."""
    return tuple(table for suite, cells in by_suite(run).items() for table in suite_tables(suite, cells, widest=widest))


def by_suite(run: Run) -> dict[str, list[CellResult]]:
    """Return the cells of each suite."""
    found: defaultdict[str, list[CellResult]] = defaultdict(list)
    for cell in run.cells:
        found[cell.suite].append(cell)
    return found


def suite_tables(suite: str, cells: Sequence[CellResult], *, widest: int = _WIDEST) -> Iterator[Table]:
    """Yield the matrix of one suite's *cells*."""
    places: defaultdict[tuple[Row, Column], list[CellResult]] = defaultdict(list)
    for cell in cells:
        places[Row(cell.action, cell.target), Column(cell.principal, cell.session)].append(cell)
    ordered = {place: tuple(worst(found)) for place, found in places.items()}
    rows = tuple(dict.fromkeys(row for row, _ in places))
    yield from Table(suite, tuple(columns(column for _, column in places)), rows, ordered, keyless(cells)).split(widest)


def keyless(cells: Iterable[CellResult]) -> frozenset[str]:
    """Return the principals without long-term keys: the roles."""
    return frozenset(c.principal for c in cells if c.derived_context.get("aws:PrincipalType", "User") != "User")


def columns(found: Iterable[Column]) -> list[Column]:
    """Return the columns by principal, the MFA states first and complete."""
    sessions: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for column in found:
        sessions[column.principal][column.session] = None
    complete = []
    for principal, named in sessions.items():
        states = list(MFA_STATES) if any(name in MFA_STATES for name in named) else []
        complete += [Column(principal, name) for name in dict.fromkeys([*states, *named])]
    return complete


def _runs(columns: tuple[Column, ...], widest: int) -> Iterator[tuple[Column, ...]]:
    """Yield the columns of each principal, cut where they are too many for a table."""
    for _, group in groupby(columns, key=lambda column: column.principal):
        own = tuple(group)
        yield from (own[start : start + widest] for start in range(0, len(own), widest))
