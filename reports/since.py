"""What changed since an earlier run, as lines for a terminal: what flipped first, each with both decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.describe import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.baseline import Changes, Flip
    from simulator.suites.result import Run

__all__ = ["changes_since"]

_MOST = 20  # of each kind; the reports have all


def changes_since(old: Run, new: Run) -> str:
    """Return what *new* has otherwise than *old*, as text."""
    from reports.baseline import compare  # noqa: PLC0415  # only beside an earlier run

    changes = compare(old, new)
    lines = [f"Since the run of {shown(changes.finished)}"]
    return "\n".join([*lines, *(_lists(changes) if changes else ["  nothing changed"])])


def _lists(changes: Changes) -> Iterator[str]:
    reworded = [
        f"{shown(item.cell.id, 600)}: {shown(item.before)} → {shown(item.after)}"
        + (", together with the decision" if item.with_decision else "")
        for item in changes.reworded
    ]
    came = {one.id: str(one) for one in changes.outcomes}
    yield from _list("decided otherwise", [_flip(flip, came.get(flip.cell.id)) for flip in changes.flips])
    yield from _list("expected otherwise", reworded)
    flipped = changes.flipped
    for kind in ("fails now", "no longer fails", "came out otherwise"):
        apart = (one for one in changes.outcomes if one.kind == kind and one.id not in flipped)
        yield from _list(kind, [shown(one.id, 600) + (f" ({one.detail})" if one.detail else "") for one in apart])
    yield from _list("new", [shown(name, 600) for name in changes.added])
    yield from _list("gone", [shown(name, 600) for name in changes.removed])
    yield from _list("policy changed", [shown(policy.name) for policy in changes.policies])
    yield from (f"  {shown(str(one), 600)}" for one in changes.totals[:_MOST])


def _flip(flip: Flip, came: str | None) -> str:
    """Return a decision that flipped, and what became of its cell: opened, fails now."""
    became = [*(["opened"] if flip.opened else []), *([came] if came else [])]
    return f"{shown(flip.cell.id, 600)}: {flip.before} → {flip.after}" + (f" ({', '.join(became)})" if became else "")


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    yield from (f"  {title}: {item}" for item in items[:_MOST])
    if len(items) > _MOST:
        yield f"  {title}: and {len(items) - _MOST:,} more"
