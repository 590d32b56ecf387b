"""Every weakening that people make without noticing is among the mutants: what stood there, and what does then."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.analyse.mutate import mutants, text_of
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text
from tests.unit.analyse.mutate.making import SETTING

MFA = "aws:MultiFactorAuthPresent"
USERS, DEVICES = "arn:aws:iam::*:user/", "arn:aws:iam::*:mfa/"
OWN = "${aws:username}"
ANN = "arn:aws:iam::123456789012:user/ann"
ROOT = "arn:aws:iam::123456789012:root"
BASE: dict[str, Any] = {"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}


def with_condition(operator: str, key: str, value: str) -> dict[str, Any]:
    """Return a condition as an element."""
    return {"Condition": {operator: {key: value}}}


# (weakening, elements before, elements after): None takes an element out
TABLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("Deny to Allow", {}, {"Effect": "Allow"}),
    ("Allow to Deny", {"Effect": "Allow"}, {"Effect": "Deny"}),
    ("drop a condition", with_condition("Bool", MFA, "false"), {"Condition": None}),
    ("negate a flag", with_condition("Bool", MFA, "false"), with_condition("Bool", MFA, "true")),
    (
        "negate an operator",
        with_condition("StringEquals", "aws:RequestedRegion", "eu-west-1"),
        with_condition("StringNotEquals", "aws:RequestedRegion", "eu-west-1"),
    ),
    ("BoolIfExists to Bool", with_condition("BoolIfExists", MFA, "false"), with_condition("Bool", MFA, "false")),
    ("Bool to BoolIfExists", with_condition("Bool", MFA, "true"), with_condition("BoolIfExists", MFA, "true")),
    (
        "an operator to its IfExists",
        with_condition("ArnNotLike", "aws:PrincipalArn", ANN),
        with_condition("ArnNotLikeIfExists", "aws:PrincipalArn", ANN),
    ),
    *(
        (
            f"{old} to {new}",
            with_condition(old, "aws:TagKeys", "team"),
            with_condition(new, "aws:TagKeys", "team"),
        )
        for old, new in (
            ("StringEquals", "ForAnyValue:StringEquals"),
            ("StringEquals", "ForAllValues:StringEquals"),
            ("ForAnyValue:StringEquals", "ForAllValues:StringEquals"),
            ("ForAllValues:StringEquals", "ForAnyValue:StringEquals"),
            ("ForAllValues:StringEquals", "StringEquals"),
        )
    ),
    (
        "remove an entry of a NotAction",
        {"Action": None, "NotAction": ["iam:GetUser", "sts:*"]},
        {"Action": None, "NotAction": ["sts:*"]},
    ),
    (
        "remove the only entry of a NotAction",
        {"Action": None, "NotAction": "iam:*"},
        {"Action": "*", "NotAction": None},
    ),
    ("widen an action to its verb", {}, {"Action": "iam:Create*"}),
    ("widen an action to its service", {}, {"Action": "iam:*"}),
    ("widen a service to everything", {"Action": "iam:*"}, {"Action": "*"}),
    ("widen a resource to everything", {"Resource": ANN}, {"Resource": "*"}),
    ("widen a resource in its place", {"Resource": f"{USERS}ann"}, {"Resource": f"{USERS}*"}),
    ("widen a resource that begins others", {"Resource": f"{USERS}ann"}, {"Resource": f"{USERS}ann*"}),
    ("widen a principal to everybody", {"Principal": {"AWS": ANN}}, {"Principal": "*"}),
    ("widen a principal to its account", {"Principal": {"AWS": ANN}}, {"Principal": {"AWS": ROOT}}),
    *(
        (
            f"widen a CIDR to {new}",
            with_condition("NotIpAddress", "aws:SourceIp", "10.1.0.0/16"),
            with_condition("NotIpAddress", "aws:SourceIp", new),
        )
        for new in ("10.1.0.0/15", "0.0.0.0/0")
    ),
    *(
        (f"{OWN} to {new}", {"Resource": f"{DEVICES}{OWN}"}, {"Resource": f"{DEVICES}{new}"})
        for new in ("*", "ann", f"{OWN}*")
    ),
    (
        f"{OWN} to * in a value",
        with_condition("StringLike", "s3:prefix", f"home/{OWN}/*"),
        with_condition("StringLike", "s3:prefix", "home/*/*"),
    ),
    ("NotAction to Action", {"Action": None, "NotAction": "iam:*"}, {"Action": "iam:*", "NotAction": None}),
    ("Action to NotAction", {}, {"Action": None, "NotAction": "iam:CreateUser"}),
    *(
        (
            f"a date: {operator} {new}",
            with_condition("DateLessThan", "aws:CurrentTime", "2027-01-01T00:00:00Z"),
            with_condition(operator, "aws:CurrentTime", new),
        )
        for operator, new in (
            ("DateLessThanEquals", "2027-01-01T00:00:00Z"),
            ("DateLessThan", "2027-01-01T00:00:01Z"),
            ("DateLessThan", "2026-12-31T23:59:59Z"),
        )
    ),
    *(
        (
            f"a number: {operator} {new}",
            with_condition("NumericGreaterThan", "aws:MultiFactorAuthAge", "3600"),
            with_condition(operator, "aws:MultiFactorAuthAge", new),
        )
        for operator, new in (
            ("NumericGreaterThanEquals", "3600"),
            ("NumericGreaterThan", "3601"),
            ("NumericGreaterThan", "3599"),
        )
    ),
]


def document(elements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    """Return a policy of one statement."""
    statement = {name: value for name, value in {**BASE, **elements}.items() if value is not None}
    return {"Version": version, "Statement": [statement]}


def texts(elements: dict[str, Any]) -> list[Any]:
    """Return all mutants of a policy, as JSON."""
    kind = PolicyKind.RESOURCE if "Principal" in elements else PolicyKind.IDENTITY
    policy = parse_policy_text(json.dumps(document(elements)), name="p.json", kind=kind)
    return [json.loads(text_of(one)) for one in mutants(policy, SETTING)]


@pytest.mark.parametrize(("before", "after"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_it_is_made_once(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert texts(before).count(document({**before, **after})) == 1


def test_a_statement_is_dropped() -> None:
    assert {"Version": "2012-10-17", "Statement": []} in texts({})


def test_the_version_is_one_that_knows_no_variables() -> None:
    elements = {"Resource": f"{DEVICES}{OWN}"}
    assert document(elements, "2008-10-17") in texts(elements)
