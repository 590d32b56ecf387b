"""What is proved withstands attack, and every counterexample is one to the oracle, too.

By default each proof is attacked with 2,000 requests; ``IAMPROOF_LONG_LAWS=1`` makes it 100,000, over many more pairs of
policies, from a new seed each time.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Literal

import pytest

from simulator.analyse.prove import (
    Claim,
    Counterexample,
    Proved,
    Said,
    Unknown,
    decide_claim,
    disjoint,
    never,
    no_new_access,
    request_set,
)
from simulator.catalogue import load
from simulator.catalogue.gate import Gate
from simulator.catalogue.managed import managed_names, managed_policy
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.request import Caller, Stack
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text
from tests.oracles.statements import ALLOWED, Request, decide
from tests.property.profile import LONG
from tests.property.proving import ACTIONS, Document, attacks, document, edited, parsed, stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.decide.context import Context

ATTACKS = 100_000 if LONG else 2_000
PAIRS = 400 * LONG if LONG else 60
FEW_UNKNOWN = 0.03  # of the pairs; they hold two variables in one text
SEED = random.SystemRandom().randrange(2**32) if LONG else 7


def pairs(salt: int) -> list[tuple[random.Random, Document, Document]]:
    """Make pairs of policies, more than half of them one edit apart."""
    rng = random.Random(SEED + salt)
    found = []
    for _ in range(PAIRS):
        one = document(rng)
        other = edited(rng, one) if rng.random() < 0.6 else document(rng)
        found.append((rng, one, other) if rng.random() < 0.5 else (rng, other, one))
    return found


def attack(claim: Claim, documents: Sequence[Document], rng: random.Random, *, gate: bool, unknown: bool) -> int:
    """Attack a proof; return how many of the requests had all that the claim says none has but lacked nothing."""
    workspace = Workspace(ACTIONS, gate=(lambda names: Gate(load(), names).mask) if gate else None)
    table = workspace.table
    meant = table.all if unknown else sum(table.bit(name) for name in ACTIONS if load().place(name) is not None)
    evaluators = {id(said): Evaluator(said.stack, Caller(), workspace) for said in (*claim.has, *claim.lacks)}

    def said(one: Said, resource: str, context: Context) -> int:
        planes = evaluators[id(one)].planes(resource, context)
        return planes.allowed if one.verdict == "allowed" else planes.explicit

    near = 0
    for _, resource, context in attacks(rng, documents, ATTACKS):
        left = meant & workspace.gate(resource)
        for one in claim.has:
            left &= said(one, resource, context)
        near += bool(left)
        for one in claim.lacks:
            left &= ~said(one, resource, context)
        assert not left, (SEED, documents, table.members(left), resource, context)
    return near


def oracle_allows(documents: Sequence[Document], found: Counterexample) -> bool:
    """Ask the oracle about a counterexample."""
    context = {key: value if isinstance(value, str) else list(value) for key, value in found.context}
    return decide(documents, Request(found.action, found.resource, context)).effect == ALLOWED


@pytest.mark.parametrize("universe", ["catalogue", "any"])
def test_no_request_breaks_what_is_proved_of_two_policies(universe: Literal["catalogue", "any"]) -> None:
    proved = near = unknown = 0
    for rng, new, old in pairs(0 if universe == "any" else 1):
        claim = no_new_access(stack(new), stack(old))
        match decide_claim(claim, universe=universe, gate=False):
            case Counterexample() as found:
                assert oracle_allows([new], found)
                assert not oracle_allows([old], found)
            case Proved():
                proved += 1
                near += attack(claim, [new, old], rng, gate=False, unknown=universe == "any")
            case Unknown():
                unknown += 1
    assert unknown <= FEW_UNKNOWN * PAIRS
    assert near > proved * ATTACKS // 50, "the attacks miss: hardly any request is allowed"


def test_no_request_that_the_gate_lets_in_breaks_what_is_proved() -> None:
    for rng, new, old in pairs(2):
        claim = no_new_access(stack(new), stack(old))
        if isinstance(decide_claim(claim), Proved):
            attack(claim, [new, old], rng, gate=True, unknown=False)


def test_no_request_breaks_what_is_proved_of_layers() -> None:
    near = 0
    for number, (rng, one, other) in enumerate(pairs(3)):
        layers = [one, other, *(document(rng, most=2) for _ in range(4))]
        whole = layered(rng, layers)
        claim: Claim = (
            never(whole, "deny"),
            never(whole, "explicitDeny"),
            never(whole, "noExplicitDeny"),
            disjoint(whole, stack(other)),
            no_new_access(whole, stack(one)),
            no_new_access(stack(one), whole),
            no_new_access(whole, layered(rng, layers)),
        )[number % 7]
        if isinstance(decide_claim(claim, gate=False), Proved):
            near += attack(claim, layers, rng, gate=False, unknown=False)
    assert near


def layered(rng: random.Random, documents: list[Document]) -> Stack:
    """Spread policies over layers, some of which let everything through."""
    open_ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    identity, boundary, session, root, unit, _ = rng.sample(documents, 6)

    def level(document: Document) -> tuple[Any, ...]:
        return tuple(parsed(one, PolicyKind.SCP) for one in ([document, open_] if rng.random() < 0.7 else [document]))

    return Stack(
        identity=(parsed(identity), *([parsed(open_)] if rng.random() < 0.5 else [])),
        boundary=parsed(boundary, PolicyKind.BOUNDARY) if rng.random() < 0.5 else None,
        session=(parsed(session, PolicyKind.SESSION),) if rng.random() < 0.3 else (),
        scps=tuple(level(one) for one in (root, unit)[: rng.randint(0, 2)]),
    )


def test_sets_of_requests_are_attacked_with_their_members() -> None:
    for rng, one, _ in pairs(4):
        asked = request_set(actions=["s3:*"], excepted=["s3:Put*"], resources=["arn:aws:s3:::b/*", "arn:aws:s3:::a*"])
        claim = never(stack(one), rng.choice(("allow", "deny")), asked)
        answer = decide_claim(claim)
        if isinstance(answer, Counterexample):
            assert answer.action.startswith("s3:")
            assert not answer.action.startswith("s3:Put")
            assert answer.resource.startswith(("arn:aws:s3:::b/", "arn:aws:s3:::a"))


def test_each_of_awss_own_policies_adds_nothing_to_itself() -> None:
    names = managed_names() if LONG else managed_names()[::10]
    for name in names:
        found = managed_policy(name)
        assert found is not None
        one, other = (Stack(identity=(parse_policy_text(found.text, name=name),)) for _ in range(2))
        assert isinstance(decide_claim(no_new_access(one, other)), Proved), name


def test_pairs_of_awss_own_policies_are_all_decided() -> None:
    rng = random.Random(SEED)
    stacks = []
    for name in rng.sample(managed_names(), 50 if LONG else 12):
        found = managed_policy(name)
        assert found is not None
        stacks.append(Stack(identity=(parse_policy_text(found.text, name=name),)))
    for new in stacks:
        for old in stacks:
            assert not isinstance(decide_claim(no_new_access(new, old)), Unknown)
