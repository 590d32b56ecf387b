"""``iamproof prove``, and invariants in ``iamproof test`` and pytest: exit codes, texts, data."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import iamproof
from iamproof.cli import main
from simulator.analyse.prove import Counterexample
from simulator.errors import SelectionError

ROOT = Path(__file__).parents[2]
ACCOUNT = """\
id: "123456789012"
policies: {devices: policies/devices.json}
users: {ann: {policies: [devices]}}
"""
POLICY = """\
{"Version": "2012-10-17", "Statement": [
  {"Sid": "Own", "Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:mfa/${aws:username}"}
]}
"""
SUITE = """\
suite: Devices
account: account.yaml
tags: [mfa]
invariants:
  - name: Nobody reaches another user's device
    id: INV-1
    as: any user like ann
    actions: iam:*
    on: {any: mfa device, except: own}
    expect: deny
"""
VACUOUS = """\
  - {name: Buckets are no users, as: ann, actions: "s3:ListBucket", on: user, expect: deny}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one suite, of one invariant that holds; it is the current folder."""
    for name, text in {
        "suites/suite.yaml": SUITE.replace("account.yaml", "../account.yaml"),
        "account.yaml": ACCOUNT,
        "policies/devices.json": POLICY,
        "pytest.ini": "[pytest]\niamproof_paths = suites\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def weaken(project: Path) -> None:
    """Let names that begin alike match."""
    path = project / "policies/devices.json"
    path.write_text(path.read_text("utf-8").replace("username}", "username}*"), "utf-8")


def code(*arguments: str) -> int:
    """Run a command; return its exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_a_proof_is_told_with_what_it_assumes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code("prove", "suites") == 0
    said = capsys.readouterr().out
    assert "✓ proved  Nobody reaches another user's device (suites/suite.yaml:5)" in said
    assert "any user like ann has the policies devices, and no others" in said
    assert "aws:username in {any text of" in said
    assert "Verdict: as expected" in said


@pytest.mark.parametrize("command", ["prove", "test"])
def test_a_counterexample_ends_with_1_and_can_be_explained(
    project: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    weaken(project)
    assert code(command, "suites") == 1
    said = capsys.readouterr().out
    (line,) = [text for text in said.splitlines() if "iamproof explain" in text]
    assert code(*shlex.split(line.partition("iamproof ")[2])) == 0
    assert "ALLOWED" in capsys.readouterr().out.upper()


def test_a_counterexample_can_be_pasted_as_a_scenario(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weaken(project)
    code("prove", "suites")
    said = capsys.readouterr().out.partition("as a scenario\n")[2].partition("\n\n")[0]
    suite = project / "suites/suite.yaml"
    suite.write_text(suite.read_text("utf-8").partition("invariants:")[0] + "scenarios:\n" + said + "\n", "utf-8")
    assert code("test", "suites", "--failures") == 1
    assert "unexpected allow" in capsys.readouterr().out


def test_json_spells_invariants_as_the_report_does(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weaken(project)
    assert code("prove", "suites", "--format", "json") == 1
    (one,) = json.loads(capsys.readouterr().out)["invariants"]
    code("test", "suites", "--report", "json=-")
    (same,) = json.loads(capsys.readouterr().out)["invariants"]
    assert one == same
    assert one["outcome"] == "refuted"
    assert one["refutation"]["context"]["aws:username"]


def test_an_unknown_ends_with_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = project / "suites/suite.yaml"
    suite.write_text("semantics: live\n" + suite.read_text("utf-8"), "utf-8")
    assert code("prove", "suites") == 1
    assert "? unknown" in capsys.readouterr().out


def test_a_counterexample_that_does_not_hold_ends_with_4(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    false = Counterexample("iam:GetUser", "*", ())
    monkeypatch.setattr("simulator.analyse.invariants.settle.decide_claim", lambda *_, **__: false)
    assert code("prove", "suites") == 4
    assert "is none" in capsys.readouterr().err


def test_a_control_that_nobody_knows_is_found_in_an_invariant(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = project / "suites/suite.yaml"
    suite.write_text(suite.read_text("utf-8") + "    controls: NIST-800-53r5:AC-33\n", "utf-8")
    assert code("check", "suites") == 1
    assert "the catalogue of controls has no `NIST-800-53r5:AC-33`" in capsys.readouterr().out


def test_without_invariants_nothing_is_selected(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = project / "suites/suite.yaml"
    scenario = "scenarios: [{name: s, as: ann, actions: iam:ListUsers, expect: implicitDeny}]\n"
    suite.write_text(suite.read_text("utf-8").partition("invariants:")[0] + scenario, "utf-8")
    assert code("prove", "suites") == 5
    assert "no suite has invariants" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["-k", "INV-1"], 0),
        (["--tag", "mfa"], 0),
        (["--only", "principal=ann"], 0),
        (["-k", "nothing"], 5),
        (["--tag", "x"], 5),
    ],
)
def test_invariants_are_selected_as_cells_are(project: Path, options: list[str], expected: int) -> None:
    assert code("prove", "suites", *options) == expected


def test_invariants_are_listed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code("test", "suites", "--list") == 0
    assert capsys.readouterr().out == "suites/suite.yaml::INV-1\n"


def test_a_vacuous_proof_is_an_exception_and_fails_when_strict(project: Path) -> None:
    suite = project / "suites/suite.yaml"
    suite.write_text(suite.read_text("utf-8") + VACUOUS, "utf-8")
    assert code("prove", "suites") == 0
    assert iamproof.run("suites").summary.verdict == "as expected, with exceptions"
    assert code("prove", "suites", "--strict") == 1
    assert code("test", "suites", "--strict") == 1


def test_the_api_decides_invariants(project: Path) -> None:
    run = iamproof.run("suites")
    assert [one.outcome for one in run.invariants] == ["proved"]
    weaken(project)
    run = iamproof.run("suites")
    assert (run.summary.verdict, run.invariants[0].outcome) == ("not as expected", "refuted")
    with pytest.raises(SelectionError, match="selects none of 0 cells and 1 invariants"):
        iamproof.run("suites", k="nothing")


def test_last_failed_runs_what_was_refuted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = project / "suites/suite.yaml"
    suite.write_text(suite.read_text("utf-8") + VACUOUS, "utf-8")
    weaken(project)
    assert code("test", "suites") == 1
    capsys.readouterr()
    assert code("test", "suites", "--lf", "--list") == 0
    assert capsys.readouterr().out == "suites/suite.yaml::INV-1\n"


def test_a_report_is_verified_with_its_invariants(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code("test", "suites", "--report", "out/run.json") == 0
    assert code("verify", "out/run.json") == 0
    weaken(project)
    assert code("verify", "out/run.json") == 1
    assert "suites/suite.yaml::INV-1: outcome is `proved`, now `refuted`" in capsys.readouterr().out


@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_pytest_has_an_item_for_each_invariant(project: Path, workers: list[str]) -> None:
    weaken(project)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--iam-report", "out.json", *workers]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    assert "1 failed" in done.stdout
    assert "counterexample: Nobody reaches another user's device" in done.stdout
    assert "Traceback" not in done.stdout
    (one,) = json.loads((project / "out.json").read_text("utf-8"))["invariants"]
    assert one["outcome"] == "refuted"
