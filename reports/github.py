"""GitHub's workflow commands: annotations on the lines of a change.

A step shows ten errors and ten warnings, so the worst nine are told and the tenth counts the rest.  They count
only on a step's standard output: ``--report github=-``.  The job's summary is the format ``md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.baseline import changes_in, told
from reports.baseline import figures as changed_figures
from reports.claims import by_outcome, claim_facts, claim_headline, claim_place
from reports.describe import facts, headline, live_words, shown
from reports.exceptions import exceptions
from reports.locate import Location, of_text, places
from reports.words import by_severity, catalogue_date, figures, kind_of, mark_of, source_line, unspoken_line
from simulator.suites.tally import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.baseline import Changes
    from reports.options import Options
    from simulator.suites.result import CellResult, InvariantResult, Run

__all__ = ["render"]

_MOST = 9
_TOLD = ("who", "action", "on", "expected", "got", "message", "decided by", "nearest miss", "live")
_LIMIT = 3000  # of a message; GitHub cuts at 64 KiB


def render(run: Run, options: Options | None = None) -> str:
    """Return the workflow commands, a line each."""
    return "".join(f"{line}\n" for line in _commands(run, changes_in(run, options)))


def _commands(run: Run, changes: Changes | None) -> Iterator[str]:
    errors = [
        *map(_failure, by_severity(run)),
        *(_claim(one) for one in by_outcome(run) if not holds(one)),
        *(_command("error", of_text(run, t), "the run itself", t) for t in run.failures),
    ]
    yield from _few(errors, "error", "failures")
    yield from _few([*_changed(changes), *_warnings(run)], "warning", "warnings")
    if live := live_words(run.cells):
        yield _command("notice", None, "decided otherwise by the live services", "\n".join(live))
    said = (f"{run.summary.verdict}: {', '.join(figures(run))}", source_line(run))
    scope = f". {line}" if (line := unspoken_line(run)) else ""
    dated = f". Catalogue of {date}" if (date := catalogue_date(run)) else ""
    since = f". Since the baseline: {changed_figures(changes)}" if changes is not None else ""
    yield _command("notice", None, "iamproof", f"{'. '.join(said)}{scope}{dated}{since}")


def _few(commands: list[str], level: str, noun: str) -> Iterator[str]:
    if len(commands) <= _MOST + 1:
        yield from commands
        return
    yield from commands[:_MOST]
    yield _command(level, None, "iamproof", f"and {len(commands) - _MOST:,} more {noun}: see the summary or a report")


def _failure(cell: CellResult) -> str:
    told = [f"{fact.label}: {fact.text}" for fact in facts(cell) if fact.label in _TOLD]
    return _command("error", places(cell)[0], headline(cell), "\n".join([str(mark_of(cell)), *told]))


def _claim(one: InvariantResult) -> str:
    told = [f"{fact.label}: {fact.text}" for fact in claim_facts(one) if fact.label in (*_TOLD, "replay")]
    return _command("error", claim_place(one)[0], claim_headline(one), "\n".join(told))


def _changed(changes: Changes | None) -> Iterator[str]:
    """Yield what opened, and what is decided and expected otherwise: no failure shows these."""
    if changes is None:
        return
    flagged = {flip.cell.id: flip.cell for flip in changes.flips if flip.opened}
    flagged |= {item.cell.id: item.cell for item in changes.reworded if item.with_decision}
    words = told(changes)
    for id_, cell in flagged.items():
        if kind_of(cell) is None:
            text = "\n".join([*words[id_], id_])
            yield _command("warning", places(cell, changed=True)[0], f"changed: {cell.scenario}", text)


def _warnings(run: Run) -> Iterator[str]:
    for item in exceptions(run):
        place = Location(item.cell.file, max(1, item.cell.line))
        yield _command("warning", place, f"{item.word}: {item.cell.scenario}", item.reason or item.word)
    for text in run.warnings:
        yield _command("warning", None, "iamproof", text)


def _command(level: str, place: Location | None, title: str, text: str) -> str:
    rows = {"title": shown(title)}
    if place is not None:
        rows = {"file": shown(place.file, 1000), "line": str(place.line), "col": str(place.column), **rows}
        rows |= {"endLine": str(place.end_line)} if place.end_line and place.end_line != place.line else {}
    properties = ",".join(f"{name}={_property(value)}" for name, value in rows.items())
    lines = (shown(line, _LIMIT) for line in text.split("\n"))
    return f"::{level} {properties}::{_data(chr(10).join(lines)[: _LIMIT * 2])}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
