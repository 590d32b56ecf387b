"""A denial that holds because nothing could have matched proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.catalogue import load
from simulator.suites.run import EmbeddedRunner

if TYPE_CHECKING:
    from simulator.suites.result import CellResult
    from tests.unit.suites.world import World

HEAD = """\
policies:
  - Version: 2012-10-17
    Statement:
      - {Effect: Allow, Action: "s3:GetObject", Resource: "*", Condition: {StringEquals: {s3:prefix: a}}}
      - {Effect: Allow, Action: "ec2:StopInstances", Resource: "*", Condition: {StringEquals: {s3:prefix: a}}}
      - {Effect: Allow, Action: "ec2:StartInstances", Resource: "*", Condition: {StringEquals: {ec2:SourceInstanceArn: a}}}
      - {Effect: Allow, Action: "s3:ListBucket", Resource: "*", Condition: {StringEquals: {s3:prefix: a}}}
      - {Effect: Deny, Action: ["s3:PutObject", "frob:Do"], Resource: "*"}
"""
INSTANCE = "arn:aws:ec2:eu-west-1:111111111111:instance/i"


def judged(world: World, action: str, on: str, expect: str = "deny", *, strict: bool = False) -> CellResult:
    """Return the one cell that asks *action* of *on*."""
    world.suite(f"- {{name: A, actions: '{action}', on: '{on}', session: any sign-in, expect: {expect}}}", head=HEAD)
    (cell,) = world.cells()
    return EmbeddedRunner([cell], load(), strict=strict).result(cell)


@pytest.mark.parametrize(
    ("action", "on", "reason"),
    [
        ("ec2:Frobnicate", "*", "the catalogue of {date} knows no action ec2:Frobnicate"),
        ("rockets:Launch", "*", "the catalogue of {date} knows no action rockets:Launch"),
        ("frob:Do", "*", "the catalogue of {date} knows no action frob:Do"),
        ("s3:GetObject", INSTANCE, f"{INSTANCE} is of no type that s3:GetObject takes, so no statement could match"),
        ("s3:GetObject", "arn:aws:s3:::b/k", "#1 waits for s3:prefix, which AWS never sends with s3:GetObject"),
        ("ec2:StopInstances", INSTANCE, "#2 waits for s3:prefix, which AWS never sends with ec2:StopInstances"),
    ],
)
def test_what_could_never_have_matched_is_vacuous(world: World, action: str, on: str, reason: str) -> None:
    found = judged(world, action, on)
    assert found.outcome == "passed"
    assert (found.vacuous or "").endswith(reason.format(date=load().date))
    assert judged(world, action, on, strict=True).outcome == "failed"


@pytest.mark.parametrize(
    ("action", "on", "expect"),
    [
        ("s3:PutObject", "arn:aws:s3:::b/k", "explicitDeny"),
        ("s3:ListBucket", "arn:aws:s3:::b", "deny"),
        ("ec2:StartInstances", INSTANCE, "deny"),
        ("s3:DeleteObject", "arn:aws:s3:::b/k", "implicitDeny"),
        ("s3:DeleteObject", "arn:aws:s3:::b/k", "deny"),
    ],
)
def test_what_could_have_matched_is_not(world: World, action: str, on: str, expect: str) -> None:
    """A key that is sent with another value, a key of the credentials, and default deny itself."""
    found = judged(world, action, on, expect)
    assert (found.outcome, found.vacuous) == ("passed", None)


def test_a_plain_deny_that_nothing_speaks_of_is_counted_apart(world: World) -> None:
    assert judged(world, "s3:DeleteObject", "arn:aws:s3:::b/k").default_only
    assert not judged(world, "s3:DeleteObject", "arn:aws:s3:::b/k", "implicitDeny").default_only
