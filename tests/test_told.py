"""Recordings whose requests are told in words or in part: made whole as they are told, and asked.

The cases stand in ``tests/corpus/recorded/elsewhere.json`` and are skipped by `tests.test_corpus`, which
can't send what isn't written.  Those of the classic generation say less than today's answers do.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import iamproof
from tests.corpus.rows import recordings

if TYPE_CHECKING:
    from pathlib import Path

TOLD = {case.id: case for case in recordings() if str(case).startswith("elsewhere/")}
HERE = "arn:aws:iam::123456789012"
VPC = "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0abc"

ACCOUNT = """\
id: "123456789012"
policies:
  InRegion:
    Version: "2012-10-17"
    Statement: {Effect: Allow, Action: "*", Resource: "*", Condition: {StringEquals: {aws:RequestedRegion: us-east-1}}}
  All: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "*", Resource: "*"}}
  Network:
    Version: "2012-10-17"
    Statement:
      - {Effect: Allow, Action: ec2:AssociateVpcCidrBlock, Resource: "*"}
      - {Effect: Deny, Action: ec2:AttachClassicLinkVpc, Resource: "*"}
      - {Effect: Allow, Action: ec2:AttachInternetGateway, Resource: "*", Condition: {StringEquals: {ec2:ResourceTag/Foo: bar}}}
users:
  installer: {policies: [InRegion]}
  reader: {policies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]}
  admin: {policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
  bounded: {policies: [All], boundary: InRegion}
  network: {policies: [Network]}
roles:
  target: {policies: []}
"""


@pytest.fixture(params=["embedded", "moto"])
def iam(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Either engine with the account that the recordings tell of."""
    path = tmp_path / "account.yaml"
    path.write_text(ACCOUNT, encoding="utf-8")
    return iamproof.client(request.param, account=path)


def asked(iam: Any, user: str, *actions: str, **more: Any) -> list[dict[str, Any]]:
    response = iam.simulate_principal_policy(PolicySourceArn=f"{HERE}:user/{user}", ActionNames=list(actions), **more)
    found: list[dict[str, Any]] = response["EvaluationResults"]
    return found


def test_a_region_is_never_filled_in(iam: Any) -> None:
    assert (
        asked(iam, "installer", "ec2:AllocateAddress") == TOLD["openshift-installer-1322"].response["EvaluationResults"]
    )


def test_a_boundary_that_asks_for_the_region_denies(iam: Any) -> None:
    (found,) = asked(iam, "bounded", "ssmmessages:CreateControlChannel")
    told = TOLD["ecs-exec-checker-44"].response
    assert {name: found[name] for name in told} == told


@pytest.mark.parametrize(("case", "user"), [("s3readonly-2026", "reader"), ("adminaccess-unknown-action", "admin")])
def test_aws_managed_policies_stand_where_aws_says(iam: Any, case: str, user: str) -> None:
    """Tabs count as one column; the recorded account was in an organization or not."""
    (told,) = TOLD[case].response["EvaluationResults"]
    told.pop("OrganizationsDecisionDetail", None)
    assert asked(iam, user, told["EvalActionName"]) == [told]


def test_the_decisions_of_an_acceptance_test(iam: Any) -> None:
    told = TOLD["terraform-acc-principal-simulation"].response
    actions = ("AssociateVpcCidrBlock", "AttachClassicLinkVpc", "AttachVpnGateway")
    found = asked(iam, "network", *(f"ec2:{name}" for name in actions), ResourceArns=[VPC])
    assert {one["EvalActionName"][4:]: one["EvalDecision"] for one in found} == {name: told[name] for name in actions}
    for value in ("bar", "baz"):
        entry = {"ContextKeyName": "ec2:ResourceTag/Foo", "ContextKeyType": "string", "ContextKeyValues": [value]}
        (one,) = asked(iam, "network", "ec2:AttachInternetGateway", ResourceArns=[VPC], ContextEntries=[entry])
        assert one["EvalDecision"] == told[f"AttachInternetGateway_Foo_{value}"]


def test_trust_policies_are_ignored_even_where_they_deny(iam: Any) -> None:
    trust = {"Effect": "Deny", "Principal": {"AWS": f"{HERE}:user/admin"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    (found,) = asked(iam, "admin", "sts:AssumeRole", ResourceArns=[f"{HERE}:role/target"], ResourcePolicy=document)
    assert found["EvalDecision"] == TOLD["aws-cli-10314"].response["EvalDecision"]
    assert [one["SourcePolicyId"] for one in found["MatchedStatements"]] == ["AdministratorAccess"]


def test_keys_of_service_control_policies_are_never_missing(iam: Any) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    scp = {**statement, "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}
    policy, level = (json.dumps({"Version": "2012-10-17", "Statement": one}) for one in (statement, scp))
    response = iam.simulate_custom_policy(
        PolicyInputList=[policy],
        OrderedOrganizationPolicyInputList=[{"ServiceControlPolicyInputList": [level]}],
        ActionNames=["ec2:RunInstances"],
    )
    (found,) = response["EvaluationResults"]
    assert found["EvalDecision"] == "implicitDeny"
    assert found["MissingContextValues"] == TOLD["aws-cli-10525"].response["MissingContextValues"]


def test_keys_of_statements_that_have_nothing_to_do_with_it_are_missing(iam: Any) -> None:
    bucket = "arn:aws:s3:::example-bucket"
    statements = [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket,
         "Condition": {"StringLike": {"aws:PrincipalTag/allowed_service": "s3"}}},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket}/${{aws:username}}"},
    ]  # fmt: skip
    response = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": statements})],
        ActionNames=["s3:ListBucket"],
        ResourceArns=[bucket],
    )
    (found,) = response["EvaluationResults"]
    assert sorted(found["MissingContextValues"]) == TOLD["boto3-3111"].response["MissingContextValues"]


@pytest.mark.parametrize(
    "case", ["localstack-principal-user", "localstack-principal-group", "localstack-principal-role"]
)
def test_an_attached_policy_answers_as_recorded_in_the_classic_generation(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which said twice what is empty, and called an account in an organization so."""
    monkeypatch.chdir(tmp_path)
    kind = case.rpartition("-")[2]
    (tmp_path / "p.json").write_text(TOLD[case].request["attached_managed_policy"], encoding="utf-8")
    attached = json.dumps({"id": "123456789012", "policies": {"P": "p.json"}, f"{kind}s": {"x": {"policies": ["P"]}}})
    (tmp_path / "account.yaml").write_text(attached, encoding="utf-8")
    iam = iamproof.client("embedded", account="account.yaml")
    response = iam.simulate_principal_policy(
        PolicySourceArn=f"{HERE}:{kind}/x",
        ActionNames=TOLD[case].request["ActionNames"],
        ResourceArns=TOLD[case].request["ResourceArns"],
    )
    told = TOLD[case].response["EvaluationResults"]
    assert [one["EvalDecision"] for one in response["EvaluationResults"]] == [one["EvalDecision"] for one in told]
    places = [one["MatchedStatements"] for one in response["EvaluationResults"]]
    assert [[one["StartPosition"] for one in found] for found in places] == [
        [one["StartPosition"] for one in each["MatchedStatements"]] for each in told
    ]
