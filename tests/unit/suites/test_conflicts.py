"""What scenarios owe to each other: no opposite verdicts, and in a closed suite no gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.suites.world import World

RESOURCES = """
resources:
  queue: arn:aws:sqs:eu-west-1:123456789012:q
  same: arn:aws:sqs:eu-west-1:123456789012:q
  theirs: {arn: arn:aws:s3:::b/k, owner: 222222222222}
  ours: arn:aws:s3:::b/k
  both: {together: [arn:aws:s3:::b/k, arn:aws:s3:::b/l]}
  one by one: {each: [arn:aws:s3:::b/k, arn:aws:s3:::b/l]}
sessions:
  fresh: {aws:MultiFactorAuthPresent: true, aws:MultiFactorAuthAge: 60}
"""
HEAD = "as: bob, session: with MFA"


def pair(world: World, first: str, second: str) -> list[str]:
    """Return the faults of two scenarios."""
    world.suite(f"- {{name: first, {first}}}\n- {{name: second, {second}}}", head=RESOURCES)
    return [one.code for one in world.faults() if one.severity.value == "error"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("actions: iam:ListUsers, expect: allow", "actions: iam:ListUsers, expect: deny"),
        ("actions: iam:ListUsers, expect: implicitDeny", "actions: IAM:listusers, expect: explicitDeny"),
        ("actions: iam:ListUsers, expect: noExplicitDeny", "actions: iam:ListUsers, expect: explicitDeny"),
        ("actions: sqs:SendMessage, on: queue, expect: allow", "actions: sqs:SendMessage, on: same, expect: deny"),
        ("actions: iam:GetUser, on: user, expect: deny", "actions: iam:GetUser, on: user/others, expect: allow"),
        ("actions: iam:ListUsers, on: '*', expect: allow", "actions: 'iam:List*', on: '*', expect: deny"),
        ("actions: 'iam:*', on: '*', expect: allow", "actions: 'iam:List*', on: '*', expect: deny"),
        ("actions: '*', on: each type, expect: deny", "actions: iam:ListUsers, expect: allow"),
        ("actions: iam:GetUser, on: user, expect: allow", "actions: '*', on: each type, expect: deny"),
        ("actions: 'iam:Get*', on: user/own, expect: allow", "actions: '*', on: each type, expect: deny"),
        ("actions: '*', on: each type, expect: deny", "actions: 'iam:Get*', on: each type, expect: allow"),
        ("actions: s3:GetObject, on: both, expect: allow", "actions: s3:GetObject, on: ours, expect: deny"),
        ("actions: s3:GetObject, on: both, expect: allow", "actions: s3:GetObject, on: both, expect: deny"),
        ("actions: s3:GetObject, on: one by one, expect: deny", "actions: s3:GetObject, on: ours, expect: allow"),
    ],
)
def test_opposite_verdicts_of_one_request_are_an_error(world: World, first: str, second: str) -> None:
    assert pair(world, f"{HEAD}, {first}", f"{HEAD}, {second}") == ["opposite-verdicts"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("actions: iam:ListUsers, expect: deny", "actions: iam:ListUsers, expect: explicitDeny"),
        ("actions: iam:ListUsers, expect: deny", "actions: iam:ListUsers, expect: noExplicitDeny"),
        ("actions: iam:ListUsers, expect: allow", "actions: iam:ListRoles, expect: deny"),
        ("actions: s3:GetObject, on: theirs, expect: allow", "actions: s3:GetObject, on: ours, expect: deny"),
        ("actions: s3:GetObject, on: both, expect: deny", "actions: s3:GetObject, on: ours, expect: allow"),
        ("actions: 'iam:Get*', on: '*', expect: allow", "actions: 'iam:List*', on: '*', expect: deny"),
        ("actions: '*', except: iam:ListUsers, on: each type, expect: deny", "actions: iam:ListUsers, expect: allow"),
        ("actions: iam:ListUsers, expect: allow", "actions: iam:ListUsers, expect: deny, context: {a:B: c}"),
        ("actions: iam:ListUsers, expect: allow", "actions: iam:ListUsers, expect: deny, skip: {reason: later}"),
    ],
)
def test_what_can_both_be_is_no_error(world: World, first: str, second: str) -> None:
    assert pair(world, f"{HEAD}, {first}", f"{HEAD}, {second}") == []


def test_sessions_that_state_the_same_are_the_same(world: World) -> None:
    first = "as: bob, session: fresh, actions: iam:ListUsers, expect: allow"
    assert pair(world, first, f"{HEAD}, actions: iam:ListUsers, expect: deny") == ["opposite-verdicts"]


def test_other_principals_and_sessions_are_other_requests(world: World) -> None:
    first = "as: bob, session: with MFA, actions: iam:ListUsers, expect: allow"
    assert pair(world, first, "as: carol, session: with MFA, actions: iam:ListUsers, expect: deny") == []
    assert pair(world, first, "as: bob, session: without MFA, actions: iam:ListUsers, expect: deny") == []


def test_both_scenarios_are_named(world: World) -> None:
    world.suite(
        f"- {{name: a, {HEAD}, actions: iam:ListUsers, expect: allow}}\n- {{name: b, {HEAD}, actions: iam:ListUsers, expect: deny}}"
    )
    (fault,) = world.faults()
    assert (
        fault.message
        == "`b` demands `deny`, and `a` (line 5) `allow` of one request: `bob` [with MFA] `iam:ListUsers` on `*`"
    )
    assert fault.span is not None
    assert fault.span.line == 6


# --- closed -------------------------------------------------------------------------------------


def test_a_closed_suite_with_a_gap_is_an_error_that_counts(world: World) -> None:
    world.suite(
        """
        - {name: a, as: bob, session: with MFA, actions: iam:ListUsers, expect: allow}
        - {name: b, as: carol, session: access key, actions: [iam:ListUsers, iam:ListRoles], expect: deny}
        """,
        head="closed: true",
    )
    (fault,) = world.faults()
    assert fault.code == "closed"
    assert "no scenario speaks about 9 cells: `bob` [with MFA] `iam:ListRoles` on `*`; " in fault.message
    assert "`iamproof test --unspoken` lists all" in fault.help
    assert fault.span is not None
    assert (fault.span.line, fault.span.column) == (3, 1)


def test_a_closed_suite_without_a_gap_is_fine(world: World) -> None:
    world.suite(
        """
        - {name: a, as: bob, actions: [iam:ListUsers, iam:GetUser], expect: {iam:ListUsers: allow, iam:GetUser: deny}}
        - {name: b, as: [carol, auditor], actions: 'iam:ListU*', on: '*', expect: deny}
        - {name: c, as: [carol, auditor], actions: iam:GetUser, on: user, expect: deny}
        """,
        head="closed: true",
    )
    assert [one.code for one in world.faults() if one.severity.value == "error"] == ["closed"]
    world.suite(
        """
        - {name: a, as: bob, actions: [iam:ListUsers, iam:GetUser], expect: {iam:ListUsers: allow, iam:GetUser: deny}}
        - {name: b, as: [carol, auditor], actions: [iam:ListUsers, iam:GetUser], expect: deny}
        """,
        head="closed: true",
    )
    assert world.told() == []


def test_a_sweep_speaks_about_what_it_asks(world: World) -> None:
    world.suite(
        """
        - {name: a, as: [bob, carol, auditor], session: with MFA, actions: [iam:ListUsers, iam:GetUser], expect: deny}
        - {name: b, as: [bob, carol, auditor], session: without MFA, actions: 'iam:*', on: each type, expect: deny}
        - {name: c, as: [bob, carol, auditor], session: with MFA, actions: 'iam:*', on: each type, expect: deny}
        """,
        head="closed: true",
    )
    assert world.told() == []


def test_what_the_gate_decides_is_no_gap(world: World) -> None:
    world.suite(
        """
        - {name: a, as: [bob, carol, auditor], actions: iam:ListUsers, expect: allow}
        - {name: b, as: [bob, carol, auditor], actions: iam:GetUser, on: user, expect: deny}
        """,
        head="closed: true",
    )
    assert world.told() == []


def test_principals_that_no_scenario_names_are_gaps_too(world: World) -> None:
    world.suite("- {name: a, as: bob, actions: iam:ListUsers, expect: allow}", head="closed: true")
    (fault,) = world.faults()
    assert "no scenario speaks about 5 cells: `carol` [with MFA] `iam:ListUsers` on `*`; " in fault.message


def test_what_no_scenario_speaks_about_can_be_listed_of_any_suite(world: World) -> None:
    world.suite("- {name: a, as: [bob, carol], session: with MFA, actions: iam:ListUsers, expect: allow}")
    (unspoken,) = world.load().unspoken.values()
    assert unspoken.count == 2
    assert [str(gap) for gap in unspoken.gaps()] == [
        "suites/suite.yaml::auditor[with MFA]-iam:ListUsers-*",
        "suites/suite.yaml::auditor[console without MFA]-iam:ListUsers-*",
    ]
