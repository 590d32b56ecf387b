"""JUnit, SARIF, OSCAL, GitHub and CSV: each read by its own reader, held to its own schema."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from reports import csv as csv_report
from reports import github, junit, oscal, sarif
from reports.json import load, result_digest
from reports.options import Options
from reports.signoff import load_signoff
from simulator.errors import InputError
from tests.unit.reports.sample import HOSTILE, big_run, empty_run, hostile_run, make_run, sample_run

if TYPE_CHECKING:
    from simulator.suites.result import CellResult, Run

VENDOR = Path(__file__).parent / "vendor"
FAILING = make_run(tuple(cell for cell in sample_run().cells if cell.outcome == "failed"))
ERROR = make_run(tuple(cell for cell in sample_run().cells if cell.outcome == "error"))
ONE = make_run(sample_run().cells[:1])
RUNS = {
    "sample": sample_run(),
    "empty": empty_run(),
    "one": ONE,
    "failing": FAILING,
    "error": ERROR,
    "hostile": hostile_run(),
}


@pytest.fixture(params=sorted(RUNS))
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = RUNS[request.param]
    return found


@cache
def schema(name: str) -> Any:
    """Return a validator for a vendored schema."""
    # SARIF's schema has a bracket that closes nothing, in a pattern for languages: ECMA-262 wants it escaped.
    text = (VENDOR / name).read_text("utf-8").replace("{2}]?$", r"{2}\\]?$")
    return pytest.importorskip("jsonschema_rs").validator_for(json.loads(text))


def faults(name: str, document: Any) -> list[str]:
    """Return what a vendored schema finds wrong."""
    return [f"{error.instance_path}: {error.message[:300]}" for error in schema(name).iter_errors(document)]


# --- JUnit ----------------------------------------------------------------------------------------


def test_junit_has_a_case_a_cell_and_counts_that_add_up(run: Run) -> None:
    root = ET.fromstring(junit.render(run))
    cases = root.findall("./testsuite/testcase")
    assert len(cases) == len(run.cells) + len(run.failures) == int(root.attrib["tests"])
    for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert len(root.findall(f"./testsuite/testcase/{tag}")) == int(root.attrib[count])
        assert int(root.attrib[count]) == sum(int(suite.attrib[count]) for suite in root)


def test_junit_names_are_unique_and_point_at_the_suite(run: Run) -> None:
    cases = ET.fromstring(junit.render(run)).findall("./testsuite/testcase")
    assert max(Counter((case.get("classname"), case.get("name")) for case in cases).values(), default=1) == 1
    assert all(case.get("line") for case in cases if case.get("classname") != "the run itself")


def test_a_junit_failure_says_everything_in_its_content() -> None:
    failure = ET.fromstring(junit.render(sample_run())).find(".//failure[@type='UnexpectedAllow']")
    assert failure is not None
    assert failure.get("message") == "unexpected allow: Set up a virtual MFA device: ✗ expected deny, got ALLOW"
    assert "decided by: AllowOwnDevice of IAMUsersMFAManagement, policies/" in (failure.text or "")


def test_what_nobody_decided_is_skipped_in_junit_and_never_a_success() -> None:
    cells = tuple(dataclasses.replace(cell, outcome="not_run", actual=None) for cell in sample_run().cells[:3])
    root = ET.fromstring(junit.render(make_run(cells)))
    assert root.attrib["skipped"] == "3"
    verdict = root.find(".//property[@name='verdict']")
    assert verdict is not None
    assert verdict.get("value") == "incomplete"


def jenkins_faults(text: str) -> list[str]:
    """Return what the schema of Jenkins' xUnit plugin finds wrong."""
    etree = pytest.importorskip("lxml.etree")
    xsd = etree.XMLSchema(etree.parse(VENDOR / "jenkins-junit-10.xsd"))
    xsd.validate(etree.fromstring(text.encode()))
    return [str(entry) for entry in xsd.error_log]


def test_the_usual_junit_has_more_than_jenkins_schema_allows() -> None:
    assert {re.findall(r"attribute '(\w+)'", fault)[0] for fault in jenkins_faults(junit.render(sample_run()))} == {
        "skipped",
        "file",
        "line",
    }


@pytest.mark.parametrize("failures", [(), ("policies/x.json: no scenario decides it",)])
def test_strict_junit_with_a_baseline_and_a_failure_of_the_run_keeps_to_jenkins_schema(
    failures: tuple[str, ...],
) -> None:
    earlier = dataclasses.replace(sample_run(), cells=sample_run().cells[3:])
    run = dataclasses.replace(sample_run(), failures=failures)
    assert jenkins_faults(junit.render(run, Options(strict=True, baseline=earlier))) == []


# --- SARIF ----------------------------------------------------------------------------------------


def results(document: Any) -> list[dict[str, Any]]:
    """Return all results of a SARIF log."""
    return [result for run in document["runs"] for result in run["results"]]


def test_sarif_is_valid(run: Run) -> None:
    document = json.loads(sarif.render(run, Options(baseline=sample_run())))
    assert faults("sarif-schema-2.1.0.json", document) == []
    assert len(document["runs"]) <= 20


def test_sarif_has_the_failures_and_the_vacuous_and_nothing_else() -> None:
    found = Counter(result["ruleId"] for result in results(json.loads(sarif.render(sample_run()))))
    assert found == {"IPS001": 1, "IPS002": 1, "IPS003": 2, "IPS004": 1, "IPS005": 1, "IPS008": 1}


def test_sarif_of_a_good_run_has_an_empty_list_so_that_alerts_close() -> None:
    document = json.loads(sarif.render(ONE))
    assert [run["results"] for run in document["runs"]] == [[], []]
    assert document["runs"][0]["automationDetails"]["id"] == "iamproof/Web users manage their own MFA/"


def test_sarif_shows_an_unexpected_allow_at_the_statement_and_links_the_scenario() -> None:
    result = next(item for item in results(json.loads(sarif.render(sample_run()))) if item["ruleId"] == "IPS001")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "policies/IAMUsersMFAManagement.json"
    assert place["region"] == {"startLine": 10, "startColumn": 5, "endLine": 15, "endColumn": 6}
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "scenarios/mfa.yaml"
    assert "[the scenario](1)" in result["message"]["text"]


def test_sarif_shows_an_aws_managed_policy_at_the_scenario() -> None:
    cell = next(cell for cell in sample_run().cells if cell.deciding and cell.deciding[0].file.startswith("arn:"))
    run = make_run((dataclasses.replace(cell, outcome="failed", expected="deny"),))
    (result,) = results(json.loads(sarif.render(run)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "scenarios/ec2.yaml"


def test_sarif_calls_the_other_place_what_it_is_in_a_suite_with_its_policies_too() -> None:
    failing = next(cell for cell in FAILING.cells if cell.deciding and cell.actual == "allowed")
    inline = dataclasses.replace(failing, deciding=(dataclasses.replace(failing.deciding[0], file=failing.file),))
    denied = dataclasses.replace(inline, expected="allow", actual="implicitDeny")
    for cell, words in ((inline, "the scenario"), (denied, "the statement")):
        (found,) = results(json.loads(sarif.render(make_run((cell,)))))
        (related,) = found["relatedLocations"]
        assert related["message"]["text"] == words
        assert f"[{words}](1)" in found["message"]["text"]


def test_a_sarif_fingerprint_survives_lines_that_move() -> None:
    def moved(cell: CellResult) -> CellResult:
        deciding = tuple(dataclasses.replace(item, line=item.line + 7) for item in cell.deciding)
        return dataclasses.replace(cell, line=cell.line + 3, deciding=deciding)

    def prints(run: Run) -> set[str]:
        return {
            item["partialFingerprints"]["primaryLocationLineHash"] for item in results(json.loads(sarif.render(run)))
        }

    assert prints(sample_run()) == prints(
        make_run(tuple(map(moved, sample_run().cells)), failures=sample_run().failures)
    )


def test_sarif_tells_new_from_known_failures() -> None:
    first = next(cell for cell in FAILING.cells)
    states = Counter(
        item["baselineState"]
        for item in results(json.loads(sarif.render(FAILING, Options(baseline=make_run((first,))))))
    )
    assert states == {"unchanged": 1, "new": 3}


def test_sarif_text_links_nowhere_else() -> None:
    for result in results(json.loads(sarif.render(hostile_run()))):
        links = re.findall(r"(?<!\\)\[([^\[\]]*?)(?<!\\)\]\(([^)]*)\)", result["message"]["text"])
        assert {target for _, target in links} <= {"1"}


# --- OSCAL ----------------------------------------------------------------------------------------


def signed(run: Run, *findings: str) -> Any:
    """Return a sign-off of *run* with these findings."""
    lines = [
        f"result_digest: {result_digest(run)}",
        "prepared_by: a",
        "reviewed_by: b",
        "date: 2026-11-24",
        "decision: accepted",
    ]
    return load_signoff("\n".join([*lines, "findings:", *(f"  - {item}" for item in findings)]))


def test_oscal_is_valid(run: Run) -> None:
    document = json.loads(oscal.render(run, Options(signoff=signed(run, "{control: 'x:1', state: satisfied}"))))
    assert faults("oscal_assessment-results_schema-1.2.1.json", document) == []


def test_oscal_ids_are_unique_and_every_reference_holds(run: Run) -> None:
    text = oscal.render(run)
    ids = re.findall(r'"uuid": "([^"]+)"', text)
    assert len(ids) == len(set(ids))
    used = re.findall(r'"(?:actor-uuid|component-uuid|subject-uuid|observation-uuid)": "([^"]+)"', text)
    assert set(used) | {href[1:] for href in re.findall(r'"href": "(#[^"]+)"', text)} <= set(ids)


def test_oscal_has_observations_and_no_finding_by_itself() -> None:
    (result,) = json.loads(oscal.render(sample_run()))["assessment-results"]["results"]
    assert len(result["observations"]) == len({(cell.file, cell.scenario) for cell in sample_run().cells})
    assert "findings" not in result
    ids = result["reviewed-controls"]["control-selections"][0]["include-controls"]
    assert [item["control-id"] for item in ids] == ["ac-3", "ac-6.1", "ac-6.10", "ia-5"]


def test_an_assessor_states_a_finding_that_the_cells_bear_out() -> None:
    good = make_run(tuple(cell for cell in sample_run().cells if cell.outcome == "passed" and not cell.vacuous))
    review = signed(good, "{control: 'NIST-800-53r5:AC-6(10)', state: satisfied, remark: seen}")
    document = json.loads(oscal.render(good, Options(oscal_findings=review)))
    assert faults("oscal_assessment-results_schema-1.2.1.json", document) == []
    (finding,) = document["assessment-results"]["results"][0]["findings"]
    assert finding["target"] == {
        "type": "objective-id",
        "target-id": "ac-6.10_obj",
        "status": {"state": "satisfied", "reason": "pass"},
    }
    assert finding["related-observations"]


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        ("{control: 'NIST-800-53r5:AC-3', state: satisfied}", "is stated satisfied, and 7 of 8 cases"),
        ("{control: 'CIS-AWS-6.0.0:2.9', state: satisfied}", "can have no finding"),
        ("{control: 'NIST-800-53r5:AC-5', state: satisfied}", "can have no finding"),
    ],
)
def test_a_finding_that_the_cells_do_not_bear_out_is_refused(finding: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        oscal.render(sample_run(), Options(oscal_findings=signed(sample_run(), finding)))


def test_findings_of_another_result_are_refused() -> None:
    with pytest.raises(InputError, match="another result"):
        oscal.render(ONE, Options(oscal_findings=signed(sample_run(), "{control: 'x:1', state: satisfied}")))


def test_oscal_traces_observations_to_requirements() -> None:
    (result,) = json.loads(oscal.render(sample_run()))["assessment-results"]["results"]
    found = {
        (one["title"], prop["value"])
        for one in result["observations"]
        for prop in one["props"]
        if prop["name"] == "requirement"
    }
    assert found == {(cell.scenario, name) for cell in sample_run().cells for name in cell.requirement}


def test_an_attestation_says_all_of_the_review() -> None:
    review = dataclasses.replace(
        signed(ONE, "{control: 'x:1', state: satisfied}"),
        prepared_by="team",
        role="internal audit",
        distribution=("audit", "platform"),
    )
    (result,) = json.loads(oscal.render(ONE, Options(signoff=review)))["assessment-results"]["results"]
    prose = result["attestations"][0]["parts"][0]["prose"]
    for text in (review.prepared_by, review.reviewed_by, "internal audit", review.decision, "audit, platform"):
        assert text in prose


def test_oscal_carries_the_run() -> None:
    import base64

    text = oscal.render(sample_run())
    value = re.search(r'"value": "([A-Za-z0-9+/=]{1000,})"', text)
    assert value is not None
    assert load(base64.b64decode(value.group(1)).decode()) == sample_run()


def test_oscal_names_a_document_inside_of_a_file_by_a_relative_reference() -> None:
    run = sample_run()
    account = dataclasses.replace(run.accounts[0], path="a <b>.yaml:3:11")
    document = json.loads(oscal.render(dataclasses.replace(run, accounts=(account,))))
    assert faults("oscal_assessment-results_schema-1.2.1.json", document) == []
    links = [
        link for one in document["assessment-results"]["back-matter"]["resources"] for link in one.get("rlinks", ())
    ]
    assert "a%20%3Cb%3E.yaml" in {link["href"] for link in links}  # its digest is that of the file


# --- GitHub ---------------------------------------------------------------------------------------


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Read workflow commands as the runner does."""
    found = []
    for line in text.splitlines():
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match, line[:300]
        rows = dict(pair.split("=", 1) for pair in match[2].split(","))
        decoded = {
            name: re.sub("%(25|0D|0A|3A|2C)", lambda code: chr(int(code[1], 16)), value) for name, value in rows.items()
        }
        found.append((match[1], decoded, match[3]))
    return found


def test_github_annotates_lines_and_keeps_within_ten(run: Run) -> None:
    found = commands(github.render(run))
    levels = Counter(level for level, _, _ in found)
    assert levels["error"] <= 10
    assert levels["warning"] <= 10
    assert levels["notice"] == 1 + any(cell.live is not None for cell in run.cells)
    assert run.summary.verdict in found[-1][2]


def test_github_shows_the_worst_and_counts_the_rest() -> None:
    failing = [cell for cell in big_run(40_000).cells if cell.outcome == "failed"]
    found = commands(github.render(make_run(tuple(failing))))
    assert len([level for level, _, _ in found if level == "error"]) == 10
    assert "and 31 more failures" in found[9][2]


def test_github_points_at_the_statement() -> None:
    level, rows, text = commands(github.render(sample_run()))[0]
    assert (level, rows["file"], rows["line"], rows["endLine"]) == (
        "error",
        "policies/IAMUsersMFAManagement.json",
        "10",
        "15",
    )
    assert rows["title"] == "unexpected allow: Set up a virtual MFA device"
    assert "%0A" in text


# --- CSV ------------------------------------------------------------------------------------------


def test_csv_has_a_row_a_cell_and_no_formula(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_report.render(run), newline="")))
    assert len(rows) == len(run.cells)
    values = [value for row in rows for value in row.values()]
    assert not [value for value in values if value.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert all(row["run_verdict"] == run.summary.verdict for row in rows)
    assert all(None not in row for row in rows)


# --- all of them ----------------------------------------------------------------------------------


def test_csv_says_in_each_row_of_which_result_it_is_and_why_a_cell_is_an_exception() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_report.render(sample_run()))))
    assert {row["run_result_digest"] for row in rows} == {result_digest(sample_run())}
    waivers = {cell.id: cell.waiver for cell in sample_run().cells if cell.waiver}
    found = {row["id"]: (row["exception_reason"], row["exception_ticket"]) for row in rows if row["exception_reason"]}
    assert found == {id_: (waiver.reason, waiver.ticket or "") for id_, waiver in waivers.items()}


def test_no_format_lets_a_control_character_through() -> None:
    for module in (junit, sarif, oscal, github, csv_report):
        text = module.render(hostile_run())
        assert not re.search(
            "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text
        ), module
        assert HOSTILE["long"][:5000] not in text, module


def test_all_formats_count_the_same_failures() -> None:
    run = sample_run()
    failed = {cell.id for cell in run.cells if cell.outcome in ("failed", "error")}
    rows = list(csv.DictReader(io.StringIO(csv_report.render(run), newline="")))
    assert {row["id"] for row in rows if row["kind"]} == failed
    root = ET.fromstring(junit.render(run))
    assert int(root.attrib["failures"]) + int(root.attrib["errors"]) == len(failed) + len(run.failures)
    found = results(json.loads(sarif.render(run)))
    assert len([item for item in found if item["ruleId"] != "IPS008"]) == len(failed) + len(run.failures)


def test_the_vendored_schemas_are_unchanged() -> None:
    readme = (VENDOR / "README.md").read_text("utf-8")
    for file in sorted(VENDOR.glob("*.json")):
        assert hashlib.sha256(file.read_bytes()).hexdigest() in readme
