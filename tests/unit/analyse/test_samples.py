"""Sample values: policies' own first, their neighbours on the other side, all of the key's type."""

from __future__ import annotations

import pytest

from simulator.analyse.samples import fill, fits_type, held_by, samples
from simulator.decide.context import Context
from simulator.policy.conditions import Condition, ConditionValue, Operator
from simulator.policy.pattern import Pattern

CONTEXT = Context.of({"aws:username": "bob"})


def condition(operator: str, key: str, *values: str) -> Condition:
    """Return a condition."""
    parsed = Operator.parse(operator)
    assert parsed is not None
    return Condition(parsed, key, tuple(ConditionValue(value, 0, 0) for value in values), True, 0, 0)


@pytest.mark.parametrize(
    "case",
    [
        condition("StringEquals", "aws:RequestedRegion", "eu-west-1"),
        condition("StringNotEqualsIgnoreCase", "aws:RequestTag/x", "a"),
        condition("StringLike", "s3:prefix", "home/${aws:username}/*"),
        condition("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
        condition("NumericGreaterThanEquals", "s3:max-keys", "1.5"),
        condition("DateGreaterThan", "aws:CurrentTime", "2030-01-01"),
        condition("Bool", "aws:MultiFactorAuthPresent", "true"),
        condition("IpAddress", "aws:SourceIp", "203.0.113.0/24", "2001:db8::/32"),
        condition("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"),
        condition("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Admin*"),
        condition("BinaryEquals", "x:binary", "AAAA"),
        condition("ForAnyValue:StringEquals", "aws:TagKeys", "a", "b"),
        condition("ForAllValues:StringLike", "aws:TagKeys", "a*"),
    ],
    ids=str,
)
def test_some_hold_and_some_do_not(case: Condition) -> None:
    found = samples(case, CONTEXT)
    assert {held_by(case, CONTEXT, value) for value in found} == {True, False}
    assert all(fits_type(case.key, value) for value in found)


def test_the_boundary_of_a_comparison_is_among_them() -> None:
    assert samples(condition("NumericLessThan", "aws:MultiFactorAuthAge", "3600"), CONTEXT)[:3] == (
        "3600",
        "3599",
        "3601",
    )


def test_the_neighbours_of_a_range_are_among_them() -> None:
    found = samples(condition("IpAddress", "aws:SourceIp", "203.0.113.0/24"), CONTEXT)
    assert found[:4] == ("203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0")


@pytest.mark.parametrize(
    "text", ["0.0.0.0/0", "::/0", "255.255.255.255", "not an address", "10.0.0.0/99", "10.0.0.0/x"]
)
def test_ranges_at_the_ends_and_junk_do_no_harm(text: str) -> None:
    assert samples(condition("IpAddress", "aws:SourceIp", text), CONTEXT)


@pytest.mark.parametrize("text", ["1e999999", "-1", "NaN", "9" * 400])
def test_odd_numbers_do_no_harm(text: str) -> None:
    assert samples(condition("NumericEquals", "s3:max-keys", text), CONTEXT)


@pytest.mark.parametrize("text", ["999999999-01-01", "9223372036854775807", "0001-01-01T00:00:00Z"])
def test_odd_dates_do_no_harm(text: str) -> None:
    assert samples(condition("DateEquals", "aws:CurrentTime", text), CONTEXT)


def test_a_list_typed_key_has_lists_only() -> None:
    assert all(isinstance(value, tuple) for value in samples(condition("StringEquals", "aws:TagKeys", "a"), CONTEXT))


@pytest.mark.parametrize(
    ("pattern", "like", "arn"),
    [
        ("arn:*:iam::*:user/bob", "arn:aws-cn:iam::1:user/eve", "arn:aws-cn:iam::1:user/bob"),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::c/k", "arn:aws:s3:::b/example"),
        ("arn:aws:s3:::b/?", "", "arn:aws:s3:::b/x"),
        (
            "arn:aws:ec2:*:*:instance/*",
            "arn:aws:iam::111111111111:user/x",
            "arn:aws:ec2:us-east-1:111111111111:instance/example",
        ),
        ("*", "arn:aws:s3:::c/k", "arn:aws:s3:::c/k"),
    ],
)
def test_an_arn_is_filled_in_from_another(pattern: str, like: str, arn: str) -> None:
    parsed = Pattern.parse(pattern)
    assert fill(parsed, like) == arn
    assert parsed.for_resource().matches(arn)
