"""Invariants in the words that all formats share: what was claimed, what came out, and what shows it.

A proof is told with what it assumes, a counterexample as a request that anybody can ask again.  Texts are
made printable and cut here, as those of cells are in `reports.describe`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.describe import Fact, context_words, deciding_words, miss_words, place, shown
from reports.locate import Location, in_checkout
from reports.words import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.suites.result import InvariantResult, Refutation, Run

__all__ = [
    "SENTENCE",
    "by_outcome",
    "claim",
    "claim_facts",
    "claim_headline",
    "claim_mark",
    "claim_place",
    "claim_scenario",
    "opened",
    "refuted_words",
]

SENTENCE = (
    "Each is a claim about all requests of a kind, not about chosen ones: proved, with what the proof assumes; "
    "refuted by one request; or unknown, which counts as not held."
)

_MESSAGE = 2000
_LINE = 4000
_MARKS = {
    "proved": Mark("✓", "proved", "passed"),
    "refuted": Mark("✗", "counterexample", "failed"),
    "unknown": Mark("?", "unknown", "error"),
    "not_run": Mark("·", "not run", "not_run"),
}
_VACUOUS = Mark("○", "proved, vacuous", "vacuous")
_WORST_FIRST = ("refuted", "unknown", "not_run", "proved")


def by_outcome(run: Run) -> tuple[InvariantResult, ...]:
    """Return the invariants, the worst first, else in the run's order."""
    return tuple(sorted(run.invariants, key=lambda one: _WORST_FIRST.index(one.outcome)))


def claim_mark(one: InvariantResult) -> Mark:
    """Return how an invariant is shown."""
    return _VACUOUS if one.outcome == "proved" and one.vacuous is not None else _MARKS[one.outcome]


def claim_headline(one: InvariantResult) -> str:
    """Return one sentence: what came out, of which invariant."""
    return f"{claim_mark(one).text}: {shown(one.name)}"


def claim(one: InvariantResult) -> str:
    """Say what is claimed, in one sentence."""
    who = " and ".join(shown(name) for name in one.principals)
    asked = f"{shown(one.actions, _MESSAGE)} on {shown(one.resources)}"
    return f"{who}; {', '.join(shown(name) for name in one.sessions)}; {asked}: {shown(one.expected)}"


def claim_facts(one: InvariantResult) -> tuple[Fact, ...]:
    """Return everything worth telling about an invariant."""
    return tuple(Fact(label, text) for label, text in _facts(one) if text)


def _facts(one: InvariantResult) -> Iterator[tuple[str, str]]:
    yield "invariant", place(one.file, one.line) + (f" ({shown(one.invariant_id)})" if one.invariant_id else "")
    yield "requirement", ", ".join(map(shown, one.requirement))
    yield "claim", claim(one)
    yield "message", shown(one.message or "", _MESSAGE)
    if one.refutation is not None:
        yield from _refuted(one.refutation)
    yield "vacuous", shown(one.vacuous or "", _MESSAGE)
    yield from (("assuming", shown(text, _MESSAGE)) for text in one.assumptions)
    yield "controls", ", ".join(map(shown, one.controls))
    yield "why", shown(one.why, _MESSAGE)


def _refuted(found: Refutation) -> Iterator[tuple[str, str]]:
    yield "who", f"{shown(found.principal)}, {shown(found.session)}"
    yield "action", shown(found.action)
    yield "on", shown(found.resource)
    yield "context", context_words(found.context, mfa=False)
    yield "got", found.actual
    yield from (("decided by", deciding_words(item)) for item in found.deciding)
    yield from (("nearest miss", miss_words(item)) for item in found.near)
    yield from (("replay", shown(line, _LINE)) for line in found.replay)


def opened(run: Run) -> tuple[tuple[InvariantResult, Refutation], ...]:
    """Return the invariants that a request refutes which is allowed although it must not be, with the request."""
    refuted = ((one, one.refutation) for one in by_outcome(run) if one.refutation is not None)
    # One that has to be allowed is allowed by another statement.
    return tuple(pair for pair in refuted if pair[1].actual == "allowed" and not pair[0].expected.startswith("allow"))


def refuted_words(found: Refutation) -> str:
    """Name the request that refutes: who, in which session, does what on what."""
    return f"{shown(found.principal)}, {shown(found.session)}: {shown(found.action)} on {shown(found.resource)}"


def claim_scenario(one: InvariantResult) -> tuple[str, ...]:
    """Return the lines of the counterexample as a scenario, ready to paste; none where there is none."""
    text = one.refutation.scenario if one.refutation is not None else ""
    return tuple(shown(line, _LINE) for line in text.splitlines())


def claim_place(one: InvariantResult) -> tuple[Location, Location | None]:
    """Return where to show an invariant, and the other place that matters: what is allowed is mended where it is."""
    own = Location(one.file, max(1, one.line))
    deciding = one.refutation.deciding if one.refutation is not None else ()
    statement = next((d for d in deciding if in_checkout(d.file)), None)
    if statement is None:
        return own, None
    there = Location(statement.file, statement.line, statement.column, statement.end_line, statement.end_column)
    return there, own
