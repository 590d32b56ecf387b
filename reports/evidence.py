"""The evidence record: from what, with what, when, how complete, and how to check it.

An auditor asks of evidence made by a tool: what is its source, its scope, is it complete, accurate,
unedited, and can it be made again.  Each line answers one of these.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.describe import Fact, shown
from reports.json import result_digest
from reports.locate import part
from reports.redact import redact
from reports.words import count, source_line, unspoken_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.suites.result import PolicyInfo, Run

__all__ = [
    "PART_DIGEST",
    "Evidence",
    "InputFile",
    "completeness",
    "documents",
    "evidence",
    "input_files",
    "subject",
    "verification",
]


PART_DIGEST = "The digest is of the document as it stands in its file, written as JSON."
"""What the digest of a policy is of that stands in a file beside others; ``docs/reports.md`` tells how to make it."""

_FEW = 4  # suites or policies that the head of a report names


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file or managed policy that the result rests on."""

    kind: str
    name: str
    path: str
    sha256: str
    about: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The record: lines, input files, and the digest of the result."""

    lines: tuple[Fact, ...]
    files: tuple[InputFile, ...]
    digest: str


def evidence(run: Run) -> Evidence:
    """Return the evidence record of *run*."""
    digest = result_digest(run)
    return Evidence(tuple(Fact(label, text) for label, text in _lines(run, digest) if text), input_files(run), digest)


def _lines(run: Run, digest: str) -> Iterator[tuple[str, str]]:
    yield "verdict", run.summary.verdict
    yield "exit code", _exit_code(run)
    yield "source", shown(source_line(run), 1000)
    yield "completeness", completeness(run)
    yield "scope", unspoken_line(run)
    yield (
        "selection",
        shown(run.selection.text) + f"; {count(run.selection.left_out, 'cell')} left out" if run.selection else "",
    )
    yield "result digest", f"sha256 {digest}"
    yield "tool", f"iamproof {shown(run.tool_version)}"
    yield "engine", shown(run.backend)
    yield "catalogue", f"{shown(run.catalogue.date)}, sha256 {shown(run.catalogue.sha256)}" if run.catalogue else ""
    yield "recording", shown(run.corroboration.recording) if run.corroboration else ""
    yield "checkout", _checkout(run)
    yield "command", " ".join(shown(argument) for argument in redact(run.command))
    yield "started", shown(run.started)
    yield "finished", shown(run.finished)
    yield from ((shown(label, 60), shown(redact([value])[0])) for label, value in sorted(run.environment.items()))


def _exit_code(run: Run) -> str:
    """Say with what a run of this result ends; a missed threshold of coverage is the command's and not the result's."""
    summary = run.summary
    if run.backend != "embedded" and any(cell.outcome == "error" and cell.actual is None for cell in run.cells):
        return "3, as the backend left cells without an answer (1 under pytest)"
    if summary.verdict == "not as expected":
        return "1, by the verdict"
    if summary.not_run:
        return "130, as it was interrupted (2 under pytest)"
    return "0, by the verdict" + ("; 1 where less is covered than was demanded" if run.coverage is not None else "")


def _checkout(run: Run) -> str:
    if run.git_commit is None:
        return "none: the files stood in no git checkout"
    dirty = ", with changes that no commit holds" if run.git_dirty else ", without changes"
    return f"git {shown(run.git_commit)}{dirty}"


def completeness(run: Run) -> str:
    """Return the control total: from what was declared to what this report shows."""
    summary = run.summary
    left_out = run.selection.left_out if run.selection else 0
    not_decided = [
        (left_out, "left out by selection"),
        (summary.skipped, "skipped"),
        (summary.unsupported, "not supported by the engine"),
        (summary.not_run, "not run"),
    ]
    executed = summary.cells - summary.skipped - summary.unsupported - summary.not_run
    figures = [summary.declared, summary.cells, executed, len(run.cells)]
    labels = ("declared", "expanded", "executed", "reported")
    line = " ".join(
        f"{label} {figure:,}" if index == 0 else f"{'=' if figure == figures[index - 1] else '≠'} {label} {figure:,}"
        for index, (label, figure) in enumerate(zip(labels, figures, strict=True))
    )
    reasons = ", ".join(f"{number:,} {words}" for number, words in not_decided if number)
    return f"{line} ({reasons})" if reasons else line


def input_files(run: Run) -> tuple[InputFile, ...]:
    """Return all files that the result rests on."""
    names: defaultdict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for policy in run.policies:
        names[policy.role, policy.path, policy.sha256][policy.name] = None
    policies = [
        InputFile(f"{shown(p.role)} policy", ", ".join(names.pop(key)), p.path, p.sha256, _about(p))
        for p in run.policies
        if (key := (p.role, p.path, p.sha256)) in names
    ]
    accounts = [InputFile("account", a.id, a.path, a.sha256, "declared, not read from AWS") for a in run.accounts]
    suites = [InputFile("suite", s.name, s.path, s.sha256, f"{s.semantics} semantics") for s in run.suites]
    extended = {file.path: file for s in run.suites for file in s.extended}
    bases = [InputFile("extended", file.path, file.path, file.sha256, "shared by suites") for file in extended.values()]
    return (*policies, *accounts, *suites, *bases)


def documents(run: Run) -> tuple[PolicyInfo, ...]:
    """Return the policies, each document once: it may stand in several accounts, under several names."""
    found: dict[tuple[str, str], PolicyInfo] = {}
    for policy in run.policies:
        found.setdefault((policy.path, policy.sha256), policy)
    return tuple(found.values())


def subject(run: Run) -> str:
    """Say in a line what the report is of: the suites, the policies with the head of their digests."""
    suites = (
        ", ".join(shown(suite.name) for suite in run.suites) if len(run.suites) < _FEW else f"{len(run.suites)} suites"
    )
    found = documents(run)
    named = [f"{shown(one.name)} {one.sha256[:12]}" for one in found[:_FEW]]
    left = [f"{len(found) - _FEW} more"] if len(found) > _FEW else []
    return "; ".join(filter(None, (suites, f"policies {', '.join([*named, *left])}" if named else "")))


def _about(policy: PolicyInfo) -> str:
    if part(policy.path)[1]:
        of = "digest of its JSON"
    else:
        of = count(len(policy.text.encode("utf-8", "replace")), "byte") if policy.text else ""
    dated = (
        f"{policy.version} of {policy.date}" if policy.version and policy.date else policy.version or policy.date or ""
    )
    return "; ".join(text for text in (of, shown(dated), f"decides {count(policy.decided, 'cell')}") if text)


def verification(run: Run, digest: str) -> tuple[Fact, ...]:
    """Say how anybody makes the result again, and how a copy is checked."""
    commit = [Fact("get the inputs", f"git checkout {shown(run.git_commit)}")] if run.git_commit else []
    command = " ".join(shown(argument) for argument in redact(run.command))
    return (
        *commit,
        Fact(
            "make it again",
            f"{command} --report json=report.json" if command else "iamproof test --report json=report.json",
        ),
        Fact("check a copy", f"iamproof verify report.json --digest {digest}"),
    )
