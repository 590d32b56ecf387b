"""Cells that decide alike are judged once, and nobody can tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.catalogue import load
from simulator.suites.load import load_suites
from simulator.suites.run import EmbeddedRunner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.suites.cells import Cell
    from simulator.suites.result import CellResult
    from tests.unit.suites.world import World

SHIPPED = Path(__file__).parents[3] / "scenarios"

# What is said of some of these cells quotes their ARN, hangs on their context or on the caller.
ACCOUNT = """\
id: 123456789012
policies:
  Own:
    Version: 2012-10-17
    Statement:
      - {Sid: Own, Effect: Allow, Action: ["s3:*", "ec2:*", "iam:*"], Resource: "arn:aws:*:::homes/${aws:username}/*"}
      - {Sid: Odd, Effect: Allow, Action: s3:GetObject, Resource: "*",
         Condition: {StringEquals: {s3:LocationConstraint: eu-west-1}}}
      - {Sid: Where, Effect: Deny, Action: s3:PutObject, Resource: "*",
         Condition: {IpAddress: {aws:SourceIp: 198.51.100.0/24}}}
      - {Sid: Run, Effect: Allow, Action: ["ec2:RunInstances", "ec2:DescribeInstances"], Resource: "*"}
      - {Sid: NoMfa, Effect: Deny, NotAction: "iam:*", Resource: "*",
         Condition: {BoolIfExists: {aws:MultiFactorAuthPresent: "false"}}}
groups:
  web: {policies: [Own]}
users:
  ann: {groups: [web]}
  bob: {groups: [web], tags: {team: web}}
  eve: {groups: [web], boundary: Own}
roles:
  auditor: {policies: [Own]}
"""
HEAD = """\
context: {aws:SourceIp: 203.0.113.7}
resources:
  home:
    own: arn:aws:s3:::homes/${aws:username}/a
    others: arn:aws:s3:::homes/someone/a
  both: {together: ["arn:aws:s3:::homes/${aws:username}/a", "arn:aws:s3:::homes/${aws:username}/b"]}
  some: {each: ["arn:aws:s3:::homes/${aws:username}/a", "arn:aws:s3:::homes/x/b"]}
  instance: {arn: "arn:aws:ec2:eu-west-1:123456789012:instance/i-0abcd1234ef567890"}
  foreign: {arn: "arn:aws:s3:::homes/ann/a", owner: "222222222222"}
"""
SCENARIOS = """\
- {name: Objects, as: [ann, bob, eve], actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], on: [home, both, some, foreign, "*"], expect: deny}
- {name: Allowed, as: [ann, bob, eve], actions: ["s3:GetObjectAcl"], on: home, expect: noExplicitDeny, tags: [x]}
- {name: Located, as: [ann, bob], actions: ["s3:GetObject"], on: home, context: {"s3:LocationConstraint": eu-west-1}, expect: {verdict: allow, by: Odd}, known_gap: {reason: r, until: 2999-01-01}}
- {name: Unknown where, as: [ann, bob], actions: ["s3:PutObject"], on: home, context: {"aws:SourceIp": null}, expect: deny}
- {name: Run, as: [ann, bob, auditor], actions: ["ec2:RunInstances", "ec2:DescribeInstances", "ec2:Nonsense"], on: [instance, "*"], session: with MFA, expect: allow}
- {name: Users, as: [ann, bob], actions: ["iam:GetUser", "iam:ChangePassword", "sts:GetSessionToken"], on: [user, "*"], expect: implicitDeny}
- {name: Left out, as: [ann, bob], actions: ["iam:ListUsers"], on: "*", skip: {reason: later}, expect: allow}
- {name: All, as: [ann, bob], actions: ["s3:*"], on: each type, session: access key, expect: noExplicitDeny}
"""


def one_by_one(cells: Sequence[Cell], *, strict: bool) -> list[CellResult]:
    """Judge each cell as if it were the only one."""
    return [EmbeddedRunner([cell], load(), strict=strict).result(cell) for cell in cells]


def together(cells: Sequence[Cell], *, strict: bool) -> list[CellResult]:
    runner = EmbeddedRunner(cells, load(), strict=strict)
    return [runner.result(cell) for cell in cells]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("semantics", ["simulator", "live"])
def test_every_cell_is_told_what_it_would_be_told_alone(world: World, *, semantics: str, strict: bool) -> None:
    world.write("suites/account.yaml", ACCOUNT)
    world.suite(SCENARIOS, head=f"{HEAD}semantics: {semantics}\n")
    cells = world.cells()
    found = together(cells, strict=strict)
    assert found == one_by_one(cells, strict=strict)
    assert len({(one.outcome, one.vacuous, one.warnings) for one in found}) > 5


def test_a_key_that_is_never_sent_is_told_where_the_rest_of_the_condition_holds(world: World) -> None:
    odd = """{StringEquals: {s3:LocationConstraint: eu-west-1, "aws:PrincipalTag/team": web}}"""
    world.suite(
        "- {name: A, actions: ['s3:GetObject'], on: 'arn:aws:s3:::b/a', session: [elsewhere, there], expect: deny}",
        head=f"""\
        policies: [{{Version: 2012-10-17, Statement: [
          {{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {odd}}}]}}]
        sessions:
          elsewhere: {{"s3:LocationConstraint": eu-west-1, "aws:PrincipalTag/team": db}}
          there: {{"s3:LocationConstraint": us-east-1, "aws:PrincipalTag/team": web}}
        """,
    )
    found = together(world.cells(), strict=False)
    assert [one.vacuous is None for one in found] == [True, False]


def test_the_literal_star_is_told_where_it_decides_as_an_arn_does(world: World) -> None:
    world.suite(
        "- {name: A, as: bob, actions: ['iam:GetUser'], on: [user, '*'], session: with MFA, expect: implicitDeny}"
    )
    found = together(world.cells(), strict=False)
    assert [bool(one.warnings) for one in found] == [False, False, True]


def test_the_shipped_suites_too() -> None:
    cells = load_suites([SHIPPED], root=SHIPPED.parent).cells()[::7]
    assert together(cells, strict=False) == one_by_one(cells, strict=False)


def test_users_of_a_group_are_few_questions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"user{number}" for number in range(50)]
    users = "".join(f"  {name}: {{groups: [web]}}\n" for name in names)
    world.write("suites/account.yaml", ACCOUNT.replace("roles:", f"{users}roles:"))
    world.suite(
        f"- {{name: A, as: [{', '.join(names)}], actions: ['s3:GetObjectAcl'], on: home, expect: noExplicitDeny,"
        " session: with MFA}",
        head=HEAD,
    )
    cells = world.cells()
    judged: list[Cell] = []
    judge = EmbeddedRunner.evidence

    def counted(self: EmbeddedRunner, cell: Cell) -> object:
        judged.append(cell)
        return judge(self, cell)

    monkeypatch.setattr(EmbeddedRunner, "evidence", counted)
    assert {one.outcome for one in together(cells, strict=False)} == {"passed"}
    assert (len(cells), len(judged)) == (100, 2)
