"""Expectations: every cell ends in exactly one verdict, and every key names something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.suites.model import Verdict

if TYPE_CHECKING:
    from tests.unit.suites.world import World

BOTH = "as: [bob, carol], actions: [iam:GetUser, iam:TagUser], on: user"


def scenario(expect: str, body: str = BOTH) -> str:
    """Return a scenario with these expectations."""
    return f"- {{name: s, {body}, expect: {expect}}}"


@pytest.mark.parametrize("word", [verdict.value for verdict in Verdict])
def test_a_verdict_holds_for_all_cells(world: World, word: str) -> None:
    world.suite(scenario(word))
    assert {cell.expected.verdict.value for cell in world.cells()} == {word}


def test_what_decisions_meet_a_verdict() -> None:
    assert {verdict.value: sorted(verdict.accepts) for verdict in Verdict} == {
        "allow": ["allowed"],
        "deny": ["explicitDeny", "implicitDeny"],
        "implicitDeny": ["implicitDeny"],
        "explicitDeny": ["explicitDeny"],
        "noExplicitDeny": ["allowed", "implicitDeny"],
    }


def test_by_names_the_statement_that_must_decide(world: World) -> None:
    world.suite(scenario("{with MFA: allow, without MFA: {verdict: explicitDeny, by: NoMfa}}"))
    assert {(cell.session, cell.expected.by) for cell in world.cells()} == {
        ("with MFA", None),
        ("console without MFA", "NoMfa"),
        ("access key", "NoMfa"),
    }


def test_keys_nest_in_any_order(world: World) -> None:
    trees = (
        "{own: {with MFA: allow, without MFA: deny}, others: implicitDeny}",
        "{with MFA: {own: allow, others: implicitDeny}, without MFA: {own: deny, others: implicitDeny}}",
    )
    found = []
    for tree in trees:
        world.suite(scenario(tree))
        found.append(world.rows())
    assert found[0] == found[1]


def test_the_sessions_behind_a_name_can_be_told_apart(world: World) -> None:
    world.suite(scenario("{with MFA: allow, console without MFA: explicitDeny, access key: deny}"))
    assert {(cell.session, cell.expected.verdict.value) for cell in world.cells()} == {
        ("with MFA", "allow"),
        ("console without MFA", "explicitDeny"),
        ("access key", "deny"),
    }


@pytest.mark.parametrize(
    "tree",
    [
        "{iam:GetUser: allow, iam:TagUser: deny}",
        "{IAM:getuser: allow, 'iam:T*': deny}",
        "{'*': {iam:GetUser: allow, iam:TagUser: deny}}",
        "{bob: {'*GetUser': allow, '*TagUser': deny}, user/carol: {iam:GetUser: allow, iam:TagUser: deny}}",
        "{'iam:*User': {iam:GetUser: allow, iam:TagUser: deny}}",
    ],
)
def test_actions_and_principals_are_keys_with_wildcards(world: World, tree: str) -> None:
    world.suite(scenario(tree))
    assert {(cell.action, cell.expected.verdict.value) for cell in world.cells()} == {
        ("iam:GetUser", "allow"),
        ("iam:TagUser", "deny"),
    }


def test_a_group_is_a_key_where_it_acts(world: World) -> None:
    world.suite(scenario("{web: deny, auditor: implicitDeny}", "as: [web, auditor], actions: iam:ListUsers"))
    assert {(cell.principal.label, cell.expected.verdict.value) for cell in world.cells()} == {
        ("bob", "deny"),
        ("carol", "deny"),
        ("auditor", "implicitDeny"),
    }


def test_a_pattern_among_the_actions_is_a_key_as_it_stands(world: World) -> None:
    body = "as: bob, session: with MFA, actions: ['iam:Get*', iam:GetUser], on: '*'"
    world.suite(scenario("{'iam:Get*': deny, iam:GetUser: implicitDeny}", body))
    assert [cell.expected.verdict.value for cell in world.cells()] == ["deny", "implicitDeny"]


def test_a_star_among_the_targets_is_a_key_as_it_stands(world: World) -> None:
    body = "as: bob, session: with MFA, actions: iam:GetUser, on: ['*', user]"
    world.suite(scenario("{'*': deny, own: allow, others: deny}", body))
    assert [cell.expected.verdict.value for cell in world.cells()] == ["deny", "allow", "deny"]


def test_a_targets_name_serves_while_it_is_clear(world: World) -> None:
    body = "as: bob, session: with MFA, actions: iam:ListMFADevices, on: [user, mfa device]"
    world.suite(scenario("{own: allow, others: deny}", body))
    (first, second) = world.faults()
    assert (first.code, first.help) == ("ambiguous-name", "write `user/own` or `mfa device/own` or `*/own`")
    assert second.code == "ambiguous-name"
    world.suite(scenario("{'*/own': allow, user/others: deny, mfa device/others: implicitDeny}", body))
    assert world.rows() == [
        "bob [with MFA] iam:ListMFADevices user/own: allow",
        "bob [with MFA] iam:ListMFADevices user/others: deny",
        "bob [with MFA] iam:ListMFADevices mfa device/own: allow",
        "bob [with MFA] iam:ListMFADevices mfa device/others: implicitDeny",
    ]


def test_a_resource_of_one_target_is_called_by_its_name(world: World) -> None:
    body = "as: bob, session: with MFA, actions: x:Y, on: [a, b]"
    world.suite(scenario("{a: allow, b: deny}", body), head="resources: {a: 'arn:aws:s3:::a', b: 'arn:aws:s3:::b'}")
    assert [cell.expected.verdict.value for cell in world.cells()] == ["allow", "deny"]


def test_a_resources_own_name_is_no_key(world: World) -> None:
    world.suite(scenario("{user: allow}"))
    (fault,) = world.faults()
    assert (fault.code, fault.help) == ("unknown-name", "a resource's own name is no key: write `user/own` or `user/*`")


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        ("{with MFA: allow}", ["expect-none"]),
        ("{own: allow, others: deny, with MFA: deny}", ["expect-twice", "expect-twice"]),
        ("{own: allow, 'o*': allow}", ["expect-twice"]),
        ("{'*': allow, own: allow}", ["expect-twice"]),
        ("{own: allow, others: deny, anybody: deny}", ["unknown-name"]),
        ("{own: {own: allow, others: deny}, others: deny}", ["expect-unreached"]),
        ("{own: allow, others: deny, access key: {console without MFA: deny}}", ["expect-unreached"]),
        ("{}", ["wrong-value"]),
        ("perhaps", ["wrong-value"]),
        ("true", ["wrong-type"]),
        ("{own: perhaps, others: deny}", ["wrong-value"]),
        ("{verdict: allow, because: x}", ["unknown-key"]),
        ("{by: NoMfa}", ["missing-key"]),
        ("{verdict: implicitDeny, by: NoMfa}", ["wrong-value"]),
        ("[allow]", ["wrong-type"]),
    ],
)
def test_an_expectation_that_is_not_one_verdict_for_each_cell_is_an_error(
    world: World, tree: str, told: list[str]
) -> None:
    world.suite(scenario(tree))
    assert [one.code for one in world.faults()] == told


def test_a_cell_without_a_verdict_is_named(world: World) -> None:
    world.suite(scenario("{with MFA: allow, console without MFA: deny}"))
    (fault,) = world.faults()
    assert fault.message == "no verdict for `bob` [access key] `iam:GetUser` on `user/own` and 7 more cells"
    assert fault.span is not None
    assert (fault.span.line, fault.span.column) == (5, 88)


def test_a_name_that_means_two_things_is_an_error(world: World) -> None:
    world.write("suites/account.yaml", "id: 123456789012\nusers: {own: }\n")
    world.suite(scenario("{own: allow, others: deny}", "as: own, actions: iam:GetUser, on: user"))
    (fault,) = world.faults()
    assert (fault.code, fault.message) == ("ambiguous-name", "`own` is a principal and a target of this scenario")


def test_sessions_and_targets_are_not_called_by_reserved_words(world: World) -> None:
    world.suite("- {name: s, as: bob, actions: iam:ListUsers, expect: deny}", head="sessions: {by: {}}")
    assert [one.code for one in world.faults()] == ["reserved-name"]


def test_many_wildcards_cost_no_time(world: World) -> None:
    world.suite(scenario(f"{{'{'*a' * 40}b': allow}}", f"as: bob, actions: iam:{'a' * 3000}"))
    assert [one.code for one in world.faults() if one.severity.value == "error"] == ["unknown-name"]
