"""Invariants of suites decided: what each word of them means, and the three answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.analyse.invariants import decide_invariant, settle
from simulator.analyse.prove import Counterexample, Unknown
from simulator.catalogue import load
from simulator.errors import DefectError
from simulator.suites.run import EmbeddedRunner
from tests.unit.suites.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.suites.result import InvariantResult

ACCOUNT = """\
id: 123456789012
policies:
  Devices:
    Version: 2012-10-17
    Statement:
      - {Sid: Own, Effect: Allow, Action: ["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"],
         Resource: "arn:aws:iam::*:mfa/${aws:username}"}
      - {Sid: Look, Effect: Allow, Action: "iam:ListUsers", Resource: "*"}
      - {Sid: NoMfa, Effect: Deny, NotAction: ["iam:CreateVirtualMFADevice", "iam:ListUsers"], Resource: "*",
         Condition: {BoolIfExists: {aws:MultiFactorAuthPresent: "false"}}}
  Prefix:
    Version: 2012-10-17
    Statement: {Effect: Allow, Action: "iam:*", Resource: "arn:aws:iam::*:mfa/${aws:username}*"}
  Forgets:
    Version: 2012-10-17
    Statement:
      - {Effect: Allow, Action: "s3:*", Resource: "*"}
      - {Effect: Deny, Action: "*", Resource: "*", Condition: {Bool: {aws:MultiFactorAuthPresent: "false"}}}
  Plain: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}
  Reads: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "s3:Get*", Resource: "*"}]}
  Narrow:
    Version: 2012-10-17
    Statement: {Effect: Allow, Action: "s3:Get*", Resource: "arn:aws:s3:::b/*"}
  Tagged:
    Version: 2012-10-17
    Statement:
      Effect: Allow
      Action: "ec2:StartInstances"
      Resource: "*"
      Condition: {StringEquals: {aws:ResourceTag/env: dev}}
users:
  bob: {policies: [Devices]}
  bobby: {policies: [Prefix]}
  forgetful: {policies: [Forgets]}
  admin: {policies: [Plain], path: /ops/}
  bounded: {policies: [Plain], boundary: Reads}
  reader: {policies: [Reads], tags: {team: web}}
roles:
  auditor: {policies: [Plain]}
"""
RESOURCES = """\
resources:
  object: "arn:aws:s3:::b/k"
  folder: {own: "arn:aws:s3:::homes/${aws:username}/*", others: "arn:aws:s3:::homes/x/*"}
  shared: {arn: "arn:aws:s3:::s/k", policy: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: "*", Action: "s3:*", Resource: "*"}}}
  foreign: {arn: "arn:aws:s3:::f/k", owner: "222222222222"}
  production: {arn: "arn:aws:ec2:eu-west-1:123456789012:instance/i-1", tags: {env: prod}}
"""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A folder with the account; it is the current one."""
    monkeypatch.chdir(tmp_path)
    found = World(tmp_path)
    found.write("suites/account.yaml", ACCOUNT)
    return found


def settled(world: World, item: str, *, head: str = "") -> InvariantResult:
    """Decide one invariant."""
    world.write(
        "suites/suite.yaml", f"suite: x\naccount: account.yaml\n{head}{RESOURCES}invariants:\n  - {{name: n, {item}}}\n"
    )
    (one,) = world.load().asserted
    return decide_invariant(one, load())


PROVED = {
    "a principal's own policies": "as: bob, session: without MFA, except: ['iam:CreateVirtualMFADevice', 'iam:ListUsers'], expect: explicitDeny",
    "whoever has them": "as: any user like bob, actions: 'iam:*', on: {any: mfa device, except: own}, expect: deny",
    "everybody of an account": "as: any user, session: with MFA, actions: 's3:GetObject', on: object, expect: noExplicitDeny",
    "always possible": "as: any user like bob, actions: 'iam:CreateVirtualMFADevice', on: mfa device/own, expect: allow",
    "a user's own, of a user with a path": "as: admin, actions: 'iam:GetUser', on: user/own, expect: allow",
    "no resource at all": "as: bob, actions: 'iam:ListUsers', on: '*', expect: allow",
    "the text is no pattern": "as: bob, actions: 'iam:DeleteVirtualMFADevice', on: '*', expect: deny",
    "an ARN with wildcards": "as: reader, actions: 's3:GetObject', on: 'arn:aws:s3:::b/*', expect: allow",
    "an ARN with a variable": "as: any user like bobby, actions: 'iam:DeleteVirtualMFADevice', on: 'arn:aws:iam::123456789012:mfa/${aws:username}', expect: allow",
    "a resource of the suite": "as: reader, actions: 's3:Put*', on: object, expect: implicitDeny",
    "a target of a resource": "as: reader, actions: 's3:Put*', on: folder/own, expect: deny",
    "a kind but one target": "as: bob, actions: 's3:*', on: {any: folder, except: own}, expect: deny",
    "a boundary": "as: bounded, actions: 's3:*', except: 's3:Get*', on: any resource, expect: deny",
    "not stopped": "as: bob, actions: 'iam:ListUsers', expect: noExplicitDeny",
    "tags of a target": "as: reader, actions: 'ec2:StartInstances', on: production, expect: deny",
    "access levels": "as: reader, actions: {match: 's3:*', access-level: Write}, on: object, expect: deny",
    "a context": "as: bob, actions: 'iam:DeleteVirtualMFADevice', context: {aws:MultiFactorAuthPresent: false}, expect: explicitDeny",
    "no new access": "policies: {new: Narrow, old: Reads}, expect: no new access",
    "equivalent": "policies: {new: [Reads, Narrow], old: Reads}, expect: equivalent",
    "disjoint": "policies: {new: Reads, old: Devices}, expect: disjoint",
    "beneath a boundary": "as: bounded, policies: {new: Plain, old: Reads}, expect: no new access",
    "an action that the catalogue does not know": "as: bob, actions: 'iam:Frob', session: without MFA, expect: explicitDeny",
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_what_holds_of_all_requests_is_proved(world: World, name: str) -> None:
    found = settled(world, PROVED[name])
    assert (found.outcome, found.message, found.vacuous) == ("proved", None, None)
    assert found.refutation is None
    assert found.assumptions


REFUTED = {
    "no MFA key at all": ("as: forgetful, session: without MFA, actions: 's3:*', expect: deny", "access key"),
    "a name that begins alike": ("as: any user like bobby, actions: 'iam:*', on: {any: mfa device, except: own}, expect: deny", "with MFA"),
    "others": ("as: any user like bobby, actions: 'iam:*', on: mfa device/others, expect: deny", "with MFA"),
    "a declared user": ("as: admin, actions: 'iam:*', on: {any: user, except: own}, expect: deny", "with MFA"),
    "not always possible": ("as: bob, actions: 'iam:DeleteVirtualMFADevice', on: mfa device/own, expect: allow", "console without MFA"),
    "an implicit denial is no explicit one": ("as: reader, actions: 's3:Put*', on: object, expect: explicitDeny", "with MFA"),
    "an explicit denial is no implicit one": ("as: bob, session: access key, actions: 's3:Put*', on: object, expect: implicitDeny", "access key"),
    "stopped": ("as: bob, actions: 'iam:DeleteVirtualMFADevice', expect: noExplicitDeny", "console without MFA"),
    "a role": ("as: auditor, actions: 'iam:*', on: user, expect: deny", "with MFA"),
    "new access": ("policies: {new: Reads, old: Narrow}, expect: no new access", "with MFA"),
    "not equivalent, the other way": ("policies: {new: Narrow, old: Reads}, expect: equivalent", "with MFA"),
    "not disjoint": ("policies: {new: Narrow, old: Reads}, expect: disjoint", "with MFA"),
    "everybody": ("as: any user, actions: 's3:GetObject', on: object, expect: deny", "with MFA"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUTED)
def test_what_does_not_hold_is_refuted_by_a_request_that_can_be_asked_again(world: World, name: str) -> None:
    item, session = REFUTED[name]
    found = settled(world, item)
    assert found.outcome == "refuted"
    assert found.message
    assert found.refutation is not None
    assert found.refutation.session == session
    assert found.refutation.scenario or "policies:" in item


@pytest.mark.parametrize("name", [name for name in REFUTED if "policies:" not in REFUTED[name][0]])
def test_the_scenario_of_a_counterexample_fails_as_the_invariant_does(world: World, name: str) -> None:
    found = settled(world, REFUTED[name][0]).refutation
    assert found is not None
    pasted = "".join(f"  {line}\n" for line in found.scenario.splitlines())
    world.write("suites/suite.yaml", f"suite: x\naccount: account.yaml\nscenarios:\n{pasted}")
    loaded = world.load()
    runner = EmbeddedRunner(loaded.cells(), load())
    (result,) = map(runner.result, loaded.cells())
    assert (result.outcome, result.actual) == ("failed", found.actual)


def test_a_counterexample_is_told_with_the_command_that_explains_it(world: World) -> None:
    found = settled(world, REFUTED["a name that begins alike"][0]).refutation
    assert found is not None
    (line,) = found.replay
    assert line.startswith(
        "iamproof explain --account suites/account.yaml --as bobby --session 'with MFA' --action iam:"
    )
    assert "--context aws:username=" in line
    assert [one.policy for one in found.deciding] == ["Prefix"]


def test_where_nothing_decided_the_nearest_statement_is_told(world: World) -> None:
    found = settled(
        world, "as: any user like bob, actions: 'iam:CreateVirtualMFADevice', on: mfa device, expect: allow"
    )
    assert found.refutation is not None
    assert found.refutation.deciding == ()
    assert (found.refutation.near[0].sid, found.refutation.near[0].missed) == ("Own", ("resource",))
    assert "does not name" in found.refutation.near[0].detail


def test_of_an_implicit_denial_the_deny_that_was_to_be_is_told(world: World) -> None:
    found = settled(world, "as: forgetful, session: access key, actions: 'iam:GetUser', expect: explicitDeny")
    assert found.refutation is not None
    assert found.refutation.actual == "implicitDeny"
    assert [(one.effect, one.missed) for one in found.refutation.near] == [("Deny", ("condition",))]


@pytest.mark.parametrize(
    ("item", "head", "reason"),
    [
        ("as: reader, on: shared, expect: deny", "", "a policy on the resource"),
        ("as: reader, on: foreign, expect: deny", "", "belongs to another account"),
        ("as: reader, expect: deny", "semantics: live\n", "as the live services decide"),
    ],
)
def test_what_is_not_modelled_is_unknown(world: World, item: str, head: str, reason: str) -> None:
    found = settled(world, item, head=head)
    assert found.outcome == "unknown"
    assert reason in (found.message or "")


@pytest.mark.parametrize(
    "item",
    [
        "as: auditor, actions: 'iam:GetUser', on: user/own, expect: allow",
        "as: reader, actions: 's3:GetObject', on: 'arn:aws:ec2:*:*:instance/*', expect: deny",
        "as: reader, actions: 's3:GetObject', on: 'arn:aws:iam::999999999999:user/*', expect: deny",
    ],
)
def test_a_proof_about_no_request_says_so(world: World, item: str) -> None:
    found = settled(world, item)
    assert found.outcome == "proved"
    assert "no request" in (found.vacuous or "")


def test_nothing_is_proved_past_a_cap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "_LEAST", 3)
    world.write(
        "suites/suite.yaml",
        "suite: x\naccount: account.yaml\ninvariants:\n"
        "  - {name: n, as: any user like bobby, on: {any: mfa device, except: own}, expect: noExplicitDeny}\n"
        "  - {name: m, as: any user like bob, actions: 'iam:*', on: {any: mfa device, except: own}, expect: deny}\n",
    )
    outcomes = [decide_invariant(one, load(), limit=1) for one in world.load().asserted]
    assert outcomes[1].outcome == "unknown"
    assert "steps" in (outcomes[1].message or "")


def test_one_unknown_among_proofs_makes_the_invariant_unknown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    decided = settle.decide_claim  # type: ignore[attr-defined]  # where it is looked up
    answers = iter([None, Unknown("too much")])
    monkeypatch.setattr(settle, "decide_claim", lambda *given, **more: next(answers, None) or decided(*given, **more))
    found = settled(world, "as: [bob, reader], actions: 'ec2:*', expect: deny")
    assert (found.outcome, found.message) == ("unknown", "reader: too much")


def test_a_counterexample_that_does_not_hold_is_a_defect(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    false = Counterexample("ec2:RunInstances", "*", ())
    monkeypatch.setattr(settle, "decide_claim", lambda *_, **__: false)
    with pytest.raises(DefectError, match="counterexample"):
        settled(world, "as: bob, session: without MFA, actions: 'ec2:*', expect: deny")
