"""What changed since a baseline stands in every format, what opened and what was edited with it first."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from importlib import resources
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jsonschema
import pytest

import reports
from reports.baseline import Outcome, as_data, compare, figures
from reports.json import result_digest
from reports.since import changes_since
from reports.verify import EMBEDDED
from simulator.suites.coverage import Coverage
from simulator.suites.result import Waiver
from tests.unit.reports.sample import HOSTILE, hostile_run, make_run, sample_cells, sample_coverage, sample_mutation
from tests.unit.reports.test_claims import claim

if TYPE_CHECKING:
    from simulator.suites.coverage import Reach
    from simulator.suites.result import CellResult, Run


def cells() -> tuple[CellResult, ...]:
    """Return short cells: one that opened and is expected so now, one that closed, one that stays."""
    listing = sample_cells()[:3]
    return tuple(dataclasses.replace(cell, id=f"s.yaml::{n}") for cell, n in zip(listing, "abc", strict=True))


def old() -> Run:
    """Return the run before."""
    opened, closed, _ = cells()
    before = dataclasses.replace(opened, actual="implicitDeny", expected="deny", deciding=())
    return make_run((before, closed, dataclasses.replace(closed, id="s.yaml::gone")))


def new() -> Run:
    """Return the run now; nothing in it fails but the cell that closed."""
    opened, closed, fresh = cells()
    return make_run((opened, dataclasses.replace(closed, actual="explicitDeny", outcome="failed"), fresh))


def rendered(fmt: str) -> str:
    """Return the report, its markup undone where that would hide words."""
    text = reports.render(new(), fmt, baseline=old())
    return html.unescape(text) if fmt in ("html", "junit") else text


@pytest.mark.parametrize("fmt", reports.FORMATS)
def test_every_format_tells_what_opened_and_that_its_expectation_was_edited_with_it(fmt: str) -> None:
    text = rendered(fmt)
    assert "opened" in text
    assert "implicitDeny → allowed" in text or '"after":"allowed","before":"implicitDeny"' in text
    assert "together with the decision" in text or '"with_decision":true' in text


@pytest.mark.parametrize("fmt", reports.FORMATS)
def test_every_format_tells_of_cells_that_came_and_went(fmt: str) -> None:
    text = rendered(fmt)
    if fmt == "github":  # annotations are few: what came and went is counted
        assert "1 new, 1 gone" in text
    else:
        assert "s.yaml::c" in text
        assert "s.yaml::gone" in text


def test_what_passes_only_because_its_expectation_was_edited_is_a_finding_in_sarif() -> None:
    log = json.loads(reports.render(new(), "sarif", baseline=old()))
    found = [result for run in log["runs"] for result in run["results"] if result["ruleId"] == "IPS011"]
    assert len(found) == 1
    place = found[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "policies/IAMUsersMFAManagement.json"


def test_sarif_and_oscal_carry_all_changes_as_data() -> None:
    log = json.loads(reports.render(new(), "sarif", baseline=old()))
    assert log["runs"][0]["properties"]["changes"] == as_data(compare(old(), new()))
    assert '"filename": "changes.json"' in reports.render(new(), "oscal", baseline=old())


def test_the_changes_in_the_json_are_valid_and_leave_digest_and_run_alone() -> None:
    text = reports.render(new(), "json", baseline=old())
    data = json.loads(text)
    schema = json.loads(resources.files("reports.schema").joinpath("run.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)
    assert data["result_digest"] == result_digest(new())
    assert reports.json.load(text) == new()


def test_without_a_change_the_reports_for_people_say_so() -> None:
    for fmt in ("html", "md"):
        assert "Nothing changed." in reports.render(new(), fmt, baseline=new())
    assert figures(compare(new(), new())) == "nothing changed"


@pytest.mark.parametrize("fmt", [fmt for fmt in reports.FORMATS if fmt != "json"])
def test_what_cannot_be_seen_is_escaped_in_changes_too(fmt: str) -> None:
    """JSON keeps texts as they are, escaped by its own rules."""
    before = dataclasses.replace(hostile_run(), cells=hostile_run().cells[::2], policies=())
    assert not set("\x00\x07\x1b\u202e\u200b\ud800") & set(reports.render(hostile_run(), fmt, baseline=before))


# --- outcomes and figures -------------------------------------------------------------------------


def measured(run: Run, *, unspoken: int, killed: int, reach: Reach) -> Run:
    """Return a run with other figures: of the suites, of coverage, of mutation."""
    found = sample_mutation()
    policy = sample_coverage().policies[0]
    first = dataclasses.replace(policy.statements[0], reach=reach)
    return dataclasses.replace(
        run,
        suites=tuple(dataclasses.replace(suite, unspoken=unspoken) for suite in run.suites[:1]),
        mutation=dataclasses.replace(
            found, policies=(dataclasses.replace(found.policies[0], mutants=20, killed=killed, equivalent=0),)
        ),
        coverage=Coverage((dataclasses.replace(policy, statements=(first,)),)),
    )


BEFORE = measured(old(), unspoken=7, killed=20, reach="decisive")
AFTER = measured(new(), unspoken=9, killed=19, reach="matched")


@pytest.mark.parametrize("fmt", [fmt for fmt in reports.FORMATS if fmt != "csv"])
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("verdict", "as expected", "not as expected"),
        ("unspoken cells", "7", "9"),
        ("coverage", "100 %", "75 %"),
        ("mutation score", "100 %", "95 %"),
    ],
)
def test_every_format_tells_which_figures_changed(fmt: str, name: str, before: str, after: str) -> None:
    """CSV has cells alone."""
    text = html.unescape(reports.render(AFTER, fmt, baseline=BEFORE))
    if fmt in ("json", "sarif"):
        data = json.loads(text)
        changes = data["changes"] if fmt == "json" else data["runs"][0]["properties"]["changes"]
        (found,) = (one for one in changes["totals"] if (one["name"], one["file"]) == (name, None))
        assert (found["before"].partition(" (")[0], found["after"].partition(" (")[0]) == (before, after)
    else:
        text = text.replace("%25", "%")
        assert re.search(rf"{name}: {before}( \([^)]*\))? → {after}", text)


@pytest.mark.parametrize("fmt", [fmt for fmt in reports.FORMATS if fmt not in ("csv", "github")])
def test_figures_of_a_file_are_told_of_it(fmt: str) -> None:
    """An annotation of GitHub's has those of the run alone."""
    text = html.unescape(reports.render(AFTER, fmt, baseline=BEFORE))
    path = AFTER.coverage.policies[0].path if AFTER.coverage else ""
    if fmt in ("json", "sarif"):
        assert re.search(rf'"file": ?"{re.escape(path)}",\s*"name": ?"coverage"', text)
    else:
        assert f"coverage of {path}: " in text.replace("\\", "")


def test_what_one_run_alone_measured_is_no_change() -> None:
    alone = dataclasses.replace(AFTER, coverage=None, mutation=None)
    for pair in ((alone, AFTER), (AFTER, alone)):
        assert compare(*pair).totals == ()
    partly = dataclasses.replace(AFTER, coverage=dataclasses.replace(sample_coverage(), since="main"))
    assert compare(AFTER, partly).totals == ()


def test_another_engine_and_another_catalogue_are_told() -> None:
    assert AFTER.catalogue is not None
    other = dataclasses.replace(
        AFTER, backend="moto", catalogue=dataclasses.replace(AFTER.catalogue, date="2027-01-01")
    )
    assert [(one.name, one.after) for one in compare(AFTER, other).totals] == [
        ("engine", "moto"),
        ("catalogue", "2027-01-01"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("passed", "failed", "fails now"),
        ("passed", "error", "fails now: error"),
        ("failed", "passed", "no longer fails"),
        ("failed", "known_gap", "no longer fails: known gap"),
        ("failed", "skipped", "no longer fails: skipped"),
        ("error", "vacuous", "no longer fails: vacuous"),
        ("proved", "refuted", "fails now"),
        ("proved", "unknown", "fails now: unknown"),
        ("refuted", "unknown", "came out otherwise: refuted → unknown"),
        ("passed", "vacuous", "came out otherwise: passed → vacuous"),
        ("proved", "not_run", "came out otherwise: proved → not run"),
    ],
)
def test_an_outcome_is_told_with_what_it_became(before: str, after: str, words: str) -> None:
    assert str(Outcome("id", before, after)) == words


@pytest.mark.parametrize("fmt", [fmt for fmt in reports.FORMATS if fmt != "github"])
def test_every_format_tells_of_a_failure_that_was_declared_a_gap(fmt: str) -> None:
    failing, *others = new().cells[1:]
    waived = dataclasses.replace(failing, outcome="known_gap", waiver=Waiver("later", None, None, None))
    text = html.unescape(reports.render(make_run((waived, *others)), fmt, baseline=make_run((failing, *others))))
    if fmt in ("json", "sarif"):
        assert re.search(r'"after": ?"known_gap",\s*"before": ?"failed"', text)
    elif fmt in ("html", "md"):
        assert re.search(r"No longer failing.*?: known gap", text, re.DOTALL)
    else:
        assert "no longer fails: known gap" in text


@pytest.mark.parametrize("fmt", ["html", "md", "json", "csv", "junit", "oscal", "sarif", "txt"])
def test_every_format_tells_of_an_invariant_that_nobody_proved_this_time(fmt: str) -> None:
    before, after = ([dataclasses.replace(claim("proved"), outcome=outcome)] for outcome in ("proved", "not_run"))
    now, then = (dataclasses.replace(new(), invariants=tuple(claims)) for claims in (after, before))
    text = changes_since(then, now) if fmt == "txt" else html.unescape(reports.render(now, fmt, baseline=then))
    if fmt in ("json", "sarif"):
        assert re.search(r'"after": ?"not_run",\s*"before": ?"proved"', text)
    else:
        assert re.search(r"(?i)came out otherwise.*proved → not run", text, re.DOTALL)


def test_the_terminal_tells_each_change_once() -> None:
    text = changes_since(BEFORE, AFTER)
    assert text.splitlines()[1:] == [
        "  decided otherwise: s.yaml::a: implicitDeny → allowed (opened)",
        "  decided otherwise: s.yaml::b: allowed → explicitDeny (fails now)",
        "  expected otherwise: s.yaml::a: deny → allow, together with the decision",
        "  new: s.yaml::c",
        "  gone: s.yaml::gone",
        *(f"  {total}" for total in compare(BEFORE, AFTER).totals),
    ]


def test_a_policy_inside_of_a_suite_is_known_again_where_lines_have_moved() -> None:
    policy = dataclasses.replace(new().policies[0], name="user/x policy 1", path="s.yaml:7:11")
    moved = dataclasses.replace(policy, path="s.yaml:9:11")
    edited = dataclasses.replace(moved, sha256="0" * 64)
    runs = [dataclasses.replace(new(), policies=(one,)) for one in (policy, moved, edited)]
    assert compare(runs[0], runs[1]).policies == ()
    (change,) = compare(runs[0], runs[2]).policies
    assert (change.before, change.after) == (policy.sha256, "0" * 64)


@pytest.mark.parametrize("fmt", ["html", "md"])
def test_the_section_begins_with_how_much_changed(fmt: str) -> None:
    text = html.unescape(reports.render(AFTER, fmt, baseline=BEFORE)).replace("\\", "")
    assert f"1 opened{figures(compare(BEFORE, AFTER)).partition('opened')[2]}." in text


@pytest.mark.parametrize("name", HOSTILE)
def test_figures_of_a_baseline_that_nobody_vouches_for_are_escaped(name: str) -> None:
    text = HOSTILE[name]
    suites = tuple(dataclasses.replace(suite, path=text, unspoken=3) for suite in AFTER.suites)
    now = dataclasses.replace(AFTER, suites=suites)
    before = dataclasses.replace(now, backend=text, suites=(dataclasses.replace(suites[0], unspoken=4),))
    assert len(compare(before, now).totals) == 3
    for fmt in ("html", "md", "junit", "sarif", "oscal", "github", "csv"):
        rendered = reports.render(now, fmt, baseline=before)
        if fmt == "html":  # but for the data that the page carries, where `<` is escaped
            rendered = rendered.partition(EMBEDDED[0])[0]
            assert "<script>alert" not in rendered
        assert not set("\x00\x07\x1b\u202e\u200b\ud800") & set(rendered)
        if fmt == "junit":
            ET.fromstring(rendered)
