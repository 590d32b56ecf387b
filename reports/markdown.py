"""The report in GitHub's Markdown: the sections of the HTML report, for a job summary or a review.

A job summary holds a mebibyte and drops all of it beyond; so passing rows go first, then supporting
sections, then findings from the end, and the last line says what went.  `Options.full` lifts that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import case_tables, change_lists, claim_table, controls, mutation
from reports.baseline import changes_in
from reports.claims import by_outcome, claim_headline, claim_mark, refuted_words
from reports.claims import opened as opened_claims
from reports.coverage import left_out_words, markdown_table
from reports.describe import example_words, facts, headline, shown
from reports.evidence import documents, evidence, subject, verification
from reports.exceptions import exceptions
from reports.gaps import gaps
from reports.gfm import bullets, code, details, fence, table, text
from reports.json import result_digest
from reports.matrix import MFA_STATES, hole, tables
from reports.options import Options
from reports.quote import Quotes
from reports.trace import requirements
from reports.words import (
    GLOSSARY,
    NOT_SHOWN,
    Kind,
    by_severity,
    conclusion,
    count,
    figures,
    kind_of,
    mark_of,
    source_line,
    unspoken_line,
)
from simulator.suites.tally import holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reports.baseline import Changes
    from reports.matrix import Column, Row, Table
    from reports.trace import Trace, Verifying
    from simulator.suites.result import CellResult, InvariantResult, PolicyInfo, Run, SuiteInfo

__all__ = ["BUDGET", "render"]

BUDGET = 900 * 1024
"""Bytes of a report that is not `full`: a job summary of GitHub's holds 1,024 KiB."""

_WIDEST = 8
_MOST_ALLOWS = 10
_MOST_CHANGES = 200
_MOST_VERIFYING = 20
_GIVEN_UP = ("E", "K", "M", "P", "G", "F", "B", "H", "I", "D")  # sections, in this order, when the budget asks for it


def render(run: Run, options: Options | None = None) -> str:
    """Return the run as Markdown."""
    options = options or Options()
    changes = changes_in(run, options)
    parts = {letter: section(run, options) for letter, section in _SECTIONS.items()}
    parts["D"], _, _ = _matrix(run, changes, attention=False)
    parts["I"] = change_lists.section(changes)
    findings = list(_findings(run))
    whole = _joined(parts, findings, "")
    if options.full or _size(whole) <= BUDGET:
        return whole
    return _shortened(run, parts, findings, changes)


def _shortened(run: Run, parts: dict[str, str], findings: list[str], changes: Changes | None) -> str:
    """Give up passing rows, then supporting sections, then findings from the end."""
    parts["D"], shown_rows, all_rows = _matrix(run, changes, attention=True)
    parts["E"] = case_tables.section(run, Options(), attention=True)
    parts["I"] = change_lists.section(changes, most=_MOST_CHANGES)
    notice = f"matrix: {shown_rows:,} of {all_rows:,} rows, those that need attention, and their cases"
    notice += f"; changes: the first {_MOST_CHANGES} of a kind" if changes is not None else ""
    gone: dict[str, str] = {}
    for letter in ("", *_GIVEN_UP):
        gone |= {letter: section} if (section := parts.pop(letter, "")) else {}
        if _size(_joined(parts, findings, _notices(notice, gone))) <= BUDGET:
            break
    # One long section went last: what went before it in vain comes back.
    for letter, section in reversed([*gone.items()]):
        rest = {name: one for name, one in gone.items() if name != letter}
        if _size(_joined({**parts, letter: section}, findings, _notices(notice, rest))) <= BUDGET:
            parts[letter] = gone.pop(letter)
    notices = [_notices(notice, gone)]
    if _size(whole := _joined(parts, findings, *notices)) <= BUDGET:
        return whole
    room = BUDGET - _size(_joined(parts, [], "; ".join(notices))) - 200
    kept = _fitting(findings, room)
    notices.append(f"findings: {len(kept):,} of {len(findings):,}")
    return _joined(parts, kept, "; ".join(notices))


def _notices(notice: str, gone: Mapping[str, str]) -> str:
    return f"{notice}; sections left out: {', '.join(sorted(gone))}" if gone else notice


def _fitting(findings: list[str], room: int) -> list[str]:
    kept = []
    for finding in findings:
        room -= _size(finding) + 2
        if room < 0:
            break
        kept.append(finding)
    return kept


def _size(whole: str) -> int:
    return len(whole.encode("utf-8", "replace"))


def _joined(parts: Mapping[str, str], findings: Sequence[str], notice: str) -> str:
    found = {**parts, "C": "#### C. Findings\n\n" + ("\n\n".join(findings) or "None.")}
    ending = [f"> truncated: {notice}. The JSON report has everything."] if notice else []
    return (
        "\n\n".join([*(found[letter] for letter in sorted(found, key=_ORDER.index) if found[letter]), *ending]) + "\n"
    )


_ORDER = ("0", "A", "R", "V", "B", "C", "D", "E", "F", "P", "M", "G", "H", "I", "J", "K")


def _header(run: Run, options: Options) -> str:
    del options
    lines = [
        f"### iamproof: {run.summary.verdict}",
        f"**{text(source_line(run), 1000)}**",
        *([text(about, 1000)] if (about := subject(run)) else []),
        f"{', '.join(figures(run))}. Result digest {code(result_digest(run)[:16])}, {text(run.finished)}.",
    ]
    if scope := unspoken_line(run):
        lines.append(f"{scope}.")
    if run.selection:
        lines.append(
            f"Selected: {text(run.selection.text)}; {count(run.selection.left_out, 'declared cell')} left out."
        )
    return "\n\n".join(lines)


def _conclusion(run: Run, options: Options) -> str:
    del options
    suites = [
        f"**{text(s.name)}** ({code(s.path)}{_unspoken(s)})"
        + (f": {text(s.description, 2000)}" if s.description else "")
        for s in run.suites
    ]
    opened = [cell for cell in by_severity(run) if kind_of(cell) is Kind.UNEXPECTED_ALLOW]
    lines = ["#### A. Conclusion", conclusion(run), bullets(suites)]
    claims = opened_claims(run)
    if opened or claims:
        listed = [_sentence(cell) for cell in opened[:_MOST_ALLOWS]]
        listed += [f"{text(refuted_words(found))} ({text(one.name)})" for one, found in claims[:_MOST_ALLOWS]]
        lines += ["Allowed although it must not be:", bullets(listed)]
        for number, noun, where in (
            (len(opened), "cases", "section C"),
            (len(claims), "counterexamples", "Invariants"),
        ):
            if number > _MOST_ALLOWS:
                lines.append(f"… and {number - _MOST_ALLOWS:,} more {noun} under {where}.")
    risks = dict.fromkeys(cell.scenario for cell in run.cells if cell.id in set(run.residual_risks))
    if risks:
        lines += ["Residual risks, decided as they are:", bullets(text(name) for name in risks)]
    lines += ["What this report does not show:", bullets(NOT_SHOWN)]
    return "\n\n".join(line for line in lines if line)


def _unspoken(suite: SuiteInfo) -> str:
    return f"; {count(suite.unspoken, 'cell')} unspoken" if suite.unspoken else ""


def _sentence(cell: CellResult) -> str:
    action, principal = code(cell.action), text(cell.principal)
    example = f", as {text(words)}" if (words := example_words(cell)) else ""
    where = f"{text(cell.scenario)}, {code(f'{cell.file}:{cell.line}')}"
    return f"{principal}, {text(cell.session)}: {action} on {text(cell.target)}{example} ({where})"


def _requirements(run: Run, options: Options) -> str:
    del options
    rows = [
        [text(trace.id), text(trace.text, 1000), f"{trace.symbol} {trace}", "<br>".join(_verifying(trace))]
        for trace in requirements(run)
    ]
    return "#### Requirements\n\n" + table(["id", "requirement", "result", "verified by"], rows) if rows else ""


def _verifying(trace: Trace) -> Iterator[str]:
    """Yield the scenarios and invariants that verify a requirement, first those that do not hold."""
    found = sorted(trace.scenarios, key=lambda one: one.result != "not held")
    rows: list[tuple[Verifying | InvariantResult, str]] = []
    rows += [(one, f"{one}, {count(len(one.cells), 'cell')}") for one in found]
    rows += [(one, f"{claim_mark(one)}, all requests") for one in sorted(trace.invariants, key=holds)]
    for item, said in rows[:_MOST_VERIFYING]:
        yield f"{text(item.name)} ({code(f'{item.file}:{item.line}')}): {said}"
    if len(rows) > _MOST_VERIFYING:
        yield f"… and {len(rows) - _MOST_VERIFYING:,} more"


def _evidence(run: Run, options: Options) -> str:
    del options
    record = evidence(run)
    lines = table(["", "evidence"], ([text(fact.label), text(fact.text, 2000)] for fact in record.lines))
    files = table(
        ["input", "name", "file", "sha256", "about"],
        ([text(f.kind), text(f.name), code(f.path), code(f.sha256), text(f.about)] for f in record.files),
    )
    steps = bullets(f"{fact.label}: {code(fact.text, 1000)}" for fact in verification(run, record.digest))
    warned = [f"**Warnings**\n\n{bullets(text(one, 2000) for one in run.warnings)}"] if run.warnings else []
    return "\n\n".join(["#### B. Evidence record", lines, files, steps, *warned])


def _findings(run: Run) -> Iterator[str]:
    quotes = Quotes(run)
    for number, cell in enumerate(by_severity(run), 1):
        lines = bullets(f"{fact.label}: {text(fact.text, 4000)}" for fact in facts(cell))
        quoted = [quote for item in cell.deciding if (quote := quotes.statement(item)) is not None]
        blocks = [fence((f"{line:>5} | {raw}" for line, raw in quote.lines)) for quote in quoted]
        yield "\n\n".join([f"**C{number}. ✗ {text(headline(cell))}**", lines, *blocks])
    for number, failure in enumerate(run.failures, 1):
        yield f"**Run {number}. ✗** {text(failure, 2000)}"
    unproved = (one for one in by_outcome(run) if not holds(one))
    yield from (f"**✗ {text(claim_headline(one))}**, see Invariants" for one in unproved)


def _matrix(run: Run, changes: Changes | None, *, attention: bool) -> tuple[str, int, int]:
    """Return the section, how many rows it shows, and how many there are."""
    changed = frozenset() if changes is None else changes.flipped
    parts, some, every = ["#### D. Decision matrix"], 0, 0
    for found in tables(run, widest=_WIDEST):
        rows = [row for row in found.rows if not attention or _needs_attention(found, row)]
        some, every = some + len(rows), every + len(found.rows)
        if rows:
            parts += [f"**{text(found.suite)}**", _grid(found, rows, changed)]
    return "\n\n".join(parts) if every else "", some, every


def _needs_attention(found: Table, row: Row) -> bool:
    return any(mark_of(cell).state != "passed" for cell in found.of_row(row))


def _grid(found: Table, rows: Sequence[Row], changed: frozenset[str]) -> str:
    headers = [
        "action, on",
        *(f"{text(c.principal)}<br>{text(MFA_STATES.get(c.session, c.session))}" for c in found.columns),
    ]
    lines = (
        [
            f"{code(row.action)}<br>{text(row.target)}",
            *(_place(found, row, column, changed) for column in found.columns),
        ]
        for row in rows
    )
    return table(headers, lines)


def _place(found: Table, row: Row, column: Column, changed: frozenset[str]) -> str:
    cells = found.at(row, column)
    if not cells:
        return hole(found, column)
    mark = mark_of(cells[0])
    more = f" (+{len(cells) - 1})" if len(cells) > 1 else ""
    flag = "▲ changed" if any(cell.id in changed for cell in cells) else ""
    lines = [f"{mark.symbol} {text(mark.text)}{more}", text(mark.detail), text(mark.live), flag]
    return "<br>".join(line for line in lines if line)


def _controls(run: Run, options: Options) -> str:
    del options
    parts = []
    for framework, rows in controls.coverage(run).items():
        known = controls.frameworks().get(framework)
        lines = (
            [
                text(row.control.id),
                text(f"{row.control.title}: {row.control.own_words}" if row.control.title else row.control.own_words),
                row.control.strength,
                row.words,
                row.status,
                text("; ".join(row.control.needs_also)),
                row.control.provenance,
            ]
            for row in rows
        )
        headers = ["id", "control, in own words", "strength", "cases as expected", "status", "also needed", "mapped by"]
        parts += [f"**{text(known.title if known else framework or 'No framework')}**", table(headers, lines)]
    return "\n\n".join(["#### F. Control coverage", *parts]) if parts else ""


def _gaps(run: Run, options: Options) -> str:
    del options
    parts = [
        details(f"{gap.title} ({len(gap.items):,})", bullets(text(item, 600) for item in gap.items))
        for gap in gaps(run)
    ]
    return "\n\n".join(["#### G. Gaps", *(parts or ["None that a run shows."])])


def _policy_coverage(run: Run, options: Options) -> str:
    del options
    if run.coverage is None:
        return ""
    said = bullets(f"not counted: {text(words)}" for words in left_out_words(run.coverage))
    table = markdown_table(run.coverage) if run.coverage.policies else "No policy of your own."
    return "\n\n".join(part for part in ("#### Policy coverage", table, said) if part)


def _mutation(run: Run, options: Options) -> str:
    del options
    return "" if run.mutation is None else f"#### Mutation\n\n{mutation.markdown(run.mutation)}"


def _exceptions(run: Run, options: Options) -> str:
    del options
    rows = [
        [
            f"{item.symbol} {item.word}",
            f"{text(item.cell.scenario)} ({code(f'{item.cell.file}:{item.cell.line}')})",
            f"{len(item.cells):,}",
            text(item.reason, 1000) or "—",
            text(item.owner) or "—",
            (text(item.until) or "—") + (" **overdue**" if item.overdue else ""),
            text(item.ticket) or "—",
        ]
        for item in exceptions(run)
    ]
    body = table(["what", "scenario", "cells", "reason", "owner", "until", "ticket"], rows) if rows else "None."
    return f"#### H. Exclusions and known gaps\n\n{body}"


def _review(run: Run, options: Options) -> str:
    if options.signoff is None:
        lines = [
            "| prepared by | reviewed by | date | decision | comment |",
            "| --- | --- | --- | --- | --- |",
            "|  |  |  |  |  |",
        ]
        return "\n".join(["#### J. Review and sign-off", "", *lines])
    review = options.signoff
    stale = review.stale(result_digest(run))
    state = "**Stale: this review was of another result.**" if stale else "This review is of this result."
    by = ", ".join(filter(None, (review.reviewed_by, review.role)))
    row = [text(one, 1000) or "—" for one in (review.prepared_by, by, review.date, review.decision, review.comment)]
    shown_row = table(["prepared by", "reviewed by", "date", "decision", "comment"], [row])
    lines = ["#### J. Review and sign-off", state, shown_row, f"Reviewed digest {code(review.result_digest)}."]
    if review.distribution:
        lines.append(f"Distribution: {text(', '.join(review.distribution), 1000)}.")
    if review.findings:
        stated = (", ".join(filter(None, (f"{one.control}: {one.state}", one.remark))) for one in review.findings)
        lines += ["Stated by the assessor:", bullets(text(one, 1000) for one in stated)]
    return "\n\n".join(lines)


def _appendix(run: Run, options: Options) -> str:
    del options
    policies = [
        details(f"{policy.name} ({policy.path})", fence(_numbered(policy))) for policy in documents(run) if policy.text
    ]
    glossary = bullets(f"**{term}**: {meaning}" for term, meaning in GLOSSARY)
    used = controls.coverage(run)
    notices = [f"{f.title}: {f.notice}" for name, f in controls.frameworks().items() if name in used]
    return "\n\n".join(["#### K. Appendix", *policies, glossary, *([bullets(map(text, notices))] if notices else [])])


def _numbered(policy: PolicyInfo) -> Iterator[str]:
    for number, line in enumerate(policy.text.splitlines(), policy.line):
        yield f"{number:>5} | {shown(line, 400)}"


_SECTIONS: dict[str, Callable[[Run, Options], str]] = {
    "0": _header,
    "A": _conclusion,
    "R": _requirements,
    "V": claim_table.section,
    "B": _evidence,
    "E": case_tables.section,
    "F": _controls,
    "P": _policy_coverage,
    "M": _mutation,
    "G": _gaps,
    "H": _exceptions,
    "J": _review,
    "K": _appendix,
}
