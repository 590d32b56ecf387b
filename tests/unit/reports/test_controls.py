"""The catalogue of controls: ids, licences, strengths, and what a run says of them."""

from __future__ import annotations

import dataclasses
import json
import re
from importlib import resources

import pytest

from reports import controls
from tests.unit.reports.sample import empty_run, make_run, sample_run

ROWS = json.loads(resources.files("reports.controls").joinpath("controls.json").read_text("utf-8"))["controls"]
IDS_ONLY = ("CIS-AWS-", "PCI-DSS-", "ISO-27001-", "SOC2-")
STRENGTHS = {"direct", "supporting", "context", "out-of-scope"}


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['framework']}:{row['id']}" for row in ROWS])
def test_a_row_is_licensed_numbered_and_says_what_else_is_needed(row: dict[str, str]) -> None:
    framework = controls.frameworks()[row["framework"]]
    assert re.fullmatch(framework.pattern, row["id"])
    assert row["strength"] in STRENGTHS
    assert framework.titles or "title" not in row
    assert not (row["framework"].startswith(IDS_ONLY) and ("title" in row or "text" in row))
    assert row["needs_also"], "other evidence is always needed: a decision is no attachment"
    assert row["own_words"].endswith(".")


def test_names_are_unique() -> None:
    assert len(ROWS) == len(set(controls.names()))


@pytest.mark.parametrize(
    "name", ["NIST-800-53r5:IA-5", "NIST-800-53r5:AC-6(10)", "CIS-AWS-6.0.0:2.9", "PCI-DSS-4.0.1:7.3.3"]
)
def test_the_names_of_the_documentation_are_known(name: str) -> None:
    found = controls.lookup(name)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("version", "number"),
    [("1.4.0", "1.10"), ("4.0.1", "1.10"), ("5.0.0", "1.9"), ("6.0.0", "2.9"), ("7.0.0", "2.10")],
)
def test_the_number_for_mfa_moves_between_versions(version: str, number: str) -> None:
    found = controls.lookup(f"CIS-AWS-{version}:{number}")
    assert found is not None
    assert "MFA" in found.own_words


@pytest.mark.parametrize("name", ["CIS-AWS-5.0.0:1.10", "CIS-AWS-6.0.0:2.10"])
def test_the_old_number_means_something_else_in_the_next_version(name: str) -> None:
    found = controls.lookup(name)
    assert found is not None
    assert "MFA" not in found.own_words


@pytest.mark.parametrize("name", ["NIST-800-53r5:CM-3(2)", "SOC2-2017:CC8.1"])
def test_change_management_is_supported_not_shown(name: str) -> None:
    found = controls.lookup(name)
    assert found is not None
    assert found.strength == "supporting"


def test_controls_of_the_root_user_are_out_of_scope() -> None:
    found = controls.lookup("CIS-AWS-6.0.0:2.4")
    assert found is not None
    assert found.strength == "out-of-scope"


def test_coverage_counts_the_cells_of_each_control() -> None:
    rows = {row.control.id: row for row in controls.coverage(sample_run())["NIST-800-53r5"]}
    assert (rows["IA-5"].as_expected, len(rows["IA-5"].cells), rows["IA-5"].status) == (11, 12, "exceptions")


def test_a_control_that_the_catalogue_lacks_is_shown_as_unmapped() -> None:
    run = make_run((dataclasses.replace(sample_run().cells[0], controls=("ACME:1", "odd")),))
    found = controls.coverage(run)
    assert found["ACME"][0].control.strength == "unmapped"
    assert found[""][0].control.id == "odd"


def test_what_no_scenario_names_is_a_gap_only_in_frameworks_in_use() -> None:
    gaps = {control.framework for control in controls.unexercised(sample_run())}
    assert gaps == {"NIST-800-53r5", "CIS-AWS-6.0.0", "PCI-DSS-4.0.1"}
    assert controls.unexercised(empty_run()) == ()
