"""Invariants, shipped and random ones: what is proved withstands attack, and counterexamples are some to the oracle.

Each proof is attacked with 2,000 pairs of resource and context, each pair with every action that the invariant
speaks of; ``IAMPROOF_LONG_LAWS=1`` makes it 100,000 pairs, from a new seed each time.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.analyse.invariants import decide_invariant
from simulator.analyse.invariants import settle as settling
from simulator.analyse.prove import Proved
from simulator.analyse.prove.claim import NO_ONE
from simulator.catalogue import load
from simulator.catalogue.gate import Gate
from simulator.decide.context import Context
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.request import Stack
from simulator.suites.load import load_suites
from simulator.suites.model import Verdict
from tests.oracles.statements import ALLOWED, Request, decide
from tests.property.attacking import attacks, drawn_from
from tests.property.profile import LONG, tell
from tests.property.proving import document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pytest

    from simulator.decide.context import ContextValue
    from simulator.decide.layers import Planes
    from simulator.decide.request import Caller
    from simulator.suites.asserted import Asserted, Of, Part
    from simulator.suites.model import Session
    from tests.property.attacking import Values

ATTACKS = 100_000 if LONG else 2_000
SUITES = 2 * LONG if LONG else 3
SEED = random.SystemRandom().randrange(2**32) if LONG else 11
ROOT = Path(__file__).parents[2]

_NAMES = ("a", "ab", "adm", "admx", "bob", "bobby", "x.y", "*", "adm*", "web")
_TAILS = ("", "x", "/x", "*", "/adm", "-1", "/a/b")
_AGES = ("0", "1", "60", "43200")
_OPEN = {"iam:awsservicename": ("spot.amazonaws.com", "autoscaling.amazonaws.com", "x", None)}
_OTHER_KEYS: tuple[Any, ...] = (None, None, "a", "adm", "x", "b/a", ("a", "adm"), ())
_TRUE = ("true", "false", None)


@cache
def workspace() -> Workspace:
    """Return the whole catalogue behind the gate, apart from the prover's."""
    return Workspace(load().table, gate=lambda names: Gate(load(), names).mask)


# --- attacks ----------------------------------------------------------------------------------------


def attack(asserted: Asserted, rng: random.Random, count: int) -> int:
    """Attack a proof with *count* pairs, shared by its subjects; return how many pairs it speaks of."""
    hits = 0
    spoken = _spoken(asserted)
    count = -(-count // sum(len(parts) for _, parts in asserted.subjects))
    for who, parts in asserted.subjects:
        for part in parts:
            judge = _Judge(asserted, who, part)
            for resource, context in _drawn(asserted, who, part, rng, count):
                if judge.means(resource, str(context.get("aws:username") or "")):
                    bad = judge.wrong(resource, context) & spoken
                    assert not bad, (SEED, asserted.id, who.label, resource, context, _named(bad))
                    hits += 1
    return hits


def _drawn(asserted: Asserted, who: Of, part: Part, rng: random.Random, count: int) -> Iterator[tuple[str, Context]]:
    """Yield pairs: one half drawn from what the policies tell apart, one from what suites speak of."""
    policies = [one.policy for side in (asserted.invariant.new, asserted.invariant.old) for one in side or ()]
    policies += who.principal.stack().policies if who.principal is not None else ()
    documents = [drawn_from(policy) for policy in policies]
    named = [*(part.resources or ()), *part.spared]
    documents += [{"Version": "2012-10-17", "Statement": [{"Resource": named}]}] if named else []

    derived = {} if who.principal is None else who.principal.derived_context()

    def given(values: Values) -> Values:
        return _context(asserted, who, rng, values, derived)

    account = NO_ONE.account if who.principal is None else who.principal.caller().account
    yield from attacks(rng, documents, count // 2, account=account, given=given)
    for _ in range(0, count, 16):
        values = given({})
        context = Context.of(values)
        for _ in range(8):
            yield _resource(asserted, part, str(values.get("aws:username") or rng.choice(_NAMES)), rng), context


def _named(bits: int) -> tuple[str, ...]:
    return load().of_mask(bits & -bits)


def _spoken(asserted: Asserted) -> int:
    """Return the actions that the invariant speaks of, as bits."""
    catalogue = load()
    return catalogue.mask(asserted.actions) & ~catalogue.mask(asserted.excepted)


class _Judge:
    """Tells which actions get another verdict than expected, read from evaluators of its own."""

    def __init__(self, asserted: Asserted, who: Of, part: Part) -> None:
        invariant = asserted.invariant
        stack = Stack() if who.principal is None else who.principal.stack()
        sides: Sequence[Stack] = (stack,)
        if invariant.new is not None and invariant.old is not None:
            sides = [Stack(identity=tuple(one.policy for one in side)) for side in (invariant.new, invariant.old)]
        caller: Caller | None = None if who.principal is None else who.principal.caller()
        self._evaluators = [Evaluator(side, caller or NO_ONE, workspace()) for side in sides]
        self._expect = invariant.expect
        self._part = part
        self._known: dict[tuple[str, str], bool] = {}

    def wrong(self, resource: str, context: Context) -> int:
        planes = [one.planes(resource, context) for one in self._evaluators]
        return _wrong(self._expect, planes) & workspace().gate(resource)

    def means(self, resource: str, name: str) -> bool:
        """Tell by the oracle whether the invariant speaks of *resource*."""
        if not self._part.resources and not self._part.spared:
            return True
        key = (resource, name)
        if key not in self._known:
            self._known[key] = self._lies_in(self._part.resources or ("*",), *key) and not (
                self._part.spared and self._lies_in(self._part.spared, *key)
            )
        return self._known[key]

    def _lies_in(self, patterns: Sequence[str], resource: str, name: str) -> bool:
        statement = {"Effect": "Allow", "Action": "*", "Resource": list(patterns)}
        asked = Request("s3:GetObject", resource, {"aws:username": name, "aws:PrincipalAccount": "123456789012"})
        return decide([{"Version": "2012-10-17", "Statement": [statement]}], asked).effect == ALLOWED


def _wrong(expect: str, planes: Sequence[Planes]) -> int:
    whole = load().table.all
    match expect:
        case "allow":
            return whole & ~planes[0].allowed
        case "deny":
            return planes[0].allowed
        case "explicitDeny":
            return whole & ~planes[0].explicit
        case "noExplicitDeny":
            return planes[0].explicit
        case "implicitDeny":
            return planes[0].allowed | planes[0].explicit
        case "no new access":
            return planes[0].allowed & ~planes[1].allowed
        case "equivalent":
            return planes[0].allowed ^ planes[1].allowed
        case _:
            return planes[0].allowed & planes[1].allowed


def _loose(rng: random.Random) -> dict[str, Any]:
    """Return values for the keys that nobody states."""
    values: dict[str, Any] = {key: rng.choice(_OTHER_KEYS) for key in ("k:s", "k:u", "k:n")}
    values["s3:prefix"] = rng.choice([value for value in _OTHER_KEYS if not isinstance(value, tuple)])
    values["aws:tagkeys"] = rng.choice([value for value in _OTHER_KEYS if isinstance(value, tuple)])
    values |= {key: rng.choice(pool) for key, pool in _OPEN.items()}
    return {key: value for key, value in values.items() if value is not None}


def _context(
    asserted: Asserted, who: Of, rng: random.Random, drawn: Values, derived: Mapping[str, ContextValue]
) -> Values:
    """Return the values of a subject in a session; the keys that nobody states are *drawn*, or get any value."""
    session = rng.choice(who.sessions)
    values = {key: value for key, value in (_loose(rng) | drawn).items() if not key.startswith("aws:principaltag/")}
    principal = who.principal
    if principal is not None:
        name = values.pop("aws:username", None)
        values |= {key.lower(): value for key, value in derived.items()}
        if who.anyone and principal.kind == "user":
            values["aws:username"] = name or rng.choice([name for name in _NAMES if "*" not in name])
            values["aws:principalarn"] = f"arn:aws:iam::123456789012:user/{rng.choice(_NAMES)}"
            values["aws:userid"] = rng.choice(("AIDAX", "x"))
    layers = (asserted.suite.account.context, asserted.suite.context, session.context, asserted.invariant.context)
    for layer in layers:
        for stated in layer.values():
            values.pop(stated.name.lower(), None)
            if stated.value is not None:
                values[stated.name.lower()] = stated.value
    if session.name == "with MFA":
        values["aws:multifactorauthage"] = rng.choice(_AGES)
    return values


def _resource(asserted: Asserted, part: Part, name: str, rng: random.Random) -> str:
    if rng.random() < 0.1:
        return "*"
    account = asserted.suite.account
    texts = [*(part.resources or ()), *part.spared, *_of_policies(asserted)]
    kinds = [f"arn:{account.partition}:iam::{account.id}:{kind}/" for kind in ("user", "mfa", "role", "user/p")]
    if rng.random() < 0.5:
        return rng.choice(kinds) + rng.choice((name, rng.choice(_NAMES))) + rng.choice(_TAILS)
    text = rng.choice(texts or kinds).replace("${aws:username}", rng.choice((name, name, rng.choice(_NAMES))))
    text = re.sub(r"\$\{[^}]*\}", "adm", text)
    text = text.replace("arn:*:", f"arn:{account.partition}:").replace("::*:", f"::{account.id}:")
    text = re.sub(r"\*", lambda _: rng.choice((name, "x", "a/b", rng.choice(_NAMES))), text)
    return text if text.startswith("arn:aws") and text.count(":") == 5 else rng.choice(kinds) + name


@cache
def _of_policies(asserted: Asserted) -> tuple[str, ...]:
    """Return the resources that policies name."""
    return tuple(
        text
        for loaded in asserted.suite.loaded_policies
        for statement in loaded.policy.statements
        for text in (statement.resources.texts if statement.resources is not None else ())
        if text.startswith("arn:")
    )


def test_no_request_breaks_what_is_proved_of_the_shipped_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    rng = random.Random(SEED)
    loaded = load_suites([Path("scenarios")])
    assert len(loaded.asserted) > 15
    hits = 0
    for one in loaded.asserted:
        assert decide_invariant(one, load()).outcome == "proved"
        hits += attack(one, rng, ATTACKS)
    tell(f"{len(loaded.asserted)} shipped proofs: {ATTACKS:,} requests each, {hits:,} in the sets asked for")
    assert hits > 2 * ATTACKS, "the attacks miss: hardly any request is spoken of"


# --- random ones ------------------------------------------------------------------------------------

_ON = (
    "any resource",
    '"*"',
    '"arn:aws:s3:::a*"',
    '"arn:aws:s3:::${aws:username}/*"',
    '"arn:aws:iam::123456789012:user/adm*"',
    "user",
    "user/own",
    "user/others",
    "{any: user, except: own}",
)
_ACTIONS = (
    '"*"',
    '"s3:*"',
    '"iam:*"',
    "s3:GetObject",
    "[iam:GetUser, s3:PutObject]",
    '{match: "s3:*", access-level: Read}',
)
_EXPECT = ("allow", "deny", "deny", "explicitDeny", "implicitDeny", "noExplicitDeny")
_SESSIONS = ("with MFA", "without MFA", "access key", "any sign-in")


def _suite(folder: Path, rng: random.Random) -> list[dict[str, Any]]:
    """Write an account of random policies and a suite of random invariants; return the policies by user."""
    documents = [document(rng) for _ in range(8)]
    users = "".join(f"  u{n}: {{policies: [{json.dumps(one)}]}}\n" for n, one in enumerate(documents))
    (folder / "account.yaml").write_text(f'id: "123456789012"\nusers:\n{users}', "utf-8")
    lines = ["suite: random", "account: account.yaml", "invariants:"]
    for number in range(24):
        who = f"u{rng.randrange(8)}"
        spared = rng.choice(("", "", ', except: "s3:Put*"'))
        actions = rng.choice(_ACTIONS)
        lines.append(
            f"  - {{name: n{number}, as: {rng.choice(('', 'any user like '))}{who}, session: {rng.choice(_SESSIONS)}, "
            f"actions: {actions}{spared if actions != '[iam:GetUser, s3:PutObject]' else ''}, "
            f"on: {rng.choice(_ON)}, expect: {rng.choice(_EXPECT)}}}"
        )
    (folder / "suite.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    return documents


def _random(folder: Path) -> Iterator[tuple[random.Random, list[dict[str, Any]], Asserted]]:
    for number in range(SUITES):
        rng = random.Random(SEED + number)
        documents = _suite(folder, rng)
        for one in load_suites([Path("suite.yaml")]).asserted:
            yield rng, documents, one


def test_random_invariants_are_decided_as_the_oracle_says(tmp_path: Path) -> None:
    outcomes = {"proved": 0, "refuted": 0, "unknown": 0}
    hits = 0
    with contextlib.chdir(tmp_path):
        for rng, documents, one in _random(tmp_path):
            found = decide_invariant(one, load())
            outcomes[found.outcome] += 1
            if found.outcome == "proved":
                hits += attack(one, rng, ATTACKS)
            elif found.refutation is not None:
                ((who, _),) = one.subjects
                assert who.principal is not None
                session = next(s for s in who.sessions if s.name == found.refutation.session)
                context = {**_fixed(who, session), **found.refutation.context}
                plain = {k: v if isinstance(v, str) else list(v) for k, v in context.items()}
                asked = Request(found.refutation.action, found.refutation.resource, plain)
                effect = decide([documents[int(who.principal.name[1:])]], asked).effect
                assert effect == found.refutation.actual, (SEED, one.id, found)
                assert effect not in Verdict(one.invariant.expect).accepts
    tell(f"{outcomes['proved']} proofs of random invariants: {ATTACKS:,} requests each, {hits:,} in the sets asked for")
    assert outcomes["unknown"] <= SUITES, outcomes
    assert min(outcomes["proved"], outcomes["refuted"]) > 2 * SUITES, outcomes
    assert hits > ATTACKS


def _fixed(who: Of, session: Session) -> dict[str, Any]:
    assert who.principal is not None
    derived: dict[str, Any] = {} if who.anyone else dict(who.principal.derived_context())
    states = {one.name: one.value for one in session.context.values() if one.value is not None}
    return {**derived, **states}


# --- the attacks notice -----------------------------------------------------------------------------


def test_an_invariant_that_is_called_proved_and_is_not_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noticed = 0
    with contextlib.chdir(tmp_path):
        false = [(rng, one) for rng, _, one in _random(tmp_path) if decide_invariant(one, load()).outcome == "refuted"]
        monkeypatch.setattr(settling, "decide_claim", lambda *_, **__: Proved(()))
        wrong = false if LONG else false[:15]
        for rng, one in wrong:
            assert decide_invariant(one, load()).outcome == "proved"
            try:
                attack(one, rng, 2_000)
            except AssertionError:
                noticed += 1
    tell(f"{noticed} of {len(wrong)} wrong proofs noticed by 2,000 requests each")
    assert noticed >= 0.85 * len(wrong), "the attacks are blunt"
