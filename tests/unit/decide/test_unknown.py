"""Decisions that hang on keys which nobody stated."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.decide.context import Context
from simulator.decide.request import Stack
from simulator.decide.unknown import open_keys, undetermined
from tests.unit.decide.build import allow, deny, evaluator, policy

ALWAYS = {"aws:sourceip", "aws:currenttime"}
OFFICE: dict[str, Any] = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
ELSEWHERE: dict[str, Any] = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


def _open(*statements: dict[str, Any], context: dict[str, str | tuple[str, ...]] | None = None) -> tuple[str, ...]:
    found = evaluator(Stack(identity=(policy(*statements),)))
    given = Context.of(context)
    unknown = open_keys(found, given, ALWAYS)
    return undetermined(found, "s3:GetObject", "arn:aws:s3:::b/k", given, unknown)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow(Condition=OFFICE)], ("aws:sourceip",)),
        ([allow(), deny(Condition=ELSEWHERE)], ("aws:sourceip",)),
        ([allow(resource="arn:aws:s3:::b/${aws:SourceIp}")], ("aws:sourceip",)),
        ([allow(), deny(), deny(Condition=ELSEWHERE)], ()),
        ([allow(), allow(Condition=OFFICE)], ()),
        ([allow("s3:PutObject", Condition=OFFICE)], ()),
        ([allow(Condition={"Null": {"aws:SourceIp": "true"}})], ()),
        ([allow(Condition={**OFFICE, "Bool": {"aws:MultiFactorAuthPresent": "true"}})], ()),
        ([allow(Condition={"StringEquals": {"aws:username": "bob"}})], ()),
    ],
)
def test_a_key_matters_only_when_the_decision_changes_with_it(
    statements: list[dict[str, Any]], expected: tuple[str, ...]
) -> None:
    assert _open(*statements) == expected


def test_a_stated_key_is_not_open() -> None:
    assert _open(allow(Condition=OFFICE), context={"AWS:SourceIp": "10.1.1.1"}) == ()


def test_only_keys_of_statements_that_name_action_and_resource_are_told() -> None:
    later: dict[str, Any] = {"DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}
    assert _open(allow(Condition=OFFICE), allow("s3:PutObject", Condition=later)) == ("aws:sourceip",)
    assert _open(allow(Condition=OFFICE), deny("s3:PutObject", Condition=later)) == ("aws:sourceip",)
    assert _open(allow(Condition=OFFICE), allow(resource="arn:aws:s3:::other", Condition=later)) == ("aws:sourceip",)


def test_no_key_of_a_statement_that_applies_anyway_is_told() -> None:
    known: dict[str, Any] = {"StringNotEquals": {"aws:CurrentTime": "never"}, "Null": {"aws:username": "true"}}
    given: dict[str, str | tuple[str, ...]] = {"aws:CurrentTime": "2030-01-01T00:00:00Z"}
    assert _open(allow(Condition=known), deny(Condition=ELSEWHERE), context=given) == ("aws:sourceip",)


@pytest.mark.parametrize("levels", ["scps", "rcps"])
@pytest.mark.parametrize("place", [0, 1])
def test_each_level_of_an_organization_is_asked(levels: str, place: int) -> None:
    everything = policy(allow("*"))
    whole = [(everything,), (everything,)]
    whole[place] = (policy(allow(Condition=OFFICE)),)
    stated: dict[str, Any] = {levels: tuple(whole)}
    found, given = evaluator(Stack(identity=(everything,), **stated)), Context.of()
    unknown = open_keys(found, given, ALWAYS)
    assert undetermined(found, "s3:GetObject", "arn:aws:s3:::b/k", given, unknown) == ("aws:sourceip",)
