"""Invariants made ready: whom, when, what; and what is wrong with them is told before anything is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.suites.world import World

HEAD = "suite: x\naccount: account.yaml\ninvariants:\n"


def write(world: World, *items: str, head: str = HEAD) -> None:
    world.write("suites/suite.yaml", head + "".join(f"  - {{name: n{n}, {item}}}\n" for n, item in enumerate(items)))


def test_any_user_is_whoever_has_the_policies_of_one(world: World) -> None:
    write(world, "as: any user, expect: deny")
    (one,) = world.load().asserted
    # carol has bob's policies, so anybody like her is anybody like him
    assert [(who.label, who.anyone) for who, _ in one.subjects] == [("any user like bob", True)]


def test_without_a_session_all_states_of_mfa_are_meant_of_a_role_those_that_it_has(world: World) -> None:
    write(world, "as: bob, expect: deny", "as: auditor, expect: deny", "as: bob, session: without MFA, expect: deny")
    found = [one.sessions for one in world.load().asserted]
    three = ("with MFA", "console without MFA", "access key")
    assert found == [three, three[:2], three[1:]]


def test_beside_policies_the_one_role_acts(world: World) -> None:
    policy = "{Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}"
    write(world, "expect: deny", head=f"suite: x\npolicies: [{policy}]\ninvariants:\n")
    (one,) = world.load().asserted
    assert [who.label for who, _ in one.subjects] == ["principal"]


def test_a_users_own_is_its_name_whatever_the_path(world: World) -> None:
    write(world, "as: carol, on: {any: user, except: own}, expect: deny", "as: carol, on: user/own, expect: deny")
    spared, own = (one.subjects[0][1][0] for one in world.load().asserted)
    assert spared.resources == ("arn:aws:iam::123456789012:user/*",)
    assert spared.spared == ("arn:aws:iam::123456789012:user/carol", "arn:aws:iam::123456789012:user/*/carol")
    assert own.resources == ("arn:aws:iam::123456789012:user/staff/carol",)


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        ("expect: deny", "missing-key 4:6"),
        ("as: bob, actions: 'iamm:*', expect: deny", "no-action 4:34"),
        ("as: bob, actions: 'iam:GetUser', except: 'iam:GetUser', expect: deny", "no-action 4:34"),
        ("as: auditor, session: access key, expect: deny", "no-session 4:38"),
    ],
)
def test_what_can_not_be_meant_is_an_error_with_its_place(world: World, item: str, fault: str) -> None:
    write(world, item)
    assert world.told() == [fault]


def test_any_user_of_an_account_without_users_is_an_error(world: World) -> None:
    write(world, "as: any user, expect: deny", head="suite: x\naccount: {id: 123456789012}\ninvariants:\n")
    assert world.told() == ["unknown-name 4:20"]


def test_an_action_that_nobody_knows_is_warned_of(world: World) -> None:
    write(world, "as: bob, actions: 'iam:GetUsers', expect: deny")
    loaded = world.load()
    assert ["knows no action `iam:GetUsers`" in text for text in loaded.warnings] == [True]
    assert loaded.asserted[0].uncatalogued


def test_a_kind_without_a_type_in_the_catalogue_is_an_error(world: World) -> None:
    head = (
        "suite: x\naccount: account.yaml\nresources: {q: {a: 'arn:aws:zzz:::a', b: 'arn:aws:zzz:::b'}}\ninvariants:\n"
    )
    write(world, "as: bob, on: {any: q, except: a}, expect: deny", head=head)
    assert {told.split()[0] for told in world.told()} == {"no-type"}
