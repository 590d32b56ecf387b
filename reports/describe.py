"""One cell in plain words, as (label, text) facts that every format lays out in its own way.

Texts come from files that nobody vouches for: each is made printable and cut here, so that a format
has only its own markup left to escape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reports.words import actuals, kind_of
from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.suites.result import CellResult, ContextValue, Deciding, Miss

__all__ = [
    "Fact",
    "context_words",
    "deciding_words",
    "example_words",
    "facts",
    "headline",
    "miss_words",
    "place",
    "shown",
]

_LIMIT = 300  # of one name: longer than any ARN that AWS accepts for a user or a device
_MOST_LIVE = 50  # cells that the live services decide otherwise
_MESSAGE_LIMIT = 2000
_MOST_ITEMS = 12  # keys, resources, requests listed; the JSON has all

_FIRST_KEYS = ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge")


class Fact(NamedTuple):
    """A line about a cell; the text is printable and short, but not escaped for any markup."""

    label: str
    text: str


def shown(text: str, limit: int | None = _LIMIT) -> str:
    """Return *text* with what can't be seen escaped, cut to *limit*."""
    return printable(text, limit=limit)


def place(file: str, line: int, column: int | None = None) -> str:
    """Return ``file:line:column``."""
    where = f"{shown(file)}:{line}"
    return where if column is None else f"{where}:{column}"


def headline(cell: CellResult) -> str:
    """Return one sentence: what kind of failure, in which scenario."""
    kind = kind_of(cell)
    return f"{kind.value if kind else cell.outcome}: {shown(cell.scenario)}"


def facts(cell: CellResult) -> tuple[Fact, ...]:
    """Return everything worth telling about *cell*, most important first."""
    return tuple(Fact(label, text) for label, text in _facts(cell) if text)


def _facts(cell: CellResult) -> Iterator[tuple[str, str]]:
    yield "scenario", place(cell.file, cell.line) + (f" ({shown(cell.scenario_id)})" if cell.scenario_id else "")
    yield "requirement", _listed(cell.requirement)
    yield "who", f"{shown(cell.principal)}, {shown(cell.session)}"
    yield "context", context_words(cell.context)
    yield "action", shown(cell.action)
    yield "on", _target(cell)
    yield "expected", shown(cell.expected) + (f" by {shown(cell.expected_by)}" if cell.expected_by else "")
    yield "got", " and ".join(sorted(actuals(cell))) or "no decision"
    yield "AWS", cell.source_answer or ""
    yield "message", shown(cell.message or "", _MESSAGE_LIMIT)
    yield from (("differs", text) for text in _differing(cell))
    yield "live", _live(cell)
    yield from (("decided by", deciding_words(item)) for item in cell.deciding)
    yield from (("nearest miss", miss_words(item)) for item in cell.near[:_MOST_ITEMS])
    yield "undetermined", _listed(cell.missing_context)
    yield "vacuous", shown(cell.vacuous or "", _MESSAGE_LIMIT)
    yield from (("warning", shown(text, _MESSAGE_LIMIT)) for text in cell.warnings)
    yield "controls", _listed(cell.controls)
    yield "why", shown(cell.why, _MESSAGE_LIMIT)


def live_words(cells: Iterable[CellResult]) -> list[str]:
    """Say of each cell that the live services decide otherwise which it is, how they decide, and by which rule."""
    differing = [cell for cell in cells if cell.live is not None]
    told = [f"{case_words(cell)}: {_live(cell)}" for cell in differing[:_MOST_LIVE]]
    more = len(differing) - _MOST_LIVE
    return told + ([f"and {more:,} more"] if more > 0 else [])


def case_words(cell: CellResult) -> str:
    """Name a cell: who, in which session, does what on what."""
    return f"{shown(cell.principal)}, {shown(cell.session)}, {shown(cell.action)} on {shown(cell.target)}"


def _live(cell: CellResult) -> str:
    return f"{cell.live.actual} in the live services ({shown(cell.live.rule)})" if cell.live else ""


def deciding_words(item: Deciding) -> str:
    """Name a statement that decided, and where it stands."""
    name = shown(item.sid) if item.sid else "a statement without Sid"
    return f"{name} of {shown(item.policy)}, {place(item.file, item.line, item.column)}"


def miss_words(item: Miss) -> str:
    """Say which statement nearly matched, and what it missed."""
    name = shown(item.sid) if item.sid else "a statement without Sid"
    missed = " and ".join(item.missed)
    return f"{item.effect} {name}, {place(item.file, item.line)}, missed by its {missed}: {shown(item.detail, _MESSAGE_LIMIT)}"


def context_words(context: Mapping[str, ContextValue], *, mfa: bool = True) -> str:
    """List context keys and values, those of MFA first; with *mfa* an absent MFA key is said."""
    names = [*(name for name in _FIRST_KEYS if name in context), *(n for n in sorted(context) if n not in _FIRST_KEYS)]
    words = [f"{shown(name)} = {_value(context[name])}" for name in names]
    absent = [] if _FIRST_KEYS[0] in context or not mfa else [f"{_FIRST_KEYS[0]} absent"]
    return _listed([*absent, *words], limit=None)


def _value(value: ContextValue) -> str:
    return shown(value) if isinstance(value, str) else f"[{_listed(value)}]"


def _target(cell: CellResult) -> str:
    several = (cell.resource,) if isinstance(cell.resource, str) else cell.resource
    if several == (cell.target,):
        return shown(cell.target)
    return f"{shown(cell.target)}: {_listed(several)}"


def _differing(cell: CellResult) -> Iterator[str]:
    for item in cell.differing[:_MOST_ITEMS]:
        yield f"{shown(item.action)} on {shown(item.resource)}: {item.actual}"
    if len(cell.differing) > _MOST_ITEMS:
        yield f"… and {len(cell.differing) - _MOST_ITEMS:,} more"


def example_words(cell: CellResult) -> str:
    """Name the first request that differs, of a cell that stands for several; empty where it stands for one."""
    if not cell.differing:
        return ""
    first, *others = cell.differing
    return f"{shown(first.action)} on {shown(first.resource)}{', among others' if others else ''}"


def _listed(texts: Iterable[str], *, limit: int | None = _LIMIT) -> str:
    listed = list(texts)
    words = [text if limit is None else shown(text, limit) for text in listed[:_MOST_ITEMS]]
    return ", ".join(words) + (f", … and {len(listed) - _MOST_ITEMS:,} more" if len(listed) > _MOST_ITEMS else "")
