"""What changed since a baseline, in GitHub's Markdown: section I."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.baseline import figures
from reports.gfm import bullets, code, details, fence, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.baseline import Changes

__all__ = ["section"]


def section(changes: Changes | None, *, most: int | None = None) -> str:
    """Return section I, with at most so many changes of a kind; None where there is no baseline."""
    if changes is None:
        return "#### I. Changes since the baseline\n\nNo baseline was given."
    lines = [
        f"#### I. Changes since the baseline of {text(changes.finished)}",
        f"Baseline digest {code(changes.digest)}.",
    ]
    summary = figures(changes)
    return "\n\n".join([*lines, f"{text(summary[:1].upper() + summary[1:], 2000)}.", *_lists(changes, most)])


def _lists(changes: Changes, most: int | None) -> Iterator[str]:
    flips = [f"{'▲ opened: ' if f.opened else ''}{code(f.cell.id, 600)}: {f.before} → {f.after}" for f in changes.flips]
    reworded = [
        f"{code(item.cell.id, 600)}: {text(item.before)} → {text(item.after)}"
        + (", **together with the decision**" if item.with_decision else "")
        for item in changes.reworded
    ]
    came = {one.id: code(one.id, 600) + (f": {one.detail}" if one.detail else "") for one in changes.outcomes}
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("Decided otherwise", flips),
        ("Expected otherwise", reworded),
        ("New failures", [came[name] for name in changes.broken]),
        ("No longer failing", [came[name] for name in changes.fixed]),
        ("Came out otherwise", [came[one.id] for one in changes.others]),
        ("New", [code(name, 600) for name in changes.added]),
        ("Gone", [code(name, 600) for name in changes.removed]),
        ("Figures", [text(str(one), 1000) for one in changes.totals]),
    )
    for title, items in lists:
        more = [] if most is None or len(items) <= most else [f"… and {len(items) - most:,} more"]
        if items:
            yield details(f"{title} ({len(items):,})", bullets([*items[:most], *more]))
    for policy in changes.policies:
        yield f"Policy {text(policy.name)}: {code((policy.before or 'new')[:16])} → {code((policy.after or 'gone')[:16])}"
        if policy.diff:
            yield fence(policy.diff, "diff")
