"""Mutation in the words that all formats share: survivors under the scenario that would notice them, and what
invariants alone notice under these.

One scenario often answers for many changes.  Texts are made printable and cut here, as those of cells are
in `reports.describe`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reports import gfm
from reports.describe import place, shown
from reports.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.suites.mutation import Claimed, MutatedPolicy, Mutation, Survivor

__all__ = [
    "HEAD",
    "Group",
    "claimed",
    "claimed_words",
    "grouped",
    "idle_words",
    "markdown",
    "numbers",
    "opening",
    "scenario_lines",
    "shortened",
    "title",
]

HEAD: Final = ("policy", "mutants", "killed", "equivalent", "survived")
_DIFF_LINES = 12  # of one change; the JSON has all
_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Group:
    """Survivors that one scenario would notice, or one by itself."""

    survivors: tuple[Survivor, ...]

    @property
    def first(self) -> Survivor:
        """The one that ranks highest."""
        return self.survivors[0]

    @property
    def asked(self) -> tuple[str, ...]:
        """The cells that see another decision already, and accept both."""
        return tuple(dict.fromkeys(shown(one.asked) for one in self.survivors if one.asked is not None))

    def changes(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each change in a sentence, and the lines of its diff."""
        for one in self.survivors:
            other = f", it would be {one.after}" if one.after != self.first.after else ""
            yield f"{place(one.file, one.line)}: {one.effect}{other}: {shown(one.change, _TEXT)}", shortened(one.diff)


def grouped(found: Mutation) -> tuple[Group, ...]:
    """Put together what the same scenario would notice, and what the same reason keeps open, in the order of each's first."""
    groups: dict[object, list[Survivor]] = {}
    for number, one in enumerate(found.survivors):
        key: object = number if one.action is not None else one.reason
        key = key if one.scenario is None else (one.suite, one.scenario)
        groups.setdefault(key, []).append(one)
    return tuple(Group(tuple(group)) for group in groups.values())


def opening(found: Mutation, groups: Sequence[Group]) -> str:
    """Say how many changes survive, and how many scenarios would notice them."""
    if not found.survivors:
        return f"All {count(found.counted, 'change')} of the policies that decide anything otherwise are noticed."
    scenarios = sum(group.first.scenario is not None for group in groups)
    words = f"Nothing in the suites notices {count(len(found.survivors), 'change')} of the policies"
    would = f"; {count(scenarios, 'scenario')} would. What widens comes first" if scenarios else ""
    return f"{words}{would}."


def claimed_words(found: Mutation) -> str:
    """Say how many changes invariants alone notice; nothing where there are none."""
    if not found.claimed:
        return ""
    return f"Invariants alone notice {count(len(found.claimed), 'change')}: every cell is as expected under them."


def claimed(found: Mutation) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each invariant that is the first to notice some change, and these, each in a sentence."""
    groups: dict[str, list[str]] = {}
    for one in found.claimed:
        groups.setdefault(one.invariants[0], []).append(_claimed(one))
    for invariant, changes in groups.items():
        yield shown(invariant), tuple(changes)


def _claimed(one: Claimed) -> str:
    others = len(one.invariants) - 1
    too = f" ({count(others, 'other invariant')} too)" if others else ""
    asked = _asked(one.action, one.resource, one.context)
    return f"{place(one.file, one.line)}: {shown(one.change, _TEXT)}: refuted by {asked}{too}"


def idle_words(found: Mutation, cells: int, invariants: int) -> Iterator[str]:
    """Say what can notice nothing, of how many."""
    if found.idle:
        words = "with the policies as they are they fail, or are left out"
        yield f"{found.idle:,} of {cells:,} cells can notice nothing: {words}"
    if found.idle_invariants:
        words = "with the policies as they are they are not proved"
        yield f"{found.idle_invariants:,} of {invariants:,} invariants can notice nothing: {words}"


def title(one: Survivor) -> str:
    """Say which request tells the change apart."""
    if one.request is not None:
        return f"{shown(one.request, _TEXT)}: {one.before}, would be {one.after}"
    if one.action is not None and one.resource is not None:
        return _asked(one.action, one.resource, one.context or {})
    return shown(f"not known to differ, nor proved to be alike: {one.reason}", _TEXT)


def _asked(action: str, resource: str, context: Mapping[str, str | tuple[str, ...]]) -> str:
    stated = ", ".join(f"{key}={_listed(value)}" for key, value in context.items())
    return shown(f"{action} on {resource}" + (f" with {stated}" if stated else ""), _TEXT)


def _listed(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def shortened(diff: Sequence[str]) -> tuple[str, ...]:
    """Return the lines that change, few enough to read."""
    lines = [shown(line, _TEXT) for line in diff if line[:1] in ("+", "-")]
    more = len(lines) - _DIFF_LINES
    return tuple(lines) if more <= 0 else (*lines[:_DIFF_LINES], f"… {more:,} more lines")


def scenario_lines(one: Survivor) -> tuple[str, ...]:
    """Return the lines of the scenario that would notice the change."""
    return tuple(shown(line, _TEXT * 2) for line in (one.scenario or "").splitlines())


def numbers(policy: MutatedPolicy) -> tuple[int, ...]:
    """Return the counts of a policy, in the order of `HEAD`."""
    survived = policy.mutants - policy.killed - policy.equivalent
    return policy.mutants, policy.killed, policy.equivalent, survived


def markdown(found: Mutation) -> str:
    """Return the section in GitHub's Markdown."""
    rows = [(gfm.code(one.path), *(f"{n:,}" for n in numbers(one))) for one in found.policies]
    groups = grouped(found)
    parts = [gfm.table(HEAD, rows), gfm.text(opening(found, groups))]
    for group in groups:
        changes = [gfm.text(words, _TEXT) for words, _ in group.changes()]
        diffs = gfm.fence([line for _, lines in group.changes() for line in lines], "diff")
        parts.append(f"**{gfm.text(title(group.first), _TEXT)}**\n\n{gfm.bullets(changes)}\n\n{diffs}")
        parts += [f"{gfm.code(cell)} asks for it already, and accepts both decisions." for cell in group.asked]
        if group.first.suite is not None:
            lines = gfm.fence(scenario_lines(group.first), "yaml")
            parts.append(f"In {gfm.code(group.first.suite)}, under `scenarios:`\n\n{lines}")
    parts += [gfm.text(words)] if (words := claimed_words(found)) else []
    for invariant, noticed in claimed(found):
        items = gfm.bullets(gfm.text(words, _TEXT) for words in noticed)
        parts.append(gfm.details(f"{invariant} ({len(noticed):,})", items))
    return "\n\n".join(parts)
