"""The evaluator equals the oracle, decision and deciding statements, with every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, note
from hypothesis import strategies as st

from simulator.decide.context import Context
from simulator.decide.evaluate import Evaluator, Workspace
from tests.oracles import layers, statements
from tests.property.deciding import caller_of, identity, stack_of
from tests.property.profile import law
from tests.property.strategies import ACTIONS, CALLERS, OWNERS, identity_policies, layered, requests

if TYPE_CHECKING:
    from simulator.decide.decision import Decision
    from simulator.decide.request import Caller, Stack
    from tests.oracles.statements import Document, Request


def decide(stack: Stack, caller: Caller, request: Request, *, owner: str | None = None) -> Decision:
    """Decide by the evaluator, among other actions."""
    context = Context.of({k: v if isinstance(v, str) else tuple(v) for k, v in request.context.items()})
    workspace = Workspace([*ACTIONS, request.action])
    return Evaluator(stack, caller, workspace).decide(request.action, request.resource, context, owner=owner)


def where(decision: Decision) -> list[tuple[str, int]]:
    """The deciding statements as (policy, number)."""
    return sorted((ref.policy.name, ref.statement.index) for ref in decision.deciding)


@law
@given(identity_policies, requests)
def test_identity_policies_decide_as_the_oracle_says(policies: list[Document], request: Request) -> None:
    from simulator.decide.request import Caller, Stack

    expected = statements.decide(policies, request)
    decision = decide(Stack(identity=identity(policies)), Caller(), request)
    assert (expected.effect, sorted((f"identity {d}", s) for d, s in expected.because)) == (
        decision.effect.value,
        where(decision),
    )


@law
@given(layered, st.sampled_from([None, *CALLERS]), st.sampled_from(OWNERS), requests)
def test_layers_decide_as_the_oracle_says(
    stack: layers.Stack, caller: layers.Caller | None, owner: str | None, request: Request
) -> None:
    expected = layers.answer(stack, caller, request, owner=owner)
    decision = decide(stack_of(stack), caller_of(caller), request, owner=owner)
    note(str(decision.layers))
    assert expected.effect == decision.effect.value
    assert expected.by_boundary == decision.allowed_by_boundary
    assert expected.by_organizations == decision.allowed_by_organizations
    if expected.by_organizations is not False:
        assert sorted((f"{layer} {d}", s) for layer, d, s in expected.because) == where(decision)
