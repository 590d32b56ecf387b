"""Sweeps: what they find is what the naive evaluator says, target by target."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.accounts.load import load_account
from simulator.analyse.sweep import Granted, Sweep, Sweeper, count_policies
from simulator.catalogue import load
from simulator.catalogue.managed import managed_policy
from simulator.decide.context import Context
from simulator.decide.evaluate import Workspace
from simulator.decide.request import Caller
from simulator.errors import Collector
from simulator.policy.parse import parse_policy_text
from simulator.suites.sessions import read_sessions
from tests.oracles.statements import ALLOWED, Request, decide, read

if TYPE_CHECKING:
    from simulator.accounts.model import Account

SESSIONS = read_sessions({}, Collector())
MFA = "{Bool: {'aws:MultiFactorAuthPresent': 'true'}}"
REGION = "{StringEquals: {'aws:RequestedRegion': us-east-1}}"
ADDRESS = "{IpAddress: {'aws:SourceIp': 192.0.2.0/24}}"
ACCOUNT = f"""id: "123456789012"
users:
  bob:
    policies:
      - Version: "2012-10-17"
        Statement:
          - {{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/*"}}
          - {{Effect: Allow, Action: "ec2:Stop*", Resource: "*", Condition: {MFA}}}
          - {{Effect: Allow, Action: "iam:CreateAccessKey", Resource: "arn:aws:iam::*:user/${{aws:username}}*"}}
          - {{Effect: Allow, Action: "sqs:SendMessage", Resource: "*", Condition: {ADDRESS}}}
          - {{Effect: Allow, Action: "dynamodb:GetItem", Resource: "*", Condition: {REGION}}}
  amy: {{path: /web/, policies: []}}
roles:
  admin: {{policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
"""


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Account:
    path = tmp_path_factory.mktemp("sweep") / "account.yaml"
    path.write_text(ACCOUNT, encoding="utf-8")
    return load_account(path, allow_external=True)


@pytest.fixture(scope="module")
def sweeper() -> Sweeper:
    return Sweeper(load())


def found(sweep: Sweep) -> dict[str, tuple[str, ...]]:
    """Return where each allowed action is allowed."""
    return {load().actions()[place]: labels for place, labels in sweep.labels().items()}


def test_a_pattern_is_told_by_its_text(account: Account, sweeper: Sweeper) -> None:
    sweep = sweeper.sweep(account, account.users["bob"], SESSIONS["access key"])
    assert found(sweep)["s3:GetObject"] == ("arn:aws:s3:::reports/*",)


def test_a_session_opens_what_its_keys_open(account: Account, sweeper: Sweeper) -> None:
    with_mfa = sweeper.sweep(account, account.users["bob"], SESSIONS["with MFA"])
    assert found(with_mfa)["ec2:StopInstances"] == ("*", "ec2:instance")
    assert "ec2:StopInstances" not in found(sweeper.sweep(account, account.users["bob"], SESSIONS["access key"]))


def test_a_prefix_trap_reaches_others(account: Account, sweeper: Sweeper) -> None:
    sweep = sweeper.sweep(account, account.users["bob"], SESSIONS["access key"])
    assert found(sweep)["iam:CreateAccessKey"][:2] == ("user/own", "user/others")


def test_the_region_is_stated_and_other_keys_are_named(account: Account, sweeper: Sweeper) -> None:
    sweep = sweeper.sweep(account, account.users["bob"], SESSIONS["access key"])
    assert "dynamodb:table" in found(sweep)["dynamodb:GetItem"]
    assert "sqs:SendMessage" not in found(sweep)
    assert sweep.unstated == ("aws:sourceip",)


def test_without_policies_nothing_is_allowed(account: Account, sweeper: Sweeper) -> None:
    sweep = sweeper.sweep(account, account.users["amy"], SESSIONS["with MFA"])
    assert (sweep.allowed, sweep.granted, sweep.labels()) == (0, (), {})


def test_an_administrator_may_do_everything(account: Account, sweeper: Sweeper) -> None:
    sweep = sweeper.sweep(account, account.roles["admin"], SESSIONS["with MFA"])
    assert sweep.allowed == load().table.all


def test_what_one_has_beyond_another(account: Account, sweeper: Sweeper) -> None:
    bob, admin = account.users["bob"], account.roles["admin"]
    old = sweeper.sweep(account, bob, SESSIONS["access key"], beside=bob)
    new = sweeper.sweep(account, bob, SESSIONS["with MFA"], beside=bob)
    assert {name for name in found(new.beyond(old)) if not name.startswith("ec2:Stop")} == set()
    assert old.beyond(new).granted == ()
    everything = sweeper.sweep(account, admin, SESSIONS["with MFA"], beside=bob)
    lost = sweeper.sweep(account, bob, SESSIONS["with MFA"], beside=admin).beyond(everything)
    # A role has no user of its own, and no user name to put into bob's pattern.
    assert "user/own" in found(lost).pop("iam:CreateAccessKey")
    assert found(lost).keys() - {"iam:CreateAccessKey"} == set()


@pytest.mark.parametrize("who", ["ec2webuser", "adminuser", "baseuser"])
@pytest.mark.parametrize("session", ["with MFA", "console without MFA", "access key"])
def test_the_naive_evaluator_agrees(who: str, session: str, sweeper: Sweeper) -> None:
    """On a sample of each shipped user's targets and actions, allowed or not."""
    account = load_account(Path(__file__).parents[3] / "scenarios" / "account.yaml", allow_external=True)
    principal = account.users[who]
    sweep = sweeper.sweep(account, principal, SESSIONS[session])
    documents = [read(policy.document) for policy in principal.loaded_policies]
    stated = {one.name: str(one.value) for one in SESSIONS[session].context.values() if one.value is not None}
    chance = random.Random(who + session)
    for target in chance.sample(sweep.granted, min(6, len(sweep.granted))):
        for action in _near(target, chance):
            request = Request(action, target.resource, {**principal.derived_context(), **stated})
            naive = decide(documents, request).effect == ALLOWED
            assert naive == bool(target.allowed & load().table.bit(action)), (action, target.label)


def _near(target: Granted, chance: random.Random) -> list[str]:
    """Return actions that are allowed on the target, and where any may be asked some that need not be."""
    allowed = load().of_mask(target.allowed)
    others = chance.sample(load().actions(), 20) if target.resource == "*" else []
    return [*chance.sample(allowed, min(10, len(allowed))), *others]


def test_policies_are_counted_in_each_context() -> None:
    managed = managed_policy("AmazonEC2FullAccess")
    assert managed is not None
    policy = parse_policy_text(managed.text, name=managed.name)
    nothing = parse_policy_text('{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}', name="nothing")
    counts = tuple(count_policies([policy, nothing], [Context.of()] * 2, Workspace(load().table), Caller()))
    assert [(one.name, one.allowed) for one in counts] == [("AmazonEC2FullAccess", (1128, 1128)), ("nothing", (0, 0))]


def test_what_keys_that_nobody_stated_would_allow(tmp_path: Path, sweeper: Sweeper) -> None:
    """Neither what the session or the principal settles, nor what a Deny takes back anyway."""

    def allow(action: str, key: str) -> str:
        return f"{{Effect: Allow, Action: '{action}', Resource: '*', Condition: {{StringEquals: {{'{key}': x}}}}}}"

    statements = (
        allow("iam:PassRole", "iam:PassedToService"),
        allow("sqs:SendMessage", "aws:PrincipalTag/team"),
        allow("ec2:StopInstances", "aws:MultiFactorAuthPresent"),
        allow("s3:GetObject", "s3:prefix"),
        "{Effect: Deny, Action: 's3:*', Resource: '*'}",
    )
    policy = f"{{Version: '2012-10-17', Statement: [{', '.join(statements)}]}}"
    path = tmp_path / "account.yaml"
    path.write_text(f"id: '123456789012'\nusers: {{bob: {{policies: [{policy}]}}}}\n", encoding="utf-8")
    account = load_account(path, allow_external=True)
    sweep = sweeper.sweep(account, account.users["bob"], SESSIONS["access key"])
    told = [(one.keys, load().of_mask(one.allowed)) for one in sweep.conditional]
    assert (sweep.allowed, told) == (0, [(("iam:PassedToService",), ("iam:PassRole",))])


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1"])
def test_the_takers_of_a_type_take_its_example(sweeper: Sweeper, region: str) -> None:
    partition = "aws" if region.startswith("us") else "aws-cn"
    for name in sweeper.catalogue.services():
        for kind, takers in sweeper._kinds(name).items():
            arn = sweeper._types.example(kind, partition, "111111111111", region)
            assert not takers & ~sweeper.workspace.gate(arn), (name, kind.name, arn)
