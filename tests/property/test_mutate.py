"""Laws of mutation: a mutant is a change of the text, and is decided as its text would be.

What is called equivalent is attacked with requests, what is called different has a request that shows it.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.analyse.mutate.bench import layers_of
from simulator.analyse.mutate.model import Setting
from simulator.analyse.mutate.operators import mutants
from simulator.analyse.mutate.proof import Holder, compare, with_policies
from simulator.analyse.mutate.text import diff_of, text_of
from simulator.analyse.mutate.units import Unit
from simulator.catalogue import load
from simulator.catalogue.gate import Gate
from simulator.decide.context import Context
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.request import Caller
from simulator.decide.variant import Variation
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text
from tests.oracles import layers
from tests.property import proving, strategies
from tests.property.attacking import attacks
from tests.property.deciding import caller_of, stack_of
from tests.property.profile import LONG, law

if TYPE_CHECKING:
    from simulator.decide.request import Stack
    from simulator.policy.model import Policy
    from tests.oracles.statements import Document, Request

ATTACKS = 20_000 if LONG else 300
POLICIES = 200 * LONG if LONG else 8
SEED = random.SystemRandom().randrange(2**32) if LONG else 11
NAMED = (
    "arn:aws:iam::123456789012:user/adm",
    "arn:aws:iam::123456789012:user/b",
    "arn:aws:iam::999999999999:user/b",
    "arn:aws:iam::123456789012:role/r",
    "123456789012",
    "*",
)
ASKING = (
    *(layers.Caller(arn) for arn in NAMED[:4]),
    layers.Caller("arn:aws:iam::123456789012:user/c"),
    layers.Caller("arn:aws:sts::123456789012:assumed-role/r/s", "arn:aws:iam::123456789012:role/r"),
)
ACCOUNT: Any = SimpleNamespace(id="123456789012", partition="aws")


def unit_of(policy: Policy) -> Unit:
    """Return a policy by itself as what is mutated."""
    return Unit(policy.name, policy.name, policy, (policy,), Setting())


def applied(diff: tuple[str, ...], text: str) -> list[str]:
    """Apply a unified diff by hand: the lines that it leaves, takes and adds stand where it says."""
    found, rest = [], text.splitlines()
    at = 0
    for line in diff:
        if line.startswith("@@"):
            start = int(line.split()[1].partition(",")[0].removeprefix("-"))
            found += rest[at : start - 1]
            at = start - 1
        elif line.startswith("+"):
            found.append(line[1:])
        else:
            assert rest[at] == line[1:]
            found += [rest[at]] if line.startswith(" ") else []
            at += 1
    return found + rest[at:]


@law
@given(strategies.policies(), st.sampled_from([None, 2]))
def test_a_mutant_never_reads_like_its_original(document: Document, indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    policy = parse_policy_text(text, name="p")
    seen = {text}
    for mutant in mutants(policy):
        assert text_of(mutant) not in seen
        seen.add(text_of(mutant))
        assert applied(diff_of(mutant), text) == text_of(mutant).splitlines()


def in_place(stack: layers.Stack, old: Document, new: Document) -> layers.Stack:
    """Return the oracle's stack with one document in the place of another, told apart by identity."""

    def changed(documents: list[Document]) -> list[Document]:
        return [new if one is old else one for one in documents]

    return layers.Stack(
        identity=changed(stack.identity),
        boundary=new if stack.boundary is old else stack.boundary,
        session=None if stack.session is None else changed(stack.session),
        resource=new if stack.resource is old else stack.resource,
        scps=[changed(level) for level in stack.scps],
        rcps=[changed(level) for level in stack.rcps],
    )


def pairs_of(stack: layers.Stack, parsed: Stack) -> list[tuple[Document, Policy]]:
    """Pair each document with the policy that was read from it."""
    single = [one for one in (stack.boundary, stack.resource) if one is not None]
    policies = [one for one in (parsed.boundary, parsed.resource) if one is not None]
    documents = [
        *stack.identity,
        *(stack.session or []),
        *(one for level in (*stack.scps, *stack.rcps) for one in level),
    ]
    found = [*parsed.identity, *parsed.session, *(one for level in (*parsed.scps, *parsed.rcps) for one in level)]
    return list(zip([*documents, *single], [*found, *policies], strict=True))


@law
@given(strategies.layered, strategies.requests, st.sampled_from(strategies.CALLERS), st.data())
def test_a_mutant_decided_from_masks_is_decided_like_its_text_by_the_oracle(
    stack: layers.Stack, asked: Request, caller: layers.Caller | None, data: st.DataObject
) -> None:
    parsed, who = stack_of(stack), caller_of(caller)
    documents = pairs_of(stack, parsed)
    if not documents:
        return
    document, policy = data.draw(st.sampled_from(documents), label="policy")
    made = list(mutants(policy))
    evaluator = Evaluator(parsed, who, Workspace((asked.action,)))
    context = Context.of({k: tuple(v) if isinstance(v, list) else v for k, v in asked.context.items()})
    masks = evaluator.masks(asked.resource, context)
    for mutant in data.draw(st.lists(st.sampled_from(made), max_size=12, unique_by=id), label="mutants"):
        variation = Variation(unit_of(policy).changes(mutant))
        varied = evaluator.varied(variation)
        got = varied.decide(asked.action, asked.resource, context)
        again: Document = json.loads(text_of(mutant))
        assert layers.answer(in_place(stack, document, again), caller, asked).effect == got.effect.value
        fresh = Evaluator(with_policies(parsed, unit_of(policy).mutated(mutant)), who, Workspace((asked.action,)))
        assert fresh.decide(asked.action, asked.resource, context).effect is got.effect
        after = masks
        for layer in layers_of(evaluator, variation):
            after = layer.moved(after, asked.resource, context, named=varied.named)
        assert varied.masks(asked.resource, context) == after


@pytest.mark.parametrize("salt", range(POLICIES))
def test_equivalents_withstand_attack_and_differences_show(salt: int) -> None:
    rng = random.Random(SEED * 1000 + salt)
    documents = [proving.document(rng, most=2) for _ in range(rng.choice((1, 2)))]
    stack = proving.stack(*documents)
    unit = unit_of(stack.identity[0])
    holder = Holder(ACCOUNT, stack, ())
    made = list(mutants(unit.policy))
    for mutant in rng.sample(made, min(len(made), 8)):
        mutated = unit.mutated(mutant)
        found = compare([holder], mutated, load())
        old, new = (evaluators(one) for one in (stack, with_policies(stack, mutated)))
        if found is None:
            requests = attacks(rng, [*documents, json.loads(text_of(mutant))], ATTACKS)
            named = ((rng.choice(proving.ACTIONS), r, c) for r, c in requests)
            fixed = ((a, r, c) for a, r, c in named if r == "*" or r.startswith("arn:aws:"))
            assert not [(a, r, c) for a, r, c in fixed if differ(old, new, a, r, c)], mutant.words
        elif found.requests:
            one = found.requests[-1]
            assert differ(old, new, one.action, one.resource, one.as_context()), mutant.words
        else:
            assert found.reason


@pytest.mark.parametrize("salt", range(POLICIES))
def test_equivalents_of_a_policy_on_a_resource_withstand_attack_by_whoever_asks(salt: int) -> None:
    rng = random.Random(SEED * 1000 + salt)
    own, document = proving.document(rng, most=2), proving.document(rng, most=2)
    document["Statement"] += [{**statement} for statement in document["Statement"]]
    for statement in document["Statement"]:
        whom = rng.sample(NAMED, rng.choice((1, 1, 2)))
        statement["NotPrincipal" if rng.random() < 0.15 else "Principal"] = {"AWS": whom}
    policy = parse_policy_text(json.dumps(document), name="on", kind=PolicyKind.RESOURCE)
    stack, unit = replace(proving.stack(own), resource=policy), unit_of(policy)
    holder = Holder(ACCOUNT, stack, ())
    made = list(mutants(policy))
    for mutant in rng.sample(made, min(len(made), 10)):
        mutated = unit.mutated(mutant)
        if compare([holder], mutated, load()) is None:
            callers = list(map(caller_of, ASKING))
            pairs = [[evaluators(s, who) for s in (stack, with_policies(stack, mutated))] for who in callers]
            for resource, context in attacks(rng, [own, document, json.loads(text_of(mutant))], ATTACKS // 3):
                if resource == "*" or resource.startswith("arn:aws:"):
                    action = rng.choice(proving.ACTIONS)
                    for old, new in pairs:
                        assert not differ(old, new, action, resource, context), mutant.words


def evaluators(stack: Stack, who: Caller | None = None) -> Evaluator:
    workspace = Workspace(load().table, gate=lambda table: Gate(load(), table).mask)
    return Evaluator(stack, who or Caller(account=ACCOUNT.id), workspace)


def differ(old: Evaluator, new: Evaluator, action: str, resource: str, context: Context) -> bool:
    if not old.table.bit(action) or old.crosses(resource, None):
        return False
    effects = {one.decide(action, resource, context).effect for one in (old, new)}
    return len(effects) > 1
