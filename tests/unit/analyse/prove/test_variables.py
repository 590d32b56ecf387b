"""Values of variables that depend on each other: equal ones are found, and what may lie across is not called proved."""

from __future__ import annotations

import itertools

import pytest

from simulator.analyse.prove import (
    Claim,
    Counterexample,
    Domains,
    Proved,
    Unknown,
    decide_claim,
    denies,
    guard,
    variables,
)
from simulator.analyse.prove.variables import FRESH
from tests.unit.analyse.prove.build import allow, deny, stack

_B = "arn:aws:s3:::"
_NAME, _ACCOUNT = "${aws:username}", "${aws:PrincipalAccount}"


def test_each_variable_has_a_mark_of_its_own_that_no_pattern_may_hold() -> None:
    marks = variables._marks(variables._OPEN)
    assert len({*marks, FRESH}) == variables._OPEN + 1
    assert all("\ue000" <= mark < FRESH for mark in marks)


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


@pytest.mark.parametrize("beside", ["/", ":"])
def test_variables_at_one_place_of_two_patterns_may_have_to_be_equal(beside: str) -> None:
    one, other = (f"{_B}x{beside}{name}{beside}y" for name in (_NAME, _ACCOUNT))
    found = decide_claim(denies(stack(allow("s3:GetObject", one)), _on(other)))
    assert isinstance(found, Counterexample)
    assert dict(found.context)["aws:username"] == dict(found.context)["aws:PrincipalAccount"]


def test_a_variable_may_have_to_be_empty() -> None:
    claim = denies(stack(allow("s3:GetObject", StringEquals={"s3:prefix": "a${k:u}"})), _with("a"))
    found = decide_claim(claim)
    assert isinstance(found, Counterexample)
    assert dict(found.context)["k:u"] == ""


def test_a_variable_may_have_to_be_what_stands_before_another() -> None:
    claim = denies(stack(allow("s3:GetObject", f"{_B}x/${{k:a}}/y")), _on(f"{_B}x/adm${{aws:username}}/y"))
    assert not isinstance(decide_claim(claim), Proved)


def test_a_variable_may_have_to_be_what_a_key_is_that_another_pattern_on_the_key_holds() -> None:
    # The resource's pattern with the variable is not wanted, the key's is.
    one = allow("s3:GetObject", f"{_B}b*", StringEquals={"s3:prefix": "adm"})
    claim = denies(stack(one, deny("*", f"{_B}x${{k:u}}")), _with("${k:u}"))
    found = decide_claim(claim)
    assert isinstance(found, Counterexample)
    assert dict(found.context)["k:u"] == "adm"


def test_a_default_stands_for_a_variable_that_is_missing() -> None:
    own = f"{_B}${{k:u, 'x'}}"
    denied = stack(allow("s3:GetObject", f"{_B}x"), deny("s3:GetObject", own))
    found = decide_claim(denies(denied, _on(f"{_B}*")))
    assert isinstance(found, Counterexample)
    assert dict(found.context)["k:u"] != "x"
    absent = Claim(guards=(guard(conditions={"Null": {"k:u": ["true"]}}),))
    assert isinstance(decide_claim(denies(denied, absent)), Proved)


def test_a_variable_of_few_values_has_these() -> None:
    bob = Claim(domains=(Domains.of({"aws:username": "bob"}),))
    found = decide_claim(denies(stack(allow("s3:GetObject", f"{_B}home/{_NAME}")), bob))
    assert isinstance(found, Counterexample)
    assert found.resource == f"{_B}home/bob"
    denied = stack(allow("s3:GetObject", f"{_B}home/{_NAME}"), deny("*", f"{_B}home/b*"))
    assert isinstance(decide_claim(denies(denied, bob)), Proved)


def test_a_variable_may_have_to_be_true() -> None:
    found = decide_claim(denies(stack(allow("s3:GetObject", f"{_B}${{k:u}}", Bool={"k:u": "true"})), _on(f"{_B}*")))
    assert isinstance(found, Counterexample)
    assert found.resource.lower() == f"{_B}true"


def test_a_variable_that_is_always_a_list_has_no_value() -> None:
    assert isinstance(decide_claim(denies(stack(allow("s3:GetObject", f"{_B}${{aws:TagKeys}}")))), Proved)


def test_a_value_with_a_colon_has_no_default_in_its_place() -> None:
    account = "123456789012"
    own = allow("iam:GetUser", f"arn:aws:iam::${{aws:userid, '{account}'}}:user/x")
    whole = stack(own, deny("*", StringEquals={"aws:userid": account}))
    assert isinstance(decide_claim(denies(whole, _on(f"arn:aws:iam::{account}:user/x"))), Proved)


def test_a_variable_may_have_to_be_missing() -> None:
    either = allow("s3:GetObject", [f"{_B}b", f"{_B}${{k:u}}"])
    found = decide_claim(denies(stack(either, deny("*", Null={"k:u": "false"}))))
    assert isinstance(found, Counterexample)
    assert (found.resource, found.context) == (f"{_B}b", ())


def test_an_empty_value_makes_a_wildcard_the_last_of_its_segment() -> None:
    claim = denies(stack(allow("sqs:*", "arn:aws:sqs:*${k:u}:q")), _on("arn:aws:sqs:us-east-1:123456789012:q"))
    found = decide_claim(claim)
    assert isinstance(found, Counterexample)
    assert dict(found.context)["k:u"] == ""


def test_a_variable_compared_with_more_than_another_variable_is_no_proof() -> None:
    one = allow("s3:GetObject", f"{_B}${{k:a}}", StringEquals={"k:a": "x${k:b}"})
    answer = decide_claim(denies(stack(one), _on(f"{_B}*")))
    assert isinstance(answer, Unknown)
    assert "compared with a text that holds another variable" in answer.reason


@pytest.mark.parametrize("pattern", ["11*", "*11", "1*1"])
def test_a_fresh_value_is_as_long_as_its_key_asks(pattern: str) -> None:
    one = allow("s3:GetObject", f"{_B}{_ACCOUNT}", StringLike={"aws:PrincipalAccount": pattern})
    found = decide_claim(denies(stack(one), _on(f"{_B}*")))
    assert isinstance(found, Counterexample)
    assert len(dict(found.context)["aws:PrincipalAccount"]) == 12


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


def _with(prefix: str) -> Claim:
    return Claim(guards=(guard(conditions={"StringEquals": {"s3:prefix": [prefix]}}),))


def _on(resource: str) -> Claim:
    return Claim(guards=(guard(resources=[resource]),))


@pytest.mark.parametrize(("one", "other"), [(f"b/{_NAME}*", f"b/{_NAME}/x"), (f"b*{_NAME}/x", f"b/{_NAME}/x")])
def test_one_variables_values_are_the_same_where_one_side_is_bounded(one: str, other: str) -> None:
    whole = stack(allow("s3:GetObject", f"{_B}{one}"), deny("*", f"{_B}b/{_NAME}/*"))
    assert isinstance(decide_claim(denies(whole, _on(f"{_B}{other}"))), Proved)


@pytest.mark.parametrize("beside", ["/", ":"])
def test_values_between_characters_that_they_dont_hold_are_the_same(beside: str) -> None:
    one, other = (f"{_B}x{beside}{name}{beside}y" for name in (_NAME, _ACCOUNT))
    whole = stack(allow("s3:GetObject", one), deny("*", StringEquals={"aws:username": _ACCOUNT}))
    assert isinstance(decide_claim(denies(whole, _on(other))), Proved)
