"""What ``iamproof diff`` found, as text for people, as Markdown for pull requests, and as plain data."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from iamproof import __version__
from iamproof.current import catalogue_data
from iamproof.grants import columns
from reports import gfm
from reports.describe import place, shown
from reports.words import count
from simulator.analyse.diff.model import EXPLICIT
from simulator.catalogue import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.analyse.diff import Access, Diff, Flip, Proof, Row
    from simulator.catalogue import Catalogue

__all__ = ["SCHEMA", "as_data", "as_markdown", "as_text", "verdict"]

SCHEMA = "iamproof/diff@1"
_LISTED = 60  # rows of a kind that are listed unasked
_TARGETS = 4  # of an action that a line names
_SESSIONS = 6  # with the same targets
_FLIPS = 40
_SERVICES = 20
_NAMES = 12
_MOST_MARKDOWN = 60_000  # bytes: GitHub refuses comments of more than 65,536 characters
_SHORT = {"Permissions management": "Permissions"}
_GRAVITY = {"Permissions management": -4, "Write": -3, "Tagging": -2, "Read": -1}


def verdict(diff: Diff) -> str:
    """Return the first sentence of every format."""
    if not diff.changed and not diff.access and not diff.cells.flips and diff.complete:
        return "nothing differs"
    if diff.clean:
        return "no new access, and no cell flips"
    gained = {row.action for one in diff.access for row in (*one.gained, *one.lifted)}
    open_ = [one for one in diff.access if one.opens]
    said = (
        [count(len(diff.cells.flips), "cell") + (" flips" if len(diff.cells.flips) == 1 else " flip")]
        if diff.cells.flips
        else []
    )
    if gained:
        said.append(f"new access to {count(len(gained), 'action')}")
    elif open_:
        said.append("new access beyond the catalogue" if _refuted(open_) else "new access can't be excluded")
    if not diff.complete:
        said.append("not everything could be compared")
    return ", ".join(said)


def _refuted(found: Sequence[Access]) -> bool:
    return any(proof.outcome == "counterexample" for one in found for proof in one.proofs)


# --- what text and Markdown share ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """The rows of one kind: how many of each service and access level, and the gravest of them one by one."""

    title: str
    counts: tuple[Sequence[str], ...]
    rows: tuple[Row, ...]
    left_out: int
    denial: str  #: the word before a denial that was, or is now; empty where none was explicit

    def denied(self, row: Row) -> str:
        """Say how an action is denied in the version that does not allow it, where that is explicitly."""
        return f"{self.denial} {' or '.join(row.denied)}" if EXPLICIT in row.denied else ""


def _told(one: Access, *, full: bool) -> Iterator[_Told]:
    """Yield the kinds of changes that there are."""
    kinds = (
        ("now allowed", one.gained, "was", "before"),
        ("no longer allowed", one.lost, "is", "now"),
        ("no longer explicitly denied", one.lifted, "", ""),
        ("now explicitly denied", one.forbidden, "", ""),
    )
    for words, rows, verb, when in kinds:
        if rows:
            explicit = sum(EXPLICIT in row.denied for row in rows) if verb else 0
            some = "" if explicit == len(rows) else f"{explicit:,} of them "
            more = f", {some}explicitly denied {when}" if explicit else ""
            title = f"{words}: {count(len(rows), 'action')}{more}"
            kept = rows if full else _gravest(rows)
            yield _Told(title, tuple(_counts(rows, full=full)), kept, len(rows) - len(kept), verb if explicit else "")


def _gravest(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows that are listed unasked, in their order: the gravest access levels, where there are too many."""
    if len(rows) <= _LISTED:
        return rows
    order = sorted(range(len(rows)), key=lambda place: _GRAVITY.get(rows[place].level, 0))
    return tuple(rows[place] for place in sorted(order[:_LISTED]))


def _counts(rows: Sequence[Row], *, full: bool) -> Iterator[Sequence[str]]:
    """Yield how many actions of each service there are, by access level; of many services the rest together."""
    yield ("service", *(_SHORT.get(level, level) for level in LEVELS))
    services: dict[str, Counter[str]] = {}
    for row in rows:
        services.setdefault(row.action.partition(":")[0], Counter())[row.level] += 1
    kept = set(services) if full else set(sorted(services, key=lambda name: -services[name].total())[:_SERVICES])
    rest: Counter[str] = Counter()
    for service, levels in services.items():
        if service in kept:
            yield (shown(service), *_numbers(levels))
        else:
            rest.update(levels)
    if rest:
        yield (f"{len(services) - len(kept):,} more", *_numbers(rest))


def _numbers(levels: Counter[str]) -> Iterator[str]:
    return (f"{levels[level]:,}" if levels[level] else "·" for level in LEVELS)


def _notes(one: Access) -> Iterator[str]:
    """Say what the lists leave out."""
    if one.unstated:
        keys = ", ".join(map(shown, one.unstated))
        yield f"the lists are decided without {keys} where the session doesn't state it; the proofs are for every value"
    if one.sessions_left_out:
        yield f"{count(one.sessions_left_out, 'more session')} of the suites: not compared"


def _left_out(diff: Diff) -> str:
    return f"{diff.left_out:,} more whose policies changed: not compared" if diff.left_out else ""


# --- text ---------------------------------------------------------------------------------------


def as_text(diff: Diff, catalogue: Catalogue, *, full: bool = False) -> str:
    """Return the difference for a terminal: the verdict, cells that flip, and each whose access changes."""
    blocks = [f"{shown(diff.old)} → {shown(diff.new)}: {verdict(diff)}"]
    if diff.changed:
        kept = diff.changed if full else diff.changed[:_FLIPS]
        blocks.append("\n".join([*(f"  {shown(name)}" for name in kept), *_more(diff.changed, kept)]))
    blocks.append("\n".join(_cells(diff, full=full)))
    blocks += ["\n".join(_access(one, full=full)) for one in diff.access]
    blocks.append(_left_out(diff))
    return "\n\n".join(block for block in blocks if block) + f"\n\ncatalogue of {catalogue.date}\n"


def _cells(diff: Diff, *, full: bool) -> Iterator[str]:
    cells = diff.cells
    if cells.note:
        yield f"cells: {shown(cells.note, 2000)}"
    if cells.compared or cells.added or cells.removed or not cells.note:
        more = "".join(f", {n:,} {words}" for n, words in ((cells.added, "new"), (cells.removed, "gone")) if n)
        yield f"cells: {len(cells.flips):,} of {cells.compared:,} flip{more}"
    kept = cells.flips if full else cells.flips[:_FLIPS]
    yield from (f"  {line}" for line in (_flip(one) for one in kept))
    yield from _more(cells.flips, kept)


def _more(every: Sequence[object], kept: Sequence[object]) -> Iterator[str]:
    if len(every) > len(kept):
        yield f"  … and {len(every) - len(kept):,} more"


def _flip(one: Flip) -> str:
    mark = "▲" if one.opened else "✓" if one.holds else "✗"
    judged = "as expected" if one.holds else f"expected {shown(one.expected)}"
    if one.was_expected:
        judged += f"; {shown(one.was_expected)} was expected before"
    if one.before != one.after:
        what = f"{one.before} → {one.after}"
    else:
        # Of a cell of many actions others may be decided otherwise than the one that is told.
        what = f"{one.after} as before" if one.was_expected else f"{one.after}, of other actions"
    return f"{mark} {what} ({judged}): {shown(one.id, 400)}"


def _access(one: Access, *, full: bool) -> Iterator[str]:
    yield _who(one)
    for told in _told(one, full=full):
        yield f"  {told.title}"
        yield from (f"    {line}" for line in columns(told.counts, right=True))
        lines = [
            (shown(row.action), _SHORT.get(row.level, row.level), *_denied(told, row), _where(row)) for row in told.rows
        ]
        yield from (f"    {line}" for line in columns(lines))
        if told.left_out:
            yield f"    … and {told.left_out:,} more"
    yield from (f"  {line}" for proof in one.proofs for line in _proof(proof, full=full))
    yield from (f"  {note}" for note in _notes(one))


def _denied(told: _Told, row: Row) -> tuple[str, ...]:
    return (told.denied(row),) if told.denial else ()


def _who(one: Access) -> str:
    names = _some(one.who, _NAMES)
    return f"any user with nothing but {names}" if one.alone else names


def _where(row: Row) -> str:
    """Say on what and in which sessions; sessions with the same targets are told together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for session, labels in row.where:
        alike.setdefault(labels, []).append(session)
    return "; ".join(f"{_labels(labels)} [{_some(names, _SESSIONS)}]" for labels, names in alike.items())


def _labels(labels: Sequence[str]) -> str:
    return _some(labels, _TARGETS)


def _some(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(shown, names[:most])) + more


def _proof(proof: Proof, *, full: bool = False) -> Iterator[str]:
    match proof.outcome:
        case "proved":
            yield f"✓ proved for all requests: {proof.claim}"
            yield from (f"  taken that {shown(words, 2000)}" for words in proof.assumptions if full)
        case "counterexample":
            yield f"✗ not so: {proof.claim}; for one, {_request(proof)}"
        case "unknown":
            yield f"? neither proved nor refuted: {proof.claim}: {shown(proof.reason)}"


def _request(proof: Proof) -> str:
    context = ", ".join(f"{shown(key)} = {_value(value)}" for key, value in proof.context)
    return f"{shown(proof.action)} on {shown(proof.resource)}" + (
        f" with {context}" if context else " with no context keys"
    )


def _value(value: str | tuple[str, ...]) -> str:
    return shown(value) if isinstance(value, str) else f"[{', '.join(map(shown, value))}]"


# --- Markdown -----------------------------------------------------------------------------------


def as_markdown(diff: Diff, catalogue: Catalogue) -> str:
    """Return the difference for a comment: bounded, and nothing in it is markup."""
    mark = "✓" if diff.clean else "✗"
    head = f"### IAM: {gfm.text(diff.old)} → {gfm.text(diff.new)}\n\n{mark} **{verdict(diff)}**\n"
    tail = f"\ncatalogue of {catalogue.date}\n"
    room = _MOST_MARKDOWN - len((head + tail).encode())
    kept: list[str] = []
    for section in _sections(diff):
        room -= len(section.encode()) + 1
        if room < 0:
            kept.append("… more than a comment can hold; `--format json` has everything\n")
            break
        kept.append(section)
    return head + "".join(f"\n{section}" for section in kept) + tail


def _sections(diff: Diff) -> Iterator[str]:
    if diff.changed:
        kept = diff.changed[:_FLIPS]
        yield gfm.bullets(gfm.text(name.strip()) for name in (*kept, *_more(diff.changed, kept))) + "\n"
    first, *flips = _cells(diff, full=False)
    yield f"{gfm.text(first, 2000)}\n"
    if flips:
        yield gfm.bullets(gfm.text(line.strip(), 600) for line in flips) + "\n"
    if diff.left_out:
        yield f"{_left_out(diff)}\n"
    for one in diff.access:
        yield f"#### {gfm.text(_who(one), 2000)}\n"
        lines = (*(line for proof in one.proofs for line in _proof(proof)), *_notes(one))
        yield gfm.bullets(gfm.text(line, 900) for line in lines) + "\n"
        yield from (_details(told) for told in _told(one, full=False))


def _details(told: _Told) -> str:
    """Return the rows of one kind, folded away."""
    head, *counts = told.counts
    heads = ("action", "level", *(("denied",) if told.denial else ()), "on")
    rows = (
        (gfm.code(row.action), gfm.text(row.level), *map(gfm.text, _denied(told, row)), gfm.text(_where(row), 900))
        for row in told.rows
    )
    more = f"\n\n… and {told.left_out:,} more" if told.left_out else ""
    return gfm.details(told.title, f"{gfm.table(head, counts)}\n\n{gfm.table(heads, rows)}{more}") + "\n"


# --- data ---------------------------------------------------------------------------------------


def as_data(diff: Diff, catalogue: Catalogue) -> str:
    """Return the difference as JSON."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"name": "iamproof", "version": __version__},
        "catalogue": {**catalogue_data(catalogue), "actions": len(catalogue.actions())},
        "old": diff.old,
        "new": diff.new,
        "clean": diff.clean,
        "verdict": verdict(diff),
        "changed": list(diff.changed),
        "cells": {
            **asdict(diff.cells),
            "flips": [asdict(one) | {"place": place(one.file, one.line)} for one in diff.cells.flips],
        },
        "access": [_plain(one) for one in diff.access],
        "left_out": diff.left_out,
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _plain(one: Access) -> dict[str, Any]:
    rows = {
        name: [
            {
                "action": row.action,
                "level": row.level,
                "denied": list(row.denied),
                "on": {session: list(labels) for session, labels in row.where},
            }
            for row in getattr(one, name)
        ]
        for name in ("gained", "lost", "lifted", "forbidden")
    }
    proofs = [asdict(proof) | {"context": dict(proof.context)} for proof in one.proofs]
    return {
        "who": list(one.who),
        "alone": one.alone,
        "opens": one.opens,
        **rows,
        "proofs": proofs,
        "unstated": list(one.unstated),
        "sessions_left_out": one.sessions_left_out,
    }
