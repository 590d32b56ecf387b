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
    yield from _list("decided otherwise", [_flip(flip, changes) for flip in changes.flips])
    yield from _list("expected otherwise", reworded)
    yield from _list("fails now", _names(changes.broken, changes.flipped))
    yield from _list("no longer fails", _names(changes.fixed, changes.flipped))
    yield from _list("new cell", _names(changes.added))
    yield from _list("gone", _names(changes.removed))
    yield from _list("policy changed", [shown(policy.name) for policy in changes.policies])


def _flip(flip: Flip, changes: Changes) -> str:
    """Return a decision that flipped, and what became of its cell: opened, fails now."""
    id_ = flip.cell.id
    became = [
        word
        for word, holds in (
            ("opened", flip.opened),
            ("fails now", id_ in changes.broken),
            ("no longer fails", id_ in changes.fixed),
        )
        if holds
    ]
    return f"{shown(id_, 600)}: {flip.before} → {flip.after}" + (f" ({', '.join(became)})" if became else "")


def _names(ids: Sequence[str], told: frozenset[str] = frozenset()) -> list[str]:
    return [shown(name, 600) for name in ids if name not in told]


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    yield from (f"  {title}: {item}" for item in items[:_MOST])
    if len(items) > _MOST:
        yield f"  {title}: and {len(items) - _MOST:,} more"
