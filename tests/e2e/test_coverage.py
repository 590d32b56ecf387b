"""``iamproof coverage`` and the coverage of ``iamproof test``, run as people run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import iamproof
from reports.coverage import tally
from tests.e2e.commands import run

ROOT = Path(__file__).parents[2]
POLICY = "policies/IAMUsersMFAManagement.json"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with the shipped policies and scenarios in its first commit."""
    for folder in ("policies", "scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True)


def data(folder: Path, *arguments: str) -> dict[str, Any]:
    done = run(folder, "coverage", "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_shipped_suites_cover_every_statement_condition_and_pattern_of_the_shipped_policy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    coverage = iamproof.run([], with_git=False, coverage=True).coverage
    assert coverage is not None
    policy = next(one for one in coverage.policies if one.path == POLICY)
    for name, (covered, of) in tally(policy).rows:
        assert covered == of > 0, name
    assert all(statement.alone for statement in policy.statements)


def test_what_one_suite_leaves_out_is_shown_at_its_line() -> None:
    done = run(ROOT, "coverage", "scenarios/own-mfa-device.yaml", "--fail-under", "98.3")
    line = next(line for line in done.stdout.splitlines() if '"sts:GetSessionToken"' in line)
    assert line.endswith("← is exempted, and no request hits the action")
    assert done.returncode == 1
    assert "coverage is 98.2 %, below the 98.3 % asked for" in done.stderr
    assert run(ROOT, "coverage", "scenarios/own-mfa-device.yaml", "--fail-under", "98.1").returncode == 0


def test_aws_managed_policies_are_listed_apart_unless_asked_for() -> None:
    found = data(ROOT)
    assert {one["name"] for one in found["left_out"]} == {"AmazonEC2FullAccess", "AdministratorAccess"}
    assert not any(one["path"].startswith("arn:") for one in found["policies"])
    managed = data(ROOT, "--managed")
    assert managed["left_out"] == []
    assert {one["name"] for one in managed["policies"] if one["path"].startswith("arn:")} == {
        "AmazonEC2FullAccess",
        "AdministratorAccess",
    }


def test_markdown_names_each_gap_with_its_place() -> None:
    done = run(ROOT, "coverage", "--only", "session=with MFA", "--format", "md")
    assert (
        f"`{POLICY}:54` Deny DenyAllButSetupWithoutMFA: nearly matched: missed by its conditions alone" in done.stdout
    )
    assert "596 cells left out" in done.stdout


def test_since_a_revision_only_changed_statements_count(checkout: Path) -> None:
    assert "no statement changed since HEAD" in run(checkout, "coverage", "--since", "HEAD").stdout
    path = checkout / POLICY
    path.write_text(
        path.read_text("utf-8").replace('"iam:GetAccountSummary",\n        "iam:ListUsers"', '"iam:ListUsers"', 1)
    )
    (policy,) = data(checkout, "--since", "HEAD")["policies"]
    assert [one["sid"] for one in policy["statements"]] == ["AllowAccountWideReads"]


@pytest.mark.parametrize("revision", ["--upload-pack=touch x", "-p", "HEAD:policies", "no-such", "", "HEAD^{tree}"])
def test_what_is_no_revision_is_bad_input(checkout: Path, revision: str) -> None:
    done = run(checkout, "coverage", f"--since={revision}")
    assert done.returncode == 2
    assert "git knows no revision" in done.stderr
    assert sorted(path.name for path in checkout.iterdir()) == [".git", "policies", "scenarios"]


@pytest.mark.parametrize("text", ["101", "-1", "x", "", "1e2", "99.9999999"])
def test_what_is_no_percentage_is_bad_input(text: str) -> None:
    done = run(ROOT, "coverage", f"--fail-under={text}")
    assert done.returncode == 2
    assert "takes a percentage" in done.stderr


def test_coverage_and_watching_exclude_each_other() -> None:
    done = run(ROOT, "test", "--watch", "--coverage")
    assert done.returncode == 2
    assert "coverage is of all" in done.stderr


def test_test_and_pytest_with_workers_say_the_same(checkout: Path) -> None:
    for suite in (checkout / "scenarios").glob("*.yaml"):  # one suite is enough
        if "china" not in suite.name:
            suite.unlink()
    done = run(checkout, "test", "--failures", "--coverage", "--report", "json=out.json")
    table = done.stdout[done.stdout.index("policy  ") :]
    assert done.returncode == 0, done.stderr
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "-p",
        "no:cacheprovider",
        "-p",
        "iamproof.pytest_plugin",
    ]
    command += ["--iam-coverage", "--iam-report", "json=py.json", "scenarios"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    pytested = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert table in pytested.stdout
    reports = [json.loads((checkout / name).read_text("utf-8")) for name in ("out.json", "py.json")]
    assert reports[0]["coverage"] == reports[1]["coverage"]
