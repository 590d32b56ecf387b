"""Shortcuts that would be unsound, planted in the prover: the attacks on its proofs notice each of them.

A test of the other tests: were one of these shortcuts taken by mistake, a proof would fall, or a counterexample be
none.
"""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING, Any

import pytest

from simulator.analyse.prove import Proved, decide_claim, never, no_new_access, request_set
from simulator.analyse.prove.automaton import machine
from simulator.analyse.prove.contexts import ContextSearch
from simulator.analyse.prove.terms import terms
from simulator.analyse.prove.variables import FRESH, Variables, _Pools
from simulator.analyse.prove.words import Relation, relation
from simulator.errors import DefectError
from tests.property import test_prove
from tests.property.proving import document, edited, stack
from tests.property.test_prove import attack, layered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.analyse.prove import Claim

PREFIX = "simulator.analyse.prove"
MOST = 400  # claims until a shortcut has to be noticed


def _first_only(generator: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def first(*given: Any, **more: Any) -> Iterator[Any]:
        yield from list(generator(*given, **more))[:1]

    return first


def _surely(one: Any, other: Any) -> Relation:
    found = relation(one, other)
    return Relation.COVERING if found is Relation.PARTIAL else found


class _FirstClass:
    """A machine of which only the first class is seen."""

    def __init__(self, groups: Any) -> None:
        self._machine = machine(groups)

    def classes(self, budget: Any) -> Any:
        return self._machine.classes(budget)[:1]


_values, _assignments, _pool = ContextSearch._values, Variables.assignments, _Pools._pool

PLANTED: dict[str, dict[str, Any]] = {
    "a set of texts is left when any was seen before": {
        "front.Front.no_better": lambda *_: True,
        "automaton._COMPARE_FROM": 2,
    },
    "the first class of texts stands for all": {
        "automaton.Machine._keep": lambda _self, found, _matched: not found,
    },
    "the first class of resources is enough": {"resources.machine": _FirstClass},
    "a star in a variable's value is never needed": {
        "variables._Pools._pool": lambda *given: [v for v in _pool(*given) if "*" not in (v or "")],
    },
    "a variable has no value but a fresh one": {
        "variables._Pools._class_texts": lambda _self, _members: [FRESH],
    },
    "one assignment of the variables is enough": {"variables.Variables.assignments": _first_only(_assignments)},
    "a key is never missing": {
        "contexts.ContextSearch._values": lambda *given: [v for v in _values(*given) if v is not None],
    },
    "the first value of a key is enough": {
        "contexts.ContextSearch._values": lambda *given: list(_values(*given))[:1],
    },
    "of several combinations of values one is kept": {
        "contexts._smallest": lambda front: dict(list(front.items())[:1]),
    },
    "a pattern that may cover another does": {"resources.relation": _surely},
    "conditions don't matter to what covers": {
        "terms.covers": lambda unwanted, _wanted: unwanted.shape.everything,
    },
    "the first way to miss a verdict is the only one": {"decide.terms": _first_only(terms)},
    "what the gate keeps out of one resource is kept out of all": {
        "decide._Attempt._settle_by_type": lambda *_: None,
    },
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_shortcut_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, planted in PLANTED[name].items():
        monkeypatch.setattr(f"{PREFIX}.{place}", planted)
    monkeypatch.setattr(test_prove, "ATTACKS", 400)
    _forget()
    try:
        assert _noticed()
    finally:
        monkeypatch.undo()
        _forget()


def test_without_a_shortcut_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_prove, "ATTACKS", 200)
    monkeypatch.setattr(sys.modules[__name__], "MOST", 40)
    assert not _noticed()


def _rivals(one: str, other: str) -> dict[str, Any]:
    """Return a policy that allows something only where of two values of a key the right one is taken."""
    given, third = {"k:n": "1"}, {"k:u": "c"}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"NumericEquals": given}},
            {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {one: {"s3:prefix": "a"}}},
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {other: {"s3:prefix": "a"}, "StringNotEquals": third},
            },
        ],
    }


RIVALS = [_rivals(*pair) for pair in (("StringEquals", "StringNotEquals"), ("StringNotEquals", "StringEquals"))]
RIVALS += [{**one, "Statement": [one["Statement"][0], *one["Statement"][:0:-1]]} for one in RIVALS]
SURE, MAYBE = {"Null": {"k:s": "false"}}, {"StringEquals": {"k:u": "c"}}


def _halves(inside: Any, outside: Any) -> dict[str, Any]:
    """Return a policy of whose two Denies only one can be escaped."""
    allowed = {"StringEquals": {"k:s": "x"}}
    a = "arn:aws:s3:::a*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*", "Condition": allowed},
            {"Effect": "Deny", "Action": "*", "Resource": a, "Condition": inside},
            {"Effect": "Deny", "Action": "*", "NotResource": a, "Condition": outside},
        ],
    }


STAR = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::${k:u}",
    "Condition": {"StringEquals": {"k:u": "a*"}},
}
MISSING = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"Null": {"k:s": "true"}}}
OWN = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/${aws:username}"}
REFUTED = [
    *(never(stack(one), "deny") for one in RIVALS),
    *(
        never(stack(_halves(*pair)), "deny", request_set(resources=["arn:aws:s3:::*"]))
        for pair in ((SURE, MAYBE), (MAYBE, SURE))
    ),
    *(never(stack({"Version": "2012-10-17", "Statement": [one]}), "deny") for one in (STAR, MISSING)),
    never(
        stack({"Version": "2012-10-17", "Statement": [OWN]}), "deny", request_set(resources=["arn:aws:iam::*:user/adm"])
    ),
]
"""Claims of which each has a counterexample that is hard to come by."""


def _noticed() -> bool:
    """Tell whether a claim is wrongly proved, or refuted by what is no counterexample."""
    if any(isinstance(decide_claim(claim), Proved) for claim in REFUTED):
        return True
    rng = random.Random(3)
    for number in range(MOST):
        documents, claim, gate = _claim(rng, number)
        try:
            if isinstance(decide_claim(claim, gate=gate), Proved):
                attack(claim, documents, rng, gate=gate, unknown=False)
        except (AssertionError, DefectError):
            return True
    return False


def _claim(rng: random.Random, number: int) -> tuple[list[Any], Claim, bool]:
    new = document(rng)
    old = edited(rng, new) if rng.random() < 0.7 else document(rng)
    if number % 4 == 3:
        layers = [new, old, *(document(rng, most=2) for _ in range(4))]
        return layers, no_new_access(stack(new), layered(rng, layers)), False
    if number % 4 == 2:
        return [new], never(stack(new), "deny"), True
    return [new, old], no_new_access(stack(new), stack(old)), number % 4 == 1


def _forget() -> None:
    """Empty what the prover remembers: it was found with, or without, a shortcut."""
    for name, module in list(sys.modules.items()):
        if name.startswith(PREFIX):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
