"""A posted form is read into the parameters that the client had."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import botocore.session
import pytest
from botocore.serialize import create_serializer

from simulator.backends.params import OPERATIONS
from simulator.backends.query import MalformedFormError, parse_form

SHAPE = OPERATIONS["SimulateCustomPolicy"]


@pytest.mark.parametrize(
    "params",
    [
        {"PolicyInputList": ["{}", "[1, 2]"], "ActionNames": ["s3:GetObject"]},
        {"PolicyInputList": [], "ActionNames": ["a:b"], "MaxItems": 3, "Marker": "x"},
        {"PolicyInputList": ["&=+ %\u00e9\n"], "ActionNames": [f"a:{n}" for n in range(12)]},
        {
            "PolicyInputList": [],
            "ActionNames": [],
            "ContextEntries": [
                {"ContextKeyName": "a:bcd", "ContextKeyValues": ["", "2"], "ContextKeyType": "stringList"},
                {"ContextKeyName": "a:bcd", "ContextKeyValues": []},
            ],
            "OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": []}],
        },
    ],
)
def test_what_botocore_writes_is_read(params: dict[str, Any]) -> None:
    """Nothing is lost or added on the way."""
    model = botocore.session.Session().get_service_model("iam")
    operation = model.operation_model("SimulateCustomPolicy")
    body = create_serializer("query").serialize_to_request(params, operation)["body"]
    assert parse_form(((name, str(value)) for name, value in body.items()), SHAPE) == params


def test_gaps_in_the_numbers_close() -> None:
    """An empty structure leaves a gap on the wire, and the order is that of the numbers."""
    form = parse_qsl("ActionNames.member.10=c:d&ActionNames.member.2=a:b&ActionNames.member.x=no&Other.y=1")
    assert parse_form(form, SHAPE) == {"ActionNames": ["a:b", "c:d"]}


@pytest.mark.parametrize("text", ["", "ten", "1.5", "99999999999", "\u0663"])
def test_a_word_for_a_number_is_malformed(text: str) -> None:
    """It can't be passed on as a number, so nobody can check it."""
    with pytest.raises(MalformedFormError):
        parse_form([("MaxItems", text)], SHAPE)


def test_deep_names_cost_nothing() -> None:
    """A hostile name is cut, not followed."""
    assert parse_form([("." * 100_000, "x"), ("ActionNames." * 10_000, "x")], SHAPE) == {}
