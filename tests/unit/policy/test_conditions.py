"""Operators and their modifiers; the corpus has the rows, here are the corners."""

from __future__ import annotations

from itertools import product

import pytest

from simulator.policy.conditions import OPERATORS, Condition, ConditionValue, Operator


def _holds(operator: str, values: list[str], given: str | tuple[str, ...] | None) -> bool:
    parsed = Operator.parse(operator)
    assert parsed is not None
    texts = tuple(ConditionValue(value, 0, 0) for value in values)
    return Condition(parsed, "k", texts, variables=True, start=0, end=0).holds({"k": given}.get)


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_reads_back_as_its_text(name: str) -> None:
    suffixes = ("",) if name == "Null" else ("", "IfExists")
    for prefix, suffix in product(("", "ForAnyValue:", "ForAllValues:"), suffixes):
        assert str(Operator.parse(f"{prefix}{name}{suffix}")) == f"{prefix}{name}{suffix}"


@pytest.mark.parametrize(
    "text", ["stringequals", "NullIfExists", "ForAnyValue::StringEquals", "StringEqualsIfExist", "", "ForAll:Bool"]
)
def test_unknown_operators(text: str) -> None:
    assert Operator.parse(text) is None


@pytest.mark.parametrize(
    ("operator", "values", "given", "expected"),
    [
        ("NotIpAddress", ["junk"], "10.0.0.1", False),
        ("NotIpAddress", ["192.0.2.0/24"], "192.0.2.1/32", False),
        ("IpAddress", ["192.0.2.0/0"], "8.8.8.8", True),
        ("IpAddress", ["192.0.2.0/0"], "::1", False),
        ("NotIpAddress", ["192.0.2.0/24"], "::1", True),
        ("IpAddress", ["192.000.002.0/+24"], "192.0.2.9", True),
        ("ArnLike", ["*"], "arn:aws:iam::1:user/x", True),
        ("ArnNotLike", ["arn:aws"], "arn:aws:iam::1:user/x", True),
        ("StringEqualsIgnoreCase", ["ß"], "ẞ", True),
        ("StringEqualsIgnoreCase", ["ß"], "SS", False),
        ("StringEqualsIgnoreCase", ["K"], "k", True),
        ("StringEqualsIgnoreCase", ["𐐀"], "𐐨", False),
        ("StringNotEquals", ["a"], ("b",), False),
        ("StringEqualsIfExists", ["a"], ("a",), False),
        ("ForAnyValue:StringEqualsIfExists", ["a"], None, True),
        ("ForAllValues:Null", ["true"], "x", True),
        ("ForAnyValue:Null", ["true"], None, False),
        ("BinaryEquals", ["!"], "!", False),
        ("NumericNotEquals", ["abc"], "1", True),
    ],
)
def test_corners(operator: str, values: list[str], given: str | tuple[str, ...] | None, expected: bool) -> None:  # noqa: FBT001  # a parameter
    assert _holds(operator, values, given) is expected
