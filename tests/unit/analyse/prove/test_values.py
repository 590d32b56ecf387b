"""Values of one key: for each value there is a candidate that all conditions answer at least as well."""

from __future__ import annotations

import itertools
import json
import random
from typing import TYPE_CHECKING

import pytest

from simulator.analyse.prove.budget import Budget, Undecided
from simulator.analyse.prove.clause import shape_of
from simulator.analyse.prove.domains import ANY, Domain
from simulator.analyse.prove.languages import POINTS
from simulator.analyse.prove.values import Wish, candidates
from simulator.policy.operators import COMPARISONS, parse_date
from simulator.policy.pattern import Pattern
from tests.unit.analyse.prove.build import allow, policy

if TYPE_CHECKING:
    from simulator.decide.context import ContextValue

_TEXTS = ("a", "b", "ab", "a*", "*b", "?", "*", "", "A", "${*}")
_GIVEN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # kind: values in policies, values in requests
    "String": (_TEXTS, ("a", "b", "ab", "abb", "x", "", "A", "*", "B", "aab", "xb")),
    "Numeric": (("1", "2", "2.0", "3.5", "-1", "x"), ("0", "1", "1.5", "2", "3", "3.5", "4", "-1", "-2", "x", "")),
    "Date": (
        ("2026-01-01", "2026-01-01T00:00:01Z", "0"),
        ("2026-01-01T00:00:00Z", "2025-12-31", "2026-01-01T00:00:00.5Z", "1767225601", "2027", "x", "0", "1969-01-01"),
    ),
    "Ip": (
        ("10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "2001:db8::/32", "junk"),
        ("10.1.0.1", "10.2.0.1", "9.9.9.9", "255.255.255.255", "2001:db8::1", "::1", "x", ""),
    ),
    "Arn": (
        ("arn:aws:iam::1:user/*", "arn:aws:iam::*:user/a", "*", "junk"),
        ("arn:aws:iam::1:user/a", "arn:aws:iam::2:user/a", "arn:aws:s3:::b", "arn:x:y", "x", ""),
    ),
    "Bool": (("true", "false"), ("true", "TRUE", "false", "x", "")),
    "Binary": (("QQ==", "Qg==", "%"), ("QQ==", "Qg==", "QUI=", "", "%")),
}
_NAMES = {
    "String": ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"),
    "Numeric": ("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"),
    "Date": ("DateEquals", "DateNotEquals", "DateLessThanEquals", "DateGreaterThan"),
    "Ip": ("IpAddress", "NotIpAddress"),
    "Arn": ("ArnLike", "ArnNotLike", "ArnEquals"),
    "Bool": ("Bool",),
    "Binary": ("BinaryEquals",),
}


def _wishes(rng: random.Random, kind: str) -> list[Wish]:
    found = []
    for _ in range(rng.randint(1, 3)):
        name = (
            rng.choice(("", "", "ForAnyValue:", "ForAllValues:"))
            + rng.choice(_NAMES[kind])
            + rng.choice(("", "IfExists"))
        )
        name = rng.choice((name, name, name, name, "Null"))
        values = rng.choices(("true", "false") if name == "Null" else _GIVEN[kind][0], k=rng.randint(1, 2))
        (statement,) = policy(allow(**{name: {"k": values}})).statements
        (atom,) = shape_of(statement).atoms
        found.append(Wish(atom, rng.choice((-1, 0, 1))))
    return found


def _answers(wishes: list[Wish], value: ContextValue | None) -> list[bool]:
    return [wish.atom.condition.holds(lambda _key: value if value != () else None) for wish in wishes]


def _as_good(wishes: list[Wish], one: ContextValue | None, other: ContextValue | None) -> bool:
    pairs = zip(wishes, _answers(wishes, one), _answers(wishes, other), strict=True)
    return all(a == b or wish.sign == (1 if a else -1) for wish, a, b in pairs)


@pytest.mark.parametrize("kind", _GIVEN)
def test_each_value_has_a_candidate_as_good_as_it(kind: str) -> None:
    rng = random.Random(kind)
    for _ in range(60):
        wishes = _wishes(rng, kind)
        found = candidates(wishes, ANY, lambda _key: None, marks="", budget=Budget(100_000))
        given = _GIVEN[kind][1]
        lists = [tuple(rng.choices(given, k=rng.randint(0, 4))) for _ in range(20)]
        for value in (None, *given, *lists):
            assert any(_as_good(wishes, one, value) for one in found), (
                json.dumps(value),
                [w.atom for w in wishes],
                found,
            )


@pytest.mark.parametrize(
    "text",
    [
        "-0401-01-01",
        "-0001-12-31",
        "0000-01-01",
        "0001-01-01",
        "1600-02-29",
        "2026-01-01T00:00:00.001Z",
        "9999-12-31",
        "+123456-07-08",
    ],
)
def test_a_date_and_its_neighbours_can_be_said_in_every_year(text: str) -> None:
    moment = parse_date(text)
    assert moment is not None
    found = {parse_date(one) for one in POINTS["DateEquals"]([Pattern.literal(text)])}
    assert {moment + near for near in (0, -1, 1, -1000, 1000)} <= found


@pytest.mark.parametrize("kind", ["Numeric", "Date", "Ip", "Binary"])
def test_where_policies_hold_nothing_readable_a_request_still_does(kind: str) -> None:
    (row,) = (row for name, row in COMPARISONS.items() if name in (f"{kind}Equals", f"{kind}Address"))
    found = list(POINTS[row.name]([Pattern.literal("%junk")]))
    assert {row.read(text) is None for text in found} == {True, False}


def _wish(name: str, *values: str) -> Wish:
    (statement,) = policy(allow(**{name: {"k": list(values)}})).statements
    (atom,) = shape_of(statement).atoms
    return Wish(atom, 1)


def _found(domain: Domain, *wishes: Wish) -> tuple[ContextValue | None, ...]:
    return candidates(wishes, domain, lambda _key: None, marks="", budget=Budget(100_000))


def test_a_domain_bounds_the_candidates() -> None:
    assert _found(Domain(absent=False, values=("no",)), _wish("StringEquals", "yes")) == ("no",)
    found = _found(Domain(absent=False, alphabet="01", shortest=2, longest=2), _wish("StringLike", "?*1"))
    assert all(isinstance(value, str) and set(value) <= {"0", "1"} and len(value) == 2 for value in found)


def test_whole_numbers_stay_whole() -> None:
    found = _found(Domain(kind="numeric", whole=True, absent=False), _wish("NumericLessThan", "0.5", "4.5"))
    assert {"0", "1", "5"} == set(found)


def test_a_key_read_as_text_and_as_number_is_not_decided() -> None:
    with pytest.raises(Undecided, match="several ways"):
        _found(ANY, _wish("StringLike", "1*"), _wish("NumericLessThan", "5"))


def test_lists_of_several_values_are_kinds_of_their_own() -> None:
    wishes = [Wish(_wish("ForAnyValue:StringEquals", text).atom, 0) for text in "abc"]
    found = candidates(wishes, Domain(lists="always"), lambda _key: None, marks="", budget=Budget(100_000))
    assert {tuple(_answers(wishes, value)) for value in found} == set(itertools.product((True, False), repeat=3))


def test_many_set_conditions_need_few_lists() -> None:
    wishes = [Wish(_wish("ForAllValues:StringLike", f"*{a}*").atom, -1) for a in "abcdefghijklmnop"]
    budget = Budget(100_000)
    found = candidates(wishes, Domain(absent=False, lists="always"), lambda _key: None, marks="", budget=budget)
    assert any(not any(_answers(wishes, value)) for value in found)
    assert budget.left > 99_000
