"""The shipped suites hold the shipped policy to its rules, and notice when it is weakened."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import iamproof

ROOT = Path(__file__).parents[2]
POLICY = "policies/IAMUsersMFAManagement.json"

#: What goes wrong in policies of this kind, as a change of the text; each must fail a scenario.
WEAKENED = {
    "no deny without MFA": ('"Effect": "Deny"', '"Effect": "Allow"'),
    "access keys pass": ('"BoolIfExists"', '"Bool"'),
    "everybody is one's own": ("${aws:username}", "*"),
    "bob is bobby": ('${aws:username}"', '${aws:username}*"'),
    "all of IAM is exempt": (
        '"iam:ResyncMFADevice",\n        "sts:GetSessionToken"',
        '"iam:*",\n        "sts:GetSessionToken"',
    ),
    "a device can be removed without MFA": (
        '"iam:EnableMFADevice",\n        "iam:Get',
        '"iam:DeactivateMFADevice",\n        "iam:Get',
    ),
    "one account only": ("arn:*:iam::*:", "arn:*:iam::123456789012:"),
    "one partition only": ("arn:*:iam", "arn:aws:iam"),
    "no users with a path": ("user/*/", "user/-/"),
    "no second device": ("mfa/${aws:username}/*", "mfa/${aws:username}/-"),
}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of policies and scenarios, and the place to run in."""
    for folder in ("policies", "scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_shipped_suites_are_as_expected_and_leave_nothing_untested(checkout: Path) -> None:
    run = iamproof.run([], strict=True, with_git=False)
    assert run.summary.verdict == "as expected"
    assert run.failures == ()
    assert run.summary.cells >= 150


@pytest.mark.parametrize("name", WEAKENED)
def test_weakened_policy_fails_a_scenario(checkout: Path, name: str) -> None:
    old, new = WEAKENED[name]
    path = checkout / POLICY
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert iamproof.run([], with_git=False, max_failures=1).summary.verdict == "not as expected"
