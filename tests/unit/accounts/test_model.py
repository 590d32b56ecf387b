"""Principals: who calls, what follows from them, and which policies bear on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from simulator.accounts.load import load_account

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.accounts.model import Account

TEXT = """\
id: 123456789012
partition: aws-cn
policies:
  A: {Statement: {Sid: A, Effect: Allow, Action: "iam:*", Resource: "*"}}
  B: {Statement: {Sid: B, Effect: Allow, Action: "s3:*", Resource: "*"}}
  C: {Statement: {Sid: C, Effect: Allow, Action: "sqs:*", Resource: "*"}}
groups:
  one: {policies: [A, B]}
  two: {policies: [C, A]}
users:
  bob: {groups: [two, one], policies: [B], path: /web/, id: AIDAEXAMPLE, tags: {Team: web}, boundary: C}
  eve:
roles:
  audit: {path: /x/, session_name: s, session_policies: [A], policies: [B]}
  plain: {id: AROAEXAMPLE}
  eve: {}
"""


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """An account with users, roles and groups."""
    path = tmp_path / "account.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return load_account(path)


def test_arns_have_partition_and_path(account: Account) -> None:
    assert account.users["bob"].arn == "arn:aws-cn:iam::123456789012:user/web/bob"
    assert account.roles["plain"].caller_arn == "arn:aws-cn:iam::123456789012:role/plain"


def test_a_role_with_a_session_calls_as_that_session(account: Account) -> None:
    role = account.roles["audit"]
    assert role.caller_arn == "arn:aws-cn:sts::123456789012:assumed-role/audit/s"
    caller = role.caller()
    assert (caller.kind, caller.role_arn, caller.account) == (
        "assumed-role",
        "arn:aws-cn:iam::123456789012:role/x/audit",
        "123456789012",
    )
    assert role.derived_context()["aws:PrincipalArn"] == "arn:aws-cn:iam::123456789012:role/x/audit"


def test_what_follows_from_a_user(account: Account) -> None:
    assert account.users["bob"].derived_context() == {
        "aws:PrincipalArn": "arn:aws-cn:iam::123456789012:user/web/bob",
        "aws:PrincipalAccount": "123456789012",
        "aws:PrincipalType": "User",
        "aws:userid": "AIDAEXAMPLE",
        "aws:username": "bob",
        "aws:PrincipalTag/Team": "web",
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
        "aws:SecureTransport": "true",
    }


def test_what_follows_from_a_role(account: Account) -> None:
    plain = account.roles["plain"].derived_context()
    assert (plain["aws:userid"], plain["aws:PrincipalType"]) == ("AROAEXAMPLE:iamproof", "AssumedRole")
    assert "aws:username" not in plain
    assert re.fullmatch(r"AROA[A-Z2-7]{17}:s", account.roles["audit"].derived_context()["aws:userid"])


def test_made_up_ids_differ_and_stay(account: Account) -> None:
    user, role = account.users["eve"].unique_id, account.roles["eve"].unique_id
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", user)
    assert user[4:] != role[4:]
    assert user == "AIDAQ3YJMABZSLKGBV622"


def test_the_stack_has_own_policies_then_those_of_groups_each_once(account: Account) -> None:
    stack = account.users["bob"].stack()
    assert [policy.name for policy in stack.identity] == ["B", "C", "A"]
    assert stack.boundary is not None
    assert stack.boundary.name == "C"
    assert [policy.name for policy in account.roles["audit"].stack().session] == ["A"]


def test_a_resource_policy_joins_the_stack(account: Account) -> None:
    assert account.users["eve"].stack(account.policies["A"]).resource is account.policies["A"].policy


def test_a_name_that_is_both_is_shown_with_its_kind(account: Account) -> None:
    assert list(account.principals) == ["bob", "user/eve", "audit", "plain", "role/eve"]


def test_members_of_a_group(account: Account) -> None:
    assert [user.name for user in account.members(account.groups["one"])] == ["bob"]


def test_all_policies_that_bear_on_somebody(account: Account) -> None:
    assert sorted((policy.name, policy.role) for policy in account.loaded_policies) == [
        ("A", "identity"),
        ("A", "session"),
        ("B", "identity"),
        ("C", "boundary"),
        ("C", "identity"),
    ]
