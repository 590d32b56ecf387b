"""What an overlay of the catalogue declares is known wherever a suite or an account states it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simulator.suites.load import load_suites
from tests.unit.catalogue.test_overlay import overlaid
from tests.unit.suites.world import ACCOUNT

if TYPE_CHECKING:
    from tests.unit.suites.world import World

OVERLAY = """\
    extra_actions: {"acme:Launch": {keys: ["acme:Fuel", "acme:Crew"]}}
    extra_keys: {"acme:Fuel": numeric, "acme:Crew": stringList, "acme:Orbit": string}
"""


def test_its_keys_are_known_in_every_context(world: World) -> None:
    world.write("suites/account.yaml", f"context: {{'acme:Crew': ann}}\n{ACCOUNT}")
    world.suite(
        "- {name: A, as: bob, actions: 'acme:*', on: '*', session: fuelled, context: {'acme:orbit': low}, expect: allow}",
        head="sessions: {fuelled: {'acme:Fuel': 5}}\n",
    )
    loaded = load_suites([Path("suites")], catalogue=overlaid(OVERLAY))
    assert loaded.diagnostics == ()
    (suite,) = loaded.suites
    stated = (suite.account.context, suite.sessions["fuelled"].context, suite.scenarios[0].context)
    found = [(one.name, one.value, one.type) for layer in stated for one in layer.values()]
    assert found == [
        ("acme:Crew", ("ann",), "stringList"),
        ("acme:Fuel", "5", "numeric"),
        ("acme:Orbit", "low", "string"),
    ]


def test_its_keys_are_offered_for_a_slip(world: World) -> None:
    world.suite("- {name: A, as: bob, actions: 'acme:*', on: '*', context: {'acme:Fule': 5}, expect: allow}")
    (fault,) = load_suites([Path("suites")], catalogue=overlaid(OVERLAY)).diagnostics
    assert (fault.code, fault.help) == ("context-unknown-key", "did you mean `acme:Fuel`?")
