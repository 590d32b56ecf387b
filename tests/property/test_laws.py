"""The laws of deciding, each named in words; the evaluator alone, so that they hold whatever the oracle says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from simulator.decide.context import Context
from simulator.decide.decision import Decision, Effect
from simulator.decide.evaluate import Evaluator, Workspace
from tests.property.deciding import caller_of, stack_of
from tests.property.profile import law
from tests.property.strategies import ACTIONS, CALLERS, OWNERS, RESOURCES, layered, policies, requests

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from tests.oracles.layers import Caller, Stack
    from tests.oracles.statements import Document, Request

FULL: Document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
NONE: Document = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
FOR_ALL: Document = {**NONE, "Statement": {**NONE["Statement"], "Principal": "*"}}

LAYERS = ("identity", "boundary", "session", "scps")

callers = st.sampled_from([None, *CALLERS])
owners = st.sampled_from(OWNERS)


def decide(stack: Stack, caller: Caller | None, request: Request, owner: str | None) -> Decision:
    """Decide by the evaluator."""
    evaluator = Evaluator(stack_of(stack), caller_of(caller), Workspace([request.action]))
    return evaluator.decide(request.action, request.resource, context_of(request), owner=owner)


def context_of(request: Request) -> Context:
    """The request's context, lists as the evaluator wants them."""
    return Context.of({k: v if isinstance(v, str) else tuple(v) for k, v in request.context.items()})


def statements_of(policy: Document) -> list[Document]:
    """The statements of a policy, a single one too."""
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]


def mixed(policies_: list[Document], randomness: random.Random) -> list[Document]:
    """The same policies with statements and policies doubled and in another order."""
    doubled = []
    for policy in [*policies_, *randomness.choices(policies_, k=2)] if policies_ else []:
        statements = [*statements_of(policy), *randomness.choices(statements_of(policy), k=1)]
        randomness.shuffle(statements)
        doubled.append({**policy, "Statement": statements})
    randomness.shuffle(doubled)
    return doubled


@law
@given(layered, callers, owners, requests)
def test_default_deny(stack: Stack, caller: Caller | None, owner: str | None, request: Request) -> None:
    """Without an Allow of identity or resource policies nothing is allowed, and nothing at all denies implicitly."""

    def without_allows(policy: Document) -> Document:
        kept = [s for s in statements_of(policy) if s["Effect"] == "Deny"]
        return {**policy, "Statement": kept or [NONE["Statement"]]}

    silent = replace(stack, identity=[without_allows(p) for p in stack.identity], resource=None)
    assert decide(silent, caller, request, owner).effect is not Effect.ALLOWED
    nothing = replace(stack, identity=[], boundary=None, session=None, resource=None, scps=[], rcps=[])
    assert decide(nothing, caller, request, owner).effect is Effect.IMPLICIT_DENY


@law
@given(layered, callers, owners, requests, st.sampled_from([*LAYERS, "resource", "rcps"]))
def test_deny_trumps_allow(
    stack: Stack, caller: Caller | None, owner: str | None, request: Request, layer: str
) -> None:
    """A matching Deny in any layer denies explicitly, unless a silent organization ends it before (X4)."""
    denying = {
        "identity": replace(stack, identity=[*stack.identity, NONE]),
        "boundary": replace(stack, boundary=NONE),
        "session": replace(stack, session=[*(stack.session or []), NONE]),
        "scps": replace(stack, scps=[*stack.scps, [FULL, NONE]]),
        "resource": replace(stack, resource=FOR_ALL),
        "rcps": replace(stack, rcps=[*stack.rcps, [FOR_ALL]]),
    }[layer]
    decision = decide(denying, caller, request, owner)
    silent = decision.allowed_by_organizations is False and layer != "scps"
    assert decision.effect is Effect.EXPLICIT_DENY or (silent and decision.effect is Effect.IMPLICIT_DENY)


@law
@given(layered, callers, owners, requests, st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(
    stack: Stack, caller: Caller | None, owner: str | None, request: Request, randomness: random.Random
) -> None:
    other = replace(
        stack,
        identity=mixed(stack.identity, randomness),
        session=mixed(stack.session, randomness) if stack.session else stack.session,
        scps=[mixed(level, randomness) for level in stack.scps],
    )
    assert decide(stack, caller, request, owner).effect is decide(other, caller, request, owner).effect


@law
@given(layered, callers, owners, requests, st.tuples(policies(), st.sampled_from(LAYERS)))
def test_adding_a_deny_never_allows(
    stack: Stack, caller: Caller | None, owner: str | None, request: Request, added: tuple[Document, str]
) -> None:
    policy, layer = added
    deny = {**policy, "Statement": [{**s, "Effect": "Deny"} for s in statements_of(policy)]}
    more = {
        "identity": replace(stack, identity=[*stack.identity, deny]),
        "boundary": replace(stack, boundary=joined(stack.boundary, deny)),
        "session": replace(stack, session=[*stack.session, deny] if stack.session else stack.session),
        "scps": replace(stack, scps=[[*level, deny] for level in stack.scps]),
    }[layer]
    if decide(stack, caller, request, owner).effect is not Effect.ALLOWED:
        assert decide(more, caller, request, owner).effect is not Effect.ALLOWED


def joined(one: Document | None, other: Document) -> Document | None:
    """One document of both, when both speak the same language."""
    if one is None or one.get("Version") != other.get("Version"):
        return one
    return {**one, "Statement": [*statements_of(one), *statements_of(other)]}


@law
@given(layered, callers, owners, requests, policies())
def test_a_boundary_never_grants(
    stack: Stack, caller: Caller | None, owner: str | None, request: Request, boundary: Document
) -> None:
    if decide(replace(stack, boundary=boundary), caller, request, owner).effect is Effect.ALLOWED:
        assert decide(replace(stack, boundary=None), caller, request, owner).effect is Effect.ALLOWED


@law
@given(layered, callers, owners, requests, policies())
def test_an_scp_never_grants(
    stack: Stack, caller: Caller | None, owner: str | None, request: Request, policy: Document
) -> None:
    if decide(replace(stack, scps=[*stack.scps, [policy]]), caller, request, owner).effect is Effect.ALLOWED:
        assert decide(stack, caller, request, owner).effect is Effect.ALLOWED
        assert decide(replace(stack, scps=[]), caller, request, owner).effect is Effect.ALLOWED


@law
@given(layered, callers, owners, requests, policies())
def test_a_session_policy_never_grants(
    stack: Stack, caller: Caller | None, owner: str | None, request: Request, policy: Document
) -> None:
    if decide(replace(stack, session=[policy]), caller, request, owner).effect is Effect.ALLOWED:
        assert decide(replace(stack, session=None), caller, request, owner).effect is Effect.ALLOWED


@law
@given(layered, callers, owners, requests)
def test_splitting_a_policy_never_changes_a_decision(
    stack: Stack, caller: Caller | None, owner: str | None, request: Request
) -> None:
    def split(found: list[Document]) -> list[Document]:
        return [{**policy, "Statement": [statement]} for policy in found for statement in statements_of(policy)]

    other = replace(
        stack,
        identity=split(stack.identity),
        session=split(stack.session) if stack.session else stack.session,
        scps=[split(level) for level in stack.scps],
    )
    assert decide(stack, caller, request, owner).effect is decide(other, caller, request, owner).effect


@law
@given(layered, callers, owners, st.lists(requests, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_cells_one_by_one_equal_the_batch(
    stack: Stack, caller: Caller | None, owner: str | None, asked: list[Request], randomness: random.Random
) -> None:
    """All actions at once, through one evaluator that remembers, answer as each cell alone with a new one."""
    known = [name for name in ACTIONS if randomness.random() < 0.7]
    parsed, who = stack_of(stack), caller_of(caller)
    batch = Evaluator(parsed, who, Workspace(known, gate=gate))
    for request in [*asked, *asked]:
        for resource in RESOURCES:
            context = context_of(request)
            planes = batch.planes(resource, context, owner=owner)
            assert planes.allowed & planes.explicit == 0
            for action in known:
                alone = Evaluator(parsed, who, Workspace([action], gate=gate))
                expected = alone.decide(action, resource, context, owner=owner)
                assert expected.effect is batch.effect(planes, batch.table.bit(action))
                assert expected == batch.decide(action, resource, context, owner=owner)


def gate(names: Sequence[str]) -> Callable[[str], int]:
    """A made-up resource-type gate: some actions go with some resources."""

    def mask(resource: str) -> int:
        return sum(1 << i for i, name in enumerate(names) if (len(name) + len(resource)) % 3)

    return mask
