"""What `iamproof catalogue [PATTERN]` finds."""

from __future__ import annotations

import pytest

from simulator.catalogue import load
from simulator.catalogue.query import query
from tests.unit.catalogue.test_overlay import OVERLAY, overlaid

CATALOGUE = load()
MFA_DEVICE = {
    "iam:CreateVirtualMFADevice": True,
    "iam:DeleteVirtualMFADevice": False,
    "iam:ListMFADeviceTags": True,
    "iam:TagMFADevice": True,
    "iam:UntagMFADevice": True,
}


def test_nothing_asked_shows_all_services() -> None:
    answer = query(CATALOGUE)
    assert [row.prefix for row in answer.services] == list(CATALOGUE.services())
    assert answer.date == CATALOGUE.date


def test_a_service_shows_all_that_it_has() -> None:
    answer = query(CATALOGUE, "iam")
    (row,) = answer.services
    assert (row.prefix, row.title) == ("iam", "AWS Identity and Access Management (IAM)")
    found = len(answer.actions), len(answer.resource_types), len(answer.keys)
    assert found == (row.actions, row.resource_types, row.keys)


def test_an_action_shows_level_types_and_keys() -> None:
    (row,) = query(CATALOGUE, "iam:DeleteVirtualMFADevice").actions
    assert [(kind.name, kind.required) for kind in row.resource_types] == [("mfa", False), ("sms-mfa", False)]
    assert row.level == "Write"
    assert "aws:ResourceTag/${TagKey}" in row.keys


def test_a_pattern_shows_actions_types_and_keys() -> None:
    answer = query(CATALOGUE, "IAM:*mfa*")
    assert len(answer.actions) == 11
    assert [row.name for row in answer.resource_types] == ["iam:mfa", "iam:sms-mfa"]
    assert "iam:FIDO-certification" in {row.name for row in query(CATALOGUE, "iam:FIDO-*").keys}


@pytest.mark.parametrize("pattern", ["iam:mfa", "mfa", "arn:aws:iam::123456789012:mfa/alice"])
def test_a_type_shows_which_actions_take_it(pattern: str) -> None:
    (row,) = query(CATALOGUE, pattern).resource_types
    assert (row.name, row.arns) == ("iam:mfa", ("arn:${Partition}:iam::${Account}:mfa/${MfaTokenIdWithPath}",))
    assert {taker.name: taker.required for taker in row.actions} == MFA_DEVICE


@pytest.mark.parametrize(
    ("arn", "names"),
    [
        ("arn:aws:s3:::b/k/*", ["s3:object"]),
        ("arn:aws:s3:::b", ["s3:bucket", "ssm:bucket"]),
        ("arn:aws-cn:ec2:cn-north-1:1:instance/*", ["ec2:instance", "ec2-instance-connect:instance", "ssm:instance"]),
        ("arn:aws:iam::aws:mfa/alice", []),
        ("arn:aws:nothing:::x", []),
        ("arn:aws", []),
    ],
)
def test_an_arn_is_of_the_type_that_spells_out_most_of_it(arn: str, names: list[str]) -> None:
    assert [row.name for row in query(CATALOGUE, arn).resource_types] == names


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("aws:MultiFactor*", ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"]),
        ("MultiFactorAuthPresent", ["aws:MultiFactorAuthPresent"]),
        ("aws:requesttag/team", ["aws:RequestTag/team"]),
        ("ec2:SourceInstanceArn", ["ec2:SourceInstanceArn"]),
    ],
)
def test_a_key_shows_when_aws_sends_it(pattern: str, expected: list[str]) -> None:
    found = query(CATALOGUE, pattern).keys
    assert [row.name for row in found] == expected
    assert all(row.availability for row in found)


@pytest.mark.parametrize("pattern", ["iam:PassedToService", "iam:passedto*"])
def test_a_key_of_a_service_shows_which_actions_carry_it(pattern: str) -> None:
    (row,) = query(CATALOGUE, pattern).keys
    assert (row.name, row.actions) == ("iam:PassedToService", ("iam:PassRole",))


def test_a_key_with_a_tag_is_carried_as_its_template_is() -> None:
    (row,) = query(CATALOGUE, "ec2:resourcetag/Team").keys
    assert row.name == "ec2:ResourceTag/Team"
    assert "ec2:StopInstances" in row.actions


def test_a_bare_name_is_looked_for_in_every_service() -> None:
    found = query(CATALOGUE, "createuser").actions
    assert "iam:CreateUser" in [row.name for row in found]
    assert {row.name.partition(":")[2] for row in found} == {"CreateUser"}


def test_a_level_leaves_the_actions_of_that_level() -> None:
    answer = query(CATALOGUE, "iam", level="Tagging")
    assert {row.level for row in answer.actions} == {"Tagging"}
    assert (answer.services, answer.resource_types, answer.keys) == ((), (), ())
    everywhere = query(CATALOGUE, level="Tagging").actions
    assert len(everywhere) == CATALOGUE.level_mask("Tagging").bit_count()


@pytest.mark.parametrize(
    "pattern",
    ["AmazonEC2FullAccess", "arn:aws:iam::aws:policy/AmazonEC2FullAccess", "amazonec2fulla*", "arn:*:iam::aws:policy/AmazonEC2FullA*"],
)  # fmt: skip
def test_a_managed_policy_shows_its_version(pattern: str) -> None:
    (row,) = query(CATALOGUE, pattern).policies
    assert (row.name, row.version, row.updated[:10]) == ("AmazonEC2FullAccess", "v5", "2018-11-27")


def test_an_overlay_is_looked_through_too() -> None:
    catalogue = overlaid(OVERLAY)
    (launch,) = query(catalogue, "acme:launch").actions
    assert (launch.level, launch.resource_types[0].name, launch.ungated) == ("Tagging", "rocket", False)
    (rocket,) = query(catalogue, "arn:aws:acme:eu-west-1:123456789012:rocket/x").resource_types
    assert [taker.name for taker in rocket.actions] == ["acme:Launch"]
    (fuel,) = query(catalogue, "acme:fuel").keys
    assert (fuel.type, fuel.actions) == ("numericList", ("acme:Launch",))
    assert query(catalogue, "payments:GetAccountBalance").actions[0].ungated


@pytest.mark.parametrize(
    ("pattern", "suggestion"),
    [
        ("iam:CreatUser", "iam:CreateUser"),
        ("iam:mfaa", "iam:mfa"),
        ("iam:PasedToService", "iam:PassedToService"),
        ("aws:MultiFactorAuthPresnt", "aws:MultiFactorAuthPresent"),
        ("aws:MultiFactorAuth", "aws:MultiFactorAuthAge"),
        ("iam:CreateVirtualM", "iam:CreateVirtualMFADevice"),
        ("iam:Upload", "iam:Upload*"),
        ("imm", "iam"),
        ("CreatUser", "CreateUser"),
        ("AmazonEC2FulAccess", "arn:aws:iam::aws:policy/AmazonEC2FullAccess"),
        ("AmazonEC2F", "AmazonEC2FullAccess"),
        ("arn:aws-cn:iam::aws:policy/AmazonEC2FulAccess", "arn:aws-cn:iam::aws:policy/AmazonEC2FullAccess"),
        ("zzzzzz", None),
        ("iam:", None),
        ("", None),
        (":", None),
        ("iam:Zz*", None),
        ("x" * 5000, None),
        ("iam:" + "x" * 5000, None),
        ("\u202ezzzz", None),
    ],
)
def test_nothing_found_suggests_the_nearest_name(pattern: str, suggestion: str | None) -> None:
    answer = query(CATALOGUE, pattern)
    assert (answer.found, answer.suggestion) == (False, suggestion)
