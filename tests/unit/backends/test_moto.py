"""moto answers the simulator's calls, for stock boto3 and the account that moto holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from simulator.accounts.load import load_account as read_account
from simulator.backends import client
from simulator.backends.moto import install
from simulator.backends.moto_directory import load_account
from tests.unit.backends.samples import ALICE, ALLOW, ALLOW_ALL, DENY, OTHER, A, B, asks, entry, policy, statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARN = "arn:aws:iam::123456789012:user/alice"
REQUESTS = [
    asks(),
    asks("s3:GetObject", "s3:PutObject", policies=[ALLOW, DENY], ResourceArns=[A, B]),
    asks("s3:GetObject", policies=[], CallerArn=ALICE, ResourceArns=[A], ResourceOwner="arn:aws:iam::1:root"),
    asks(
        policies=[],
        CallerArn=ALICE,
        ResourceArns=[A],
        ResourcePolicy=policy(statement(resource="arn:aws:s3:::sample/*", Principal="*")),
        ResourceOwner="arn:aws:iam::999999999999:root",
        PermissionsBoundaryPolicyInputList=[OTHER],
    ),
    asks(policies=[policy(statement(Condition={"StringEquals": {"a:<b>&": "\u00e9\r\n\t'\""}}))]),
    asks(ContextEntries=[{}, entry("a:bcd", "", "x", kind="stringList"), {}]),
    asks("a:b", "c:d", "e:f", MaxItems=2),
    asks(OrderedOrganizationPolicyInputList=[{"ServiceControlPolicyInputList": [ALLOW_ALL]}]),
    asks(policies=["{"]),
    asks("s3:GetObject", "made:Up", ResourceArns=[A]),
    asks(MaxItems=1001),
    asks(ContextEntries=[entry("a:bcd", "<&>", kind="numeric")]),
    asks("a:\x01b"),
]


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Stock boto3 inside ``mock_aws``."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    install()
    with mock_aws():
        made: Any = boto3.client("iam", region_name="eu-west-1")
        yield made


def outcome(iam: Any, params: dict[str, Any]) -> Any:
    """Return the answer, or what stands in the refusal."""
    try:
        response = iam.simulate_custom_policy(**params)
    except ClientError as error:
        return error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"], type(error).__name__
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("params", REQUESTS)
def test_moto_answers_as_the_embedded_client(iam: Any, params: dict[str, Any]) -> None:
    """Over XML and back, errors with code, message and status; XML can't hold control characters."""
    expected = json.dumps(outcome(client("embedded"), params)).replace("\\u0001", "\\ufffd")
    assert outcome(iam, params) == (tuple if "Sender" in expected else dict)(json.loads(expected))


def simulate(iam: Any, *actions: str, source: str = ARN, exclude: Any = ()) -> dict[str, str]:
    """Return the decisions on a principal's actions."""
    response = iam.simulate_principal_policy(
        PolicySourceArn=source, ActionNames=list(actions), PolicyExclusionList=list(exclude)
    )
    return {result["EvalActionName"]: result["EvalDecision"] for result in response["EvaluationResults"]}


def test_a_user_has_its_own_policies_and_its_groups(iam: Any) -> None:
    """Inline and managed, a managed one once, the current version; named as AWS names them."""
    iam.create_user(UserName="alice", Path="/staff/")
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(GroupName="staff", UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="Own", PolicyDocument=ALLOW)
    iam.put_group_policy(GroupName="staff", PolicyName="Shared", PolicyDocument=OTHER)
    arn = iam.create_policy(PolicyName="Managed", Path="/x/", PolicyDocument=policy(statement(action="s3:Delete*")))[
        "Policy"
    ]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    iam.attach_group_policy(GroupName="staff", PolicyArn=arn)
    response = iam.simulate_principal_policy(
        PolicySourceArn="arn:aws:iam::123456789012:user/wrong/path/alice",
        ActionNames=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    )
    assert [[m["SourcePolicyId"] for m in r["MatchedStatements"]] for r in response["EvaluationResults"]] == [
        ["user_alice_Own"],
        ["group_staff_Shared"],
        ["Managed"],
    ]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(statement("Deny", "s3:*")), SetAsDefault=True)
    assert simulate(iam, "s3:GetObject") == {"s3:GetObject": "explicitDeny"}
    group = "arn:aws:iam::123456789012:group/staff"
    assert simulate(iam, "s3:GetObject", source=group) == {"s3:GetObject": "explicitDeny"}
    left_out = [{"PolicyArn": "arn:aws:iam::123456789012:policy/Managed"}]
    assert simulate(iam, "s3:GetObject", exclude=left_out) == {"s3:GetObject": "allowed"}


def test_a_role_has_its_boundary(iam: Any) -> None:
    """Its trust policy is not asked."""
    arn = iam.create_policy(PolicyName="Limit", PolicyDocument=OTHER)["Policy"]["Arn"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=DENY, PermissionsBoundary=arn)
    iam.put_role_policy(RoleName="r", PolicyName="All", PolicyDocument=ALLOW_ALL)
    role = "arn:aws:iam::123456789012:role/r"
    expected = {"s3:GetObject": "implicitDeny", "s3:PutObject": "allowed"}
    assert simulate(iam, "s3:GetObject", "s3:PutObject", source=role) == expected
    names = iam.get_context_keys_for_principal_policy(PolicySourceArn=role)["ContextKeyNames"]
    assert names == []


def test_a_user_may_have_a_boundary(iam: Any) -> None:
    """Which moto by itself does not know; it is told of and can be taken away."""
    arn = iam.create_policy(PolicyName="Limit", PolicyDocument=OTHER)["Policy"]["Arn"]
    iam.create_user(UserName="alice", PermissionsBoundary=arn)
    iam.put_user_policy(UserName="alice", PolicyName="All", PolicyDocument=ALLOW_ALL)
    assert simulate(iam, "s3:GetObject") == {"s3:GetObject": "implicitDeny"}
    assert iam.get_user(UserName="alice")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    assert "PermissionsBoundary" not in iam.list_users()["Users"][0]
    iam.delete_user_permissions_boundary(UserName="alice")
    assert simulate(iam, "s3:GetObject") == {"s3:GetObject": "allowed"}
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=arn)
    assert simulate(iam, "s3:PutObject") == {"s3:PutObject": "allowed"}
    with pytest.raises(ClientError, match="is invalid"):
        iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary="nonsense-but-long-enough")


def test_aws_managed_policies_are_there_when_they_are_named(iam: Any) -> None:
    """With the positions of AWS's own text, and as boundaries too."""
    iam.create_user(UserName="alice")
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    response = iam.simulate_principal_policy(PolicySourceArn=ARN, ActionNames=["s3api:list-buckets"])
    (matched,) = response["EvaluationResults"][0]["MatchedStatements"]
    assert matched["SourcePolicyId"] == "AdministratorAccess"
    boundary = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=boundary)
    assert simulate(iam, "iam:CreateUser") == {"iam:CreateUser": "implicitDeny"}
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")
    left_out = [{"PolicyType": "permission-boundary"}]
    assert simulate(iam, "iam:CreateUser", exclude=left_out) == {"iam:CreateUser": "allowed"}
    left_out = [{"PolicyType": "aws-managed"}]
    assert simulate(iam, "iam:CreateUser", exclude=left_out) == {"iam:CreateUser": "implicitDeny"}


def test_the_organization_of_moto_is_heeded(iam: Any) -> None:
    """Every level between the root and the account; the management account heeds none."""
    organizations: Any = boto3.client("organizations", region_name="us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="All", PolicyDocument=ALLOW_ALL)
    response = iam.simulate_principal_policy(PolicySourceArn=ARN, ActionNames=["s3:GetObject"])
    assert response["EvaluationResults"][0]["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="u")["OrganizationalUnit"]["Id"]
    member = organizations.create_account(AccountName="m", Email="m@example.com")["CreateAccountStatus"]["AccountId"]
    organizations.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    made = organizations.create_policy(
        Name="NoGet",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=policy(statement("Deny"), statement(action="*")),
    )
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=unit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_ACCOUNT_ID", member)
        iam.create_user(UserName="alice")
        iam.put_user_policy(UserName="alice", PolicyName="All", PolicyDocument=ALLOW_ALL)
        source = f"arn:aws:iam::{member}:user/alice"
        expected = {"s3:GetObject": "explicitDeny", "s3:PutObject": "allowed"}
        assert simulate(iam, "s3:GetObject", "s3:PutObject", source=source) == expected
        left_out = [{"PolicyType": "scp"}]
        assert simulate(iam, "s3:GetObject", source=source, exclude=left_out) == {"s3:GetObject": "allowed"}


def test_a_loaded_account_leaves_the_organization_that_it_was_in(iam: Any, tmp_path: Path) -> None:
    """What an account file declares is all there is of it."""
    boto3.client("organizations", region_name="us-east-1").create_organization(FeatureSet="ALL")
    file = tmp_path / "account.yaml"
    file.write_text('{id: "123456789012", users: {alice: {}}}', encoding="utf-8")
    load_account(read_account(file, root=tmp_path))
    (result,) = iam.simulate_principal_policy(PolicySourceArn=ARN, ActionNames=["s3:GetObject"])["EvaluationResults"]
    assert "OrganizationsDecisionDetail" not in result


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        (f"{ARN}-missing", "NoSuchEntity", "Unable to retrieve specified IAM entity."),
        ("arn:aws:iam::123456789012:role/missing", "NoSuchEntity", "Unable to retrieve specified IAM entity."),
        (
            "not-an-arn-but-long-enough",
            "InvalidInput",
            "Invalid ARN provided in the request: not-an-arn-but-long-enough",
        ),
        (
            "arn:aws:sts::123456789012:assumed-role/fictional/session",
            "InvalidInput",
            "Invalid ARN provided in the request: arn:aws:sts::123456789012:assumed-role/fictional/session",
        ),
        (
            "arn:aws:iam::999999999999:user/alice",
            "InvalidInput",
            (
                "Invalid Policy Source Arn: caller's account 123456789012 does not have access to policies in account "
                "999999999999."
            ),
        ),
    ],
)
def test_a_bad_source_is_refused(iam: Any, source: str, code: str, message: str) -> None:
    """In AWS's words."""
    with pytest.raises(ClientError) as caught:
        iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=["s3:GetObject"])
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, message)


def test_a_form_that_can_not_be_read_is_refused(iam: Any) -> None:
    """A client that checks nothing may send anything."""

    def break_form(params: dict[str, Any], **_: Any) -> None:
        params["body"]["MaxItems"] = "many"

    iam.meta.events.register("before-call.iam", break_form)
    with pytest.raises(ClientError, match="MaxItems is not a number"):
        iam.simulate_custom_policy(**asks())


def test_the_client_of_moto_heeds_nobodys_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs neither ``mock_aws`` nor credentials, and never goes anywhere else."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_PROFILE", "nonsense")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    iam = client("moto")
    assert iam.simulate_custom_policy(**asks())["EvaluationResults"][0]["EvalDecision"] == "allowed"
