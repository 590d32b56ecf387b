"""What `iamproof catalogue [PATTERN]` shows."""

from __future__ import annotations

import pytest

from simulator.catalogue import load
from simulator.catalogue.query import query

CATALOGUE = load()


def test_nothing_asked_shows_all_services() -> None:
    answer = query(CATALOGUE)
    assert [row.prefix for row in answer.services] == list(CATALOGUE.services())
    assert answer.date == CATALOGUE.date


def test_a_service_shows_its_actions() -> None:
    answer = query(CATALOGUE, "iam")
    assert [(row.prefix, row.title, row.actions) for row in answer.services] == [
        ("iam", "AWS Identity and Access Management (IAM)", len(answer.actions))
    ]


def test_an_action_shows_level_types_and_keys() -> None:
    (row,) = query(CATALOGUE, "iam:DeleteVirtualMFADevice").actions
    assert [(kind.name, kind.required) for kind in row.resource_types] == [("mfa", False), ("sms-mfa", False)]
    assert row.level == "Write"
    assert "aws:ResourceTag/${TagKey}" in row.keys


def test_a_pattern_shows_several() -> None:
    answer = query(CATALOGUE, "IAM:*mfa*")
    assert len(answer.actions) == 11


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("aws:MultiFactor*", ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"]),
        ("aws:requesttag/team", ["aws:RequestTag/team"]),
        ("ec2:SourceInstanceArn", ["ec2:SourceInstanceArn"]),
    ],
)
def test_a_key_shows_when_aws_sends_it(pattern: str, expected: list[str]) -> None:
    assert [row.name for row in query(CATALOGUE, pattern).keys] == expected


@pytest.mark.parametrize(
    "pattern", ["AmazonEC2FullAccess", "arn:aws:iam::aws:policy/AmazonEC2FullAccess", "amazonec2fulla*"]
)
def test_a_managed_policy_shows_its_version(pattern: str) -> None:
    (row,) = query(CATALOGUE, pattern).policies
    assert (row.name, row.version) == ("AmazonEC2FullAccess", "v5")


@pytest.mark.parametrize(
    ("pattern", "suggestion"),
    [
        ("iam:CreatUser", "iam:CreateUser"),
        ("imm", "iam"),
        ("AmazonEC2FulAccess", "arn:aws:iam::aws:policy/AmazonEC2FullAccess"),
        ("zzzzzz", None),
    ],
)
def test_nothing_found_suggests_the_nearest_name(pattern: str, suggestion: str | None) -> None:
    answer = query(CATALOGUE, pattern)
    assert (answer.found, answer.suggestion) == (False, suggestion)
