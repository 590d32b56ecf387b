"""What changed since an earlier run: decisions first, then expectations, cells and policies.

A decision that opened comes first.  A cell whose expectation changed together with its decision is
flagged: that is how a wrong change is made to look right.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from reports.json import result_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.options import Options
    from simulator.suites.result import CellResult, InvariantResult, PolicyInfo, Run

__all__ = ["Changes", "Flip", "PolicyChange", "Reworded", "as_data", "changes_in", "compare", "figures", "told"]

_MOST_DIFF_LINES = 400
_MOST_DIFFED = 200_000  # characters of a policy: comparing takes quadratic time


@dataclass(frozen=True, slots=True)
class Flip:
    """A cell that is decided otherwise than before."""

    cell: CellResult
    before: str
    after: str

    @property
    def opened(self) -> bool:
        """Tell whether what was denied is allowed now."""
        return self.after == "allowed"


@dataclass(frozen=True, slots=True)
class Reworded:
    """A cell that is expected to be decided otherwise than before."""

    cell: CellResult
    before: str
    after: str
    with_decision: bool


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A policy whose text changed, came or went; `diff` is in the unified format."""

    name: str
    before: str | None
    after: str | None
    diff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences between two runs."""

    digest: str  #: of the baseline
    finished: str
    flips: tuple[Flip, ...]
    reworded: tuple[Reworded, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    policies: tuple[PolicyChange, ...]

    @property
    def flipped(self) -> frozenset[str]:
        """The ids of the cells that are decided otherwise."""
        return frozenset(flip.cell.id for flip in self.flips)

    def __bool__(self) -> bool:
        return bool(
            self.flips or self.reworded or self.added or self.removed or self.fixed or self.broken or self.policies
        )


def compare(old: Run, new: Run) -> Changes:
    """Return what *new* has otherwise than *old*."""
    before, after = {cell.id: cell for cell in old.cells}, {cell.id: cell for cell in new.cells}
    pairs = [(before[id_], cell) for id_, cell in after.items() if id_ in before]
    flips = [Flip(b, a.actual or "undecided", b.actual or "undecided") for a, b in pairs if a.actual != b.actual]
    claims = [{one.id: one for one in run.invariants} for run in (old, new)]
    outcomes = [(b.id, _bad(a), _bad(b)) for a, b in pairs]
    outcomes += [(id_, _bad(claims[0][id_]), _bad(one)) for id_, one in claims[1].items() if id_ in claims[0]]
    reworded = [
        Reworded(b, _expectation(a), _expectation(b), a.actual != b.actual)
        for a, b in pairs
        if _expectation(a) != _expectation(b)
    ]
    return Changes(
        digest=result_digest(old),
        finished=old.finished,
        flips=tuple(sorted(flips, key=lambda flip: not flip.opened)),
        reworded=tuple(sorted(reworded, key=lambda item: not item.with_decision)),
        added=tuple(id_ for id_ in (*after, *claims[1]) if id_ not in before and id_ not in claims[0]),
        removed=tuple(id_ for id_ in (*before, *claims[0]) if id_ not in after and id_ not in claims[1]),
        fixed=tuple(id_ for id_, was, now in outcomes if was and not now),
        broken=tuple(id_ for id_, was, now in outcomes if now and not was),
        policies=_policies(old, new),
    )


def changes_in(run: Run, options: Options | None) -> Changes | None:
    """Return what changed since the baseline that is given, if one is."""
    return None if options is None or options.baseline is None else compare(options.baseline, run)


def as_data(changes: Changes) -> dict[str, Any]:
    """Return the changes as plain data, cells by their ids."""
    return {
        "baseline": {"finished": changes.finished, "result_digest": changes.digest},
        "flips": [
            {"id": flip.cell.id, "before": flip.before, "after": flip.after, "opened": flip.opened}
            for flip in changes.flips
        ],
        "reworded": [
            {"id": item.cell.id, "before": item.before, "after": item.after, "with_decision": item.with_decision}
            for item in changes.reworded
        ],
        **{name: list(getattr(changes, name)) for name in ("added", "removed", "fixed", "broken")},
        "policies": [
            {"name": policy.name, "before": policy.before, "after": policy.after, "diff": list(policy.diff)}
            for policy in changes.policies
        ],
    }


def figures(changes: Changes) -> str:
    """Return how much changed, in words."""
    opened = sum(flip.opened for flip in changes.flips)
    with_decision = sum(item.with_decision for item in changes.reworded)
    rows = (
        (opened, "opened (denied before, allowed now)"),
        (len(changes.flips) - opened, "decided otherwise"),
        (with_decision, "expected otherwise together with the decision"),
        (len(changes.reworded) - with_decision, "expected otherwise"),
        (len(changes.broken), "fail now"),
        (len(changes.fixed), "no longer fail"),
        (len(changes.added), "new"),
        (len(changes.removed), "gone"),
        (len(changes.policies), "policies changed"),
    )
    return ", ".join(f"{number:,} {words}" for number, words in rows if number) or "nothing changed"


def told(changes: Changes | None) -> Mapping[str, tuple[str, ...]]:
    """Return by id what changed of each cell, in words that a format has yet to escape."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if changes is None:
        return {}
    for flip in changes.flips:
        how = "opened" if flip.opened else "decided otherwise"
        found[flip.cell.id].append(f"{how}: {flip.before} → {flip.after}")
    for item in changes.reworded:
        how = "expected otherwise" + (" together with the decision" if item.with_decision else "")
        found[item.cell.id].append(f"{how}: {item.before} → {item.after}")
    for words, ids in (
        ("fails now", changes.broken),
        ("no longer fails", changes.fixed),
        ("new", changes.added),
        ("gone", changes.removed),
    ):
        for name in ids:
            found[name].append(words)
    return {name: tuple(words) for name, words in found.items()}


def _bad(one: CellResult | InvariantResult) -> bool:
    return one.outcome in ("failed", "error", "refuted", "unknown")


def _expectation(cell: CellResult) -> str:
    return f"{cell.expected} by {cell.expected_by}" if cell.expected_by else cell.expected


def _policies(old: Run, new: Run) -> tuple[PolicyChange, ...]:
    before, after = {policy.path: policy for policy in old.policies}, {policy.path: policy for policy in new.policies}
    paths = dict.fromkeys([*before, *after])
    return tuple(
        _policy(before.get(path), after.get(path))
        for path in paths
        if path not in before or path not in after or before[path].sha256 != after[path].sha256
    )


def _policy(old: PolicyInfo | None, new: PolicyInfo | None) -> PolicyChange:
    known = new or old
    assert known is not None  # one of the two has the path
    texts = [policy.text if policy else "" for policy in (old, new)]
    diff: tuple[str, ...] = ()
    if old and new and sum(map(len, texts)) <= _MOST_DIFFED:
        lines = difflib.unified_diff(texts[0].splitlines(), texts[1].splitlines(), lineterm="", n=2)
        diff = tuple(islice(lines, 2, 2 + _MOST_DIFF_LINES))
    return PolicyChange(known.name, old.sha256 if old else None, new.sha256 if new else None, diff)
