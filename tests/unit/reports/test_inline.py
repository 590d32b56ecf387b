"""Policies that stand inside of a suite: each is named, counted, quoted and digested for itself."""

from __future__ import annotations

import hashlib
import html
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import iamproof
import reports
from reports import oscal
from reports.evidence import evidence
from reports.gaps import gaps
from reports.locate import Deciders, part
from reports.quote import Quotes
from tests.unit.reports.test_machines import faults

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.suites.result import Run

SUITE = """
suite: {name}
account:
  id: "123456789012"
  users:
    alice:
      policies:
        - Version: "2012-10-17"
          Statement:
            - {{Sid: {name}List, Effect: Allow, Action: "iam:ListUsers", Resource: "*"}}
        - Version: "2012-10-17"
          Statement:
            - {{Sid: DenyGet, Effect: Deny, Action: "iam:GetUser", Resource: "*"}}
        - Version: "2012-10-17"
          Statement:
            - {{Sid: Idle, Effect: Allow, Action: "iam:GetGroup", Resource: "*"}}
        - {{file: plan.json, at: /policy}}
scenarios:
  - {{name: List, as: alice, actions: [iam:ListUsers], expect: allow}}
  - {{name: Get, as: alice, actions: [iam:GetUser], expect: deny}}
"""
ALIASED = """
suite: Aliased
account:
  id: "123456789012"
  users:
    alice:
      policies:
        - Version: "2012-10-17"
          Statement:
            - &shared
              Sid: S
              Effect: Allow
              Action: "iam:ListUsers"
              Resource: "*"
    bob:
      policies:
        - Version: "2012-10-17"
          Statement: [*shared]
scenarios:
  - {name: List, as: [alice, bob], actions: [iam:ListUsers], expect: allow}
"""
PLAN = {
    "policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:GetUser", "Resource": "*"}]}
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The run of two suites of one layout, in which policies of one name stand on the same lines."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    for name in ("first", "second"):
        (tmp_path / f"{name}.yaml").write_text(SUITE.format(name=name))
    return iamproof.run(".")


def test_each_counts_the_cells_that_it_decides(run: Run) -> None:
    found = {policy.path: policy.decided for policy in run.policies}
    assert [found["first.yaml:8:11"], found["first.yaml:11:11"], found["first.yaml:14:11"]] == [1, 2, 0]
    assert found["plan.json#/policy"] == 4


def test_one_that_decides_nothing_is_a_gap(run: Run) -> None:
    listed = [item for gap in gaps(run) for item in gap.items]
    assert "first.yaml:14:11" in listed
    assert "first.yaml:11:11" not in listed


def test_a_statement_is_quoted_from_the_suite_that_it_stands_in(run: Run) -> None:
    quotes = Quotes(run)
    for name in ("first", "second"):
        (cell,) = (cell for cell in run.cells if cell.suite == name and cell.scenario == "List")
        quote = quotes.statement(cell.deciding[0])
        assert quote is not None
        assert quote.lines[0][1].strip().startswith(f"- {{Sid: {name}List,")


def test_its_text_is_its_lines_of_the_suite_and_not_the_suite(run: Run, tmp_path: Path) -> None:
    lines = (tmp_path / "first.yaml").read_text().split("\n")
    (policy,) = (policy for policy in run.policies if policy.path == "first.yaml:11:11")
    assert policy.line == 11
    assert policy.text.splitlines() == lines[10:13]


@pytest.mark.parametrize("fmt", ["html", "md"])
def test_the_appendix_numbers_its_lines_as_the_suite_does(run: Run, fmt: str) -> None:
    text = reports.render(run, fmt).rpartition("K. Appendix")[2].partition("application/json")[0]
    plain = html.unescape(re.sub("<[^>]*>", "", text))
    assert re.search(r"\b13( \|)? +- \{Sid: DenyGet,", plain)
    assert plain.count("Sid: DenyGet") == 2


def test_a_case_leads_to_the_line_of_the_appendix_that_decided(run: Run) -> None:
    text = reports.render(run, "html")
    links = re.findall(r'<td><a href="#(policy-\d+-L\d+)">([^<]*)</a>', text)
    lines = dict(re.findall(r'<a id="(policy-\d+-L\d+)"[^>]*>\d+</a>([^\n]*)', text))
    assert len(links) == len(run.cells)
    for anchor, words in links:
        sid = re.search(r"firstList|secondList|DenyGet", words)
        assert (sid[0] if sid else '"Effect": "Deny"') in html.unescape(lines[anchor])


def test_many_policies_of_one_file_make_no_report_that_grows_with_the_square(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    head, user, tail = SUITE.format(name="s").partition("    alice:")[0], SUITE.partition("    alice:")[2], ""
    user, _, tail = ("    alice:" + user).format(name="s").partition("scenarios:")
    user = user.replace("        - {file: plan.json, at: /policy}\n", "")
    sizes = []
    for number in (20, 40):
        users = "".join(user.replace("alice", name) for name in ("alice", *map("user{}".format, range(number))))
        (tmp_path / "s.yaml").write_text(f"{head}{users}scenarios:{tail}")
        found = iamproof.run("s.yaml", with_git=False)
        sizes.append([len(reports.render(found, fmt)) for fmt in ("json", "html", "md")])
    assert all(large < 2.5 * small for small, large in zip(*sizes, strict=True))


def test_a_statement_without_braces_that_stands_elsewhere_by_an_alias_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(ALIASED)
    run = iamproof.run("s.yaml", with_git=False)
    for cell in run.cells:
        quote = Quotes(run).statement(cell.deciding[0])
        assert quote is not None
        assert [(n, text.strip()) for n, text in quote.lines if n in (11, 14)] == [
            (11, "Sid: S"),
            (14, 'Resource: "*"'),
        ]


def test_the_evidence_record_has_its_digest_and_not_the_size_of_the_file(run: Run) -> None:
    (file,) = (file for file in evidence(run).files if file.path == "second.yaml:8:11")
    assert file.about == "digest of its JSON; decides 1 cell"


def test_its_digest_is_of_its_json_as_python_writes_it(run: Run, tmp_path: Path) -> None:
    document = yaml.safe_load((tmp_path / "first.yaml").read_text())
    inline = document["account"]["users"]["alice"]["policies"][0]
    digests = {policy.path: policy.sha256 for policy in run.policies}
    for path, policy in (("first.yaml:8:11", inline), ("plan.json#/policy", PLAN["policy"])):
        assert digests[path] == hashlib.sha256(json.dumps(policy, indent=2).encode()).hexdigest()


def test_oscal_has_it_as_subject_component_and_resource(run: Run) -> None:
    document: Any = json.loads(oscal.render(run))
    assert faults("oscal_assessment-results_schema-1.2.1.json", document) == []
    (result,) = document["assessment-results"]["results"]
    components = {one["uuid"]: one["description"] for one in result["local-definitions"]["components"]}
    subjects = {
        one["props"][2]["value"]: sorted(components[subject["subject-uuid"]] for subject in one["subjects"])
        for one in result["observations"]
    }
    words = "IAM policy, identity: "
    assert subjects == {
        "first.yaml:19": [f"{words}first.yaml:8:11"],
        "first.yaml:20": [f"{words}first.yaml:11:11", f"{words}plan.json#/policy"],
        "second.yaml:19": [f"{words}second.yaml:8:11"],
        "second.yaml:20": [f"{words}plan.json#/policy", f"{words}second.yaml:11:11"],
    }
    links = [
        (link["href"], link["hashes"][0]["value"], "remarks" in resource)
        for resource in document["assessment-results"]["back-matter"]["resources"]
        for link in resource.get("rlinks", ())
    ]
    digests = {policy.path: policy.sha256 for policy in run.policies}
    assert ("first.yaml#8:11", digests["first.yaml:8:11"], True) in links
    assert ("plan.json#/policy", digests["plan.json#/policy"], True) in links
    assert ("first.yaml", run.suites[0].sha256, False) in links


def test_every_statement_that_decides_has_its_policy(run: Run) -> None:
    deciders = Deciders(run)
    for cell in run.cells:
        for item in cell.deciding:
            found = deciders.of(item)
            assert found is not None
            assert (part(found.path)[0], found.name) == (item.file, item.policy)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.json", ("a.json", "")),
        ("a b.yaml:3:11", ("a b.yaml", "3:11")),
        ("a:b.yaml:3:11", ("a:b.yaml", "3:11")),
        ("plan.json#/a/b", ("plan.json", "/a/b")),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", ("arn:aws:iam::aws:policy/ReadOnlyAccess", "")),
        ("", ("", "")),
    ],
)
def test_a_path_is_a_file_and_a_place_in_it(path: str, parts: tuple[str, str]) -> None:
    assert part(path) == parts
