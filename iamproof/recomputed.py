"""The sections of a report on coverage, mutation and changes, computed anew and compared with what it says.

The first two follow from the suites and the policies alone, so what differs was not found by them as they are
now.  Changes follow from the run and its baseline, another report, which whoever verifies has to give.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from glob import escape
from typing import TYPE_CHECKING, Any

from reports.baseline import as_data, compare
from reports.coverage import name_of
from reports.describe import place
from reports.json import result_digest
from simulator.errors import SelectionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from iamproof.session import Prepared
    from simulator.suites.coverage import Coverage, PolicyCoverage, StatementCoverage
    from simulator.suites.mutation import Claimed, Mutation, Survivor
    from simulator.suites.result import Run

__all__ = ["Section", "changes", "sections"]


@dataclass(frozen=True, slots=True)
class Section:
    """A section that was computed anew, and what differs; `reason` says why one was not."""

    name: str
    faults: tuple[str, ...] = ()
    reason: str | None = None


def sections(run: Run, again: Run, prepared: Prepared) -> Iterator[Section]:
    """Compute the sections of *run* anew, whose suites were run *again* as *prepared*."""
    undecided = sum(cell.outcome == "not_run" for cell in run.cells)
    reason = f"{undecided:,} cells were not decided in the report" if undecided else None
    if run.coverage is not None:
        since = run.coverage.since
        partly = f"it is of what changed since `{since}` only" if since is not None else reason
        assert again.coverage is not None, "it was asked for"
        yield Section("coverage", () if partly else tuple(_coverage(run.coverage, again.coverage)), partly)
    if run.mutation is not None:
        yield Section("mutation", () if reason else tuple(_mutation(run.mutation, prepared)), reason)


def changes(run: Run, stated: Mapping[str, Any] | None, baseline: Run | None) -> Iterator[Section]:
    """Compare *run* with its *baseline* anew; *stated* is what the report says of it."""
    named = (stated or {}).get("baseline")
    digest = named.get("result_digest") if isinstance(named, dict) else None
    if stated is None:
        if baseline is not None:
            yield Section("changes", ("changes: the report does not say what changed since a baseline",))
    elif baseline is None:
        yield Section("changes", (), f"give the baseline, whose result digest is {digest}, as `--baseline`")
    elif digest != (given := result_digest(baseline)):
        yield Section("changes", (f"changes: the baseline is another one: {given}, and the report names {digest}",))
    else:
        # By way of JSON, since the report's are lists where these are tuples.
        now = json.loads(json.dumps(as_data(compare(baseline, run))))
        differing = [name for name in {**now, **stated} if now.get(name) != stated.get(name)]
        yield Section(
            "changes", tuple(f"changes: `{name}` is not what changed since the baseline" for name in differing)
        )


def _coverage(stated: Coverage, found: Coverage) -> Iterator[str]:
    now = {one.path: one for one in found.policies}
    for policy in stated.policies:
        other = now.pop(policy.path, None)
        if other is None:
            yield f"coverage: {policy.path}: no cell is asked of this policy any more"
        elif policy.sha256 != other.sha256:
            yield f"coverage: {policy.path}: its text is another now"
        elif policy != other:
            yield from _statements(policy, other)
    yield from (f"coverage: {path}: the report does not have it" for path in now)
    if stated.left_out != found.left_out:
        yield "coverage: what is said of AWS's own policies differs"


def _statements(stated: PolicyCoverage, found: PolicyCoverage) -> Iterator[str]:
    if len(stated.statements) != len(found.statements):
        words = f"{len(stated.statements)} statements in the report, {len(found.statements)} now"
        yield f"coverage: {stated.path}: {words}"
        return
    for old, new in zip(stated.statements, found.statements, strict=True):
        if old != new:
            yield f"coverage: {place(stated.file, old.line)}: {name_of(new)}: {_differing(old, new)}"
    if (stated.name, stated.file) != (found.name, found.file):
        yield f"coverage: {stated.path}: its name or file differs"


def _differing(old: StatementCoverage, new: StatementCoverage) -> str:
    if old.reach != new.reach:
        return f"reach is `{old.reach}`, now `{new.reach}`"
    names = [name for name in _fields_of(old) if getattr(old, name) != getattr(new, name)]
    return f"differs in {', '.join(names)}"


def _mutation(stated: Mutation, prepared: Prepared) -> Iterator[str]:
    from simulator.analyse.mutate import mutate  # noqa: PLC0415  # only for reports that have it

    names = tuple(escape(one.path) for one in stated.policies)
    try:
        found, _ = mutate(prepared.cells, prepared.catalogue, asserted=prepared.asserted, policies=names)
    except SelectionError as error:
        yield f"mutation: {error}"
        return
    yield from _counts(stated, found)
    yield from _changes(stated.survivors, found.survivors, "survives")
    yield from _changes(stated.claimed, found.claimed, "is noticed by invariants alone")


def _counts(stated: Mutation, found: Mutation) -> Iterator[str]:
    now = {one.path: one for one in found.policies}
    for policy in stated.policies:
        other = now.pop(policy.path, None)
        if other is None:
            yield f"mutation: {policy.path}: it is not changed any more"
        elif policy != other:
            yield f"mutation: {policy.path}: {_words(policy, other)}"
    yield from (f"mutation: {path}: the report does not have it" for path in now)
    if (stated.idle, stated.idle_invariants) != (found.idle, found.idle_invariants):
        yield f"mutation: {_words(stated, found, ('idle', 'idle_invariants'))}"


def _words(old: object, new: object, names: Iterable[str] = ()) -> str:
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in names or _fields_of(old))
    return ", ".join(f"{name} is {before}, now {after}" for name, before, after in pairs if before != after)


def _changes(stated: Sequence[Survivor | Claimed], found: Sequence[Survivor | Claimed], what: str) -> Iterator[str]:
    old, new = ({(one.file, one.line, one.change): one for one in side} for side in (stated, found))
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            only = "not any more" if key not in new else "the report does not say so" if key not in old else ""
            yield f"mutation: {place(key[0], key[1])}: {key[2]}: " + (f"it {what}: {only}" if only else "differs")


def _fields_of(value: object) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(type(value), "__slots__", ())
    return names
