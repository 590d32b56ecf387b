"""Small files that ask for very much are refused before they cost time or memory."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.suites.world import World

SECONDS = 20  # each takes about one; a machine may be busy


def errors(world: World) -> list[str]:
    """Return the codes of the errors, found in time."""
    start = time.process_time()
    found = [one.code for one in world.faults() if one.severity.value == "error"]
    assert time.process_time() - start < SECONDS
    return found


def test_too_many_cells(world: World) -> None:
    users = ", ".join(f"u{n}: {{groups: web}}" for n in range(1000))
    world.write("suites/account.yaml", f"id: 123456789012\ngroups: {{web: }}\nusers: {{{users}}}\n")
    actions = ", ".join(f"x:A{n}" for n in range(1100))
    world.suite(f"- {{name: s, as: web, actions: [{actions}], on: '*', expect: deny}}")
    assert errors(world) == ["too-many"]


def test_too_many_others(world: World) -> None:
    users = ", ".join(f"u{n}: {{groups: web}}" for n in range(5000))
    world.write("suites/account.yaml", f"id: 123456789012\ngroups: {{web: }}\nusers: {{{users}}}\n")
    world.suite("- {name: s, as: web, actions: iam:GetUser, expect: deny}")
    assert errors(world) == ["too-many"]


def test_too_many_expectations(world: World) -> None:
    names = [f"x:A{n}" for n in range(12_000)]
    verdicts = ", ".join(f"{name}: deny" for name in names)
    world.suite(f"- {{name: s, as: bob, actions: [{', '.join(names)}], on: '*', expect: {{{verdicts}}}}}")
    assert errors(world) == ["too-many"]


def test_many_expectations(world: World) -> None:
    names = [f"x:A{n}" for n in range(3000)]
    verdicts = ", ".join(f"{name}: deny" for name in names)
    world.suite(f"- {{name: s, as: bob, actions: [{', '.join(names)}], on: '*', expect: {{{verdicts}}}}}")
    assert errors(world) == []


def test_too_many_errors(world: World) -> None:
    users = ", ".join(f"user{n}: " for n in range(5000))
    world.write("suites/account.yaml", f"id: 123456789012\nusers: {{{users}}}\n")
    world.suite("\n".join(f"- {{name: s{n}, as: usre{n}, actions: iam:ListUsers, expect: deny}}" for n in range(5000)))
    found = errors(world)
    assert set(found) == {"unknown-name"}
    assert len(found) == 500
