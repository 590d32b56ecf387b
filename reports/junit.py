"""JUnit XML, for CI servers that show tests: a cell is a test case of its suite.

There is no standard.  GitLab shows an element's content, Jenkins its attributes, so a failure says
everything in both; GitHub's actions read ``file`` and ``line``.  `Options.strict` keeps to the schema of
Jenkins' xUnit plugin, which has neither these nor a total of what was skipped.  A cell that nobody decided is *skipped*, never a success.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # only written, never read

from reports.baseline import changes_in, figures, told
from reports.claims import claim_facts, claim_headline, claim_scenario
from reports.describe import facts, headline, shown
from reports.exceptions import reason_of
from reports.json import result_digest
from reports.options import Options
from reports.words import Kind, catalogue_date, kind_of, mark_of, source_line, unspoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.baseline import Changes
    from simulator.suites.result import CellResult, InvariantResult, Run

__all__ = ["render"]

_TYPES = {
    Kind.UNEXPECTED_ALLOW: "UnexpectedAllow",
    Kind.UNEXPECTED_DENY: "UnexpectedDeny",
    Kind.OTHER_STATEMENT: "DecidedOtherwise",
    Kind.DISAGREES: "AwsAnsweredDifferently",
    Kind.UNMET: "ExpectationNotMet",
    Kind.ERROR: "Error",
}
_CLAIMS = {"refuted": "Counterexample", "unknown": "NeitherProvedNorRefuted"}
_SKIPPED = ("skipped", "known_gap", "unsupported", "not_run")
_NAME = 1000  # characters of a name


def render(run: Run, options: Options | None = None) -> str:
    """Return the run as JUnit XML."""
    options = options or Options()
    changes = changes_in(run, options)
    changed = told(changes)
    root = ET.Element(
        "testsuites",
        {"name": "iamproof", "time": _seconds(run), **_counts(run.cells, len(run.failures), run.invariants)},
    )
    if options.strict:
        del root.attrib["skipped"]
    suites: defaultdict[str, list[CellResult]] = defaultdict(list)
    for cell in run.cells:
        suites[cell.suite].append(cell)
    for number, (name, cells) in enumerate(suites.items()):
        _suite(root, run, name, cells, first=number == 0, strict=options.strict, changed=changed)
    if run.invariants:
        _invariants(root, run, first=not suites, strict=options.strict)
    if run.failures:
        _of_the_run(root, run)
    if changes:
        _changes(root, run, changes, changed)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(
    root: ET.Element,
    run: Run,
    name: str,
    cells: list[CellResult],
    *,
    first: bool,
    strict: bool,
    changed: Mapping[str, tuple[str, ...]],
) -> None:
    suite = ET.SubElement(root, "testsuite", {"name": shown(name), **_when(run), **_counts(cells)})
    if first:
        _properties(suite, run)
    seen: Counter[str] = Counter()
    for cell in cells:
        label = shown(cell.id.removeprefix(f"{cell.file}::"), _NAME)
        seen[label] += 1  # names are unique within a suite, or GitLab drops one
        label += f" ({seen[label]})" if seen[label] > 1 else ""
        _case(suite, cell, label, strict=strict, changed=changed.get(cell.id, ()))


def _properties(suite: ET.Element, run: Run) -> None:
    rows = {
        "verdict": run.summary.verdict,
        "source": shown(source_line(run), _NAME),
        "tool": f"iamproof {shown(run.tool_version)}",
        "catalogue": catalogue_date(run),
        "warnings": shown("; ".join(run.warnings), _NAME),
        "result_digest": result_digest(run),
        "declared": str(run.summary.declared),
        "left_out": str(run.selection.left_out if run.selection else 0),
        "unspoken": "" if (number := unspoken(run)) is None else str(number),
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in ((name, value) for name, value in rows.items() if value):
        ET.SubElement(properties, "property", name=name, value=value)


def _case(suite: ET.Element, cell: CellResult, name: str, *, strict: bool, changed: Sequence[str]) -> None:
    where = {} if strict else {"file": shown(cell.file, _NAME), "line": str(cell.line)}
    case = ET.SubElement(suite, "testcase", {"classname": shown(cell.suite), "name": name, "time": "0", **where})
    kind = kind_of(cell)
    if kind is not None:
        tag = "error" if kind is Kind.ERROR else "failure"
        element = ET.SubElement(case, tag, type=_TYPES[kind], message=f"{headline(cell)}: {mark_of(cell)}")
        element.text = _text(cell, changed)
    elif cell.outcome in _SKIPPED:
        reason = reason_of(cell)
        message = f"{mark_of(cell).text}: {shown(reason, _NAME)}" if reason else mark_of(cell).text
        ET.SubElement(case, "skipped", message=message).text = _text(cell, changed)
    elif cell.vacuous is not None or cell.warnings or cell.live is not None or changed:
        ET.SubElement(case, "system-out").text = _text(cell, changed)


def _text(cell: CellResult, changed: Sequence[str]) -> str:
    lines = [f"{fact.label}: {fact.text}" for fact in facts(cell)]
    return "\n".join([*lines, *(f"since the baseline: {shown(words, _NAME)}" for words in changed)])


def _changes(root: ET.Element, run: Run, changes: Changes, changed: Mapping[str, tuple[str, ...]]) -> None:
    """Tell what changed in a suite without a test: a cell that is gone has no case."""
    suite = ET.SubElement(root, "testsuite", {"name": "changes since the baseline", **_when(run), **_counts(())})
    properties = ET.SubElement(suite, "properties")
    for name, value in (("baseline_digest", changes.digest), ("baseline_finished", shown(changes.finished))):
        ET.SubElement(properties, "property", name=name, value=value)
    lines = [f"{shown(name, _NAME)}: {shown('; '.join(words), _NAME)}" for name, words in changed.items()]
    lines += [f"policy changed: {shown(policy.name)}" for policy in changes.policies]
    lines += [shown(str(one), _NAME) for one in changes.totals if one.file is not None]
    ET.SubElement(suite, "system-out").text = "\n".join([figures(changes), *lines])


def _invariants(root: ET.Element, run: Run, *, first: bool, strict: bool) -> None:
    """Write the invariants as a suite of their own: a claim about all requests is no cell of a suite."""
    suite = ET.SubElement(root, "testsuite", {"name": "invariants", **_when(run), **_counts((), 0, run.invariants)})
    if first:
        _properties(suite, run)
    for one in run.invariants:
        where = {} if strict else {"file": shown(one.file, _NAME), "line": str(one.line)}
        names = {"classname": shown(one.suite), "name": shown(one.id, _NAME)}
        case = ET.SubElement(suite, "testcase", {**names, "time": "0", **where})
        told = "\n".join([*(f"{fact.label}: {fact.text}" for fact in claim_facts(one)), *claim_scenario(one)])
        if one.outcome in _CLAIMS:
            ET.SubElement(case, "failure", type=_CLAIMS[one.outcome], message=claim_headline(one)).text = told
        elif one.outcome == "not_run":
            ET.SubElement(case, "skipped", message="not run").text = told
        else:
            ET.SubElement(case, "system-out").text = told


def _of_the_run(root: ET.Element, run: Run) -> None:
    number = len(run.failures)
    counts = {"tests": str(number), "failures": str(number), "errors": "0", "skipped": "0"}
    suite = ET.SubElement(root, "testsuite", {"name": "the run itself", **_when(run), **counts})
    for index, text in enumerate(run.failures, 1):
        case = ET.SubElement(suite, "testcase", classname="the run itself", name=f"{index}. {shown(text)}", time="0")
        ET.SubElement(case, "failure", type="RunFailure", message=shown(text, _NAME)).text = shown(text, _NAME)


def _counts(cells: Sequence[CellResult], more: int = 0, invariants: Sequence[InvariantResult] = ()) -> dict[str, str]:
    outcomes: Counter[str] = Counter([*(cell.outcome for cell in cells), *(one.outcome for one in invariants)])
    return {
        "tests": str(len(cells) + len(invariants) + more),
        "failures": str(outcomes["failed"] + outcomes["refuted"] + outcomes["unknown"] + more),
        "errors": str(outcomes["error"]),
        "skipped": str(sum(outcomes[word] for word in _SKIPPED)),
    }


def _when(run: Run) -> dict[str, str]:
    return {"timestamp": shown(run.started), "time": "0"}


def _seconds(run: Run) -> str:
    """Return how long the run took, or 0 where its times aren't ISO 8601."""
    try:
        started, finished = dt.datetime.fromisoformat(run.started), dt.datetime.fromisoformat(run.finished)
        return str(max(0, int((finished - started).total_seconds())))
    except (ValueError, TypeError):  # one with a time zone, one without
        return "0"
