"""Templates: variables, defaults, specials, missing values."""

from __future__ import annotations

import pytest

from simulator.policy.pattern import Pattern
from simulator.policy.variables import Template, variables_in

VALUES = {"aws:username": "bob", "empty": "", "star": "*", "colon": "a:b"}


def _matches(template: str, text: str, *, variables: bool = True) -> bool:
    pattern = Template.parse(template, variables=variables).resolve(VALUES.get)
    return pattern is not None and pattern.matches(text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("user/${aws:username}", "user/bob"),
        ("x${empty}y", "xy"),
        ("x/${star}", "x/*"),
        ("b-${none, 'company wide'}", "b-company wide"),
        ("b-${none, ''}", "b-"),
        ("${*}${?}${$}", "*?$"),
        ("a${", "a${"),
        ("${aws:username}/*", "bob/x"),
    ],
)
def test_values_stand_in_place_of_variables(template: str, text: str) -> None:
    assert _matches(template, text)


@pytest.mark.parametrize(
    ("template", "text"),
    [("x/${star}", "x/y"), ("${none}", ""), ("${}", ""), ("${a b}", "a b"), ("${aws:username,'x'}", "bob")],
)
def test_a_value_is_literal_and_a_missing_one_matches_nothing(template: str, text: str) -> None:
    assert not _matches(template, text)


def test_an_old_version_knows_no_variables() -> None:
    assert _matches("user/${aws:username}", "user/${aws:username}", variables=False)


def test_a_value_with_a_colon_can_not_stand_before_the_fifth_colon() -> None:
    template = Template.parse("arn:aws:s3:${colon}::b/${colon}")
    assert template.resolve(VALUES.get, arn=True) is None
    behind = Template.parse("arn:aws:s3:::${colon}").resolve(VALUES.get, arn=True)
    assert behind == Pattern.literal("arn:aws:s3:::a:b")


def test_variables_are_listed_without_defaults() -> None:
    assert variables_in("${a}/${b, 'x'}/${*}/${$}") == ("a", "b", "*", "$")


def test_variables_know_their_key_their_default_and_how_they_were_written() -> None:
    (found,) = Template.parse("b/${aws:username, 'nobody'}/*").variables
    assert (found.key, found.default, found.text) == ("aws:username", "nobody", "${aws:username, 'nobody'}")
