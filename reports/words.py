"""The words and symbols that all formats use for a cell, a failure and a run.

Said once, so that no format knows a verdict that another lacks.  A symbol never stands without its
word, and neither depends on colour.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from simulator.text.show import printable
from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.suites.result import CellResult, Run

__all__ = [
    "GLOSSARY",
    "HINTS",
    "NOT_SHOWN",
    "Kind",
    "Mark",
    "actuals",
    "by_severity",
    "catalogue_date",
    "claim_figures",
    "conclusion",
    "count",
    "figures",
    "how_denied",
    "kind_of",
    "mark_of",
    "plainly_passed",
    "source_line",
    "state_of",
    "unspoken",
    "unspoken_line",
]

_RULE_LIMIT = 24
_DENIALS = frozenset({"deny", "implicitDeny", "explicitDeny"})
_ACTUAL_WORDS = {"allowed": "allow", "implicitDeny": "implicit deny", "explicitDeny": "explicit deny"}
_EXPECTED_WORDS = {
    "implicitDeny": "implicit deny",
    "explicitDeny": "explicit deny",
    "noExplicitDeny": "no explicit deny",
}

NOT_SHOWN = (
    "that a policy is attached to anybody, or that an account equals the files",
    "that anybody has enrolled an MFA device",
    "that policies which are not listed here (service control, resource, boundary, session policies) agree",
    "that an assessed control is in place: a decision is evidence for the design of a rule",
)
"""What a simulation never shows; every report for people says it."""


GLOSSARY = (
    ("explicit deny", "a Deny statement matched; nothing can allow it"),
    ("implicit deny", "no Allow statement matched: the default"),
    ("by default only", "denied without any statement near the request: nothing forbids it, nothing grants it"),
    ("MFA present (true)", "temporary credentials that were obtained with MFA"),
    ("MFA false", "temporary credentials, the console's too, that were obtained without MFA"),
    ("MFA key absent", "a long-term access key: the request says nothing of MFA"),
    ("vacuous", "a denial that holds because nothing could have matched: it proves nothing"),
    ("unspoken", "a cell of account × actions × targets that no scenario speaks about: nobody said what is expected"),
    ("live differs", "the simulator and the live services are known to decide otherwise; the rule says why"),
    (
        "direct, supporting",
        "whether the decision is what a control is about, or needs the other evidence that is named",
    ),
)
"""The terms that reports use, for readers who meet them for the first time."""


class Kind(Enum):
    """What kind of failure a cell is, worst first; `value` is what people read."""

    UNEXPECTED_ALLOW = "unexpected allow"
    UNEXPECTED_DENY = "unexpected deny"
    OTHER_STATEMENT = "decided otherwise"  #: the right verdict, by another statement or another kind of denial
    DISAGREES = "AWS answered differently"
    UNMET = "expectation not met"  #: a known gap that passes, a partial target
    ERROR = "error"


HINTS = {
    Kind.UNEXPECTED_ALLOW: "Narrow the statement that allows, or add a Deny; if the access is meant, change the expectation and say why.",
    Kind.UNEXPECTED_DENY: "Allow it where the nearest miss shows, or lift the Deny; if the refusal is meant, change the expectation.",
    Kind.OTHER_STATEMENT: "The verdict holds for another reason than stated: make the named statement decide, or name the one that does.",
    Kind.DISAGREES: "AWS decided otherwise: what is simulated here is not what AWS has, or the simulation is wrong. Ask AWS again.",
    Kind.UNMET: "Read the message: the scenario's terms are not met although the verdict may be.",
    Kind.ERROR: "State what the message asks for: without it nothing can be decided.",
}
"""In which direction to look, per kind of failure."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a cell is shown: `state` is the word that styles and filters use."""

    symbol: str
    text: str
    state: str
    detail: str = ""  #: the kind of denial and the statement that decided
    live: str = ""  #: what the live services decide, where it is something else

    def __str__(self) -> str:
        return f"{self.symbol} {self.text}"


def actuals(cell: CellResult) -> frozenset[str]:
    """Return what was decided where it matters: for a cell of many, the requests that differ."""
    return frozenset(item.actual for item in cell.differing) or frozenset({cell.actual} - {None})  # type: ignore[arg-type]  # without None


def kind_of(cell: CellResult) -> Kind | None:
    """Return what kind of failure *cell* is, or None when it is none."""
    if cell.outcome == "error":
        return Kind.ERROR
    if cell.outcome != "failed":
        return None
    got = actuals(cell)
    if cell.expected in _DENIALS and "allowed" in got:
        return Kind.UNEXPECTED_ALLOW
    denied = {"explicitDeny"} if cell.expected == "noExplicitDeny" else {"explicitDeny", "implicitDeny"}
    if cell.expected not in _DENIALS and got & denied:
        return Kind.UNEXPECTED_DENY
    if cell.source_answer is not None and cell.source_answer != cell.actual:
        return Kind.DISAGREES
    if cell.expected_by is not None or (cell.expected in _ACTUAL_WORDS and cell.expected not in got):
        return Kind.OTHER_STATEMENT
    return Kind.UNMET


_SEVERITY = {kind: place for place, kind in enumerate(Kind)}


def by_severity(run: Run) -> tuple[CellResult, ...]:
    """Return the cells that failed or erred, the worst kind first, else in the run's order."""
    failed = [(kind, cell) for cell in run.cells if (kind := kind_of(cell)) is not None]
    return tuple(cell for _, cell in sorted(failed, key=lambda pair: _SEVERITY[pair[0]]))


def plainly_passed(cell: CellResult) -> bool:
    """Tell whether the state of *cell* is `passed`, without the rest of its mark."""
    return cell.outcome == "passed" and cell.vacuous is None


def state_of(cell: CellResult) -> str:
    """Return the state of a cell's mark."""
    return "passed" if plainly_passed(cell) else mark_of(cell).state


def mark_of(cell: CellResult) -> Mark:
    """Return how *cell* is shown."""
    if cell.outcome == "passed":
        word = _passed(cell)
        if cell.vacuous is not None:
            return Mark("○", f"{word}, vacuous", "vacuous", _detail(cell), _live(cell))
        return Mark("✓", word, "passed", _detail(cell), _live(cell))
    if cell.outcome == "failed":
        return Mark("✗", f"expected {_expected(cell)}, got {_got(cell)}", "failed", _detail(cell), _live(cell))
    return _UNDECIDED[cell.outcome]


def _passed(cell: CellResult) -> str:
    """Return the verdict that held: a deny is none where only an explicit one was ruled out."""
    if cell.actual not in _DENIALS:
        return "allow"
    return "no explicit deny" if cell.expected == "noExplicitDeny" else "deny"


_UNDECIDED = {
    "error": Mark("!", "error", "error"),
    "unsupported": Mark("?", "not supported", "unsupported"),
    "skipped": Mark("–", "skipped", "skipped"),
    "known_gap": Mark("~", "known gap", "known_gap"),
    "not_run": Mark("·", "not run", "not_run"),
}


def _expected(cell: CellResult) -> str:
    words = _EXPECTED_WORDS.get(cell.expected, cell.expected)
    return f"{words} by {cell.expected_by}" if _other_statement(cell) and cell.expected_by else words


def _other_statement(cell: CellResult) -> bool:
    """Tell whether the verdict is right and only the statement is another."""
    return kind_of(cell) is Kind.OTHER_STATEMENT and (cell.expected == "deny" or cell.expected in actuals(cell))


def _got(cell: CellResult) -> str:
    """Say what was decided, an allow that nobody expected in capitals."""
    got = actuals(cell)
    kind = kind_of(cell)
    if kind is Kind.UNEXPECTED_ALLOW:
        return "ALLOW"
    if kind is Kind.DISAGREES:
        return f"{_ACTUAL_WORDS[str(cell.source_answer)]} from AWS"
    if _other_statement(cell):
        return "another statement"
    return " and ".join(_ACTUAL_WORDS[word] for word in sorted(got)) or "no decision"


def _detail(cell: CellResult) -> str:
    """Name the kind of denial and the deciding statement."""
    names = [item.sid or f"{item.policy}:{item.line}" for item in cell.deciding]
    who = names[0] + (f" +{len(names) - 1}" if len(names) > 1 else "") if names else ""
    return " · ".join(part for part in (how_denied(cell), who) if part)


def how_denied(cell: CellResult) -> str:
    """Return the kind of denial, empty for an allow."""
    how = {"explicitDeny": "explicit", "implicitDeny": "by default" if cell.default_only else "implicit"}
    return how.get(cell.actual or "", "")


def _live(cell: CellResult) -> str:
    if cell.live is None:
        return ""
    rule = printable(cell.live.rule.partition(":")[0], limit=_RULE_LIMIT)  # its id: `L2`, or `L1+L5`
    return f"≠ live: {_ACTUAL_WORDS[cell.live.actual]} ({rule})"


def count(number: int, noun: str) -> str:
    """Return ``1 cell``, ``1,200 cells``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def figures(run: Run) -> tuple[str, ...]:
    """Return what stands behind the verdict, in figures; what is none is left out."""
    summary = run.summary
    kinds = [kind_of(cell) for cell in run.cells]
    found = [count(summary.cells, "cell")] if summary.cells or not run.invariants else []
    found += [f"{kinds.count(kind):,} {kind.value}" for kind in Kind if kind in kinds and kind is not Kind.ERROR]
    found += [f"{number:,} {words}" for number, words in (
        (summary.errors, "undecided (error)"),
        (len(run.failures), "failed beside the cells"),
        (summary.unsupported, "not supported"),
        (summary.known_gaps, "known gaps" if summary.known_gaps != 1 else "known gap"),
        (summary.skipped, "skipped"),
        (summary.not_run, "not run"),
        (summary.vacuous, "vacuous"),
        (summary.default_only, "denied by default only"),
        (run.selection.left_out if run.selection else 0, "left out by selection"),
        (summary.differs_live, "decided otherwise by the live services"),
    ) if number]  # fmt: skip
    return (*found, *claim_figures(run))


def claim_figures(run: Run) -> tuple[str, ...]:
    """Return what came out of the invariants, in figures; nothing where there are none."""
    outcomes = [one.outcome for one in run.invariants]
    rows = (
        (outcomes.count("proved"), "proved"),
        (outcomes.count("refuted"), "refuted"),
        (outcomes.count("unknown"), "neither proved nor refuted"),
        (outcomes.count("not_run"), "not run"),
        (sum(one.vacuous is not None for one in run.invariants), "proved of no request"),
    )
    return tuple(f"{count(number, 'invariant')} {words}" for number, words in rows if number)


def unspoken(run: Run) -> int | None:
    """Return how many cells no scenario of the run's suites speaks about; None where nobody counted, or no suite has cells."""
    counts = [suite.unspoken for suite in run.suites if suite.unspoken is not None]
    return sum(counts) if run.summary.declared and len(counts) == len(run.suites) else None


def unspoken_line(run: Run) -> str:
    """Say the same in a sentence without its full stop; empty for None."""
    number = unspoken(run)
    if number is None:
        return ""
    product = "of account × actions × targets"
    return (
        f"No scenario speaks about {count(number, 'cell')} {product}"
        if number
        else f"Scenarios speak about every cell {product}"
    )


def source_line(run: Run) -> str:
    """Say where the decisions come from, and what AWS said of them."""
    if run.corroboration is None:
        return run.source
    found = run.corroboration
    return (
        f"{run.source}. {found.source} answered {found.answered:,} of {run.summary.cells:,} of these requests "
        f"on {found.date}: {found.agree:,} agree"
    )


def catalogue_date(run: Run) -> str:
    """Say of which date the catalogue is by which wildcards and unknown actions were told; empty without one."""
    return printable(run.catalogue.date) if run.catalogue else ""


def conclusion(run: Run) -> str:
    """Say in one sentence what came out."""
    summary = run.summary
    if not summary.cells:
        return _of_invariants(run).lstrip() or "Nothing was tested."
    held = sum(cell.outcome == "passed" and cell.vacuous is None for cell in run.cells)
    differing = summary.failed + summary.errors
    exceptional = summary.cells - held - differing
    parts = [f"{held:,} of {count(summary.cells, 'case')} behaved as expected"]
    parts += [f"{differing:,} did not"] if differing else []
    parts += [f"{exceptional:,} are exceptions (section H)"] if exceptional else []
    sentence = ", ".join(parts) + "." + _of_invariants(run)
    if run.failures:
        sentence += f" The run itself failed: {count(len(run.failures), 'check')} beside the cells."
    if summary.verdict == "incomplete":
        sentence += " The run is incomplete: it allows no conclusion about what was left out."
    return sentence


def _of_invariants(run: Run) -> str:
    """Say what came out of the claims about all requests."""
    outcomes = [one.outcome for one in run.invariants]
    if not outcomes:
        return ""
    proved = f"{outcomes.count('proved'):,} of {count(len(outcomes), 'invariant')} proved for all requests"
    parts = [f"{outcomes.count('refuted'):,} refuted"] if "refuted" in outcomes else []
    parts += [f"{outcomes.count('unknown'):,} neither proved nor refuted"] if "unknown" in outcomes else []
    return f" {', '.join([proved, *parts])}."
