"""A declared account is stored as IAM would store it, alike for the embedded client and moto."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.accounts.load import load_account
from simulator.backends import client
from simulator.backends.holdings import AccountDirectory, pathless
from tests.unit.backends.samples import ALLOW_ALL, OTHER

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.accounts.model import Account

MANAGED = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
FILE = f"""
format: 1
id: "111122223333"
policies:
  Declared: declared.json
groups:
  staff: {{policies: [Declared, "{MANAGED}"], path: /x/}}
users:
  alice:
    groups: [staff]
    path: /y/
    tags: {{team: red}}
    policies:
      - Declared
      - file.json
      - Version: "2012-10-17"
        Statement: {{Effect: Allow, Action: "sqs:SendMessage", Resource: "*"}}
    boundary: Declared
  bob: {{}}
roles:
  worker:
    policies: ["{MANAGED}"]
organization:
  scps:
    - [FullAWSAccess]
"""
ACTIONS = ["s3:PutObject", "sqs:SendMessage", "ec2:DescribeInstances", "iam:CreateUser"]
KINDS = {"user": ["alice", "bob"], "group": ["staff"], "role": ["worker"]}
PRINCIPALS = [f"{kind}/{name}" for kind, names in KINDS.items() for name in names]


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """The account of `FILE`."""
    (tmp_path / "declared.json").write_text(ALLOW_ALL)
    (tmp_path / "file.json").write_text(OTHER)
    (tmp_path / "account.yaml").write_text(FILE)
    return load_account(tmp_path / "account.yaml", root=tmp_path)


def test_policies_are_named_as_aws_names_them(account: Account) -> None:
    """Declared ones and files are managed, what stands inline is inline, a managed one counts once."""
    source = AccountDirectory(account).find("user", "alice")
    assert source is not None
    assert [(item.origin, item.policy.name, item.arn) for item in source.attachments] == [
        ("user-managed", "Declared", "arn:aws:iam::111122223333:policy/Declared"),
        ("user-managed", "file", "arn:aws:iam::111122223333:policy/file"),
        ("inline", "user_alice_user-alice-policy-3", None),
        ("aws-managed", "ViewOnlyAccess", "arn:aws:iam::aws:policy/ViewOnlyAccess"),
    ]
    assert source.boundary is not None


def test_who_does_not_exist_is_not_found(account: Account) -> None:
    """By kind and name."""
    directory = AccountDirectory(account)
    assert directory.find("role", "alice") is None
    assert directory.find("group", "none") is None
    assert directory.organization is not None


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_both_engines_answer_alike(account: Account, principal: str) -> None:
    """Decisions, statements and their positions, missing keys, boundaries."""
    arn = f"arn:aws:iam::111122223333:{principal}"
    answers = []
    for iam in (client("embedded", account=account), _moto(account)):
        response = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=ACTIONS)
        for result in response["EvaluationResults"]:
            # The file's organization is the embedded client's alone: moto has one of its own.
            result.pop("OrganizationsDecisionDetail", None)
            result["MatchedStatements"].sort(key=str)  # in no order
        keys = iam.get_context_keys_for_principal_policy(PolicySourceArn=arn)["ContextKeyNames"]
        answers.append((response["EvaluationResults"], keys))
    assert answers[0] == answers[1]


def _moto(account: Account) -> Any:
    from moto.iam.models import iam_backends

    iam_backends[account.id][account.partition].reset()
    return client("moto", account=account)


def test_moto_shows_what_was_declared(account: Account) -> None:
    """Paths, tags, groups, attachments, boundaries."""
    iam = _moto(account)
    user = iam.get_user(UserName="alice")["User"]
    assert (user["Arn"], user["Tags"]) == ("arn:aws:iam::111122223333:user/y/alice", [{"Key": "team", "Value": "red"}])
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == "arn:aws:iam::111122223333:policy/Declared"
    assert iam.list_user_policies(UserName="alice")["PolicyNames"] == ["user-alice-policy-3"]
    attached = iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]
    assert [item["PolicyName"] for item in attached] == ["Declared", "file"]
    assert [group["Path"] for group in iam.list_groups_for_user(UserName="alice")["Groups"]] == ["/x/"]
    assert iam.get_role(RoleName="worker")["Role"]["RoleId"].startswith("AROA")


def test_an_arn_loses_its_path() -> None:
    """Exclusions are compared with ARNs that have none."""
    assert pathless(MANAGED) == "arn:aws:iam::aws:policy/ViewOnlyAccess"
    assert pathless("arn:aws:iam::1:policy/x") == "arn:aws:iam::1:policy/x"
