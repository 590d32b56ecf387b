"""Every format of every kind of run: read by its own schema or a reader of others', and all count the same."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections import Counter
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

import junitparser
import pytest
from markdown_it import MarkdownIt

import reports
from tests.unit.reports.sample import big_run, empty_run, hostile_run, make_run, sample_run
from tests.unit.reports.test_html import Page
from tests.unit.reports.test_json import schema as run_schema
from tests.unit.reports.test_machines import commands, faults, jenkins_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.suites.result import CellResult, Run


def _chosen(outcome: str) -> tuple[CellResult, ...]:
    return tuple(cell for cell in sample_run().cells if cell.outcome == outcome)


def _interrupted() -> Run:
    """Return the sample, stopped after ten cells."""
    cells = sample_run().cells
    left = (dataclasses.replace(c, outcome="not_run", actual=None, deciding=(), message="not run") for c in cells[10:])
    return make_run((*cells[:10], *left))


RUNS: dict[str, Callable[[], Run]] = {
    "empty": empty_run,
    "of one cell": lambda: make_run(sample_run().cells[:1]),
    "all failing": lambda: make_run(_chosen("failed")),
    "erring": lambda: make_run(_chosen("error")),
    "interrupted": _interrupted,
    "mixed": sample_run,
    "hostile": hostile_run,
    "of 10,000 cells": lambda: big_run(10_000),
}


class Counted(NamedTuple):
    """What a report says of its run."""

    cells: int
    failed: int
    errors: int
    verdict: str


@cache
def run_of(kind: str) -> Run:
    """Return the run of a kind."""
    return RUNS[kind]()


def counted(run: Run) -> Counted:
    """Return what the run itself says."""
    summary = run.summary
    return Counted(summary.cells, summary.failed, summary.errors, summary.verdict)


def read_html(text: str) -> Counted:
    """Read the page with the standard library's parser; each case has its states."""
    page = Page(text)
    assert (page.faults, page.open) == ([], [])
    states = Counter((attrs["data-s"] or "").split()[0] for _, attrs in page.tags if "data-case" in attrs)
    verdict = re.search(r'<p class="verdict"><strong class="\w+">. ([^<]*)</strong>', unescape(text))
    assert verdict
    return Counted(states.total(), states["failed"], states["error"], verdict[1])


def read_md(text: str) -> Counted:
    """Read it as GitHub's Markdown: the head has the figures, and the tables of section E a row a case."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    headings = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
    titles = {tokens[place + 1].content: place for place in headings}
    verdict = next(title for title in titles if title.startswith("iamproof: ")).removeprefix("iamproof: ")
    said = figures_of(next(token.content for token in tokens if re.match(r"[\d,]+ cells?\b", token.content)), verdict)
    if "> truncated: " not in text:
        begin = titles["E. Case details"]
        end = min(place for place in headings if place > begin)
        inside = tokens[begin:end]
        starts = [place for place, token in enumerate(inside) if token.type == "tr_open"]
        rows = [[one.content for one in inside[place : place + 24] if one.type == "inline"][:7] for place in starts]
        decided = Counter(row[5][0] for row in rows if row[0] != "who")
        assert (decided.total(), decided["✗"], decided["!"]) == (said.cells, said.failed, said.errors)
    return said


def figures_of(text: str, verdict: str) -> Counted:
    """Read the figures that stand beside a verdict."""
    kinds = r"unexpected allow|unexpected deny|decided otherwise(?! by)|AWS answered differently|expectation not met"
    numbers = [re.findall(rf"([\d,]+) (?:{words})", text) for words in ("cells?\\b", kinds, r"undecided \(error\)")]
    cells, failed, errors = (sum(int(number.replace(",", "")) for number in found) for found in numbers)
    return Counted(cells, failed, errors, verdict)


def read_json(text: str) -> Counted:
    """Read it by the published schema."""
    data = json.loads(text)
    # What is half of a character stays escaped; this validator takes whole ones.
    whole = json.loads(re.sub(r"\\ud[89a-f][0-9a-f]{2}", "?", text))
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    assert list(jsonschema_rs.validator_for(run_schema()).iter_errors(whole)) == []
    outcomes = Counter(cell["outcome"] for cell in data["cells"])
    return Counted(len(data["cells"]), outcomes["failed"], outcomes["error"], data["summary"]["verdict"])


def read_junit(text: str) -> Counted:
    """Read it with another project's reader; what failed beside the cells is no cell."""
    found = junitparser.JUnitXml.fromstring(text.encode())
    cases = [case for suite in found for case in suite if suite.name != "the run itself"]
    kinds = Counter(type(result).__name__ for case in cases for result in case.result)
    properties = [one for suite in found for one in suite.properties()]  # type: ignore[no-untyped-call]  # has no types
    verdicts = {one.value for one in properties if one.name == "verdict"}
    return Counted(len(cases), kinds["Failure"], kinds["Error"], next(iter(verdicts), ""))


def read_sarif(text: str) -> Counted:
    """Read it by OASIS's schema; it has the failures alone."""
    log = json.loads(text)
    assert faults("sarif-schema-2.1.0.json", log) == []
    rules = Counter(result["ruleId"] for run in log["runs"] for result in run["results"])
    failed = sum(rules[rule] for rule in ("IPS001", "IPS002", "IPS003", "IPS006", "IPS007"))
    return Counted(-1, failed, rules["IPS004"], log["runs"][0]["properties"]["verdict"])


def read_oscal(text: str) -> Counted:
    """Read it by NIST's schema; an observation counts the cases of a scenario, and those that did not hold."""
    document = json.loads(text)
    assert faults("oscal_assessment-results_schema-1.2.1.json", document) == []
    (result,) = document["assessment-results"]["results"]
    props = [{prop["name"]: prop["value"] for prop in one["props"]} for one in result.get("observations", ())]
    verdict = next(prop["value"] for prop in result["props"] if prop["name"] == "verdict")
    return Counted(sum(int(found["cases"]) for found in props), -1, -1, verdict)


def read_github(text: str) -> Counted:
    """Read the commands as the runner does: the last one has the figures."""
    level, _, words = commands(text)[-1]
    assert level == "notice"
    verdict, _, rest = words.partition(": ")
    return figures_of(rest.partition(". ")[0], verdict)


def read_csv(text: str) -> Counted:
    """Read it with the standard library."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    outcomes = Counter(row["outcome"] for row in rows)
    verdict = rows[0]["run_verdict"] if rows else ""
    return Counted(len(rows), outcomes["failed"], outcomes["error"], verdict)


READERS: dict[str, Callable[[str], Counted]] = {
    "html": read_html,
    "md": read_md,
    "json": read_json,
    "junit": read_junit,
    "sarif": read_sarif,
    "oscal": read_oscal,
    "github": read_github,
    "csv": read_csv,
}


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == set(reports.FORMATS)


@pytest.mark.parametrize("kind", RUNS)
def test_strict_junit_of_every_run_keeps_to_jenkins_schema(kind: str) -> None:
    assert jenkins_faults(reports.render(run_of(kind), "junit", strict=True)) == []


# Chromium reads a page of 10,000 cells in a second, and this parser in ten: tests/browser has that one.  The
# hostile SARIF is validated among the machines' formats, which takes as long.
ELSEWHERE = (("html", "of 10,000 cells"), ("sarif", "hostile"))
PAIRS = [(fmt, kind) for fmt in READERS for kind in RUNS if (fmt, kind) not in ELSEWHERE]


@pytest.mark.parametrize(("fmt", "kind"), PAIRS, ids=[f"{fmt} {kind}" for fmt, kind in PAIRS])
def test_every_reader_finds_what_the_run_says(fmt: str, kind: str) -> None:
    run = run_of(kind)
    found, wanted = READERS[fmt](reports.render(run, fmt)), counted(run)
    assert found.cells in (wanted.cells, -1)
    assert (found.failed, found.errors) in ((wanted.failed, wanted.errors), (-1, -1))
    assert found.verdict == (wanted.verdict if run.cells or fmt not in ("csv", "junit") else "")
