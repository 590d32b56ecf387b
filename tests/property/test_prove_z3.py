"""A second opinion: small pairs of policies as formulas of strings, decided by z3.

The encoding shares nothing with the prover but the domains.  z3 may give up on a formula; where both decide, they
decide alike.  Without z3 the test is left out.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from simulator.analyse.prove import Counterexample, Proved, decide_claim, no_new_access
from tests.property.profile import LONG, tell
from tests.property.proving import Document, stack

if TYPE_CHECKING:
    from collections.abc import Iterator

z3: Any = pytest.importorskip("z3", reason="z3-solver is not installed")

PAIRS = 200 * LONG if LONG else 40
MILLISECONDS = 2_000 if LONG else 300
SEED = random.SystemRandom().randrange(2**32) if LONG else 5

_USER, _AGE, _MFA, _TEXT = "aws:username", "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "s3:prefix"
_HEAD = "arn:aws:s3:::"
_TAILS = ("a", "ab", "a*", "*b", "a*b", "?", "a?", "*a*", "??*", "b/*", "b/a")
_OWN = (f"${{{_USER}}}", f"${{{_USER}}}/*", f"${{{_USER}}}*", f"b/${{{_USER}}}", f"b/${{{_USER}}}/a*", f"a${{{_USER}}}")
_WORDS = ("a", "ab", "b", "a*", "*b", "?", f"${{{_USER}}}", f"${{{_USER}}}/a")
_ACTIONS = ("s3:GetObject", "s3:PutObject")


# --- policies -------------------------------------------------------------------------------------


def _document(rng: random.Random) -> Document:
    return {"Version": "2012-10-17", "Statement": [_statement(rng) for _ in range(rng.randint(1, 3))]}


def _statement(rng: random.Random) -> Document:
    names = ["*"] if rng.random() < 0.2 else [_HEAD + rng.choice(_TAILS + _OWN) for _ in range(rng.randint(1, 2))]
    found: Document = {
        "Effect": rng.choice(("Allow", "Allow", "Deny")),
        "Action": rng.choice((["s3:GetObject"], ["s3:PutObject"], list(_ACTIONS))),
        rng.choice(("Resource", "Resource", "NotResource")): names,
    }
    if rng.random() < 0.6:
        found["Condition"] = {}
        for _ in range(rng.randint(1, 2)):
            name, key, values = _condition(rng)
            found["Condition"].setdefault(name, {})[key] = values
    return found


def _condition(rng: random.Random) -> tuple[str, str, list[str]]:
    some = rng.choice(("", "IfExists"))
    kind = rng.randrange(5)
    if kind == 0:
        return f"Bool{some}", _MFA, [rng.choice(("true", "false"))]
    if kind == 1:
        name = rng.choice(("Equals", "NotEquals", "LessThan", "GreaterThanEquals"))
        return f"Numeric{name}{some}", _AGE, [str(rng.randint(0, 3)) for _ in range(rng.randint(1, 2))]
    key = rng.choice((_TEXT, _TEXT, _USER))
    if kind == 2:
        return "Null", key, [rng.choice(("true", "false"))]
    name = rng.choice(("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"))
    return name + some, key, [rng.choice(_WORDS) for _ in range(rng.randint(1, 2))]


# --- formulas -------------------------------------------------------------------------------------

_RESOURCE, _VALUE = z3.String("resource"), {key: z3.String(key) for key in (_USER, _TEXT)}
_THERE = {key: z3.Bool(f"{key} there") for key in (_USER, _TEXT, _AGE, _MFA)}
_AGED, _WITH_MFA = z3.Int("age"), z3.Bool("mfa")
_ANYTHING = z3.Full(z3.ReSort(z3.StringSort()))
_ONE = z3.AllChar(z3.ReSort(z3.StringSort()))


def _domains() -> Iterator[Any]:
    letters = z3.Union(*(z3.Range(a, b) for a, b in ("az", "AZ", "09")), *(z3.Re(c) for c in "+=,.@_-"))
    yield z3.InRe(_VALUE[_USER], z3.Loop(letters, 1, 64))
    yield _AGED >= 0
    no_colon = z3.Star(z3.Diff(_ONE, z3.Re(":")))
    service = z3.Plus(z3.Diff(_ONE, z3.Re(":")))
    parts = (no_colon, z3.Re(":"), service, z3.Re(":"), no_colon, z3.Re(":"), no_colon, z3.Re(":"), z3.Plus(_ONE))
    # Nothing here names IAM, so its odd names are no matter.
    yield z3.Or(_RESOURCE == "*", z3.InRe(_RESOURCE, z3.Concat(z3.Re("arn:aws"), *parts)))


def _regex(pattern: str) -> Any:
    parts = [_ANYTHING if c == "*" else _ONE if c == "?" else z3.Re(c) for c in pattern]
    return z3.Concat(z3.Re(""), z3.Re(""), *parts)


def _like(text: Any, pattern: str) -> Any:
    """Whether *text* matches a pattern; of a variable it holds one, behind literal text."""
    head, found, tail = pattern.partition(f"${{{_USER}}}")
    if not found:
        return z3.InRe(text, _regex(pattern))
    begin = z3.Concat(z3.StringVal(head), _VALUE[_USER]) if head else _VALUE[_USER]
    rest = z3.SubString(text, z3.Length(begin), z3.Length(text))
    return z3.And(_THERE[_USER], z3.PrefixOf(begin, text), z3.InRe(rest, _regex(tail)))


def _equals(text: Any, value: str) -> Any:
    head, found, tail = value.partition(f"${{{_USER}}}")
    if not found:
        return text == z3.StringVal(value)
    return z3.And(_THERE[_USER], text == z3.Concat(z3.StringVal(head), _VALUE[_USER], z3.StringVal(tail)))


def _holds(name: str, key: str, values: list[str]) -> Any:
    base = name.removesuffix("IfExists")
    if base == "Null":
        return z3.Or(*(z3.Not(_THERE[key]) if value == "true" else _THERE[key] for value in values))
    plain = base.replace("Not", "")
    compare = {
        "StringEquals": lambda v: _equals(_VALUE[key], v),
        "StringLike": lambda v: _like(_VALUE[key], v),
        "Bool": lambda v: z3.BoolVal(v == "true") == _WITH_MFA,
        "NumericEquals": lambda v: int(v) == _AGED,
        "NumericLessThan": lambda v: int(v) > _AGED,
        "NumericGreaterThanEquals": lambda v: int(v) <= _AGED,
    }[plain]
    found = z3.Or(*map(compare, values))
    if plain != base:
        return z3.Or(z3.Not(_THERE[key]), z3.Not(found))
    return z3.Or(z3.Not(_THERE[key]), found) if base != name else z3.And(_THERE[key], found)


def _applies(statement: Document, action: str) -> Any:
    if action not in statement["Action"]:
        return z3.BoolVal(False)  # z3's own signature
    names = statement.get("Resource") or statement["NotResource"]
    named = z3.Or(*(_like(_RESOURCE, name) for name in names))
    conditions = [
        _holds(name, key, v) for name, keys in statement.get("Condition", {}).items() for key, v in keys.items()
    ]
    return z3.And(named if "Resource" in statement else z3.Not(named), *conditions)


def _allowed(policy: Document, action: str) -> Any:
    by_effect: dict[str, list[Any]] = {"Allow": [], "Deny": []}
    for statement in policy["Statement"]:
        by_effect[statement["Effect"]].append(_applies(statement, action))
    return z3.And(z3.Or(*by_effect["Allow"]), z3.Not(z3.Or(*by_effect["Deny"])))


def _opinion(new: Document, old: Document) -> bool | None:
    """Ask z3 whether *new* adds nothing to *old*; None when it gives up."""
    answers = []
    for action in _ACTIONS:
        solver = z3.Solver()
        solver.set("timeout", MILLISECONDS)
        solver.add(*_domains(), _allowed(new, action), z3.Not(_allowed(old, action)))
        answers.append(solver.check())
    if z3.sat in answers:
        return False
    return None if z3.unknown in answers else True


def test_z3_decides_alike() -> None:
    rng = random.Random(SEED)
    opinions: Counter[bool] = Counter()
    for _ in range(PAIRS):
        new, old = _document(rng), _document(rng)
        if rng.random() < 0.5:
            old["Statement"] = [*new["Statement"][:-1], *old["Statement"][:1]]
        answer = decide_claim(no_new_access(stack(new), stack(old)), gate=False)
        opinion = _opinion(new, old)
        if opinion is None or not isinstance(answer, Proved | Counterexample):
            continue
        opinions[opinion] += 1
        assert isinstance(answer, Proved) is opinion, (SEED, new, old, answer)
    tell(f"z3 proves {opinions[True]} of {PAIRS} pairs and refutes {opinions[False]}, as the prover does")
    assert min(opinions[True], opinions[False]) > PAIRS // 10, "a prover that always says the same would pass"
