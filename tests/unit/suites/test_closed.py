"""What no scenario speaks about, counted: what speaks, of which places, and what needs no word.

That count and list are those of a walk through the whole product is a law in ``tests/property/test_unspoken.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.suites.targets import BuiltIn

if TYPE_CHECKING:
    from simulator.accounts.model import Principal
    from tests.unit.suites.world import World

RESOURCES = """
resources:
  own: arn:aws:s3:::homes/${aws:PrincipalTag/team, 'none'}/n
  web: arn:aws:s3:::homes/web/n
  db: arn:aws:s3:::homes/db/n
  both: {together: ["arn:aws:s3:::homes/web/n", "arn:aws:s3:::homes/db/n"]}
  each: {each: ["arn:aws:s3:::homes/web/n", "arn:aws:s3:::homes/db/n"]}
  theirs: {arn: "arn:aws:s3:::homes/x/n", owner: "222222222222"}
"""
ALL = "as: [bob, carol, auditor], session: with MFA, expect: deny"


def left(world: World, *scenarios: str) -> list[str]:
    """Return what is left of a suite of these scenarios, whose count is the same."""
    items = "".join(f"- {{name: s{number}, {ALL}, {one}}}\n" for number, one in enumerate(scenarios))
    world.suite(items, head=RESOURCES)
    (unspoken,) = world.load().unspoken.values()
    listed = [str(gap).removeprefix("suites/suite.yaml::") for gap in unspoken.gaps()]
    assert unspoken.count == len(listed)
    return listed


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("actions: s3:GetObject, on: each", "actions: s3:GetObject, on: [web, db]"),
        ("actions: s3:GetObject, on: [web, db]", "actions: s3:GetObject, on: each"),
        ("actions: s3:Get*, on: web", "actions: 's3:*', on: 'arn:aws:s3:::homes/web/n'"),
        ("actions: 's3:*', on: each type", "actions: s3:PutObject, on: db"),
        ("actions: s3:GetObject, on: both", "actions: s3:GetObject, on: both"),
    ],
)
def test_whoever_speaks_of_a_place_speaks_for_all_targets_that_are_it(world: World, first: str, second: str) -> None:
    assert left(world, first, second) == []


def test_a_sweep_does_not_speak_of_what_another_account_owns(world: World) -> None:
    found = left(world, "actions: 's3:*', on: each type", "actions: s3:PutObject, on: theirs")
    assert found == [f"{who}[with MFA]-s3:*-theirs" for who in ("bob", "carol", "auditor")]


def test_a_sweep_speaks_of_the_arns_that_it_makes_up(world: World) -> None:
    sweep = "actions: 's3:*', on: each type"
    assert left(world, sweep, "actions: s3:ListBucket, on: 'arn:aws:s3:::example-bucket-name'") == []
    other = left(world, sweep, "actions: s3:ListBucket, on: 'arn:aws:s3:::another-bucket-name'")
    assert other == [f"{who}[with MFA]-s3:*-arn:aws:s3:::another-bucket-name" for who in ("bob", "carol", "auditor")]


def test_what_is_asked_of_several_at_once_is_not_asked_of_each(world: World) -> None:
    assert left(world, "actions: s3:GetObject, on: both", "actions: s3:PutObject, on: web") == [
        f"{who}[with MFA]-{action}-{target}"
        for who in ("bob", "carol", "auditor")
        for target, action in (("both", "s3:PutObject"), ("web", "s3:GetObject"))
    ]


@pytest.mark.parametrize("one", ["web", "db"])
def test_a_place_of_several_that_is_left_out_is_enough(world: World, one: str) -> None:
    found = left(world, f"actions: s3:GetObject, on: {one}", "actions: s3:PutObject, on: each")
    assert found == [f"{who}[with MFA]-s3:GetObject-each" for who in ("bob", "carol", "auditor")]


def test_what_each_of_several_places_lacks_is_lacking(world: World) -> None:
    single = ("actions: s3:GetObject, on: web", "actions: s3:PutObject, on: db")
    found = left(world, *single, "actions: s3:GetObjectAcl, on: each")
    assert [one for one in found if one.startswith("bob") and one.endswith("each")] == [
        "bob[with MFA]-s3:GetObject-each",
        "bob[with MFA]-s3:PutObject-each",
    ]


def test_a_variable_makes_one_target_another_for_each(world: World) -> None:
    found = left(world, "actions: s3:GetObject, on: own", "actions: s3:PutObject, on: web")
    assert [one for one in found if one.startswith("bob")] == []  # whose own is the web team's
    assert [one for one in found if one.startswith("carol")] == [
        "carol[with MFA]-s3:PutObject-own",
        "carol[with MFA]-s3:GetObject-web",
    ]


def test_an_action_that_nobody_knows_can_be_asked_of_anything(world: World) -> None:
    found = left(world, "actions: made:Up, on: web", "actions: MADE:up, on: db", "actions: sts:GetCallerIdentity")
    # To AWS the two are one action, and `*` is a target of the suite too.
    assert [one for one in found if one.startswith("bob")] == [
        "bob[with MFA]-made:Up-*",
        "bob[with MFA]-MADE:up-*",
    ]


def test_users_of_whom_nothing_is_asked_are_counted_without_naming_all_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = set()
    whole = BuiltIn._people

    def people(self: BuiltIn, principal: Principal) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        made.add(principal.name)
        return whole(self, principal)

    monkeypatch.setattr(BuiltIn, "_people", people)
    users = "".join(f"  u{number}: {{}}\n" for number in range(50))
    world.write("suites/account.yaml", f"id: 123456789012\nusers:\n{users}")
    world.suite("- {name: a, as: u0, session: any sign-in, actions: iam:GetUser, on: user, expect: deny}")
    (unspoken,) = world.load().unspoken.values()
    assert unspoken.count == 49 * 2  # their own, and others
    assert made == {"u0"}
