"""The invariants in Markdown: a table of all, then each with what shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.claims import SENTENCE, by_outcome, claim, claim_facts, claim_headline, claim_mark, claim_scenario
from reports.gfm import bullets, code, details, fence, table, text
from simulator.suites.tally import holds

if TYPE_CHECKING:
    from reports.options import Options
    from simulator.suites.result import Run

__all__ = ["section"]


def section(run: Run, options: Options) -> str:
    """Return the section; nothing for a run without invariants."""
    del options
    if not run.invariants:
        return ""
    rows = []
    for one in by_outcome(run):
        mark = claim_mark(one)
        told = f"{text(one.name)} ({code(f'{one.file}:{one.line}')})"
        rows.append([f"{mark.symbol} {mark.text}", told, text(claim(one), 1000), text(one.message or "", 1000)])
    parts = [table(["result", "invariant", "claim", "message"], rows)]
    for one in by_outcome(run):
        lines = bullets(f"{fact.label}: {text(fact.text, 4000)}" for fact in claim_facts(one))
        scenario = claim_scenario(one)
        if not holds(one):
            told = f"**✗ {text(claim_headline(one))}**\n\n{lines}"
            parts.append(f"{told}\n\n{fence(scenario, 'yaml')}" if scenario else told)
        else:
            parts.append(details(claim_headline(one), lines))
    return "\n\n".join(["#### Invariants", SENTENCE, *parts])
