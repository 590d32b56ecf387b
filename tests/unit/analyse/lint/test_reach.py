"""Statements that decide nothing: what is told, and what must not be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.analyse.lint import CHECKS, Facts, lint_policy
from simulator.catalogue import load
from simulator.policy.parse import parse_policy_text

FACTS = Facts(load())
CODES = ("statement-contradiction", "statement-redundant", "statement-overruled")


def found(*statements: dict[str, Any], version: str = "2012-10-17") -> list[str]:
    full = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement} for statement in statements]
    text = json.dumps({"Version": version, "Statement": full})
    checks = [CHECKS[code] for code in CODES]
    return [one.code for one in lint_policy(parse_policy_text(text, name="p"), FACTS, checks=checks)]


@pytest.mark.parametrize(
    "condition",
    [
        {"Null": {"aws:username": "true"}, "StringEquals": {"aws:username": "bob"}},
        {
            "Bool": {"aws:SecureTransport": "true"},
            "BoolIfExists": {"AWS:SecureTransport": "false"},
            "Null": {"aws:securetransport": "false"},
        },
        {"Bool": {"aws:SecureTransport": "true"}, "BoolIfExists": {"aws:SecureTransport": "false"}},
        {"StringEquals": {"aws:username": ["a", "b"]}, "StringNotLike": {"aws:username": "?"}},
        {"NumericEquals": {"s3:max-keys": "1"}, "NumericGreaterThan": {"s3:max-keys": "1.0"}},
        {"DateEquals": {"aws:CurrentTime": "2026-01-01"}, "DateLessThan": {"aws:CurrentTime": "2025-01-01T00:00:00Z"}},
    ],
)
def test_conditions_that_exclude_each_other(condition: dict[str, Any]) -> None:
    assert found({"Condition": condition}) == ["statement-contradiction"]


@pytest.mark.parametrize(
    "condition",
    [
        {"NumericEquals": {"s3:max-keys": "1"}, "StringEquals": {"s3:max-keys": "1.0"}},
        {"NumericEquals": {"s3:max-keys": "1"}, "StringNotEquals": {"s3:max-keys": "1"}},
        {"Bool": {"key:a": "false"}, "StringEquals": {"key:a": "no"}},
        {"Bool": {"key:a": "false"}, "StringLike": {"key:a": "n*"}},
        {"StringEqualsIfExists": {"aws:username": "a"}, "StringNotEquals": {"aws:username": "a"}},
        {"StringLike": {"aws:username": "a*"}, "StringNotLike": {"aws:username": "b*"}},
        {"StringEquals": {"aws:username": "a"}, "StringNotEquals": {"aws:userid": "a"}},
        {"StringEquals": {"aws:username": "${aws:userid}"}, "StringNotEquals": {"aws:username": "a"}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAllValues:StringNotEquals": {"aws:TagKeys": "b"}},
    ],
)
def test_conditions_that_some_value_satisfies(condition: dict[str, Any]) -> None:
    assert found({"Condition": condition}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({}, {"Action": "s3:Get*"}),
        ({"Resource": "arn:aws:s3:::b/*"}, {}),
        ({"Resource": "arn:aws:s3:::${aws:username}/x"}, {"Resource": "arn:aws:s3:::${aws:username}/*"}),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, {}),
    ],
)
def test_a_narrower_statement_says_nothing_more(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert found(one, other) == ["statement-redundant"]
    assert found(other, one) == ["statement-redundant"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Action": "s3:GetObject"}, {"Action": "s3:PutObject"}),
        ({"Effect": "Deny", "Resource": "arn:aws:s3:::b/*"}, {}),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        ),
        ({"Resource": "arn:aws:s3:::b/x"}, {"Resource": "arn:aws:s3:::${aws:username}/*"}),
        ({"Resource": "arn:aws:s3:::${aws:username}/x"}, {"Resource": "arn:aws:s3:::b/*"}),
    ],
)
def test_statements_that_both_say_something(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert found(one, other) == []


@pytest.mark.parametrize(
    "deny",
    [
        {"Action": "*"},
        {"Action": "s3:*"},
        {"NotAction": "iam:*"},
        {"NotResource": "arn:aws:iam::*:user/*"},
    ],
)
def test_an_allow_under_a_wider_deny(deny: dict[str, Any]) -> None:
    statement = {"Resource": "arn:aws:s3:::b/*"}
    text = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", **statement}]}
    full = {"Effect": "Deny", **deny}
    full |= {} if "NotAction" in deny or "Action" in deny else {"Action": "*"}
    full |= {} if "NotResource" in deny else {"Resource": "*"}
    text["Statement"].append(full)  # type: ignore[attr-defined]  # a list
    policy = parse_policy_text(json.dumps(text), name="p")
    checks = [CHECKS["statement-overruled"]]
    assert [one.code for one in lint_policy(policy, FACTS, checks=checks)] == ["statement-overruled"]
