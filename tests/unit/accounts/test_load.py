"""Account files: references, faults, and places for policies."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from simulator.accounts.load import load_account
from simulator.errors import InputError
from simulator.policy.model import PolicyKind

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.accounts.model import Account
    from simulator.errors import Diagnostic

ALLOW = '{"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}'
EC2 = "arn:aws:iam::aws:policy/AmazonEC2FullAccess"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a policy file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "allow.json").write_text(ALLOW, encoding="utf-8")
    return tmp_path


def load(folder: Path, text: str) -> Account:
    """Load an account with this text."""
    path = folder / "account.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return load_account(path)


def faults(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    """Return what makes an account unusable."""
    with pytest.raises(InputError) as raised:
        load(folder, text)
    return tuple(one for one in raised.value.diagnostics if one.severity.value == "error")


@pytest.mark.parametrize("id_", ["012345678901", '"012345678901"', "'012345678901'"])
def test_an_id_keeps_its_zeros_quoted_or_not(folder: Path, id_: str) -> None:
    assert load(folder, f"id: {id_}\n").id == "012345678901"


@pytest.mark.parametrize(
    "id_", ["12345678901", "1234567890123", "0x123456789012", "12345678901a", "[123456789012]", "1.23456789012e11"]
)
def test_an_id_has_twelve_digits(folder: Path, id_: str) -> None:
    assert [one.code for one in faults(folder, f"id: {id_}\n")] == ["wrong-value"]


def test_a_policy_can_stand_in_five_ways(folder: Path) -> None:
    (folder / "plan.json").write_text(
        json.dumps({"a/b": [{"policy": ALLOW}, {"policy": json.loads(ALLOW)}]}), encoding="utf-8"
    )
    account = load(
        folder,
        f"""
        id: 123456789012
        policies:
          Named: allow.json
          Inline: {{Version: 2012-10-17, Statement: {{Effect: Deny, Action: "*", Resource: "*"}}}}
          Ec2: {EC2}
        users:
          bob:
            policies:
              - Named
              - ./allow.json
              - {EC2}
              - {{arn: "{EC2}", version: v5}}
              - Ec2
              - {{Statement: {{Effect: Deny, Action: "*", Resource: "*"}}}}
              - {{file: plan.json, at: /a~1b/0/policy}}
              - {{file: plan.json, at: /a~1b/1/policy}}
              - Inline
        """,
    )
    policies = account.users["bob"].policies
    assert [(policy.name, policy.path) for policy in policies] == [
        ("Named", "allow.json"),
        ("allow.json", "allow.json"),
        ("AmazonEC2FullAccess", EC2),
        ("Ec2", EC2),
        ("user/bob policy 6", "account.yaml:15:9"),
        ("plan.json#/a~1b/0/policy", "plan.json#/a~1b/0/policy"),
        ("plan.json#/a~1b/1/policy", "plan.json#/a~1b/1/policy"),
        ("Inline", "account.yaml:5:11"),
    ]
    assert all(json.loads(policy.document)["Statement"] for policy in policies)
    assert {policy.role for policy in policies} == {"identity"}
    managed = policies[2]
    assert (managed.version, managed.date) == ("v5", "2018-11-27")
    assert "AmazonEC2FullAccess" in policies[3].names


def test_the_digest_is_of_the_files_bytes(folder: Path) -> None:
    import hashlib

    account = load(folder, "id: 123456789012\npolicies: {P: allow.json}\n")
    assert account.policies["P"].sha256 == hashlib.sha256(ALLOW.encode()).hexdigest()


def test_a_policy_is_read_once_for_each_use(folder: Path) -> None:
    account = load(
        folder,
        "id: 123456789012\npolicies: {P: allow.json}\nusers: {a: {policies: [P]}, b: {policies: [P], boundary: P}}\n",
    )
    a, b = account.users["a"], account.users["b"]
    assert a.policies[0] is b.policies[0] is account.policies["P"]
    assert b.boundary is not None
    assert b.boundary.policy.kind is PolicyKind.BOUNDARY


@pytest.mark.parametrize(
    ("place", "code", "help_"),
    [
        ("Nmed", "unknown-name", "did you mean `Named`?"),
        (
            "AdministratorAccess",
            "unknown-name",
            "an AWS managed policy is named by its ARN: `arn:aws:iam::aws:policy/AdministratorAccess`",
        ),
        ("Nobody", "unknown-name", "declare it under `policies:` of the account, or name a file"),
        ("arn:aws:iam::aws:policy/AmazonEC2FullAcces", "unknown-name", f"did you mean `{EC2}`?"),
        (
            "arn:aws:iam::123456789012:policy/Own",
            "unknown-name",
            "only AWS managed policies are known by ARN; declare others under `policies:`",
        ),
        ("alow.json", "file-missing", "did you mean `allow.json`?"),
        ("{file: allow.json, at: /Statment}", "pointer-missing", "did you mean `Statement`?"),
        ("{file: allow.json, at: /Statement/1}", "pointer-missing", "the list has 1 items, from 0"),
        ("{file: allow.json, at: Statement}", "wrong-value", "a pointer starts with `/`"),
        ("{at: /Statement}", "missing-key", "write `file: …`"),
        (f'{{arn: "{EC2}", version: v1}}', "policy-pin", "review the policy, then change the pin"),
        (f'{{arn: "{EC2}", sha256: abc}}', "policy-pin", "review the policy, then change the pin"),
        ("{file: allow.json, at: /Statement/0/Sid}", "json-syntax", None),
        ("{Statement: []}", "policy-statement", None),
        ("[allow.json]", "wrong-type", "write it as text, or a mapping, `{NAME: …}`"),
        ("null", "wrong-type", "write it behind the colon, or leave the key out"),
    ],
)
def test_a_place_without_a_policy_is_told_with_what_to_do(
    folder: Path, place: str, code: str, help_: str | None
) -> None:
    (fault,) = faults(
        folder, f"id: 123456789012\npolicies: {{Named: allow.json}}\nusers: {{bob: {{policies: [{place}]}}}}\n"
    )
    assert fault.code == code
    assert help_ in (None, fault.help)


def test_a_declared_policy_that_nobody_has_is_checked_too(folder: Path) -> None:
    (folder / "bad.json").write_text('{"Statement": {"Effect": "Allow", "Action": "iam:*"}}', encoding="utf-8")
    assert [str(one.span) for one in faults(folder, "id: 123456789012\npolicies: {P: bad.json}\n")] == ["bad.json:1:15"]


def test_a_policy_with_principals_is_declared_as_resource_based(folder: Path) -> None:
    account = load(
        folder,
        'id: 123456789012\npolicies: {P: {Statement: {Effect: Allow, Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::b/*"}}}\n',
    )
    assert account.policies["P"].role == "resource"


def test_text_that_aws_refuses_is_refused(folder: Path) -> None:
    (folder / "dash.json").write_text(ALLOW.replace('"iam:*"', '"iam:*\u2014"'), encoding="utf-8")
    assert "policy-charset" in [one.code for one in faults(folder, "id: 123456789012\npolicies: {P: dash.json}\n")]


def test_levels_of_an_organization_are_as_given(folder: Path) -> None:
    account = load(
        folder,
        """
        id: 123456789012
        policies: {DenyLeaving: {Statement: {Effect: Deny, Action: "organizations:*", Resource: "*"}}}
        users: {bob: }
        organization: {scps: [[FullAWSAccess], [FullAWSAccess, DenyLeaving]], rcps: [[RCPFullAWSAccess]]}
        """,
    )
    stack = account.users["bob"].stack()
    assert [[policy.name for policy in level] for level in stack.scps] == [
        ["FullAWSAccess"],
        ["FullAWSAccess", "DenyLeaving"],
    ]
    assert [[policy.name for policy in level] for level in stack.rcps] == [["RCPFullAWSAccess"]]
    assert {policy.kind for level in stack.scps for policy in level} == {PolicyKind.SCP}


def test_a_level_without_a_policy_is_an_error(folder: Path) -> None:
    assert [one.code for one in faults(folder, "id: 123456789012\norganization: {scps: [[FullAWSAccess], []]}\n")] == [
        "wrong-value"
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("users: {bob: , BOB: }", "duplicate-name"),
        ("users: {a/b: }", "wrong-value"),
        ("users: {bob: {path: web}}", "wrong-value"),
        ("users: {bob: {path: /web}}", "wrong-value"),
        ("users: {bob: {group: [x]}}", "unknown-key"),
        ("users: {bob: {groups: [x]}}", "unknown-name"),
        ("users: {bob: {tags: {A: 1, a: 2}}}", "duplicate-name"),
        ("users: {bob: {session_name: x}}", "unknown-key"),
        ("partition: aws-moon", "wrong-value"),
        ("allow_users_to_change_password: yes", "wrong-type"),
    ],
)
def test_an_account_that_can_not_be_is_an_error(folder: Path, text: str, code: str) -> None:
    assert [one.code for one in faults(folder, f"id: 123456789012\n{text}\n")] == [code]


@pytest.mark.parametrize("name", ["a b", "a*b", "\u202eevil", "a\u0007b", "1", "true"])
def test_names_are_taken_as_they_are(folder: Path, name: str) -> None:
    account = load(folder, f"id: 123456789012\nusers:\n  {json.dumps(name)}: \n")
    assert account.users[name].arn == f"arn:aws:iam::123456789012:user/{name}"


def test_what_is_no_account_is_an_error(folder: Path) -> None:
    assert [one.code for one in faults(folder, "[a]")] == ["wrong-type"]
    assert [one.code for one in faults(folder, "")] == ["wrong-type"]
