"""What `check_paths` reads, and what it makes of files that can't be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.analyse.check import Checked, check_paths
from simulator.catalogue import load

GOOD = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}}
SLIP = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetUsr", "Resource": "*"}}
SUITE = """suite: A suite
account:
  id: "123456789012"
  policies: {Unattached: unattached.json}
  users:
    bob: {policies: [own.json, "arn:aws:iam::aws:policy/ReadOnlyAccess"]}
scenarios:
  - {name: One, as: bob, actions: iam:GetUser, on: user, session: access key, expect: {own: allow, others: deny}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def check(*paths: str) -> Checked:
    return check_paths([Path(path) for path in paths], load(), root=Path())


def told(checked: Checked) -> list[tuple[str, str]]:
    return [(one.span.file if one.span else "", one.code) for one in checked.diagnostics]


def test_a_policy_needs_no_suite(folder: Path) -> None:
    write(folder / "slip.json", SLIP)
    checked = check("slip.json")
    assert told(checked) == [("slip.json", "action-unknown")]
    assert (checked.suites, checked.policies, checked.unusable) == (0, 1, False)


def test_policies_of_a_suite_are_checked_once_and_those_of_aws_not(folder: Path) -> None:
    write(folder / "s" / "suite.yaml", SUITE)
    write(folder / "s" / "own.json", SLIP)
    write(folder / "s" / "unattached.json", SLIP)
    checked = check("s")
    assert sorted(told(checked)) == [("s/own.json", "action-unknown"), ("s/unattached.json", "action-unknown")]
    assert (checked.suites, checked.policies) == (1, 2)


def test_an_inline_policy_is_checked_where_it_stands(folder: Path) -> None:
    inline = "{Version: '2012-10-17', Statement: {Effect: Allow, Action: iam:GetUsr, Resource: '*'}}"
    write(
        folder / "suite.yaml",
        SUITE.replace("own.json", inline).replace("  policies: {Unattached: unattached.json}\n", ""),
    )
    found = check("suite.yaml").diagnostics
    assert [(one.code, one.span.line if one.span else 0) for one in found] == [("action-unknown", 5)]


def test_a_folder_holds_other_json_too(folder: Path) -> None:
    write(folder / "p" / "good.json", GOOD)
    write(folder / "p" / "plan.json", {"resource_changes": []})
    write(folder / "p" / "broken.json", "{")
    write(folder / "p" / "node_modules" / "slip.json", SLIP)
    write(folder / "p" / "deep" / "slip.json", SLIP)
    checked = check("p")
    assert told(checked) == [("p/deep/slip.json", "action-unknown")]
    assert checked.policies == 2


def test_a_broken_policy_in_a_folder_is_told(folder: Path) -> None:
    write(folder / "p" / "broken.json", '{"Version": "2012-10-17", "Statement": [}')
    write(folder / "p" / "slip.json", SLIP)
    checked = check("p")
    assert told(checked) == [("p/broken.json", "json-syntax"), ("p/slip.json", "action-unknown")]
    assert checked.unusable


def test_faults_of_suites_and_of_policies_come_together(folder: Path) -> None:
    write(folder / "s" / "suite.yaml", SUITE.replace("as: bob", "as: bobb"))
    write(folder / "s" / "own.json", SLIP)
    write(folder / "s" / "unattached.json", GOOD)
    checked = check("s")
    assert ("s/suite.yaml", "unknown-name") in told(checked)
    assert ("s/own.json", "action-unknown") in told(checked)
    assert checked.unusable


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ({"Principal": "*", "Resource": "arn:aws:s3:::b/*", "Action": "s3:GetObjekt"}, "action-unknown"),
        ({"Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRoles"}, "action-unknown"),
    ],
)
def test_resource_and_trust_policies_are_read_as_what_they_are(folder: Path, statement: Any, code: str) -> None:
    write(folder / "p.json", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
    assert told(check("p.json")) == [("p.json", code)]


@pytest.mark.parametrize("text", ["", "[]", "{}", "\ufeff{}", "null", '{"Statement": 1}', "\u0142"])
def test_no_text_is_too_odd_for_a_named_file(folder: Path, text: str) -> None:
    write(folder / "odd.json", text)
    assert check("odd.json").unusable


def test_a_hostile_policy_costs_seconds_at_most(folder: Path) -> None:
    """A page of patterns that all have to be compared with all, and one long resource."""
    actions = [f"s3:*a*b*{n}" for n in range(300)]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::" + "*a" * 5000}
    write(folder / "p.json", {"Version": "2012-10-17", "Statement": [statement] * 20})
    checked = check("p.json")
    assert checked.policies == 1
