"""What ``iamproof mutate`` found, as text for people and as data.

Survivors are gathered under the scenario that would notice them: one scenario often answers for many.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from iamproof import __version__
from reports.describe import shown
from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.analyse.mutate import Result
    from simulator.catalogue import Catalogue
    from simulator.suites.mutation import Mutation, Survivor

__all__ = ["SCHEMA", "as_data", "as_text"]

SCHEMA = "iamproof/mutation@1"
_DIFF_LINES = 12  # of one change; the JSON has all
_WIDE = 2000


# --- text -------------------------------------------------------------------------------------------


def as_text(found: Mutation, cells: int, catalogue: Catalogue) -> str:
    """Return what was found for a terminal."""
    parts = ["\n".join(_counts(found))]
    if found.idle:
        parts.append(
            f"warning: {found.idle} of {cells} cells can notice nothing: with the policies as they are they fail, or are left out"
        )
    groups = _grouped(found.survivors)
    if found.survivors:
        parts.append(_opening(found, groups))
    parts += ["\n".join(_group(number, one)) for number, one in enumerate(groups, 1)]
    parts.append("\n".join(_closing(found, catalogue)))
    return "\n\n".join(parts) + "\n"


def _counts(found: Mutation) -> Iterator[str]:
    for one in found.policies:
        left = one.mutants - one.killed - one.equivalent
        yield f"{shown(one.path)}: {one.mutants:,} mutants, {one.killed:,} killed, {one.equivalent:,} equivalent, {left:,} survived"


def _opening(found: Mutation, groups: Sequence[Sequence[Survivor]]) -> str:
    changes = "one change" if len(found.survivors) == 1 else f"{len(found.survivors):,} changes"
    scenarios = sum(group[0].scenario is not None for group in groups)
    words = f"No scenario notices {changes} of the policies"
    if not scenarios:
        return f"{words}."
    would = "one scenario would" if scenarios == 1 else f"{scenarios} scenarios would"
    return f"{words}; {would}. What widens comes first. Paste a scenario if today's decision is the one you want."


def _grouped(survivors: Sequence[Survivor]) -> list[list[Survivor]]:
    """Put together what the same scenario would notice."""
    found: dict[object, list[Survivor]] = {}
    for number, one in enumerate(survivors):
        key: object = number if one.scenario is None else (one.suite, one.scenario)
        found.setdefault(key, []).append(one)
    return list(found.values())


def _group(number: int, group: Sequence[Survivor]) -> Iterator[str]:
    first = group[0]
    yield f"{number}. {_title(first)}"
    for one in group:
        other = f", it would be {one.after}" if one.after != first.after else ""
        yield f"   {shown(one.file)}:{one.line}: {one.effect}{other}: {printable(one.change, limit=_WIDE)}"
        yield from (f"     {printable(line, limit=_WIDE)}" for line in _shortened(one.diff))
    for cell in dict.fromkeys(one.asked for one in group if one.asked is not None):
        yield f"   {shown(cell)} asks for it already, and accepts both decisions"
    if first.scenario is not None and first.suite is not None:
        yield f"   in {shown(first.suite)}, under `scenarios:`"
        yield ""
        yield first.scenario.rstrip("\n")


def _title(one: Survivor) -> str:
    if one.request is not None:
        return f"{shown(one.request)}: {one.before}, would be {one.after}"
    if one.action is not None and one.resource is not None:
        stated = ", ".join(f"{key}={_listed(value)}" for key, value in (one.context or {}).items())
        return shown(f"{one.action} on {one.resource}" + (f" with {stated}" if stated else ""))
    return shown(f"not known to differ, nor proved to be alike: {one.reason}")


def _listed(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def _shortened(diff: Sequence[str]) -> list[str]:
    """Return the lines that change, few enough to read."""
    lines = [line for line in diff if line[:1] in "+-"]
    more = len(lines) - _DIFF_LINES
    return lines if more <= 0 else [*lines[:_DIFF_LINES], f"… {more} more lines"]


def _closing(found: Mutation, catalogue: Catalogue) -> Iterator[str]:
    yield f"score {found.score} %: {found.killed:,} of {found.counted:,} mutants that decide anything otherwise are noticed"
    yield f"equivalent ones are proved over the catalogue of {catalogue.date}"


# --- data -------------------------------------------------------------------------------------------


def as_data(found: Mutation, tested: Sequence[Result], catalogue: Catalogue) -> str:
    """Return counts, survivors, and what became of every mutant, as JSON."""
    unknown = sum(one.effect == "unknown" for one in found.survivors)
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"name": "iamproof", "version": __version__},
        "catalogue": {"date": catalogue.date, "sha256": catalogue.sha256},
        "mutants": found.mutants,
        "killed": found.killed,
        "equivalent": found.equivalent,
        "unknown": unknown,
        "score": found.score,
        "idle_cells": found.idle,
        "policies": [asdict(one) for one in found.policies],
        "survivors": [asdict(one) for one in found.survivors],
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
    }
