"""Coverage as an LCOV trace file, for viewers and services that know it from programs.

A statement is a function, each outcome of a condition a branch, and the lines of statements, conditions and
patterns are lines.  Coverage knows whether, not how often, so counts are 0 or 1.  Policies of AWS have no file here
and are left out.  Format: the manual page ``geninfo(1)``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reports.coverage import notes
from reports.describe import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.suites.coverage import Coverage, PolicyCoverage, StatementCoverage

__all__ = ["render"]

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.#-]")


def render(coverage: Coverage) -> str:
    """Return the trace file: a record a file."""
    files: dict[str, list[PolicyCoverage]] = {}
    for policy in coverage.policies:
        if not policy.path.startswith("arn:"):
            files.setdefault(policy.file, []).append(policy)
    return "".join(f"{line}\n" for file, policies in files.items() for line in _record(file, policies))


def _record(file: str, policies: Iterable[PolicyCoverage]) -> Iterator[str]:
    # A file whose policy is used twice, as a JSON with several of them, is one record.
    statements = [one for policy in policies for one in policy.statements]
    yield "TN:"
    yield f"SF:{shown(file, None)}"
    yield from _functions(statements)
    yield from _branches(statements)
    lines: dict[int, int] = {}
    for note in (note for one in statements for note in notes(one)):
        lines[note.line] = min(lines.get(note.line, 1), int(note.mark == "full"))
    yield from (f"DA:{line},{hit}" for line, hit in sorted(lines.items()))
    yield f"LF:{len(lines)}"
    yield f"LH:{sum(lines.values())}"
    yield "end_of_record"


def _functions(statements: Iterable[StatementCoverage]) -> Iterator[str]:
    names: dict[str, StatementCoverage] = {}
    for one in statements:
        name = _NOT_IN_NAMES.sub("_", one.sid or f"#{one.index}")
        names[name if name not in names else f"{name}.{one.line}.{one.index}"] = one
    yield from (f"FN:{one.line},{name}" for name, one in names.items())
    yield from (f"FNDA:{int(one.reach == 'decisive')},{name}" for name, one in names.items())
    yield f"FNF:{len(names)}"
    yield f"FNH:{sum(one.reach == 'decisive' for one in names.values())}"


def _branches(statements: Iterable[StatementCoverage]) -> Iterator[str]:
    found = hit = 0
    for one in statements:
        for block, condition in enumerate(one.conditions):
            for branch, outcome in enumerate(condition.possible):
                seen = outcome in condition.seen
                # A dash: the condition was never asked.
                taken = int(seen) if condition.seen else "-"
                yield f"BRDA:{condition.line},{one.index * 1000 + block},{branch},{taken}"
                found, hit = found + 1, hit + seen
    if found:
        yield f"BRF:{found}"
        yield f"BRH:{hit}"
