"""Invariants are read and kept as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.suites.model import AnyBut, AnyPrincipal

if TYPE_CHECKING:
    from simulator.suites.model import Invariant
    from tests.unit.suites.world import World

HEAD = "suite: x\naccount: account.yaml\nresources: {q: {a: 'arn:aws:sqs:::a', b: 'arn:aws:sqs:::b'}}\ninvariants:\n"


def claims(world: World, *items: str) -> tuple[Invariant, ...]:
    """Load a suite with these invariants."""
    world.write("suites/suite.yaml", HEAD + "".join(f"  - {item}\n" for item in items))
    return world.load().suites[0].invariants


def test_an_invariant_over_requests(world: World) -> None:
    (claim,) = claims(
        world,
        "{name: n, id: I-1, as: [bob, any user, any user like carol], session: without MFA, actions: '*', "
        "except: [iam:ListUsers], on: {any: mfa device, except: own}, expect: deny, context: {aws:SourceIp: 203.0.113.7}}",
    )
    bob, anybody, like_carol = claim.principals
    assert bob is world.load().accounts[0].users["bob"] or getattr(bob, "name", "") == "bob"
    assert anybody == AnyPrincipal("user")
    assert isinstance(like_carol, AnyPrincipal)
    assert like_carol.like is not None
    assert like_carol.like.name == "carol"
    assert (claim.name, claim.id, claim.sessions, claim.expect) == ("n", "I-1", ("without MFA",), "deny")
    assert [one.pattern for one in (*claim.actions, *claim.excepted)] == ["*", "iam:ListUsers"]
    assert claim.on == AnyBut("mfa device", ("own",))
    assert list(claim.context) == ["aws:sourceip"]


def test_an_invariant_over_policies(world: World) -> None:
    (claim,) = claims(
        world,
        "{name: n, policies: {new: [Plain, Gate], old: 'arn:aws:iam::aws:policy/AdministratorAccess'}, expect: no new access}",
    )
    assert claim.new is not None
    assert claim.old is not None
    assert [policy.name for policy in (*claim.new, *claim.old)] == ["Plain", "Gate", "AdministratorAccess"]
    assert claim.expect == "no new access"


@pytest.mark.parametrize("on", ["any resource", "'*'", "[user, q/a, 'arn:aws:s3:::b']"])
def test_resources_of_an_invariant(world: World, on: str) -> None:
    (claim,) = claims(world, f"{{name: n, as: bob, on: {on}, expect: allow}}")
    assert isinstance(claim.on, tuple)


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("{name: n, as: any user like dave, expect: deny}", "unknown-name"),
        ("{name: n, as: any user like auditor, expect: deny}", "unknown-name"),
        ("{name: n, as: anybody, expect: deny}", "unknown-name"),
        ("{name: n, as: bob, on: each type, expect: deny}", "unknown-name"),
        ("{name: n, as: bob, on: {any: queue}, expect: deny}", "unknown-name"),
        ("{name: n, as: bob, on: {any: q, except: c}, expect: deny}", "unknown-name"),
        ("{name: n, as: bob, session: x, expect: deny}", "unknown-name"),
        ("{name: n, as: bob, expect: equivalent}", "wrong-value"),
        ("{name: n, policies: {new: Plain, old: Gate}, expect: deny}", "wrong-value"),
        ("{name: n, policies: {new: Plain}, expect: disjoint}", "missing-key"),
        ("{name: n, policies: {new: Plan, old: Gate}, expect: disjoint}", "unknown-name"),
        ("{name: n, as: bob, expect: deny, every: x}", "unknown-key"),
    ],
)
def test_an_invariant_that_can_not_be_is_an_error(world: World, item: str, code: str) -> None:
    world.write("suites/suite.yaml", f"{HEAD}  - {item}\n")
    assert [one.code for one in world.faults()] == [code]


def test_names_are_unique(world: World) -> None:
    world.write("suites/suite.yaml", HEAD + "  - {name: n, as: bob, expect: deny}\n" * 2)
    assert [one.code for one in world.faults()] == ["duplicate-name"]
