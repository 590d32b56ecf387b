"""What ``iamproof mutate`` found, as text for people and as data.

The words are those of the reports (`reports.mutation`).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from iamproof import __version__
from iamproof.current import catalogue_data
from reports.describe import shown
from reports.mutation import HEAD, claimed, claimed_words, grouped, idle_words, numbers, opening, scenario_lines, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.mutation import Group
    from simulator.analyse.mutate import Result
    from simulator.catalogue import Catalogue
    from simulator.suites.mutation import Mutation

__all__ = ["SCHEMA", "as_data", "as_text"]

SCHEMA = "iamproof/mutation@1"
_MOST_CLAIMED = 12  # changes of the same invariants; the JSON has all


# --- text -------------------------------------------------------------------------------------------


def as_text(found: Mutation, cells: int, invariants: int, catalogue: Catalogue) -> str:
    """Return what was found for a terminal, of how many cells and invariants."""
    groups = grouped(found)
    parts = ["\n".join(_counts(found))]
    parts += [f"warning: {words}" for words in idle_words(found, cells, invariants)]
    if found.survivors:
        advice = " Paste a scenario if today's decision is the one you want." if found.survivors[0].scenario else ""
        parts.append(opening(found, groups) + advice)
    parts += ["\n".join(_group(number, one)) for number, one in enumerate(groups, 1)]
    parts += ["\n".join(_claimed(found))] if found.claimed else []
    parts.append("\n".join(_closing(found, catalogue)))
    return "\n\n".join(parts) + "\n"


def _counts(found: Mutation) -> Iterator[str]:
    for one in found.policies:
        mutants, *others = numbers(one)
        said = ", ".join(f"{number:,} {name}" for number, name in zip(others, HEAD[2:], strict=True))
        yield f"{shown(one.path)}: {mutants:,} mutants, {said}"


def _group(number: int, group: Group) -> Iterator[str]:
    first = group.first
    yield f"{number}. {title(first)}"
    for words, lines in group.changes():
        yield f"   {words}"
        yield from (f"     {line}" for line in lines)
    for cell in group.asked:
        yield f"   {cell} asks for it already, and accepts both decisions"
    if first.suite is not None:
        yield f"   in {shown(first.suite)}, under `scenarios:`"
        yield ""
        yield from scenario_lines(first)


def _claimed(found: Mutation) -> Iterator[str]:
    yield claimed_words(found)
    for invariant, changes in claimed(found):
        yield f"   {invariant}"
        yield from (f"     {words}" for words in changes[:_MOST_CLAIMED])
        if len(changes) > _MOST_CLAIMED:
            yield f"     … {len(changes) - _MOST_CLAIMED:,} more"


def _closing(found: Mutation, catalogue: Catalogue) -> Iterator[str]:
    counted = f"{found.killed:,} of {found.counted:,} mutants that decide anything otherwise are noticed"
    yield f"score {found.score} %: {counted}"
    yield f"equivalent ones are proved over the catalogue of {catalogue.date}"


# --- data -------------------------------------------------------------------------------------------


def as_data(found: Mutation, tested: Sequence[Result], catalogue: Catalogue) -> str:
    """Return counts, survivors, and what became of every mutant, as JSON."""
    unknown = sum(one.effect == "unknown" for one in found.survivors)
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"name": "iamproof", "version": __version__},
        "catalogue": catalogue_data(catalogue),
        "mutants": found.mutants,
        "killed": found.killed,
        "equivalent": found.equivalent,
        "unknown": unknown,
        "score": found.score,
        "idle_cells": found.idle,
        "idle_invariants": found.idle_invariants,
        "policies": [asdict(one) for one in found.policies],
        "survivors": [asdict(one) for one in found.survivors],
        "claimed": [asdict(one) for one in found.claimed],
        "all": [_tested(one) for one in tested],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _tested(one: Result) -> dict[str, Any]:
    return {
        "file": one.unit.path,
        "line": one.unit.line(one.mutant),
        "statement": one.mutant.statement.label,
        "operator": one.mutant.operator,
        "change": one.mutant.words,
        "outcome": one.outcome,
        "killed_by": list(one.killers),
        "refuted": [broken.invariant for broken in one.broken],
    }
