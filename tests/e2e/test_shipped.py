"""The shipped suites hold the shipped policy to its rules, and notice when it is weakened."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import iamproof
from iamproof.session import RunOptions, prepare

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


#: The invariants that these changes break, each by a request that the evaluator decides so.
REFUTED = {
    "access keys pass": "ALL-R3",
    "a device of anybody": "ALL-R2-DEVICES",
    "bob is bobby": "ALL-R2-DEVICES",
    "a device can be removed without MFA": "ALL-R3",
    "no users with a path": "ALL-R1",
    "no second device": "ALL-R2-CREATE",
}


@pytest.mark.parametrize("name", REFUTED)
def test_weakened_policy_is_refuted_by_a_request(checkout: Path, name: str) -> None:
    old, new = ('mfa/${aws:username}"', 'mfa/*"') if name == "a device of anybody" else WEAKENED[name]
    path = checkout / POLICY
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    prepared = prepare(RunOptions(with_git=False))
    (asserted,) = (one for one in prepared.asserted if one.invariant.id == REFUTED[name])
    found = prepared.decided(asserted)
    assert found.outcome == "refuted"
    assert found.refutation is not None
    assert found.refutation.replay, "a command explains it"
    if name == "bob is bobby":
        user = found.refutation.context["aws:username"]
        assert isinstance(user, str)
        assert found.refutation.resource.rpartition("/")[2].startswith(user)


def test_the_four_rules_are_proved_for_any_user(checkout: Path) -> None:
    prepared = prepare(RunOptions(with_git=False))
    results = list(prepared.prove())
    assert {one.outcome for one in results} == {"proved"}
    assert not any(one.vacuous for one in results)
    of_anybody = [one for one in results if any(who.startswith("any user") for who in one.principals)]
    assert {rule for one in of_anybody for rule in one.requirement} == {"R1", "R2", "R3", "R4"}


@pytest.mark.parametrize("name", WEAKENED)
def test_weakened_policy_fails_a_scenario(checkout: Path, name: str) -> None:
    old, new = WEAKENED[name]
    path = checkout / POLICY
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert iamproof.run([], with_git=False, max_failures=1).summary.verdict == "not as expected"
