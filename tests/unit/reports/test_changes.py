"""What changed since a baseline stands in every format, what opened and what was edited with it first."""

from __future__ import annotations

import dataclasses
import html
import json
from importlib import resources
from typing import TYPE_CHECKING

import jsonschema
import pytest

import reports
from reports.baseline import as_data, compare, figures
from reports.json import result_digest
from tests.unit.reports.sample import hostile_run, make_run, sample_cells

if TYPE_CHECKING:
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
