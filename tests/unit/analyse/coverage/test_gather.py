"""What counts as decisive, matched, nearly matched; as an outcome seen; as a pattern used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.analyse.coverage.covering import covered

if TYPE_CHECKING:
    from simulator.suites.coverage import StatementCoverage
    from tests.unit.suites.world import World

ALLOW = '{"Sid": "S", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}'
GATED = (
    '{"Sid": "S", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",'
    ' "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}'
)
USERS = '{"Sid": "S", "Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}'
CELL = "- {{name: c, as: {who}, session: {session}, actions: ['{action}'], on: '{on}', expect: {expect}}}"


def cell(
    action: str = "s3:GetObject",
    on: str = "arn:aws:s3:::b/k",
    *,
    session: str = "with MFA",
    who: str = "ann",
    expect: str = "deny",
) -> str:
    return CELL.format(action=action, on=on, session=session, who=who, expect=expect)


def one(world: World, statement: str, *cells: str) -> StatementCoverage:
    named = [text.replace("name: c,", f"name: c{number},") for number, text in enumerate(cells)]
    return covered(world, statement, "\n".join(named))["S"]


def used(entries: object) -> list[str]:
    return [entry.text for entry in entries if entry.used]  # type: ignore[attr-defined]


def test_statement_on_which_a_decision_rests_is_decisive_and_decides_alone(world: World) -> None:
    found = one(world, ALLOW, cell(expect="allow"))
    assert (found.reach, found.alone, found.missed) == ("decisive", True, ())


@pytest.mark.parametrize(
    ("statement", "asked", "missed"),
    [
        (ALLOW, cell("s3:PutObject"), ("action",)),
        (ALLOW, cell(on="arn:aws:s3:::other/k"), ("resource",)),
        (GATED, cell(session="console without MFA"), ("condition",)),
        (USERS, cell("iam:GetUser", on="arn:aws:iam::123456789012:mfa/ann"), ("gate",)),
    ],
)
def test_statement_missed_by_one_set_names_it(
    world: World, statement: str, asked: str, missed: tuple[str, ...]
) -> None:
    found = one(world, statement, asked)
    assert (found.reach, found.missed) == ("near", missed)


@pytest.mark.parametrize("asked", [cell("iam:GetUser", on="*"), cell(who="bob")])
def test_statement_missed_by_more_or_of_somebody_else_was_never_reached(world: World, asked: str) -> None:
    assert one(world, ALLOW, asked).reach == "never"


@pytest.mark.parametrize(
    "asked",
    [
        cell(on="arn:aws:s3:::o/k", session="console without MFA"),
        cell("s3:PutObject", session="console without MFA"),
        cell("s3:PutObject", on="arn:aws:s3:::o/k"),
    ],
)
def test_statement_missed_by_two_sets_was_not_nearly_matched(world: World, asked: str) -> None:
    assert one(world, GATED, asked).reach == "never"


def test_outcome_of_one_statement_is_not_seen_by_another_that_names_other_resources(world: World) -> None:
    other = GATED.replace('"S"', '"O"').replace("arn:aws:s3:::b/*", "arn:aws:s3:::o/*")
    found = covered(world, f"{GATED},\n{other}", cell(on="arn:aws:s3:::o/k", session="console without MFA"))
    assert (found["S"].conditions[0].seen, found["O"].conditions[0].seen) == ((), ("false",))


def test_statement_that_a_deny_outdoes_is_matched_only(world: World) -> None:
    deny = ALLOW.replace('"S"', '"D"').replace("Allow", "Deny")
    found = covered(world, f"{ALLOW},\n{deny}", cell())
    assert (found["S"].reach, found["D"].reach) == ("matched", "decisive")


def test_statement_that_decides_nothing_that_another_does_not_is_not_alone(world: World) -> None:
    wide = ALLOW.replace('"S"', '"W"').replace("s3:GetObject", "s3:Get*")
    found = covered(
        world,
        f"{ALLOW},\n{wide}",
        cell(expect="allow") + "\n" + cell("s3:GetObjectAcl", expect="allow").replace("name: c", "name: d"),
    )
    assert [(one.reach, one.alone) for one in found.values()] == [("decisive", False), ("decisive", True)]


def test_outcomes_of_a_condition_are_seen_where_action_and_resource_match(world: World) -> None:
    asked = [
        cell(session="console without MFA"),
        cell("s3:PutObject"),
        cell(on="arn:aws:s3:::o/k", session="access key"),
    ]
    assert one(world, GATED, *asked).conditions[0].seen == ("false",)
    whole = [cell(expect="allow"), cell(session="console without MFA"), cell(session="access key", expect="allow")]
    assert one(world, GATED, *whole).conditions[0].missing == ()


@pytest.mark.parametrize(
    ("condition", "possible"),
    [
        ('{"Bool": {"aws:MultiFactorAuthPresent": "true"}}', ("true", "false", "absent")),
        ('{"Null": {"aws:MultiFactorAuthPresent": "true"}}', ("false", "absent")),
        ('{"Null": {"aws:MultiFactorAuthPresent": "false"}}', ("true", "absent")),
        ('{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/ann"}}', ("true", "false")),
    ],
)
def test_only_outcomes_that_can_occur_are_asked_for(world: World, condition: str, possible: tuple[str, ...]) -> None:
    text = GATED.replace('{"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}', condition)
    assert one(world, text, cell(who="bob")).conditions[0].possible == possible


def test_patterns_are_used_by_the_requests_that_the_statement_applied_to(world: World) -> None:
    text = (
        '{"Sid": "S", "Effect": "Allow", "Action": ["s3:GetObject", "s3:Get*", "s3:PutObject"],'
        ' "Resource": ["arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::c/*"]}'
    )
    found = one(world, text, cell(on="arn:aws:s3:::b/ann/k", expect="allow"), cell("s3:PutObject"))
    assert used(found.actions) == ["s3:GetObject", "s3:Get*"]
    assert used(found.resources) == ["arn:aws:s3:::b/${aws:username}/*"]


def test_entry_of_a_not_element_is_used_by_a_request_that_only_it_exempts(world: World) -> None:
    text = (
        '{"Sid": "S", "Effect": "Deny", "NotAction": ["s3:GetObject", "s3:PutObject"],'
        ' "NotResource": ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"]}'
    )
    found = one(world, text, cell(on="arn:aws:s3:::x/k"), cell("s3:PutObject"), cell("s3:DeleteObject"))
    assert used(found.actions) == ["s3:GetObject"]
    assert used(found.resources) == ["arn:aws:s3:::b/*"]
    assert (found.not_actions, found.not_resources) == (True, True)


def test_allow_of_a_boundary_is_decisive_where_it_lets_through(world: World) -> None:
    account = "users:\n  ann: {policies: [p], boundary: p}\n"
    assert covered(world, ALLOW, cell(expect="allow"), account=account)["S"].reach == "decisive"


def test_principal_that_a_resource_policy_does_not_name_is_what_it_missed_by(world: World) -> None:
    bucket = (
        '{"Version": "2012-10-17", "Statement": [{"Sid": "R", "Effect": "Allow", "Action": "s3:GetObject",'
        ' "Principal": {"AWS": "arn:aws:iam::123456789012:user/ann"}, "Resource": "arn:aws:s3:::b/*"}]}'
    )
    world.write("policies/bucket.json", bucket)
    world.write("policies/p.json", f'{{"Version": "2012-10-17", "Statement": [{ALLOW}]}}')
    world.write("suites/account.yaml", 'id: "123456789012"\nusers:\n  bob: {}\n')
    world.suite(
        "- {name: c, as: bob, session: with MFA, actions: ['s3:GetObject'], on: bucket, expect: deny}",
        head="account: account.yaml\nresources:\n  bucket: {arn: 'arn:aws:s3:::b/k', policy: ../policies/bucket.json}",
    )
    from iamproof.session import RunOptions, run_session

    coverage = run_session(RunOptions(paths=("suites",), coverage=True, with_git=False)).coverage
    assert coverage is not None
    (statement,) = coverage.policies[0].statements
    assert (statement.reach, statement.missed) == ("near", ("principal",))


@pytest.mark.parametrize(("semantics", "reach"), [("simulator", "decisive"), ("live", "matched")])
def test_no_decision_rests_on_a_statement_where_a_live_rule_decides(world: World, semantics: str, reach: str) -> None:
    text = '{"Sid": "S", "Effect": "Allow", "Action": "sts:GetSessionToken", "Resource": "*"}'
    found = covered(world, text, cell("sts:GetSessionToken", on="*", expect="allow"), semantics=semantics)
    assert found["S"].reach == reach


def test_skipped_cells_cover_nothing(world: World) -> None:
    asked = cell(expect="allow").replace("expect: allow", "skip: {reason: not now}, expect: allow")
    assert one(world, ALLOW, asked).reach == "never"
