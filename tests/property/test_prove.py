"""What is proved withstands attack, and every counterexample is one to the oracle, too.

By default each proof is attacked with 2,000 resources and contexts, and all actions on each; ``IAMPROOF_LONG_LAWS=1``
makes it 100,000, from a new seed each time.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from functools import cache
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
from simulator.decide.context import Context
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.request import Caller, Stack
from simulator.policy.actions import ActionTable
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text
from tests.oracles import layers
from tests.oracles.statements import ALLOWED, EXPLICIT_DENY, Request, read
from tests.property.attacking import attacks, drawn_from
from tests.property.profile import LONG, tell
from tests.property.proving import ACTIONS, Document, document, edited, parsed, stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from simulator.analyse.prove import Answer
    from simulator.policy.model import Policy

ATTACKS = 100_000 if LONG else 2_000
ASKED = 200 if LONG else 4  # of the requests the oracle is asked, too
PAIRS = 40 * max(LONG, 1)
MANY = 2_000 * LONG if LONG else 20
_STRANGE = ("s3:GetFoo", "s3:PutFooObject", "iam:FooUser", "x:Bar", "x:Oops", "y:Foo", "y:Bar")  # unknown ones
_BROAD = ("AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "AmazonS3FullAccess")
FEW_UNKNOWN = 0.03  # of the pairs; they hold two variables in one text
SEED = random.SystemRandom().randrange(2**32) if LONG else 7


def pairs(salt: int, count: int = PAIRS) -> list[tuple[random.Random, Document, Document]]:
    """Make pairs of policies, more than half of them one edit apart."""
    rng = random.Random(SEED + salt)
    found = []
    for _ in range(count):
        one = document(rng)
        other = edited(rng, one) if rng.random() < 0.6 else document(rng)
        found.append((rng, one, other) if rng.random() < 0.5 else (rng, other, one))
    return found


@cache
def _names() -> ActionTable:
    """Return actions of every kind that the random policies tell apart: known and unknown ones."""
    known = load().actions()
    named = [name for name in known if name.startswith(("s3:", "iam:"))]
    return ActionTable(dict.fromkeys((*ACTIONS, *_STRANGE, *named, *known[::997])))


@cache
def _known(table: ActionTable) -> int:
    return sum(table.bit(name) for name in table.names if load().place(name) is not None)


@cache
def _gate(table: ActionTable) -> Callable[[str], int]:
    return Gate(load(), table.names).mask


@cache
def _arns() -> tuple[str, ...]:
    """Return the formats of what the actions of the random policies take."""
    services = (load().service(name) for name in ("s3", "iam"))
    return tuple(arn for one in services if one is not None for kind in one.types for arn in kind.arns)


def attack(
    claim: Claim,
    documents: Sequence[Document],
    rng: random.Random,
    *,
    gate: bool,
    unknown: bool,
    actions: ActionTable | None = None,
) -> int:
    """Attack a proof; return how many of the requests had all that the claim says none has but lacked nothing.

    All actions are asked of each resource and context at once; the oracle has its say on some.
    """
    table = actions or _names()
    workspace = Workspace(table, gate=(lambda _: _gate(table)) if gate else None)
    meant = table.all if unknown else _known(table)
    evaluators = {id(said): Evaluator(said.stack, Caller(), workspace) for said in (*claim.has, *claim.lacks)}

    def said(one: Said, resource: str, context: Context) -> int:
        planes = evaluators[id(one)].planes(resource, context)
        return planes.allowed if one.verdict == "allowed" else planes.explicit

    near = 0
    for resource, context in attacks(rng, documents, ATTACKS, arns=_arns() if gate else ()):
        asked = left = meant & workspace.gate(resource)
        for one in claim.has:
            left &= said(one, resource, context)
        if asked and _read_alike(context) and rng.random() < ASKED / ATTACKS:
            action = rng.choice(table.members(left or asked))
            for one in (*claim.has, *claim.lacks):
                says = bool(said(one, resource, context) & table.bit(action))
                assert says is oracle_says(one, action, resource, context), (SEED, one, action, resource, context)
        if left:
            near += 1
            for one in claim.lacks:
                left &= ~said(one, resource, context)
            assert not left, (SEED, documents, table.members(left), resource, context)
    return near


def _read_alike(context: Context) -> bool:
    """Tell whether evaluator and oracle are to agree: of a default beside a list they are known not to (the corpus)."""
    return not isinstance(context.get("k:u"), tuple)  # the one key with a default


def oracle_says(said: Said, action: str, resource: str, context: Context) -> bool:
    """Ask the oracle whether a stack gives a request a verdict."""
    given = {key: value if isinstance(value, str) else list(value) for key, value in context.items()}
    stack = said.stack

    def documents(policies: Sequence[Policy]) -> list[Document]:
        return [read(policy.source.text) for policy in policies]

    whole = layers.Stack(
        identity=documents(stack.identity),
        boundary=documents([stack.boundary])[0] if stack.boundary is not None else None,
        session=documents(stack.session) if stack.session else None,
        scps=[documents(level) for level in stack.scps],
    )
    effect = layers.answer(whole, None, Request(action, resource, given)).effect
    return effect == (ALLOWED if said.verdict == "allowed" else EXPLICIT_DENY)


@dataclass(frozen=True)
class Asked:
    """A claim about random policies, and in which universe, behind which gate it is to be decided."""

    rng: random.Random
    documents: list[Document]
    claim: Claim
    universe: Literal["catalogue", "any"] = "catalogue"
    gate: bool = False

    def answer(self) -> Answer:
        """Ask the prover."""
        return decide_claim(self.claim, universe=self.universe, gate=self.gate)

    def attacked(self) -> int:
        """Attack it as a proof."""
        return attack(self.claim, self.documents, self.rng, gate=self.gate, unknown=self.universe == "any")


KINDS = ("of the catalogue", "of any action", "behind the gate", "of layers")


def asked(kind: str, salt: int, count: int = PAIRS) -> Iterator[Asked]:
    """Yield claims of one kind: mostly that one policy allows nothing that another doesn't."""
    for number, (rng, one, other) in enumerate(pairs(salt, count)):
        if kind == "of layers":
            documents = [one, other, *(document(rng, most=2) for _ in range(4))]
            yield Asked(rng, documents, _of_layers(rng, number, documents))
        else:
            claim = no_new_access(stack(one), stack(other))
            universe: Literal["catalogue", "any"] = "any" if kind == "of any action" else "catalogue"
            yield Asked(rng, [one, other], claim, universe, gate=kind == "behind the gate")


def _of_layers(rng: random.Random, number: int, documents: list[Document]) -> Claim:
    whole, one, other = layered(rng, documents), stack(documents[0]), stack(documents[1])
    found: tuple[Claim, ...] = (
        never(whole, "deny"),
        never(whole, "explicitDeny"),
        never(whole, "noExplicitDeny"),
        disjoint(whole, other),
        no_new_access(whole, one),
        no_new_access(one, whole),
        no_new_access(whole, layered(rng, documents)),
    )
    return found[number % 7]


@pytest.mark.parametrize("kind", KINDS)
def test_no_request_breaks_what_is_proved(kind: str) -> None:
    proved = near = unknown = 0
    for one in asked(kind, KINDS.index(kind)):
        match one.answer():
            case Counterexample() as found:
                assert said_by_oracle(one.claim, found), (SEED, one, found)
            case Proved():
                proved += 1
                near += one.attacked()
            case Unknown():
                unknown += 1
    tell(f"{proved} proofs {kind}: {ATTACKS:,} requests each, {near / max(1, proved) / ATTACKS:.1%} close")
    assert unknown <= FEW_UNKNOWN * PAIRS
    few = 0 if kind == "of layers" else proved * ATTACKS // 100  # of layers much is denied altogether
    assert near > few, "the attacks miss: hardly any request is allowed"


@pytest.mark.parametrize("kind", KINDS)
def test_few_requests_break_nothing_of_what_is_proved_of_many(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A fault of the prover shows in few claims; in those a few hundred requests mostly find it.
    monkeypatch.setattr(f"{__name__}.ATTACKS", 300)
    proved = 0
    for one in asked(kind, 10 + KINDS.index(kind), MANY):
        match one.answer():
            case Counterexample() as found:
                assert said_by_oracle(one.claim, found), (SEED, one, found)
            case Proved():
                proved += 1
                one.attacked()
    tell(f"{proved} proofs {kind}: {ATTACKS:,} requests each")
    assert proved > MANY // 4


def said_by_oracle(claim: Claim, found: Counterexample) -> bool:
    """Tell whether a counterexample is one to the oracle, or it can't be asked."""
    request = (found.action, found.resource, Context.of(dict(found.context)))
    if not _read_alike(request[2]):
        return True
    lacking = any(oracle_says(one, *request) for one in claim.lacks)
    return all(oracle_says(one, *request) for one in claim.has) and not lacking


def test_attacks_find_nearly_all_that_is_wrongly_proved() -> None:
    wrong = noticed = 0
    for salt, kind in enumerate(KINDS, 5):
        for one in itertools.islice(
            (one for one in asked(kind, salt) if isinstance(one.answer(), Counterexample)), 25 if not LONG else None
        ):
            wrong += 1
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(f"{__name__}.ATTACKS", 2_000)
                try:
                    one.attacked()
                except AssertionError:
                    noticed += 1
    tell(f"{noticed} of {wrong} wrong proofs noticed by 2,000 requests each: {noticed / wrong:.1%}")
    assert noticed >= 0.9 * wrong, "the attacks are blunt"


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


def test_pairs_of_awss_own_policies_are_decided_and_proofs_withstand() -> None:
    rng = random.Random(SEED)
    policies = []
    for name in (*_BROAD, *rng.sample(managed_names(), 12 * max(LONG, 1))):
        found = managed_policy(name)
        assert found is not None
        policies.append(parse_policy_text(found.text, name=name))
    proved = near = 0
    for new, old in itertools.permutations(policies, 2):
        claim = no_new_access(Stack(identity=(new,)), Stack(identity=(old,)))
        answer = decide_claim(claim)
        assert not isinstance(answer, Unknown), (SEED, new.name, old.name)
        if isinstance(answer, Proved):
            proved += 1
            near += attack(
                claim, [drawn_from(new), drawn_from(old)], rng, gate=True, unknown=False, actions=load().table
            )
    tell(f"{proved} proofs of AWS's policies: {ATTACKS:,} requests each, {near / max(1, proved) / ATTACKS:.1%} close")
