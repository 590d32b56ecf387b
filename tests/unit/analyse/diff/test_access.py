"""What a policy says, apart from how it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.analyse.diff import meaning
from simulator.policy.parse import parse_policy_text

ALLOW: dict[str, Any] = {
    "Sid": "A",
    "Effect": "Allow",
    "Action": ["s3:Get*", "s3:List*"],
    "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
}
DENY: dict[str, Any] = {
    "Effect": "Deny",
    "NotAction": "iam:*",
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
}


def said(*statements: dict[str, Any], version: str = "2012-10-17", indent: int | None = None) -> frozenset[object]:
    text = json.dumps({"Version": version, "Statement": list(statements)}, indent=indent)
    return meaning(parse_policy_text(text, name="p"))


@pytest.mark.parametrize(
    "statements",
    [
        ({**ALLOW, "Sid": "Other"}, DENY),
        (DENY, ALLOW),
        (ALLOW, DENY, {**ALLOW, "Sid": "Again"}),
        ({**ALLOW, "Action": ["s3:List*", "s3:Get*"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::a"]}, DENY),
        (ALLOW, {**DENY, "Condition": {"BoolIfExists": {"AWS:multifactorauthpresent": ["false"]}}}),
    ],
)
def test_layout_order_repetition_and_sids_say_nothing(statements: tuple[dict[str, Any], ...]) -> None:
    assert said(*statements, indent=4) == said(ALLOW, DENY)


@pytest.mark.parametrize(
    "statements",
    [
        (ALLOW,),
        ({**ALLOW, "Effect": "Deny"}, DENY),
        ({**ALLOW, "Action": "s3:Get*"}, DENY),
        ({**ALLOW, "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::?"]}, DENY),
        (ALLOW, {**{key: DENY[key] for key in ("Effect", "Resource", "Condition")}, "Action": "iam:*"}),
        (ALLOW, {**DENY, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}),
        (ALLOW, {**DENY, "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}),
        (ALLOW, {**DENY, "Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}}}),
        ({**ALLOW, "Condition": DENY["Condition"]}, DENY),
    ],
)
def test_every_element_says_something(statements: tuple[dict[str, Any], ...]) -> None:
    assert said(*statements) != said(ALLOW, DENY)


def test_the_version_says_whether_variables_are_some() -> None:
    own = {**ALLOW, "Resource": "arn:aws:s3:::${aws:username}/*"}
    assert said(own, version="2008-10-17") != said(own)
