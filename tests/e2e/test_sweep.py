"""``iamproof sweep``, run as people run it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.catalogue import load

ROOT = Path(__file__).parents[2]
POLICY = "policies/IAMUsersMFAManagement.json"
SETUP = ["iam:ChangePassword", "iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ResyncMFADevice"]

pytestmark = pytest.mark.timeout(60)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the checkout."""
    command = [sys.executable, "-c", "from iamproof.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1793000000"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def data(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rows(*arguments: str) -> list[dict[str, str]]:
    done = run(*arguments, "--format", "csv")
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(done.stdout.splitlines()))


def test_without_mfa_only_the_setup_is_open() -> None:
    sweeps = data("sweep", "--as", "adminuser")["sweeps"]
    assert [one["session"] for one in sweeps] == ["with MFA", "console without MFA", "access key"]
    assert sweeps[0]["allowed"] == len(load().actions())
    for sweep in sweeps[1:]:
        written = [
            row["action"] for row in sweep["actions"] if row["level"] == "Write" and row["action"].startswith("iam")
        ]
        assert written == SETUP
        assert not any("others" in label for row in sweep["actions"] for label in row["on"])


def test_what_mfa_adds() -> None:
    (found,) = data("sweep", "--as", "baseuser", "--session", "access key", "--compare", "with MFA")["differences"]
    assert [row["action"] for row in found["added"]] == ["iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice"]
    assert found["removed"] == []


def test_what_another_principal_has() -> None:
    done = run("sweep", "--as", "baseuser", "--session", "with MFA", "--compare", "ec2webuser")
    assert done.returncode == 0
    assert done.stdout.startswith("ec2webuser [with MFA] against baseuser [with MFA]\nadded: 1,128 actions\n")


def test_a_policy_instead_of_somebody() -> None:
    of_file = rows("sweep", "--policy", POLICY, "--session", "access key")
    of_user = rows("sweep", "--as", "baseuser", "--session", "access key")
    assert [row["action"] for row in of_file] == [row["action"] for row in of_user]
    assert data("sweep", "--policy", "AmazonEC2FullAccess", "--session", "access key")["sweeps"][0]["allowed"] > 1000
    by_arn = data("sweep", "--policy", "arn:aws:iam::aws:policy/AmazonEC2FullAccess", "--session", "access key")
    assert by_arn["sweeps"][0]["who"] == "somebody"


def test_what_conditions_would_allow_is_told_apart() -> None:
    arguments = ("sweep", "--policy", "AmazonEC2FullAccess", "--session", "access key")
    (sweep,) = data(*arguments)["sweeps"]
    expected = {"action": "iam:CreateServiceLinkedRole", "level": "Write", "keys": ["iam:AWSServiceName"]}
    assert sweep["conditional"] == [expected]
    (row,) = [row for row in rows(*arguments) if row["what"] == "conditional"]
    assert (row["action"], row["if"], row["catalogue"]) == (expected["action"], "iam:AWSServiceName", load().date)
    assert "1 more action where a request carries keys that nobody stated" in run(*arguments).stdout


def test_the_table_says_on_what_and_that_others_are_out_of_reach() -> None:
    lines = [line.split() for line in run("sweep", "--as", "baseuser", "--session", "access key").stdout.splitlines()]
    start = lines.index(["on", "actions"])
    assert lines[start + 1 : start + 6] == [
        ["*", "4"],
        ["mfa", "device/others", "0"],
        ["mfa", "device/own", "1"],
        ["user/others", "0"],
        ["user/own", "6"],
    ]


def test_two_policies_compared() -> None:
    arguments = ("--policy", "AmazonEC2ReadOnlyAccess", "--compare", "AmazonEC2FullAccess", "--session", "with MFA")
    (found,) = data("sweep", *arguments)["differences"]
    assert (found["old"]["who"], found["new"]["who"]) == ("AmazonEC2ReadOnlyAccess", "AmazonEC2FullAccess")
    assert found["removed"] == []
    assert "ec2:RunInstances" in {row["action"] for row in found["added"]}


def test_old_data_are_warned_of_beside_the_sweep() -> None:
    command = [sys.executable, "-c", "from iamproof.cli import main; main()", "sweep", "--policy", "Billing*"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "2000000000"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr[:40]) == (0, f"warning: the catalogue of {load().date} is "[:40])


def test_an_account_file_instead_of_suites() -> None:
    found = data("sweep", "--account", "scenarios/account-china.yaml", "--as", "beijing", "--session", "access key")
    on = {row["action"]: row["on"] for row in found["sweeps"][0]["actions"]}
    assert "user/own" in on["iam:EnableMFADevice"]


def test_all_managed_policies_count_in_each_state() -> None:
    found = rows("sweep", "--policy", "AmazonEC2*")
    full = next(row for row in found if row["policy"] == "AmazonEC2FullAccess")
    assert full == {
        "policy": "AmazonEC2FullAccess",
        "catalogue": load().date,
        **dict.fromkeys(("with MFA", "console without MFA", "access key"), "1128"),
    }
    assert "decisions on `*`" in run("sweep", "--policy", "AmazonEC2*").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give `--as NAME`"),
        (("--as", "ec2webusr"), "did you mean `ec2webuser`?"),
        (("--as", "ec2webuser", "--session", "with MFAA"), "did you mean `with MFA`?"),
        (("--as", "webrole", "--session", "access key"), "roles have no session"),
        (("--as", "ec2webuser", "--compare", "otherusr"), "did you mean `otheruser`?"),
        (("--as", "ec2webuser", "--session", "with MFA", "--compare", "with MFA"), "nothing to compare"),
        (("--policy", POLICY, "--as", "bob"), "excludes"),
        (("--policy", "AmazonEC2FulAccess"), "did you mean `AmazonEC2FullAccess`?"),
        (("--policy", POLICY, "--compare", "with MFAA"), "did you mean `with MFA`?"),
        (("--policy", "AmazonEC2*", "--compare", "with MFA"), "a pattern stands for many"),
        (("--policy", "no-such.json"), "no-such.json"),
        (("--policy", "NoSuch*"), "no AWS managed policy matches"),
        (("--as", "shanghai", "no-such-folder"), "no-such-folder"),
    ],
)
def test_misuse_is_told_in_words(arguments: tuple[str, ...], words: str) -> None:
    done = run("sweep", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
