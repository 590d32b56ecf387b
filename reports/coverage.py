"""Coverage in numbers and words: what every format says of it.

A statement counts one when decisions rest on it; each outcome of a condition that can occur counts one when it was
seen; each action and resource pattern counts one when it was used.  The percentage is of all of these together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from reports import gfm
from reports.describe import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from fractions import Fraction

    from simulator.suites.coverage import (
        ConditionCoverage,
        Coverage,
        Missed,
        PolicyCoverage,
        StatementCoverage,
    )

__all__ = [
    "HEAD",
    "MARKS",
    "Line",
    "Note",
    "Tally",
    "counts",
    "left_out_words",
    "lines_of",
    "markdown_table",
    "name_of",
    "notes",
    "tally",
]

Mark: TypeAlias = Literal["full", "part", "none"]

MARKS: Final[Mapping[Mark, str]] = {"full": "✓", "part": "~", "none": "✗"}
HEAD: Final = ("policy", "covered", "statements", "conditions", "patterns")
_ORDER: tuple[Mark, ...] = ("full", "part", "none")
_MOST_LINES = 2000  # of one statement
_MOST_NOTES = 12  # at one line: minified policies stand on one
_MISSED_WORDS: Mapping[Missed, str] = {
    "action": "its actions",
    "resource": "its resources",
    "condition": "its conditions",
    "principal": "its principals",
    "gate": "the type of the resource, which the action does not take",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many statements, outcomes of conditions and patterns are covered, of how many."""

    statements: tuple[int, int] = (0, 0)
    conditions: tuple[int, int] = (0, 0)
    patterns: tuple[int, int] = (0, 0)

    @property
    def rows(self) -> tuple[tuple[str, tuple[int, int]], ...]:
        """The three counts by name."""
        return ("statements", self.statements), ("conditions", self.conditions), ("patterns", self.patterns)

    @property
    def covered(self) -> int:
        """What is covered of all three."""
        return self.statements[0] + self.conditions[0] + self.patterns[0]

    @property
    def total(self) -> int:
        """What there is of all three."""
        return self.statements[1] + self.conditions[1] + self.patterns[1]

    @property
    def percent(self) -> str:
        """The percentage in tenths, rounded down: only what is complete reads ``100 %``."""
        tenths = self.covered * 1000 // self.total if self.total else 1000
        return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10} %"

    def reaches(self, threshold: Fraction) -> bool:
        """Tell whether the percentage, not rounded, is at least *threshold*."""
        return self.covered * 100 >= threshold * self.total

    def __add__(self, other: Tally) -> Tally:
        pairs = zip(self.rows, other.rows, strict=True)
        return Tally(*((a[0] + b[0], a[1] + b[1]) for (_, a), (_, b) in pairs))


def tally(coverage: Coverage | PolicyCoverage) -> Tally:
    """Count what is covered."""
    policies = (coverage,) if not hasattr(coverage, "policies") else coverage.policies
    return sum((_of_statement(one) for policy in policies for one in policy.statements), Tally())


def _of_statement(statement: StatementCoverage) -> Tally:
    entries = statement.entries
    return Tally(
        (int(statement.reach == "decisive"), 1),
        (
            sum(len(one.possible) - len(one.missing) for one in statement.conditions),
            sum(len(one.possible) for one in statement.conditions),
        ),
        (sum(entry.used for entry in entries), len(entries)),
    )


def name_of(statement: StatementCoverage) -> str:
    """Name a statement: its effect, and its Sid or number."""
    return f"{statement.effect} {shown(statement.sid) if statement.sid else f'#{statement.index}'}"


def left_out_words(coverage: Coverage) -> Iterator[str]:
    """Say which policies are not counted."""
    for one in coverage.left_out:
        yield f"{shown(one.name)} (AWS managed): {one.decisive} of {one.statements} statements decide something"


def markdown_table(coverage: Coverage) -> str:
    """Return the figures of each policy as a table of GitHub's Markdown."""
    rows = [(gfm.code(policy.path), *counts(tally(policy))) for policy in coverage.policies]
    if len(rows) > 1:
        rows.append(("all", *counts(tally(coverage))))
    return gfm.table(HEAD, rows)


def counts(found: Tally) -> tuple[str, ...]:
    """Return a row of the table of figures: the percentage, and the three counts."""
    return found.percent, *(f"{n:,} of {of:,}" for _, (n, of) in found.rows)


# --- notes at lines -----------------------------------------------------------------------------


class Note(NamedTuple):
    """What there is to say of a line: how well it is covered, of what, and why not better (empty: it is)."""

    line: int
    mark: Mark
    subject: str
    words: str

    def __str__(self) -> str:
        return f"{self.subject} {self.words}" if self.subject else self.words


class Line(NamedTuple):
    """A line of a policy with the worst of its marks (None where nothing is to cover), and what is missing."""

    number: int
    mark: Mark | None
    text: str
    words: str


def notes(statement: StatementCoverage) -> Iterator[Note]:
    """Yield the notes of a statement: on itself, its conditions, and its patterns.

    Of one that never applied it goes without saying that its patterns are not used.
    """
    mark, words = _reach(statement)
    yield Note(statement.line, mark, "", words)
    for condition in statement.conditions:
        yield _condition(condition)
    applied = statement.reach in ("decisive", "matched")
    for what, negated, entries in (
        ("action", statement.not_actions, statement.actions),
        ("resource", statement.not_resources, statement.resources),
    ):
        why = f"is exempted, and no request hits the {what}" if negated else f"is an {what} that no request uses"
        why = why.replace("an resource", "a resource") if applied else ""
        for entry in entries:
            yield Note(entry.line, "full" if entry.used else "none", shown(entry.text), "" if entry.used else why)


def _reach(statement: StatementCoverage) -> tuple[Mark, str]:
    match statement.reach:
        case "decisive":
            return ("full", "") if statement.alone else ("full", "decides nothing that another statement doesn't")
        case "matched":
            return "part", "matched, but no decision rests on it"
        case "near":
            missed = " or ".join(_MISSED_WORDS[part] for part in statement.missed)
            return "none", f"nearly matched: missed by {missed} alone"
        case "never":
            return "none", "never reached"


def _condition(condition: ConditionCoverage) -> Note:
    missing = condition.missing
    mark: Mark = "full" if not missing else "part" if condition.seen else "none"
    subject = f"{condition.operator} {shown(condition.key)}"
    return Note(condition.line, mark, subject, f"was never seen {' or '.join(missing)}" if missing else "")


def lines_of(statement: StatementCoverage, text: Mapping[int, str] | None) -> Iterator[Line]:
    """Yield the statement's lines of *text* (number to line), annotated; without it only those with notes."""
    found: dict[int, list[Note]] = {}
    for note in notes(statement):
        found.setdefault(note.line, []).append(note)
    last = min(statement.end_line, statement.line + _MOST_LINES)
    numbers: Iterable[int] = sorted(found) if text is None else range(statement.line, last + 1)
    for number in numbers:
        here = found.get(number, [])
        mark = max((note.mark for note in here), key=_ORDER.index, default=None)
        told = [note for note in here if note.words]
        alone = len(here) == 1 and text is not None  # then the line itself says what it is
        listed = [note.words if alone else str(note) for note in told[:_MOST_NOTES]]
        listed += [f"and {len(told) - _MOST_NOTES:,} more"] if len(told) > _MOST_NOTES else []
        words = "; ".join(listed)
        yield Line(number, mark, (text or {}).get(number, ""), words)
