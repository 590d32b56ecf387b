"""Is a report what was written, are its files the same, and do they decide the same today?

A report may come from anybody: what it names is read only below the root, as files that a suite names.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from iamproof import __version__
from iamproof.current import current_catalogue
from iamproof.recomputed import changes, sections
from iamproof.session import RunOptions, prepare
from reports.json import result_digest
from reports.verify import carried, is_page, stated_changes, stated_digest
from simulator.errors import InputError, SelectionError
from simulator.suites.result import CellResult
from simulator.suites.tally import tally
from simulator.text.files import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamproof.recomputed import Section
    from reports.signoff import SignOff
    from simulator.errors import Diagnostic
    from simulator.suites.result import AccountInfo, ExtendedInfo, PolicyInfo, Run, SuiteInfo

    _Input = PolicyInfo | AccountInfo | SuiteInfo | ExtendedInfo

__all__ = ["Verification", "VerifyOptions", "verify_report"]

_SHOWN_FIELDS = ("expected", "actual", "outcome")


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """What the user knows of the report, and where its files may lie."""

    digest: str | None = None  #: kept apart from the report
    strict: bool = False
    root: str | None = None
    allow_external_files: bool = False
    baseline: Run | None = None  #: the run that the report compares with
    signoff: SignOff | None = None  #: the review that the report shows


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: *faults* differ, *notes* could not be told, *diagnostics* kept the suites from running.

    `recomputed` are the sections beside the cells that were computed anew.
    """

    digest: str
    verdict: str
    cells: int
    compared: int
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    recomputed: tuple[str, ...] = ()


def verify_report(text: str, options: VerifyOptions) -> Verification:
    """Check the text of a report; raise `InputError` when it is none, or names files outside of the root."""
    run = carried(text, verify=False)
    digest = result_digest(run)
    faults = [*_digests(stated_digest(text), digest, options.digest), *_sums(run)]
    changed = dict(_files(run, options))
    faults += changed.values()
    compared = 0
    diagnostics: tuple[Diagnostic, ...] = ()
    beside: tuple[Section, ...] = ()
    try:
        prepared = prepare(_options(run, options))
        again = prepared.run()
    except InputError as error:
        diagnostics = error.diagnostics
    except SelectionError:
        faults.append("none of the report's cells is in its suites any more")
    else:
        faults += _inputs(run, again, changed)
        different, compared = _cells(run, again)
        beside = tuple(sections(run, again, prepared))
        faults += [*different, *_invariants(run, again), *(fault for one in beside for fault in one.faults)]
    edited, unsure = _page(text, run, options)
    if options.signoff is not None and options.signoff.stale(digest):
        edited.append(f"the sign-off is of another result, with the digest {options.signoff.result_digest}")
    if not is_page(text):
        compared_with = tuple(changes(run, stated_changes(text), options.baseline))
        faults += [fault for one in compared_with for fault in one.faults]
        beside += compared_with
    faults += edited
    left = (f"the section on {one.name} was not computed anew: {one.reason}" for one in beside if one.reason)
    notes = (*_notes(run), *left, *unsure)
    anew = tuple(one.name for one in beside if one.reason is None)
    return Verification(digest, run.summary.verdict, len(run.cells), compared, tuple(faults), notes, diagnostics, anew)


def _digests(stated: str, digest: str, kept: str | None) -> Iterator[str]:
    if stated != digest:
        yield f"the report was changed: it states the digest {stated[:64]}, and holds what has {digest}"
    if kept is not None and kept.lower() != digest:
        yield f"the report is another one: its digest is {digest}"


def _sums(run: Run) -> Iterator[str]:
    declared, failures, complete = run.summary.declared, len(run.failures), run.selection is None
    sums = (
        tally(
            run.cells,
            declared=declared,
            strict=strict,
            failures=failures,
            complete=complete,
            invariants=run.invariants,
        )
        for strict in (False, True)  # not every run records whether it was strict
    )
    if run.summary not in tuple(sums):
        yield "the summary is not what the report's cells add up to"


def _files(run: Run, options: VerifyOptions) -> Iterator[tuple[str, str]]:
    """Yield the files that are gone or have another digest; what stands inside of a file is no file."""
    root = None if options.allow_external_files else Path(options.root or "")
    suites = {suite.path for suite in run.suites} | {file.path for suite in run.suites for file in suite.extended}
    for path, sha256 in {info.path: info.sha256 for info in _by_place(run).values()}.items():
        try:
            source = read_source(Path(path), root=root)
        except InputError as error:
            if any(found.code == "file-outside" for found in error.diagnostics):
                raise
            if path in suites:
                yield path, f"{path}: {error}"
        else:
            if source.sha256 != sha256:
                yield path, f"{path}: the file has changed since"


def _options(run: Run, options: VerifyOptions) -> RunOptions:
    return RunOptions(
        paths=tuple(suite.path for suite in run.suites),
        ids=(*(c.id for c in run.cells), *(i.id for i in run.invariants)) if run.selection is not None else (),
        strict=options.strict or "--strict" in run.command,
        root=options.root,
        allow_external_files=options.allow_external_files,
        with_git=False,
        coverage=run.coverage is not None,
    )


def _inputs(run: Run, again: Run, known: Iterable[str]) -> Iterator[str]:
    """Compare what the report says of its inputs with what they are."""
    stated, found = _by_place(run), _by_place(again)
    for place in dict.fromkeys((*stated, *found)):
        path = place[-1]
        if path in known:
            continue
        if place not in found or place not in stated:
            yield f"{path}: {'not used any more' if place in stated else 'the report does not name it'}"
        elif differing := _differing(stated[place], found[place], leave=_left_alone(stated[place])):
            yield f"{path}: differs in {', '.join(differing)}"


def _left_alone(info: _Input) -> tuple[str, ...]:
    """Return the members of an input that are not compared: older reports did not count what is unspoken."""
    return ("decided", "unspoken") if getattr(info, "unspoken", None) is None else ("decided",)


def _by_place(run: Run) -> dict[tuple[str, ...], _Input]:
    return {
        **{(policy.role, policy.name, policy.path): policy for policy in run.policies},
        **{("account", account.path): account for account in run.accounts},
        **{("suite", suite.path): suite for suite in run.suites},
        **{("extended", file.path): file for suite in run.suites for file in suite.extended},
    }


def _cells(run: Run, again: Run) -> tuple[list[str], int]:
    """Compare cell by cell; also tell how many were compared."""
    found = {cell.id: cell for cell in again.cells}
    names = _compared_fields(run)
    faults: list[str] = []
    compared = 0
    for cell in run.cells:
        now = found.pop(cell.id, None)
        if now is None:
            faults.append(f"{cell.id}: no suite declares it any more")
        elif cell.outcome != "not_run" and not _unanswered(run, cell):
            compared += 1
            differing = [name for name in names if getattr(cell, name) != getattr(now, name)]
            faults += [f"{cell.id}: {_words(cell, now, differing)}"] if differing else []
    return [*faults, *(f"{name}: the report does not have it" for name in found)], compared


def _invariants(run: Run, again: Run) -> Iterator[str]:
    """Compare invariant by invariant: they are proved here, whoever decided the cells."""
    found = {one.id: one for one in again.invariants}
    for one in run.invariants:
        now = found.pop(one.id, None)
        if now is None:
            yield f"{one.id}: no suite declares it any more"
        elif one.outcome != "not_run" and one != now:
            differing = _differing(one, now, leave=())
            words = f"outcome is `{one.outcome}`, now `{now.outcome}`" if "outcome" in differing else ""
            yield f"{one.id}: " + (words or "differs in " + ", ".join(differing))
    yield from (f"{name}: the report does not have it" for name in found)


def _unanswered(run: Run, cell: CellResult) -> bool:
    return run.backend != "embedded" and cell.actual is None


def _compared_fields(run: Run) -> tuple[str, ...]:
    """Return what must be equal: everything, or the decision alone where somebody else decided too."""
    if run.backend != "embedded":
        return ("expected", "actual")
    others = ("source_answer", "outcome", "message", "near") if run.corroboration is not None else ()
    return tuple(field.name for field in fields(CellResult) if field.name not in others)


def _words(old: CellResult, new: CellResult, differing: Sequence[str]) -> str:
    shown = [name for name in _SHOWN_FIELDS if name in differing]
    if not shown:
        return f"differs in {', '.join(differing)}"
    return "; ".join(f"{name} is `{getattr(old, name)}`, now `{getattr(new, name)}`" for name in shown)


def _differing(old: object, new: object, *, leave: tuple[str, ...]) -> list[str]:
    names: tuple[str, ...] = getattr(type(old), "__slots__", ())
    return [name for name in names if name not in leave and getattr(old, name) != getattr(new, name, None)]


def _notes(run: Run) -> Iterator[str]:
    if run.backend != "embedded":
        yield f"decided by {run.backend}, and anew by the embedded engine: decisions are compared, not the details"
    elif run.corroboration is not None:
        yield "AWS's recorded answers are not looked at anew"
    if missing := sum(cell.outcome == "not_run" or _unanswered(run, cell) for cell in run.cells):
        yield f"{missing} cells were not decided in the report"
    today = current_catalogue()
    if run.catalogue is not None and run.catalogue.sha256 != today.sha256:
        yield f"the action catalogue is another one: {run.catalogue.date} in the report, {today.date} here"


def _page(text: str, run: Run, given: VerifyOptions) -> tuple[list[str], list[str]]:
    """A page shows what it carries in words of its own, and these can be edited too: return faults and notes."""
    if not is_page(text):
        return [], []
    from reports import html  # noqa: PLC0415  # only for pages
    from reports.options import Options  # noqa: PLC0415  # only for pages

    options = Options(baseline=given.baseline, signoff=given.signoff)
    # Style and script in files of their own are no part of what is read.
    if any(html.render(run, replace(options, external_assets=apart)) == text for apart in (False, True)):
        return [], []
    told = "its visible text is not what this version writes of the run inside of it"
    if run.tool_version == __version__ and '<meta name="iamproof-options"' not in text:
        return [f"the page was changed: {told}"], []
    unsure = f"what was checked is the run inside of the page; {told}, for options, another version or an edit"
    return [], [f"{unsure}: `iamproof report` writes it anew"]
