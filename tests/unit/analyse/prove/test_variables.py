"""Values of variables that depend on each other: equal ones are found, and what may lie across is not called proved."""

from __future__ import annotations

import itertools

import pytest

from simulator.analyse.prove import Claim, Counterexample, Proved, Unknown, decide_claim, denies, guard
from tests.unit.analyse.prove.build import allow, deny, stack

_B = "arn:aws:s3:::"
_NAME, _ACCOUNT = "${aws:username}", "${aws:PrincipalAccount}"


def test_a_variables_own_value_may_have_to_equal_another_variable() -> None:
    one = allow("s3:GetObject", f"{_B}${{k:a}}/x", StringEquals={"k:a": "${k:b}"})
    found = decide_claim(denies(stack(one)))
    assert isinstance(found, Counterexample)
    values = dict(found.context)
    assert values["k:a"] == values["k:b"]


@pytest.mark.parametrize("names", list(itertools.permutations("abc")))
def test_variables_that_equal_a_third_equal_each_other(names: tuple[str, str, str]) -> None:
    one, two, three = (f"k:{name}" for name in names)
    equal = {one: f"${{{two}}}", two: f"${{{three}}}", three: f"${{{two}}}"}
    found = decide_claim(denies(stack(allow("s3:GetObject", f"{_B}${{{one}}}/x", StringEquals=equal))))
    assert isinstance(found, Counterexample)
    assert len({dict(found.context)[key] for key in (one, two, three)}) == 1


def test_variables_that_are_compared_with_nothing_need_not_be_equal() -> None:
    one = allow("s3:GetObject", f"{_B}${{k:a}}/${{k:b}}", StringNotEquals={"k:a": "${k:b}"})
    found = decide_claim(denies(stack(one)))
    assert isinstance(found, Counterexample)
    assert len(set(dict(found.context).values())) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(f"{_NAME}*", f"{_ACCOUNT}*", id="before a wildcard"),
        pytest.param(f"*{_NAME}", f"*{_ACCOUNT}", id="behind a wildcard"),
        pytest.param(f"{_NAME}{_ACCOUNT}", f"{_ACCOUNT}{_NAME}", id="beside each other"),
        pytest.param(f"{_NAME}1{_ACCOUNT}", f"{_ACCOUNT}1{_NAME}", id="beside a character that they may hold"),
    ],
)
def test_values_that_may_reach_into_each_other_are_no_proof(one: str, other: str) -> None:
    # Equal values are denied; a name that begins with the account is not, but no value of a class shows it.
    whole = stack(
        allow("s3:GetObject", f"{_B}{one}"),
        deny("*", StringEquals={"aws:username": _ACCOUNT}),
        deny("*", Null={"aws:username": "true"}),
    )
    answer = decide_claim(denies(whole, _on(f"{_B}{other}")))
    assert isinstance(answer, Unknown)
    assert "may overlap" in answer.reason


def _on(resource: str) -> Claim:
    return Claim(guards=(guard(resources=[resource]),))


@pytest.mark.parametrize("beside", ["/", ":"])
def test_values_between_characters_that_they_dont_hold_are_the_same(beside: str) -> None:
    one, other = (f"{_B}x{beside}{name}{beside}y" for name in (_NAME, _ACCOUNT))
    whole = stack(allow("s3:GetObject", one), deny("*", StringEquals={"aws:username": _ACCOUNT}))
    assert isinstance(decide_claim(denies(whole, _on(other))), Proved)
