"""Coverage as text for people, as Markdown for pull requests, and as plain data."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from iamproof import __version__
from iamproof.grants import columns
from reports import gfm
from reports.coverage import HEAD, MARKS, counts, left_out_words, lines_of, markdown_table, name_of, notes, tally
from reports.describe import place, shown
from reports.words import count
from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.coverage import Line, Note, Tally
    from simulator.suites.coverage import Coverage, PolicyCoverage, StatementCoverage
    from simulator.suites.result import Run

__all__ = ["SCHEMA", "as_data", "as_markdown", "as_text", "percentage", "short_of", "summary_text"]

SCHEMA = "iamproof/coverage@1"
_MOST_MARKDOWN = 60_000  # bytes: GitHub refuses comments of more than 65,536 characters
_COLOURS = {"full": "32", "part": "33", "none": "31"}
_ALL = 100
_PERCENTAGE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6})?", re.ASCII)
_WIDTH = 100  # columns of a quoted line


def percentage(text: str, option: str) -> Fraction:
    """Read a percentage; raise `InputError` for what is none."""
    found = Fraction(text) if _PERCENTAGE.fullmatch(text) else None
    if found is None or found > _ALL:
        message = f"`{option}` takes a percentage, not `{text}`"
        raise InputError([Diagnostic("option", message, help="a number from 0 to 100, as 95 or 99.5")])
    return found


def short_of(coverage: Coverage, threshold: Fraction | None) -> str | None:
    """Say by how much the percentage misses *threshold*; None when it does not."""
    found = tally(coverage)
    if threshold is None:
        return None
    if not coverage.policies and coverage.since is None:
        return f"there is no policy of your own to cover, and {float(threshold):g} % is asked for"
    if found.reaches(threshold):
        return None
    return f"coverage is {found.percent}, below the {float(threshold):g} % asked for"


# --- text ---------------------------------------------------------------------------------------


def summary_text(coverage: Coverage) -> str:
    """Return the table of the policies, and what is not counted."""
    lines = list(columns(list(_rows(coverage)), right=True)) if coverage.policies else [_nothing(coverage)]
    lines += [f"not counted: {words}" for words in left_out_words(coverage)]
    return "\n".join(lines) + "\n"


def as_text(coverage: Coverage, run: Run, *, full: bool = False, color: bool = False) -> str:
    """Return the table, and the text of the statements that lack something (*full*: of all), annotated."""
    blocks = [summary_text(coverage)]
    for policy in coverage.policies:
        text = _lines_of(run, policy)
        listed = [one for one in policy.statements if full or _gaps(one)]
        blocks += [_annotated(policy, one, text, color=color) for one in listed]
    blocks += _trust(run)
    return "\n".join(blocks)


def _rows(coverage: Coverage) -> Iterator[Sequence[str]]:
    yield HEAD
    for policy in coverage.policies:
        yield shown(policy.path), *counts(tally(policy))
    if len(coverage.policies) > 1:
        yield "all", *counts(tally(coverage))


def _nothing(coverage: Coverage) -> str:
    if coverage.since is not None:
        return f"no statement changed since {shown(coverage.since)}"
    return "there is no policy of your own to cover"


def _gaps(statement: StatementCoverage) -> list[Note]:
    return [note for note in notes(statement) if note.words]


def _annotated(policy: PolicyCoverage, statement: StatementCoverage, text: Mapping[int, str], *, color: bool) -> str:
    lines = [f"{place(policy.file, statement.line)}: {name_of(statement)}"]
    lines += [_line(line, color=color) for line in lines_of(statement, text)]
    return "\n".join(lines) + "\n"


def _line(line: Line, *, color: bool) -> str:
    mark = MARKS[line.mark] if line.mark is not None else " "
    quoted = f"{line.number:>5} {mark} {shown(line.text.expandtabs(4), _WIDTH)}"
    words = f"{quoted}   ← {line.words}" if line.words else quoted.rstrip()
    return f"\x1b[{_COLOURS[line.mark]}m{words}\x1b[0m" if color and line.mark not in (None, "full") else words


def _lines_of(run: Run, policy: PolicyCoverage) -> Mapping[int, str]:
    """Return the lines of the file in which the policy stands."""
    info = next((one for one in run.policies if (one.path, one.sha256) == (policy.path, policy.sha256)), None)
    return dict(enumerate(info.text.split("\n"), info.line)) if info is not None else {}


def _trust(run: Run) -> Iterator[str]:
    """Say what the figures leave open."""
    summary = run.summary
    undecided = summary.errors + summary.unsupported + summary.skipped + summary.not_run
    if summary.failed:
        yield f"{count(summary.failed, 'cell')} not as expected: covered is not correct\n"
    if undecided:
        yield f"{count(undecided, 'cell')} not decided: they cover nothing\n"
    if run.selection is not None:
        yield f"a selection: {shown(run.selection.text)}; {count(run.selection.left_out, 'cell')} left out\n"


# --- Markdown -----------------------------------------------------------------------------------


def as_markdown(coverage: Coverage, run: Run) -> str:
    """Return the table and the gaps, fit for a comment: bounded, and nothing in it is markup."""
    head = "### IAM policy coverage\n"
    if not coverage.policies:
        return f"{head}\n{gfm.text(_nothing(coverage))}\n"
    since = f"\nOnly statements that changed since {gfm.code(coverage.since)}.\n" if coverage.since else ""
    said = [
        gfm.text(words.strip()) for words in (*map("not counted: {}".format, left_out_words(coverage)), *_trust(run))
    ]
    tail = f"\n{gfm.bullets(said)}\n" if said else ""
    return f"{head}{since}\n{markdown_table(coverage)}\n{tail}{_bounded(list(_gap_items(coverage)))}"


def _gap_items(coverage: Coverage) -> Iterator[str]:
    for policy in coverage.policies:
        for statement in policy.statements:
            for note in _gaps(statement):
                where = gfm.code(place(policy.file, note.line))
                yield f"{MARKS[note.mark]} {where} {gfm.text(name_of(statement))}: {gfm.text(str(note))}"


def _bounded(items: Sequence[str]) -> str:
    kept: list[str] = []
    room = _MOST_MARKDOWN
    for item in items:
        room -= len(item.encode()) + 3
        if room < 0:
            kept.append(f"… and {len(items) - len(kept):,} more")
            break
        kept.append(item)
    return f"\n{gfm.bullets(kept)}\n" if kept else ""


# --- data ---------------------------------------------------------------------------------------


def as_data(coverage: Coverage, run: Run) -> str:
    """Return the coverage as JSON; counts only, so that nobody has to round."""
    data = {
        "schema": SCHEMA,
        "tool": {"name": "iamproof", "version": __version__},
        "since": coverage.since,
        "selection": None if run.selection is None else asdict(run.selection),
        "cells": {"decided": run.summary.cells - run.summary.not_run, "failed": run.summary.failed},
        "total": _numbers(tally(coverage)),
        "policies": [{**asdict(policy), "total": _numbers(tally(policy))} for policy in coverage.policies],
        "left_out": [asdict(one) for one in coverage.left_out],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _numbers(found: Tally) -> dict[str, Any]:
    parts = {name: {"covered": n, "of": of} for name, (n, of) in found.rows}
    return {"percent": found.percent.removesuffix(" %"), "covered": found.covered, "of": found.total, **parts}
