"""``by:`` that names no statement: the cell fails, and the message says which name is near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
