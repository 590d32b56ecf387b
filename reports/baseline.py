"""What changed since an earlier run: decisions first, then expectations, cells and policies.

A decision that opened comes first.  A cell whose expectation changed together with its decision is
flagged: that is how a wrong change is made to look right.  So is one that no longer fails, and does not
pass: each outcome that is otherwise is told with both.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from reports.describe import shown
from reports.json import result_digest
from reports.locate import part
from reports.totals import totals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.options import Options
    from reports.totals import Total
    from simulator.suites.result import CellResult, InvariantResult, PolicyInfo, Run

__all__ = [
    "Changes",
    "Flip",
    "Outcome",
    "PolicyChange",
    "Reworded",
    "as_data",
    "changes_in",
    "compare",
    "figures",
    "told",
]

_BAD = ("failed", "error", "refuted", "unknown")
_PLAIN = ("failed", "refuted", "passed", "proved")
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
class Outcome:
    """A cell or an invariant that came out otherwise than before."""

    id: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """Which change it is; that it no longer fails does not say that it passes."""
        bad, was = self.after in _BAD, self.before in _BAD
        return "came out otherwise" if bad == was else "fails now" if bad else "no longer fails"

    @property
    def detail(self) -> str:
        """What its kind leaves open, if anything."""
        before, after = (text.replace("_", " ") for text in (self.before, self.after))
        if self.kind == "came out otherwise":
            return f"{before} → {after}"
        return "" if self.after in _PLAIN else after

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind


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
    policies: tuple[PolicyChange, ...]
    outcomes: tuple[Outcome, ...]
    totals: tuple[Total, ...]

    @property
    def broken(self) -> tuple[str, ...]:
        """The ids of what fails now."""
        return tuple(one.id for one in self.outcomes if one.kind == "fails now")

    @property
    def fixed(self) -> tuple[str, ...]:
        """The ids of what no longer fails."""
        return tuple(one.id for one in self.outcomes if one.kind == "no longer fails")

    @property
    def others(self) -> tuple[Outcome, ...]:
        """The outcomes that are neither a new failure nor one less."""
        return tuple(one for one in self.outcomes if one.kind == "came out otherwise")

    def details(self) -> dict[str, str]:
        """Return of cells and invariants that came out otherwise, by id, what the kind of change leaves open."""
        return {one.id: one.detail for one in self.outcomes}

    @property
    def flipped(self) -> frozenset[str]:
        """The ids of the cells that are decided otherwise."""
        return frozenset(flip.cell.id for flip in self.flips)

    def __bool__(self) -> bool:
        lists = (self.flips, self.reworded, self.added, self.removed, self.outcomes, self.policies, self.totals)
        return any(lists)


def compare(old: Run, new: Run) -> Changes:
    """Return what *new* has otherwise than *old*."""
    before, after = {cell.id: cell for cell in old.cells}, {cell.id: cell for cell in new.cells}
    pairs = [(before[id_], cell) for id_, cell in after.items() if id_ in before]
    flips = [Flip(b, a.actual or "undecided", b.actual or "undecided") for a, b in pairs if a.actual != b.actual]
    claims = [{one.id: one for one in run.invariants} for run in (old, new)]
    shared: list[tuple[CellResult | InvariantResult, CellResult | InvariantResult]] = [*pairs]
    shared += [(claims[0][id_], one) for id_, one in claims[1].items() if id_ in claims[0]]
    both = [Outcome(b.id, _outcome(a), _outcome(b)) for a, b in shared]
    outcomes = tuple(one for one in both if one.before != one.after)
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
        policies=_policies(old, new),
        outcomes=outcomes,
        totals=totals(old, new),
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
        "outcomes": [asdict(one) for one in changes.outcomes],
        "totals": [asdict(one) for one in changes.totals],
    }


def figures(changes: Changes) -> str:
    """Return how much changed, in words."""
    opened = sum(flip.opened for flip in changes.flips)
    with_decision = sum(item.with_decision for item in changes.reworded)
    rows = (
        (opened, "opened (not allowed before, allowed now)"),
        (len(changes.flips) - opened, "decided otherwise"),
        (with_decision, "expected otherwise together with the decision"),
        (len(changes.reworded) - with_decision, "expected otherwise"),
        (len(changes.broken), "failing now"),
        (len(changes.fixed), "no longer failing"),
        (len(changes.others), "came out otherwise"),
        (len(changes.added), "new"),
        (len(changes.removed), "gone"),
        (policies := len(changes.policies), f"{'policy' if policies == 1 else 'policies'} changed"),
    )
    counts = ", ".join(f"{number:,} {words}" for number, words in rows if number)
    of_the_run = [shown(str(one), 1000) for one in changes.totals if one.file is None]
    return "; ".join(filter(None, (counts, *of_the_run))) or "nothing changed"


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
    for one in changes.outcomes:
        found[one.id].append(str(one))
    for words, ids in (("new", changes.added), ("gone", changes.removed)):
        for name in ids:
            found[name].append(words)
    return {name: tuple(words) for name, words in found.items()}


def _outcome(one: CellResult | InvariantResult) -> str:
    return "vacuous" if one.vacuous is not None and one.outcome in ("passed", "proved") else one.outcome


def _expectation(cell: CellResult) -> str:
    return f"{cell.expected} by {cell.expected_by}" if cell.expected_by else cell.expected


def _policies(old: Run, new: Run) -> tuple[PolicyChange, ...]:
    before, after = ({_key(policy): policy for policy in run.policies} for run in (old, new))
    paths = dict.fromkeys([*before, *after])
    return tuple(
        _policy(before.get(path), after.get(path))
        for path in paths
        if path not in before or path not in after or before[path].sha256 != after[path].sha256
    )


def _key(policy: PolicyInfo) -> tuple[str, str]:
    """Return by what a policy is known again: the lines of a suite move, and so does what stands in it."""
    file, place = part(policy.path)
    return (file, policy.name) if place else (policy.path, "")


def _policy(old: PolicyInfo | None, new: PolicyInfo | None) -> PolicyChange:
    known = new or old
    assert known is not None  # one of the two has the path
    texts = [policy.text if policy else "" for policy in (old, new)]
    diff: tuple[str, ...] = ()
    if old and new and sum(map(len, texts)) <= _MOST_DIFFED:
        lines = difflib.unified_diff(texts[0].splitlines(), texts[1].splitlines(), lineterm="", n=2)
        diff = tuple(islice(lines, 2, 2 + _MOST_DIFF_LINES))
    return PolicyChange(known.name, old.sha256 if old else None, new.sha256 if new else None, diff)
