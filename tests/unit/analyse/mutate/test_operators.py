"""Operators: what each of them makes of a statement, read from the mutant's text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.analyse.mutate import OPERATORS, mutants, text_of
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text
from tests.unit.analyse.mutate.making import changed, made

OWN = "arn:*:iam::*:user/${aws:username}"
PRESENT = "aws:MultiFactorAuthPresent"
ANN, BEN = (f"arn:aws:iam::123456789012:user/{name}" for name in ("ann", "ben"))


def conditions(operator: str, condition: dict[str, Any]) -> list[Any]:
    """Return what becomes of a condition."""
    return changed(operator, "Condition", Condition=condition)


# --- statements -------------------------------------------------------------------------------------


def test_a_statement_is_dropped() -> None:
    text = '{"Statement": [{"Effect": "Allow", "Action": "a:B", "Resource": "*"}]}'
    (dropped,) = [one for one in mutants(parse_policy_text(text, name="p")) if one.operator == "drop-statement"]
    assert json.loads(text_of(dropped)) == {"Statement": []}


@pytest.mark.parametrize(("old", "new"), [("Allow", "Deny"), ("Deny", "Allow")])
def test_an_effect_is_turned_round(old: str, new: str) -> None:
    assert changed("flip-effect", "Effect", Effect=old) == [new]


def test_the_old_version_is_written_where_variables_are_used() -> None:
    (old,) = made("old-version", Resource=OWN)
    assert json.loads(text_of(old))["Version"] == "2008-10-17"
    assert made("old-version", Resource=ANN) == []


# --- actions ----------------------------------------------------------------------------------------


def test_action_and_not_action_are_swapped() -> None:
    assert changed("swap-action", "NotAction") == ["s3:GetObject"]
    assert changed("swap-action", "Action", Action=None, NotAction=["iam:*"]) == [["iam:*"]]


def test_each_of_several_actions_is_taken_out_and_the_only_one_is_not() -> None:
    assert changed("drop-action", "NotAction", Action=None, NotAction=["a:B", "a:C"]) == [["a:C"], ["a:B"]]
    assert changed("drop-action", "Action") == []


@pytest.mark.parametrize(("listed", "left"), [("iam:*", "*"), (["iam:*"], ["*"])])
def test_a_not_action_without_its_only_entry_is_every_action(listed: object, left: object) -> None:
    (mutant,) = made("drop-action", Action=None, NotAction=listed)
    (statement,) = json.loads(text_of(mutant))["Statement"]
    assert statement == {"Effect": "Allow", "Resource": "*", "Action": left}
    assert mutant.words == "take `iam:*` out of NotAction, which leaves Action `*`"
    assert changed("drop-resource", "Resource", Resource=None, NotResource=ANN) == ["*"]


def test_an_action_is_widened_to_its_verb_its_service_and_everything() -> None:
    assert changed("widen-action", "Action") == ["s3:Get*", "s3:*"]
    assert changed("widen-action", "Action", Action="s3:*") == ["*"]
    assert changed("widen-action", "Action", Action="*") == []


def test_the_star_of_the_only_action_is_taken_off() -> None:
    assert changed("narrow-action", "Action", Action="s3:Get*") == ["s3:Get"]
    assert changed("narrow-action", "Action", Action="s3:*") == []


# --- resources --------------------------------------------------------------------------------------


def test_resource_and_not_resource_are_swapped() -> None:
    assert changed("swap-resource", "NotResource") == ["*"]


def test_each_of_several_resources_is_taken_out() -> None:
    assert changed("drop-resource", "Resource", Resource=[ANN, BEN]) == [[BEN], [ANN]]


def test_a_resource_is_widened_to_all_all_in_its_place_and_all_that_it_begins() -> None:
    place = "arn:aws:iam::123456789012:user/"
    assert changed("widen-resource", "Resource", Resource=ANN) == ["*", f"{place}*", f"{ANN}*"]
    assert changed("widen-resource", "Resource", Resource="arn:aws:s3:::b/*") == ["*", "arn:aws:s3:::*"]


def test_a_variable_becomes_a_star_a_user_another_variable_and_gets_a_star_beside_it() -> None:
    head = "arn:*:iam::*:mfa/"
    assert changed("change-variable", "Resource", Resource=f"{head}${{aws:username}}/x") == [
        f"{head}*/x",
        f"{head}${{aws:username}}*/x",
        f"{head}*${{aws:username}}/x",
        f"{head}ann/x",
        f"{head}${{aws:userid}}/x",
    ]


def test_users_and_devices_are_mixed_up() -> None:
    assert changed("swap-type", "Resource", Resource=OWN) == ["arn:*:iam::*:mfa/${aws:username}"]


def test_open_parts_of_an_arn_are_fixed_and_fixed_ones_opened() -> None:
    assert changed("fix-or-open-arn", "Resource", Resource="arn:*:iam::*:user/x") == [
        "arn:aws-cn:iam::*:user/x",
        "arn:*:iam::123456789012:user/x",
    ]
    assert changed("fix-or-open-arn", "Resource", Resource="arn:aws:sqs:eu-west-1:123456789012:q") == [
        "arn:aws:sqs:*:123456789012:q",
        "arn:aws:sqs:eu-west-1:*:q",
    ]


# --- principals -------------------------------------------------------------------------------------


def test_principals_are_widened_swapped_and_taken_out() -> None:
    named = {"Principal": {"AWS": [ANN, BEN]}}
    kind = PolicyKind.RESOURCE
    account = "arn:aws:iam::123456789012:root"
    assert changed("widen-principal", "Principal", kind, **named) == [
        "*",
        {"AWS": [account, BEN]},
        {"AWS": [ANN, account]},
    ]
    assert changed("swap-principal", "NotPrincipal", kind, **named) == [{"AWS": [ANN, BEN]}]
    assert changed("drop-principal", "Principal", kind, **named) == [{"AWS": BEN}, {"AWS": ANN}]


# --- conditions -------------------------------------------------------------------------------------


def test_conditions_are_dropped_one_by_one_and_all_at_once() -> None:
    both = {"Bool": {PRESENT: "true"}, "StringEquals": {"a:b": "c", "a:d": "e"}}
    assert conditions("drop-condition", both) == [
        {"StringEquals": {"a:b": "c", "a:d": "e"}},
        {"Bool": {PRESENT: "true"}, "StringEquals": {"a:d": "e"}},
        {"Bool": {PRESENT: "true"}, "StringEquals": {"a:b": "c"}},
    ]
    assert conditions("drop-conditions", both) == [None]
    assert conditions("drop-condition", {"Bool": {PRESENT: "true"}}) == [None]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"Bool": {PRESENT: "true"}}, {"Bool": {PRESENT: "false"}}),
        ({"Null": {PRESENT: True}}, {"Null": {PRESENT: "false"}}),
        ({"StringEquals": {"a:b": "c"}}, {"StringNotEquals": {"a:b": "c"}}),
        ({"ForAnyValue:StringNotLike": {"a:b": "c"}}, {"ForAnyValue:StringLike": {"a:b": "c"}}),
        ({"NumericLessThan": {"a:b": "1"}}, {"NumericGreaterThanEquals": {"a:b": "1"}}),
        ({"DateGreaterThan": {"a:b": "2026-01-01"}}, {"DateLessThanEquals": {"a:b": "2026-01-01"}}),
        ({"NotIpAddress": {"a:b": "10.0.0.0/8"}}, {"IpAddress": {"a:b": "10.0.0.0/8"}}),
    ],
)
def test_a_condition_is_turned_round(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert conditions("negate-condition", old) == [new]


def test_if_exists_is_added_and_taken_away() -> None:
    assert conditions("if-exists", {"Bool": {PRESENT: "true"}}) == [{"BoolIfExists": {PRESENT: "true"}}]
    assert conditions("if-exists", {"BoolIfExists": {PRESENT: "true"}}) == [{"Bool": {PRESENT: "true"}}]
    assert conditions("if-exists", {"Null": {PRESENT: "true"}}) == []


def test_every_set_operator_is_tried_with_and_without_if_exists() -> None:
    found = conditions("set-operator", {"ForAnyValue:StringEquals": {"a:b": "c"}})
    assert [next(iter(one)) for one in found] == [
        "StringEquals",
        "StringEqualsIfExists",
        "ForAllValues:StringEquals",
        "ForAllValues:StringEqualsIfExists",
    ]


def test_case_and_wildcards_count_otherwise() -> None:
    assert conditions("likeness", {"StringEquals": {"a:b": "c"}}) == [{"StringEqualsIgnoreCase": {"a:b": "c"}}]
    assert conditions("likeness", {"StringLike": {"a:b": "c*"}}) == [{"StringEquals": {"a:b": "c*"}}]


def test_each_of_several_values_is_taken_out() -> None:
    values = {"StringEquals": {"a:b": ["c", "d"]}}
    assert conditions("drop-value", values) == [{"StringEquals": {"a:b": ["d"]}}, {"StringEquals": {"a:b": ["c"]}}]


def test_values_are_widened() -> None:
    assert conditions("widen-value", {"StringEquals": {"a:b": ["c", "d"]}}) == [{"StringLike": {"a:b": ["*"]}}]
    assert conditions("widen-value", {"ArnLike": {"a:b": ANN}}) == [{"ArnLike": {"a:b": "*"}}]
    assert conditions("widen-value", {"IpAddress": {"a:b": "10.0.0.0/8"}}) == [
        {"IpAddress": {"a:b": "10.0.0.0/7"}},
        {"IpAddress": {"a:b": "0.0.0.0/0"}},
    ]
    assert conditions("widen-value", {"IpAddress": {"a:b": "2001:db8::1"}}) == [
        {"IpAddress": {"a:b": "2001:db8::1/127"}},
        {"IpAddress": {"a:b": "::/0"}},
    ]


def test_numbers_and_dates_move_at_their_edge() -> None:
    assert conditions("edge", {"NumericLessThan": {"a:b": 10}}) == [
        {"NumericLessThanEquals": {"a:b": 10}},
        {"NumericLessThan": {"a:b": "11"}},
        {"NumericLessThan": {"a:b": "9"}},
    ]
    assert conditions("edge", {"DateGreaterThanEquals": {"a:b": "2026-01-01"}}) == [
        {"DateGreaterThan": {"a:b": "2026-01-01"}},
        {"DateGreaterThanEquals": {"a:b": "2026-01-01T00:00:01Z"}},
        {"DateGreaterThanEquals": {"a:b": "2025-12-31T23:59:59Z"}},
    ]
    assert conditions("edge", {"DateEquals": {"a:b": "0"}}) == [{"DateEquals": {"a:b": "1"}}]
    assert conditions("edge", {"NumericEquals": {"a:b": "1e999999999"}}) == []


def test_a_variable_in_a_value_is_no_wildcard_for_an_exact_operator() -> None:
    assert conditions("value-variable", {"StringEquals": {"a:b": "${aws:username}"}}) == [
        {"StringEquals": {"a:b": "ann"}},
        {"StringEquals": {"a:b": "${aws:userid}"}},
    ]
    assert conditions("value-variable", {"StringLike": {"a:b": "${aws:username}"}})[:2] == [
        {"StringLike": {"a:b": "${aws:username}*"}},
        {"StringLike": {"a:b": "*${aws:username}"}},
    ]


def test_mfa_is_asked_for_where_nothing_asks_for_it() -> None:
    asked = {"Bool": {PRESENT: "true"}}
    assert changed("ask-for-mfa", "Condition") == [asked]
    assert conditions("ask-for-mfa", {"Bool": {"a:b": "c"}}) == [{"Bool": {PRESENT: "true", "a:b": "c"}}]
    assert conditions("ask-for-mfa", {"Null": {"a:b": "true"}}) == [{**asked, "Null": {"a:b": "true"}}]
    assert conditions("ask-for-mfa", {}) == [asked]
    assert conditions("ask-for-mfa", {"BoolIfExists": {PRESENT: "false"}}) == []


def test_a_condition_joins_the_operator_that_is_there_already_unless_its_key_is_there() -> None:
    apart = {"Bool": {"a:b": "true"}, "BoolIfExists": {"a:c": "true"}}
    assert conditions("if-exists", apart) == [
        {"BoolIfExists": {"a:b": "true", "a:c": "true"}},
        {"Bool": {"a:c": "true", "a:b": "true"}},
    ]
    assert conditions("if-exists", {"Bool": {"a:b": "true"}, "BoolIfExists": {"a:B": "true"}}) == []


def test_one_key_of_several_moves_to_an_operator_of_its_own() -> None:
    found = conditions("if-exists", {"Bool": {"a:b": "true", "a:c": "true"}})
    assert found[0] == {"BoolIfExists": {"a:b": "true"}, "Bool": {"a:c": "true"}}


# --- all of them ------------------------------------------------------------------------------------


def test_no_mutant_says_what_an_earlier_one_says() -> None:
    found = changed("widen-resource", "Resource", Resource=[ANN, "*"])
    assert found == []  # all of these still name everything


def test_every_operator_is_at_work() -> None:
    names = {one.operator for one in _everything()}
    assert names == {*OPERATORS, "old-version"}


def _everything() -> list[Any]:
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": [ANN, BEN]},
                    "Action": ["s3:Get*", "s3:PutObject"],
                    "Resource": [OWN, "arn:aws:s3:::b/*"],
                    "Condition": {
                        "StringEquals": {"a:b": ["${aws:username}", "c"]},
                        "NumericLessThan": {"a:n": "5"},
                        "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                    },
                },
                {"Effect": "Deny", "Principal": "*", "Action": "s3:Put*", "Resource": "*"},
            ],
        }
    )
    return list(mutants(parse_policy_text(text, name="p", kind=PolicyKind.RESOURCE)))
