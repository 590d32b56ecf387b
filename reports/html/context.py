"""The names that the templates use, beside `View`: words and sections that all formats share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import controls, mutation
from reports.baseline import figures as changed_figures
from reports.claims import SENTENCE, by_outcome, claim, claim_facts, claim_mark, claim_scenario, refuted_words
from reports.claims import opened as opened_claims
from reports.coverage import MARKS, left_out_words
from reports.describe import example_words
from reports.evidence import subject, verification
from reports.exceptions import exceptions
from reports.gaps import gaps
from reports.html.covered import annotated
from reports.trace import requirements
from reports.words import GLOSSARY, NOT_SHOWN, Kind, conclusion, count, figures, kind_of, source_line, unspoken

if TYPE_CHECKING:
    from reports.html.view import View
    from simulator.suites.result import Run

__all__ = ["SECTIONS", "of"]

SECTIONS = (
    ("A", "Conclusion"),
    ("requirements", "Requirements"),
    ("invariants", "Invariants"),
    ("B", "Evidence record"),
    ("C", "Findings"),
    ("D", "Decision matrix"),
    ("E", "Case details"),
    ("F", "Control coverage"),
    ("policy-coverage", "Policy coverage"),
    ("mutation", "Mutation"),
    ("G", "Gaps"),
    ("H", "Exclusions and known gaps"),
    ("I", "Changes since the baseline"),
    ("J", "Review and sign-off"),
    ("K", "Appendix"),
)
_PART = ("C", "D", "E")  # what a page of one suite has

_TONES = {
    "as expected": ("good", "✓"),
    "as expected, with exceptions": ("warn", "~"),
    "not as expected": ("bad", "✗"),
    "incomplete": ("warn", "!"),
}
_STATUSES = (
    ("failed", "✗ failed"),
    ("error", "! error"),
    ("known_gap", "~ known gap"),
    ("vacuous", "○ vacuous"),
    ("unsupported", "? not supported"),
    ("skipped", "– skipped"),
    ("not_run", "· not run"),
    ("changed", "▲ changed"),
    ("passed", "✓ as expected"),
)


_FINDING = ("requirement", "context", "expected", "got", "message", "differs", "AWS", "live", "controls", "why")


def of(view: View) -> dict[str, Any]:
    """Return the context of a page."""
    run, options = view.run, view.options
    tone, symbol = _TONES[run.summary.verdict]
    digest = view.evidence.digest
    opened = [cell for cell in run.cells if kind_of(cell) is Kind.UNEXPECTED_ALLOW]
    used = controls.coverage(run)
    risks = frozenset(run.residual_risks)
    return {
        "run": run,
        "options": options,
        "sections": _sections(run),
        "part_sections": _PART,
        "tone": tone,
        "symbol": symbol,
        "source": source_line(run),
        "subject": subject(run),
        "figures": figures(run),
        "counted": count,
        "conclusion": conclusion(run),
        "changed": "" if view.changes is None else changed_figures(view.changes),
        "opened": opened,
        "opened_claims": opened_claims(run),
        "example_words": example_words,
        "refuted_words": refuted_words,
        "not_shown": NOT_SHOWN,
        "risks": tuple(dict.fromkeys(cell.scenario for cell in run.cells if cell.id in risks)),
        "traces": requirements(run),
        "verification": verification(run, digest),
        "controls": used,
        "frameworks": controls.frameworks(),
        "covered": annotated(run),
        "coverage_marks": MARKS,
        "claims": tuple(
            (one, claim_mark(one), claim(one), claim_facts(one), claim_scenario(one)) for one in by_outcome(run)
        ),
        "claims_sentence": SENTENCE,
        "claim_mark": claim_mark,
        "left_out": tuple(left_out_words(run.coverage)) if run.coverage is not None else (),
        **_mutation(run),
        "gaps": gaps(run),
        "exceptions": exceptions(run),
        "finding_facts": _FINDING,
        "stale": options.signoff.stale(digest) if options.signoff else False,
        "glossary": GLOSSARY,
        "statuses": tuple((state, words, _number(view, state)) for state, words in _STATUSES if _number(view, state)),
        "counts": _counts(view),
        "bar": _bar(view),
        "mfa_key": "aws:MultiFactorAuthPresent",
    }


def _sections(run: Run) -> tuple[tuple[str, str], ...]:
    """Return the sections that the page has: some only where they were asked for."""
    lacking = {
        "invariants": not run.invariants,
        "policy-coverage": run.coverage is None,
        "mutation": run.mutation is None,
    }
    return tuple(one for one in SECTIONS if not lacking.get(one[0]))


def _mutation(run: Run) -> dict[str, Any]:
    found = run.mutation
    if found is None:
        return {}
    groups = mutation.grouped(found)
    rows = tuple((one, mutation.numbers(one)) for one in found.policies)
    return {
        "mutated": {
            "rows": rows,
            "opening": mutation.opening(found, groups),
            "groups": groups,
            "idle": tuple(mutation.idle_words(found, len(run.cells), len(run.invariants))),
            "claimed_words": mutation.claimed_words(found),
            "claimed": tuple(mutation.claimed(found)),
        },
        "mutation_title": mutation.title,
        "mutation_scenario": mutation.scenario_lines,
    }


def _number(view: View, state: str) -> int:
    return len(view.changed) if state == "changed" else view.states[state]


def _counts(view: View) -> tuple[tuple[str, int, bool], ...]:
    """Return what stands in the header: (label, number, whether any is bad)."""
    run, summary = view.run, view.run.summary
    kinds = [kind_of(cell) for cell in run.cells]
    rows = [("cells", summary.cells, False), ("as expected", view.states["passed"], False)]
    rows += [(kind.value, kinds.count(kind), True) for kind in Kind if kind is not Kind.ERROR]
    rows += [
        ("errors", summary.errors, True),
        ("failed beside the cells", len(run.failures), True),
        ("invariants proved", sum(one.outcome == "proved" for one in run.invariants), False),
        ("invariants refuted", sum(one.outcome == "refuted" for one in run.invariants), True),
        ("invariants unknown", sum(one.outcome == "unknown" for one in run.invariants), True),
        ("not supported", summary.unsupported, False),
        ("known gaps", summary.known_gaps, False),
        ("skipped", summary.skipped, False),
        ("not run", summary.not_run, False),
        ("vacuous", summary.vacuous, False),
        ("by default only", summary.default_only, False),
        ("live differs", summary.differs_live, False),
        ("unspoken", unspoken(run) or 0, False),
    ]
    always = ("cells", "as expected", "unexpected allow", "unexpected deny", "errors")
    return tuple(row for row in rows if row[1] or row[0] in always)


def _bar(view: View) -> tuple[tuple[str, int, int, str], ...]:
    """Return the stacked bar: (class, start, width in 1,000ths, words)."""
    failed = view.states["failed"] + view.states["error"]
    passed = view.states["passed"]
    total = sum(view.states.values())
    parts = (
        ("failed", failed, "not as expected"),
        ("exception", total - failed - passed, "exceptions"),
        ("passed", passed, "as expected"),
    )
    found, start = [], 0
    for name, number, words in parts:
        width = round(number * 1000 / total) if total else 0
        width = max(width, 4) if number else 0  # what is there is seen
        found.append((name, start, width, f"{number:,} {words}"))
        start += width
    return tuple(found)
