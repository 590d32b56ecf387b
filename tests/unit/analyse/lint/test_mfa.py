"""Conditions on MFA in every form: which of them are traps (F2), and which are sound."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.analyse.lint import CHECKS, Facts, lint_policy
from simulator.catalogue import load
from simulator.policy.parse import parse_policy_text

FACTS = Facts(load())
PRESENT, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
MFA = [check for code, check in CHECKS.items() if code.startswith("mfa-")]


def found(*statements: dict[str, Any]) -> list[str]:
    full = [{"Action": "ec2:*", "Resource": "*", **statement} for statement in statements]
    policy = parse_policy_text(json.dumps({"Version": "2012-10-17", "Statement": full}), name="p")
    return [one.code for one in lint_policy(policy, FACTS, checks=MFA)]


def statement(effect: str, operator: str, value: str, key: str = PRESENT) -> dict[str, Any]:
    return {"Effect": effect, "Condition": {operator: {key: value}}}


@pytest.mark.parametrize(
    ("effect", "operator", "value", "codes"),
    [
        ("Allow", "Bool", "true", []),
        ("Allow", "Bool", "TRUE", []),
        ("Allow", "Bool", "false", ["mfa-allow-without"]),
        ("Allow", "Bool", "no", ["mfa-allow-without"]),
        ("Allow", "BoolIfExists", "true", ["mfa-allow-if-exists"]),
        ("Allow", "BoolIfExists", "false", ["mfa-allow-without"]),
        ("Allow", "Null", "true", ["mfa-allow-without"]),
        ("Allow", "Null", "false", ["mfa-presence"]),
        ("Allow", "StringEquals", "true", []),
        ("Allow", "StringNotEquals", "false", ["mfa-allow-if-exists"]),
        ("Deny", "Bool", "true", ["mfa-deny-with"]),
        ("Deny", "Bool", "false", ["mfa-deny-bool"]),
        ("Deny", "BoolIfExists", "false", []),
        ("Deny", "Null", "true", ["mfa-presence"]),
        ("Deny", "StringEquals", "false", ["mfa-deny-bool"]),
        ("Deny", "StringNotEquals", "true", []),
    ],
)
def test_presence_in_each_form(effect: str, operator: str, value: str, codes: list[str]) -> None:
    assert found(statement(effect, operator, value)) == codes


@pytest.mark.parametrize(
    ("effect", "operator", "codes"),
    [
        ("Allow", "NumericLessThan", []),
        ("Allow", "NumericLessThanIfExists", ["mfa-allow-if-exists"]),
        ("Deny", "NumericGreaterThan", ["mfa-age-alone"]),
        ("Deny", "NumericGreaterThanIfExists", []),
        ("Allow", "Null", []),
    ],
)
def test_age_in_each_form(effect: str, operator: str, codes: list[str]) -> None:
    assert found(statement(effect, operator, "3600" if operator != "Null" else "false", AGE)) == codes


def test_denies_that_complete_each_other() -> None:
    keys, console = statement("Deny", "Null", "true"), statement("Deny", "Bool", "false")
    assert found(keys, console) == []
    assert found(statement("Deny", "NumericGreaterThan", "3600", AGE), statement("Deny", "BoolIfExists", "false")) == []


def test_other_conditions_change_nothing() -> None:
    one = statement("Allow", "Bool", "false")
    one["Condition"]["IpAddress"] = {"aws:SourceIp": "192.0.2.0/24"}
    assert found(one) == ["mfa-allow-without"]


@pytest.mark.parametrize(
    ("exempt", "told"),
    [
        (["iam:EnableMFADevice", "iam:List*", "iam:Get*", "sts:GetSessionToken", "iam:ChangePassword"], 0),
        (["iam:DeactivateMFADevice"], 1),
        (["iam:DeleteVirtualMFADevice", "iam:*MFA*"], 2),
        (["iam:CreateAccessKey"], 1),
        (["iam:AttachUserPolicy"], 1),
        (["*"], 1),
        (["ec2:*"], 0),
    ],
)
def test_exemptions_that_undo_mfa(exempt: list[str], told: int) -> None:
    policy = {"Effect": "Deny", "NotAction": exempt, "Resource": "*", "Condition": {"BoolIfExists": {PRESENT: "false"}}}
    text = json.dumps({"Version": "2012-10-17", "Statement": policy})
    codes = [one.code for one in lint_policy(parse_policy_text(text, name="p"), FACTS, checks=MFA)]
    assert codes == ["mfa-exemption"] * told


def test_exemptions_of_a_deny_about_something_else_are_its_own_business() -> None:
    policy = {
        "Effect": "Deny",
        "NotAction": "iam:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": policy})
    assert lint_policy(parse_policy_text(text, name="p"), FACTS, checks=MFA) == ()
