"""What single checks say and leave unsaid, beyond the examples of their pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.analyse.lint import CHECKS, Facts, lint_policy
from simulator.catalogue import load
from simulator.policy.parse import parse_policy_text
from tests.unit.analyse.lint.pages import checked, page_of

FACTS = Facts(load())


def found(effect: str = "Allow", *, only: str = "", **statement: Any) -> list[tuple[str, str, str]]:
    """Return code, message and help of what is found in a policy of one statement."""
    full = {"Effect": effect, "Resource": "*", **statement}
    policy = parse_policy_text(json.dumps({"Version": "2012-10-17", "Statement": [full]}), name="p")
    told = ((one.code, one.message, one.help) for one in lint_policy(policy, FACTS))
    return [one for one in told if only in one[0]]


@pytest.mark.parametrize("code", CHECKS)
def test_every_finding_says_what_to_do(code: str, tmp_path: Any) -> None:
    assert all(one.help for one in checked(tmp_path, page_of(code).bad).diagnostics)


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("iam:CreatVirtual*", "iam:CreateVirtual*"),
        ("iam:*MFADevise", "iam:*MFADevice"),
        ("s3:GetObjekt*", "s3:GetObject*"),
        ("iam:DescribeMFA*", None),
        ("iam:*MFADevise*", None),
        ("iam:*a*Devise", None),
    ],
)
def test_a_pattern_that_matches_nothing_may_have_a_near_one(action: str, meant: str | None) -> None:
    ((code, _, advice),) = found(Action=action)
    assert code == "action-matches-nothing"
    assert advice == (f"did you mean `{meant}`? " if meant else "") + "as it stands it grants nothing"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("elasticloadbalancing:AddTags", "arn:aws:elasticloadbalancing:*:*:targetgroup/*/*"),
        ("apigateway:GET", "arn:aws:apigateway:*::/apis"),
        ("codebuild:StopBuild", "arn:aws:codebuild:*:*:build/*"),
    ],
)
def test_a_type_of_which_the_data_are_incomplete_is_no_reproach(action: str, resource: str) -> None:
    assert found(Action=action, Resource=resource) == []


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"StringEquals": {"s3:prefix": "a"}}, "never holds"),
        ({"StringNotEquals": {"s3:prefix": "a"}}, "always holds"),
        ({"StringEqualsIfExists": {"s3:prefix": "a"}}, "always holds"),
        ({"Null": {"s3:prefix": "true"}}, "always holds"),
        ({"Null": {"s3:prefix": "false"}}, "never holds"),
        ({"StringEquals": {"aws:RequestTag/team": "a"}}, "never holds"),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, "always holds"),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}, "never holds"),
    ],
)
def test_a_key_that_is_never_sent_decides_the_condition(condition: Any, outcome: str) -> None:
    ((_, message, _),) = found(
        only="never-sent", Action="s3:GetObject", Resource="arn:aws:s3:::b/*", Condition=condition
    )
    assert message.endswith(f"the condition {outcome}")


def test_a_key_that_is_never_sent_comes_with_actions_that_carry_it() -> None:
    ((_, _, advice),) = found(
        only="never-sent", Action="s3:GetObject", Resource="*", Condition={"StringEquals": {"s3:prefix": "a"}}
    )
    assert advice.startswith("name what carries it: `s3:ListBucket`")


def test_tags_that_an_action_carries_are_no_reproach() -> None:
    tags = {"StringEquals": {"aws:RequestTag/team": "a"}, "ForAllValues:StringEquals": {"aws:TagKeys": "team"}}
    assert found(Action="ec2:CreateTags", Condition=tags) == []
    assert found(Action="ec2:StopInstances", Condition={"StringEquals": {"aws:ResourceTag/team": "a"}}) == []
