"""The statements that decide: which a failure names first, and what is said where ``by:`` names none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import iamproof
from simulator.catalogue import load
from simulator.suites.run import EmbeddedRunner

if TYPE_CHECKING:
    from tests.unit.suites.world import World


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("NoMfa", ""),
        ("Gate#NoMfa", ""),
        ("NoMFAA", "; no statement here is called `NoMFAA`: did you mean `NoMfa`?"),
        ("Gat#NoMfa", "; no statement here is called `Gat#NoMfa`: did you mean `Gate#NoMfa`?"),
        ("Elsewhere", "; no statement here is called `Elsewhere`"),
    ],
)
def test_a_name_that_no_statement_has_is_told(world: World, by: str, said: str) -> None:
    world.suite(
        f"- {{name: s, as: bob, actions: iam:ListUsers, session: with MFA, expect: {{verdict: explicitDeny, by: '{by}'}}}}"
    )
    cells = world.load().cells()
    (result,) = map(EmbeddedRunner(list(cells), load()).result, cells)
    assert result.message == f"expected explicitDeny by {by}, got implicitDeny{said}"


MIXED = """
policies:
  Mixed:
    Version: 2012-10-17
    Statement:
      - {Sid: Allows, Effect: Allow, Action: "iam:UpdateUser", Resource: "*"}
      - {Sid: Denies, Effect: Deny, Action: ["iam:CreateUser", "iam:DeleteUser"], Resource: "*"}
users: {bob: {policies: [Mixed]}}
"""


@pytest.mark.parametrize(("verdict", "first"), [("explicitDeny", "Allows"), ("allow", "Denies")])
@pytest.mark.parametrize("backend", ["embedded", "moto"])
def test_a_failure_of_many_requests_names_first_what_decided_those_that_differ(
    world: World, backend: str, verdict: str, first: str
) -> None:
    world.write("suites/account.yaml", f"id: 123456789012{MIXED}")
    world.suite(f"- {{name: s, as: bob, actions: 'iam:*teUser', session: with MFA, expect: {verdict}}}")
    cells = iamproof.run(world.folder / "suites", backend=backend, with_git=False).cells
    named = [[item.sid for item in cell.deciding] for cell in cells]
    assert named == [[first, *({"Allows", "Denies"} - {first})]] * 2
