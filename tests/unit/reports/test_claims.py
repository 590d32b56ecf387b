"""Invariants in every format: their own section, proofs with their assumptions, counterexamples to ask again."""

from __future__ import annotations

import csv
import dataclasses
import html
import io
import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jsonschema
import pytest

import reports
from reports import controls, terminal
from reports.baseline import compare
from reports.gaps import gaps
from reports.json import dump, load
from reports.trace import requirements
from reports.verify import EMBEDDED
from reports.words import conclusion, figures
from simulator.suites.result import Deciding, InvariantResult, Refutation
from tests.unit.reports.sample import HOSTILE, empty_run, sample_mutation, sample_run
from tests.unit.reports.test_json import schema
from tests.unit.reports.test_machines import faults, jenkins_faults

if TYPE_CHECKING:
    from simulator.suites.result import InvariantOutcome, Run

POLICY = "policies/IAMUsersMFAManagement.json"
SUITE = sample_run().suites[0]
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
REPLAY = "iamproof explain --account scenarios/account.yaml --as ec2webuser --action iam:DeleteVirtualMFADevice"


def claim(outcome: InvariantOutcome, number: int = 1, text: str = "", vacuous: str | None = None) -> InvariantResult:
    """Return an invariant with this outcome; *text* stands wherever text of others can."""
    refutation = Refutation(
        principal=text or "ec2webuser",
        session=text or "with MFA",
        action="iam:DeleteVirtualMFADevice",
        resource=f"arn:aws:iam::123456789012:mfa/xy{text}",
        context={"aws:username": f"x{text}", f"k:{text or 'list'}": ("a", text)},
        actual="allowed",
        deciding=(Deciding("IAMUsersMFAManagement", "AllowOwnDevice", POLICY, 10, 5, 15, 6),),
        replay=(REPLAY + text,),
        scenario=f"- name: Counterexample{text}\n  as: ec2webuser\n  expect: deny\n",
    )
    return InvariantResult(
        id=f"{SUITE.path}::INV-{number}{text}",
        suite=SUITE.name,
        file=SUITE.path,
        line=40 + number,
        name=f"Nobody reaches another's device {number}{text}",
        invariant_id=f"INV-{number}",
        requirement=("R2",),
        controls=("NIST-800-53r5:AC-6(10)",),
        tags=("mfa",),
        principals=(text or "any user like ec2webuser",),
        sessions=("with MFA", "access key"),
        actions=f"iam:* {text}",
        resources=text or "any mfa device but own",
        expected="deny",
        outcome=outcome,
        message=None if outcome == "proved" else f"expected deny, got allowed {text}",
        assumptions=("aws:username in {any text}", text) if outcome == "proved" else (),
        vacuous=vacuous,
        refutation=refutation if outcome == "refuted" else None,
        why=text,
    )


EACH = (
    claim("proved", 1),
    claim("refuted", 2),
    claim("unknown", 3),
    claim("not_run", 4),
    claim("proved", 5, vacuous="it speaks of no request"),
)


def run(*claims: InvariantResult) -> Run:
    """Return the sample run with invariants."""
    return sample_run(invariants=claims or EACH)


def test_a_report_with_invariants_reads_back_equal_and_is_valid() -> None:
    text = dump(run())
    assert load(text) == run()
    jsonschema.Draft202012Validator(schema()).validate(json.loads(text))


def test_a_run_without_invariants_has_no_word_of_them() -> None:
    without = sample_run(mutation=dataclasses.replace(sample_mutation(), claimed=(), idle_invariants=0))
    assert "invariants" not in json.loads(dump(without))
    for fmt in ("md", "html", "junit", "csv"):
        assert "nvariant" not in reports.render(without, fmt).partition("<script>")[0]


@pytest.mark.parametrize("fmt", ["txt", "html", "md", "junit", "sarif", "oscal", "github", "csv"])
def test_every_format_tells_of_a_counterexample(fmt: str) -> None:
    text = terminal.render(run()) if fmt == "txt" else reports.render(run(), fmt)
    assert "another's device 2" in text.replace("&#39;", "'")
    assert "arn:aws:iam::123456789012:mfa/xy" in text


@pytest.mark.parametrize("fmt", ["txt", "html", "md", "junit", "sarif"])
def test_a_counterexample_can_be_asked_again_and_pasted(fmt: str) -> None:
    text = terminal.render(run()) if fmt == "txt" else reports.render(run(), fmt)
    assert "iamproof explain --account scenarios/account.yaml" in text
    assert "name: Counterexample" in text


def test_a_proof_is_told_with_what_it_assumes() -> None:
    whole = [terminal.claims_text(run()), *(reports.render(run(), fmt) for fmt in ("html", "md", "junit"))]
    assert all("any text" in text and "assuming" in text for text in whole)


def test_sarif_has_what_is_not_proved_at_the_statement_to_mend() -> None:
    document = json.loads(reports.render(run(), "sarif"))
    assert faults("sarif-schema-2.1.0.json", document) == []
    found = {one["ruleId"]: one for part in document["runs"] for one in part["results"] if one["ruleId"] >= "IPS009"}
    assert sorted(found) == ["IPS009", "IPS010"]
    place = found["IPS009"]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (POLICY, 10)
    assert found["IPS010"]["locations"][0]["physicalLocation"]["region"]["startLine"] == 43


def test_oscal_observes_each_invariant() -> None:
    document = json.loads(reports.render(run(), "oscal"))
    assert faults("oscal_assessment-results_schema-1.2.1.json", document) == []
    (result,) = document["assessment-results"]["results"]
    told = [one["description"] for one in result["observations"] if "Claimed of all" in one["description"]]
    assert len(told) == len(EACH)


def test_junit_counts_what_is_not_proved_as_failures() -> None:
    root = ET.fromstring(reports.render(run(), "junit"))
    suite = next(one for one in root if one.get("name") == "invariants")
    assert [suite.get(name) for name in ("tests", "failures", "skipped")] == ["5", "2", "1"]
    whole = ET.fromstring(reports.render(sample_run(), "junit"))
    assert int(root.get("failures", "0")) == int(whole.get("failures", "0")) + 2


def test_a_refuted_invariant_keeps_a_requirement_from_being_held() -> None:
    cells = tuple(cell for cell in sample_run().cells if cell.outcome == "passed")
    (before,) = (one for one in requirements(dataclasses.replace(sample_run(), cells=cells)) if one.id == "R2")
    (after,) = (one for one in requirements(dataclasses.replace(run(), cells=cells)) if one.id == "R2")
    assert before.result != "not held"
    assert after.result == "not held"
    assert "1 of 5 invariants proved" in str(after)


def test_a_requirement_is_traced_to_its_invariants_those_first_that_do_not_hold() -> None:
    for fmt in ("html", "md"):
        text = html.unescape(reports.render(run(), fmt)).partition(
            "Requirements</h2>" if fmt == "html" else "#### Req"
        )[2]
        text = text.partition("</section>" if fmt == "html" else "#### Inv")[0]
        for one, mark in zip(
            EACH, ("✓ proved", "✗ counterexample", "? unknown", "· not run", "○ proved, vacuous"), strict=True
        ):
            (line,) = re.findall(rf"{one.name}.*?(?:</tr>|<br>|$)", text, re.MULTILINE)
            assert "all requests" in line
            assert mark in line
    order = [int(number) for number in re.findall(r"another's device (\d)", text)]
    assert order == [2, 3, 1, 4, 5]


def test_a_requirement_that_a_proof_alone_verifies_is_held_and_no_gap() -> None:
    alone = dataclasses.replace(run(claim("proved")), cells=())
    (trace,) = (one for one in requirements(alone) if one.id == "R2")
    assert (trace.result, str(trace)) == ("held", "held: 1 of 1 invariant proved")
    assert not any("R2:" in item for gap in gaps(alone) for item in gap.items)


def test_a_control_is_as_expected_only_if_its_invariants_are_proved() -> None:
    def status(*claims: InvariantResult) -> str:
        alone = dataclasses.replace(run(*claims), cells=())
        (row,) = controls.coverage(alone)["NIST-800-53r5"]
        return row.status

    assert status(claim("proved")) == "behaved as expected"
    assert status(claim("proved"), claim("unknown", 2)) == "exceptions"


@pytest.mark.parametrize("fmt", ["html", "md"])
def test_the_findings_name_what_is_not_proved(fmt: str) -> None:
    alone = dataclasses.replace(run(claim("refuted")), cells=())
    findings = reports.render(alone, fmt).partition("C. Findings</h2>" if fmt == "html" else "C. Findings")[2][:400]
    assert "counterexample" in findings
    assert "None." not in findings


def test_the_conclusion_and_the_figures_speak_of_invariants() -> None:
    assert "2 of 5 invariants proved for all requests, 1 refuted, 1 neither proved nor refuted." in conclusion(run())
    assert "1 invariant refuted" in figures(run())
    alone = dataclasses.replace(empty_run(), invariants=(claim("proved"),))
    assert conclusion(alone) == "1 of 1 invariant proved for all requests."


@pytest.mark.parametrize("fmt", ["html", "md"])
def test_the_conclusion_names_a_request_that_is_allowed_against_an_invariant(fmt: str) -> None:
    text = html.unescape(reports.render(dataclasses.replace(run(claim("refuted")), cells=()), fmt))
    conclusion_, _, _ = text.partition("A. Conclusion")[2].partition("What this report does not show")
    assert "Allowed although it must not be" in conclusion_
    assert "iam:DeleteVirtualMFADevice on arn:aws:iam::123456789012:mfa/xy" in conclusion_
    wanted = dataclasses.replace(claim("refuted"), expected="allow by Sid")
    assert "Allowed although" not in reports.render(dataclasses.replace(run(wanted), cells=()), fmt)


@pytest.mark.parametrize("fmt", ["html", "md"])
def test_the_conclusion_says_how_many_more_are_allowed(fmt: str) -> None:
    many = run(*(claim("refuted", number) for number in range(12)))
    assert "and 2 more counterexamples under" in reports.render(many, fmt)


def test_csv_names_the_statement_that_refutes() -> None:
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(reports.render(run(), "csv")))}
    found = rows[claim("refuted", 2).id]
    assert (found["decided_by"], found["decided_at"]) == ("AllowOwnDevice", f"{POLICY}:10:5")


def test_oscal_names_the_policy_that_refutes_and_the_requirement() -> None:
    (result,) = json.loads(reports.render(run(), "oscal"))["assessment-results"]["results"]
    policies = {one["uuid"]: one["title"] for one in result["local-definitions"]["components"]}
    found = [one for one in result["observations"] if any(prop["name"] == "invariant" for prop in one["props"])]
    assert [[policies[s["subject-uuid"]] for s in one.get("subjects", ())] for one in found] == [
        [], ["IAMUsersMFAManagement"], [], [], []
    ]  # fmt: skip
    assert all({"R2"} == {prop["value"] for prop in one["props"] if prop["name"] == "requirement"} for one in found)


def test_an_invariant_that_broke_is_a_change() -> None:
    changes = compare(run(claim("proved")), run(claim("refuted")))
    assert changes.broken == (f"{SUITE.path}::INV-1",)


@pytest.mark.parametrize("name", HOSTILE)
def test_text_of_others_is_escaped_in_every_format(name: str) -> None:
    outcomes: tuple[InvariantOutcome, ...] = ("refuted", "unknown", "proved")
    hostile = run(*(claim(outcome, number, HOSTILE[name]) for number, outcome in enumerate(outcomes)))
    for fmt in ("html", "md", "junit", "sarif", "oscal", "github", "csv"):
        text = reports.render(hostile, fmt)
        if fmt == "html":  # but for the data that the page carries, where `<` is escaped
            start, end = EMBEDDED
            text = text.partition(start)[0] + text.partition(start)[2].partition(end)[2]
            assert "<script>alert" not in text
            assert "<img" not in text
        if fmt != "oscal":  # it carries the run in base64
            assert not UNSEEN.search(text), fmt
            assert HOSTILE["long"][:5000] not in text
    assert jenkins_faults(reports.render(hostile, "junit", strict=True)) == []
