"""What ``iamproof diff`` found, as text for people, as Markdown for pull requests, and as plain data."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from iamproof import __version__
from iamproof.grants import columns
from reports import gfm
from reports.describe import place, shown
from reports.words import count
from simulator.catalogue import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.analyse.diff import Access, Diff, Flip, Proof, Row
    from simulator.catalogue import Catalogue

__all__ = ["SCHEMA", "as_data", "as_markdown", "as_text", "verdict"]

SCHEMA = "iamproof/diff@1"
_LISTED = 60  # rows of a kind that are listed unasked
_TARGETS = 4  # of an action that a line names
_FLIPS = 40
_NAMES = 12
_MOST_MARKDOWN = 60_000  # bytes: GitHub refuses comments of more than 65,536 characters
_SHORT = {"Permissions management": "Permissions"}
_MARKS = {"proved": "✓", "counterexample": "✗", "unknown": "?"}


def verdict(diff: Diff) -> str:
    """Return the first sentence of every format."""
    if not diff.changed and not diff.access and not diff.cells.flips and diff.cells.complete:
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
    if not diff.cells.complete or diff.left_out:
        said.append("not everything could be compared")
    return ", ".join(said)


def _refuted(found: Sequence[Access]) -> bool:
    return any(proof.outcome == "counterexample" for one in found for proof in one.proofs)


def _kinds(one: Access) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    return (
        ("now allowed", one.gained),
        ("no longer allowed", one.lost),
        ("no longer explicitly denied", one.lifted),
        ("now explicitly denied", one.forbidden),
    )


# --- text ---------------------------------------------------------------------------------------


def as_text(diff: Diff, catalogue: Catalogue, *, full: bool = False) -> str:
    """Return the difference for a terminal: the verdict, cells that flip, and each whose access changes."""
    blocks = [f"{shown(diff.old)} → {shown(diff.new)}: {verdict(diff)}"]
    if diff.changed:
        blocks.append("\n".join(f"  {shown(name)}" for name in diff.changed))
    blocks.append("\n".join(_cells(diff, full=full)))
    blocks += ["\n".join(_access(one, full=full)) for one in diff.access]
    if diff.left_out:
        blocks.append(f"{count(diff.left_out, 'principal')} more whose policies changed: not compared")
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
    if len(cells.flips) > len(kept):
        yield f"  … and {len(cells.flips) - len(kept):,} more"


def _flip(one: Flip) -> str:
    mark = "▲" if one.opened else "✓" if one.holds else "✗"
    judged = "as expected" if one.holds else f"expected {shown(one.expected)}"
    # Of a cell of many actions others may be decided otherwise than the one that is told.
    what = f"{one.before} → {one.after}" if one.before != one.after else f"{one.after}, of other actions"
    return f"{mark} {what} ({judged}): {shown(one.id, 400)}"


def _access(one: Access, *, full: bool) -> Iterator[str]:
    yield _who(one)
    for words, rows in _kinds(one):
        if rows:
            yield f"  {words}: {count(len(rows), 'action')}"
            yield from (f"    {line}" for line in columns(list(_counts(rows)), right=True))
            kept = rows if full else rows[:_LISTED]
            lines = [(shown(row.action), _SHORT.get(row.level, row.level), _where(row)) for row in kept]
            yield from (f"    {line}" for line in columns(lines))
            if len(rows) > len(kept):
                yield f"    … and {len(rows) - len(kept):,} more"
    yield from (f"  {line}" for proof in one.proofs for line in _proof(proof, full=full))
    if one.unstated:
        yield f"  the lists are decided without {', '.join(map(shown, one.unstated))}; the proofs are for every value"


def _who(one: Access) -> str:
    more = f" and {len(one.who) - _NAMES} more" if len(one.who) > _NAMES else ""
    names = ", ".join(map(shown, one.who[:_NAMES])) + more
    return f"any user with nothing but {names}" if one.alone else names


def _counts(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    """Yield how many actions of each service there are, by access level."""
    yield ("service", *(_SHORT.get(level, level) for level in LEVELS))
    services: dict[str, Counter[str]] = {}
    for row in rows:
        services.setdefault(row.action.partition(":")[0], Counter())[row.level] += 1
    for service, levels in services.items():
        yield (shown(service), *(f"{levels[level]:,}" if levels[level] else "·" for level in LEVELS))


def _where(row: Row) -> str:
    """Say on what and in which sessions; sessions with the same targets are told together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for session, labels in row.where:
        alike.setdefault(labels, []).append(session)
    return "; ".join(f"{_labels(labels)} [{', '.join(map(shown, names))}]" for labels, names in alike.items())


def _labels(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - _TARGETS} more" if len(labels) > _TARGETS else ""
    return ", ".join(shown(label) for label in labels[:_TARGETS]) + more


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
        yield gfm.bullets(gfm.text(name) for name in diff.changed[:_FLIPS]) + "\n"
    first, *flips = _cells(diff, full=False)
    yield f"{gfm.text(first, 2000)}\n"
    if flips:
        yield gfm.bullets(gfm.text(line.strip(), 600) for line in flips) + "\n"
    for one in diff.access:
        yield f"#### {gfm.text(_who(one))}\n"
        yield gfm.bullets(gfm.text(line, 900) for proof in one.proofs for line in _proof(proof)) + "\n"
        for words, rows in _kinds(one):
            if rows:
                head, *counts = _counts(rows)
                listed = [(gfm.code(row.action), gfm.text(row.level), gfm.text(_where(row))) for row in rows[:_LISTED]]
                more = f"\n\n… and {len(rows) - _LISTED:,} more" if len(rows) > _LISTED else ""
                body = f"{gfm.table(head, counts)}\n\n{gfm.table(('action', 'level', 'on'), listed)}{more}"
                yield gfm.details(f"{words}: {count(len(rows), 'action')}", body) + "\n"
    if diff.left_out:
        yield f"{count(diff.left_out, 'principal')} more whose policies changed: not compared\n"


# --- data ---------------------------------------------------------------------------------------


def as_data(diff: Diff, catalogue: Catalogue) -> str:
    """Return the difference as JSON."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"name": "iamproof", "version": __version__},
        "catalogue": {"date": catalogue.date, "sha256": catalogue.sha256, "actions": len(catalogue.actions())},
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
            {"action": row.action, "level": row.level, "on": {session: list(labels) for session, labels in row.where}}
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
    }
