"""Choosing what runs, as people do it: filters, listings, stopping early, what failed last."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from iamproof import cli

ROOT = Path(__file__).parents[2]
SUITE = """\
suite: Choosing
account:
  id: "111111111111"
  policies:
    Reads: {Version: "2012-10-17", Statement: [{Sid: R, Effect: Allow, Action: ["iam:List*", "iam:Get*"], Resource: "*"}]}
  users: {ann: {policies: [Reads]}, ben: {}}
tags: [all]
scenarios:
  - {name: reading users, id: R-1, tags: [read], controls: ["NIST-800-53r5:AC-3"], as: [ann, ben], actions: [iam:ListUsers, iam:ListRoles], expect: {ann: allow, ben: implicitDeny}}
  - {name: writing users, tags: [write], controls: ["NIST-800-53r5:AC-6"], as: ann, actions: iam:CreateUser, on: user, expect: allow}
  - {name: reading one, as: ben, actions: iam:GetUser, on: user, expect: allow}
"""

pytestmark = pytest.mark.timeout(60)


class Done(NamedTuple):
    """What a command ended with."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "s.yaml").write_text(SUITE, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> Done:
    """Run the command in this process: there are many, and a process for each would take its time."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli._run(["test", *arguments])
    return Done(code, out.getvalue(), err.getvalue())


def listed(folder: Path, *arguments: str) -> list[str]:
    """Return the cells chosen, without file and suite."""
    done = run(folder, "--list", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.removeprefix("scenarios/s.yaml::") for line in done.stdout.splitlines()]


ANN = ["R-1::ann[any sign-in]-iam:ListUsers-*", "R-1::ann[any sign-in]-iam:ListRoles-*"]
BEN = ["R-1::ben[any sign-in]-iam:ListUsers-*", "R-1::ben[any sign-in]-iam:ListRoles-*"]
WRITE = [f"writing users::ann[any sign-in]-iam:CreateUser-user/{who}" for who in ("own", "others")]
ONE = [f"reading one::ben[any sign-in]-iam:GetUser-user/{who}" for who in ("own", "others")]


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        ((), [*ANN, *BEN, *WRITE, *ONE]),
        (("-k", "writing"), WRITE),
        (("-k", "WRITING or ben"), [*BEN, *WRITE, *ONE]),
        (("-k", "ben and not one"), BEN),
        (("-k", "not (ann or ben)"), []),
        (("-k", '"reading one" and own'), ONE[:1]),
        (("-k", "listusers"), [ANN[0], BEN[0]]),
        (("--tag", "write"), WRITE),
        (("--tag", "write", "--tag", "read"), [*ANN, *BEN, *WRITE]),
        (("--control", "nist-800-53r5:ac-*"), [*ANN, *BEN, *WRITE]),
        (("--control", "NIST-800-53r5:AC-6"), WRITE),
        (("--only", "principal=a*"), [*ANN, *WRITE]),
        (("--only", "action=*Users", "--only", "action=*Roles"), [*ANN, *BEN]),
        (("--only", "principal=ben", "--only", "resource=user/*"), ONE),
        (("--only", "principal=ben,resource=user/*"), ONE),
        (("--only", "principal=b?n,action=iam:List*,action=iam:G*"), [*BEN, *ONE]),
        (("--only", "principal=ben,x"), []),
        (("--only", "scenario=reading*", "--only", "action=iam:g*"), ONE),
        (("--only", "suite=choos?ng", "--only", "session=any*", "--tag", "read"), [*ANN, *BEN]),
    ],
)
def test_filters_choose_by_each_dimension(folder: Path, arguments: tuple[str, ...], chosen: list[str]) -> None:
    if chosen:
        assert listed(folder, *arguments) == chosen
    else:
        done = run(folder, "--list", *arguments)
        assert (done.returncode, done.stdout) == (5, "")
        assert "selects none of 8 cells" in done.stderr


def test_a_selection_is_said_and_counted(folder: Path) -> None:
    done = run(folder, "--tag", "read", "--report", "json=r.json")
    assert "Selected: --tag read; 4 declared cells left out\n" in done.stdout
    assert "Verdict: incomplete\n" in done.stdout
    data = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert data["selection"] == {"text": "--tag read", "left_out": 4}
    assert (data["summary"]["declared"], data["summary"]["cells"]) == (8, 4)


def test_x_stops_at_the_first_failure_and_max_failures_later(folder: Path) -> None:
    first = run(folder, "-x")
    assert first.returncode == 1
    assert "8 cells, 1 unexpected deny, 3 not run" in first.stdout
    assert "Verdict: not as expected" in first.stdout
    assert "2 unexpected deny, 2 not run" in run(folder, "--max-failures", "2").stdout


def test_last_failed_runs_what_failed_until_nothing_fails(folder: Path) -> None:
    assert run(folder).returncode == 1
    assert listed(folder, "--last-failed") == [*WRITE, *ONE]
    assert "Selected: 4 cells by id" in run(folder, "--lf").stdout
    (folder / "scenarios" / "s.yaml").write_text(SUITE.replace("user, expect: allow", "user, expect: deny"), "utf-8")
    assert run(folder, "--last-failed").returncode == 0
    done = run(folder, "--last-failed")
    assert (done.returncode, done.stderr) == (5, "iamproof: no cell failed in the last run\n")


def test_failures_leaves_out_the_matrix(folder: Path) -> None:
    assert "┌" in run(folder).stdout
    done = run(folder, "--failures")
    assert "┌" not in done.stdout
    assert "1. unexpected deny: writing users\n" in done.stdout


def test_a_baseline_says_what_flipped_since(folder: Path) -> None:
    run(folder, "--report", "json=old.json")
    (folder / "scenarios" / "s.yaml").write_text(SUITE.replace('"iam:Get*"', '"iam:Create*"'), "utf-8")
    done = run(folder, "--baseline", "old.json", "--failures")
    cell = "scenarios/s.yaml::writing users::ann[any sign-in]-iam:CreateUser-user/own"
    assert f"  decided otherwise: {cell}: implicitDeny → allowed (opened, no longer fails)\n" in done.stdout


def test_what_no_scenario_speaks_about_is_listed_and_counted(folder: Path) -> None:
    done = run(folder, "--unspoken")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "scenarios/s.yaml::ann[any sign-in]-iam:GetUser-user/own",
        "scenarios/s.yaml::ann[any sign-in]-iam:GetUser-user/others",
        "scenarios/s.yaml::ben[any sign-in]-iam:CreateUser-user/own",
        "scenarios/s.yaml::ben[any sign-in]-iam:CreateUser-user/others",
    ]
    assert done.stderr == "scenarios/s.yaml: no scenario speaks about 4 cells\n"


@pytest.mark.parametrize("selection", [(), ("-k", "reading"), ("--tag", "write"), ("-x",)])
def test_a_run_counts_what_no_scenario_speaks_about_whatever_is_selected(
    folder: Path, selection: tuple[str, ...]
) -> None:
    done = run(folder, *selection, "--report", "json=r.json", "--report", "md=r.md")
    assert "\nNo scenario speaks about 4 cells of account × actions × targets (listed by --unspoken" in done.stdout
    assert "\nNo scenario speaks about 4 cells of account" in (folder / "r.md").read_text(encoding="utf-8")
    (suite,) = json.loads((folder / "r.json").read_text(encoding="utf-8"))["suites"]
    assert suite["unspoken"] == 4


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pipe whose reader goes")
def test_a_reader_that_goes_is_no_failure(folder: Path) -> None:
    command = [sys.executable, "-c", "from iamproof.cli import main; main()", "test", "--list", "scenarios"]
    scenario = "  - {{name: s{0}, as: ann, actions: iam:ListUsers, expect: allow, why: '{1}'}}\n"
    more = "".join(scenario.format(number, "x") for number in range(3000))
    (folder / "scenarios" / "s.yaml").write_text(SUITE + more, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert (process.wait(60), process.stderr.read()) == (0, "")
