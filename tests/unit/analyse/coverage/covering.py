"""Suites of a few lines, and what their cells cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamproof.session import RunOptions, run_session

if TYPE_CHECKING:
    from simulator.suites.coverage import StatementCoverage
    from tests.unit.suites.world import World

__all__ = ["covered"]


def covered(
    world: World, statements: str, scenarios: str, *, account: str = "", semantics: str = "simulator"
) -> dict[str, StatementCoverage]:
    """Return the coverage of each statement of ``policies/p.json``, by Sid."""
    world.write("policies/p.json", f'{{"Version": "2012-10-17", "Statement": [\n{statements}\n]}}\n')
    who = account or "users:\n  ann: {policies: [p]}\n  bob: {}\n"
    world.write("suites/_account.yaml", f'id: "123456789012"\npolicies: {{p: ../policies/p.json}}\n{who}')
    world.suite(scenarios, head=f"account: _account.yaml\nsemantics: {semantics}", name="small")
    (world.folder / "suites/account.yaml").unlink(missing_ok=True)
    run = run_session(RunOptions(paths=("suites",), coverage=True, with_git=False))
    assert run.coverage is not None
    assert run.summary.errors == 0
    policy = next(one for one in run.coverage.policies if one.path.endswith("p.json"))
    return {one.sid or str(one.index): one for one in policy.statements}
