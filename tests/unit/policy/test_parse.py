"""Policies: what is refused, where it points, what AWS reports as positions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.errors import InputError
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text
from tests.unit.suites.test_shape import spoilt

GOOD: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def _codes(text: str, kind: PolicyKind = PolicyKind.IDENTITY) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_policy_text(text, name="p.json", kind=kind)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def _document(**changes: Any) -> str:
    statement = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Effect": "allow"}, "policy-effect"),
        ({"Effect": None}, "policy-effect"),
        ({"Sid": "has space"}, "policy-sid"),
        ({"NotAction": []}, "policy-element"),
        ({"Action": []}, "policy-element"),
        ({"Resource": None}, "policy-element"),
        ({"Principal": "*"}, "policy-principal"),
        ({"Action": "s3"}, "policy-action"),
        ({"Action": "s3:Get:x"}, "policy-action"),
        ({"Action": "s?:Get"}, "policy-action"),
        ({"Resource": "bucket"}, "policy-resource"),
        ({"Resource": "arn:aws:s3::bucket"}, "policy-resource"),
        ({"Resource": "arn:aws:iam::1:u*"}, "policy-resource"),
        ({"Resource": "arn:aws:iam:us-east-1"}, "policy-resource"),
        ({"Resource": "arn:aws:s3:us-east-1::b"}, "policy-resource"),
        ({"Resource": "arn:aws::::b"}, "policy-resource"),
        ({"Resource": "arn:xyz:s3:::b"}, "policy-resource"),
        ({"Condition": []}, "policy-type"),
        ({"Condition": {"StringLikes": {"a": "1"}}}, "policy-operator"),
        ({"Condition": {"NullIfExists": {"a": "true"}}}, "policy-operator"),
        ({"Condition": {"StringEquals": {"aws:username": "a", "AWS:UserName": "b"}}}, "policy-condition-key"),
        ({"Condition": {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}}, "policy-date"),
        ({"Condition": {"StringEquals": {"a": None}}}, "policy-type"),
        ({"Foo": 1}, "policy-unknown-element"),
    ],
)
def test_what_aws_refuses_is_refused(changes: dict[str, Any], code: str) -> None:
    assert _codes(_document(**changes)) == [code]


@pytest.mark.parametrize(
    "changes",
    [
        {"Condition": {}},
        {"Condition": {"x": {}}},
        {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": True}}},
        {"Condition": {"NumericLessThan": {"k": 3600}}},
        {"Condition": {"NumericLessThan": {"k": "abc"}}},
        {"Sid": ""},
        {"Action": "*:*"},
        {"Resource": "arn:aws:s3"},
        {"Resource": "arn:aws:iam::*"},
    ],
)
def test_what_aws_takes_is_taken(changes: dict[str, Any]) -> None:
    assert len(parse_policy_text(_document(**changes), name="p").statements) == 1


def test_all_faults_come_at_once() -> None:
    text = json.dumps({"Version": "2013-10-17", "Statements": [], "Statement": [{**GOOD, "Effect": "Permit"}, "x"]})
    assert sorted(_codes(text)) == ["policy-effect", "policy-type", "policy-unknown-element", "policy-version"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"Version": "2012-10-17",\n  "Statement": []}', "p.json:2:16"),
        ('\n{"Version": "2012-10-17"}', "p.json:2:1"),
    ],
)
def test_a_lack_of_statements_is_shown_where_they_should_stand(text: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_policy_text(text, name="p.json")
    assert [(one.code, str(one.span)) for one in caught.value.diagnostics] == [("policy-statement", where)]


def test_sids_are_unique_in_a_document() -> None:
    text = json.dumps({"Statement": [{**GOOD, "Sid": "a"}, {**GOOD, "Sid": "a"}]})
    assert _codes(text) == ["policy-sid"]
    assert parse_policy_text(json.dumps({"Statement": [{**GOOD, "Sid": ""}, {**GOOD, "Sid": ""}]}), name="p").statements


def test_a_message_points_and_names_the_nearest_element() -> None:
    with pytest.raises(InputError) as caught:
        parse_policy_text('{"Statement": {\n  "Effect": "Allow", "Acton": "*", "Resource": "*"}}', name="p.json")
    first = caught.value.diagnostics[0]
    assert (str(first.span), first.help) == ("p.json:2:22", "did you mean `Action`?")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("ForAnyValue:StringEqualIfExists", "did you mean `ForAnyValue:StringEqualsIfExists`?"),
        ("Numericequal", "did you mean `NumericEquals`?"),
        ("Qqqqqqqq", ""),
    ],
)
def test_the_nearest_operator_is_named_with_what_stands_around_it(name: str, advice: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_policy_text(_document(Condition={name: {"k": "1"}}), name="p")
    assert [(one.code, one.help) for one in caught.value.diagnostics] == [("policy-operator", advice)]


def test_a_character_beyond_latin_1_is_refused_raw_and_taken_escaped() -> None:
    raw = '{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::ł"}}'
    assert _codes(raw) == ["policy-charset"]
    assert parse_policy_text(raw.replace("ł", "\\u0142"), name="p").statements


def test_aws_positions_of_a_single_statement_begin_behind_its_brace() -> None:
    statement = parse_policy_text(
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', name="p"
    ).statements[0]
    assert (statement.aws_start, statement.aws_end) == ((1, 38), (1, 83))


def test_aws_positions_in_a_list_begin_behind_the_token_before() -> None:
    body = '{"Effect":"Allow","Action":"*","Resource":"*"}'
    text = '{"Statement": [\n  ' + body + ",\n  " + body + "]}"
    first, second = parse_policy_text(text, name="p").statements
    assert (first.aws_start, first.aws_end) == ((1, 16), (2, 49))
    assert (second.aws_start, second.aws_end) == ((2, 49), (3, 49))


def test_lenient_reading_lacks_elements_and_takes_principals() -> None:
    text = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Condition":{"Bool":{"k":"true"}}}]}'
    assert parse_policy_text(text, name="p", lenient=True).statements[0].conditions[0].key == "k"
    assert parse_policy_text('{"Version":"2012-10-17","Statement":[]}', name="p", lenient=True).statements == ()


def test_kinds_differ_in_principals() -> None:
    resource = _document(Principal={"AWS": "123456789012"})
    assert parse_policy_text(resource, name="r", kind=PolicyKind.RESOURCE).statements
    assert _codes(_document(), PolicyKind.RESOURCE) == ["policy-principal"]
    assert _codes(_document(Principal="bob"), PolicyKind.RESOURCE) == ["policy-principal"]
    assert _codes(_document(Principal={"AWS": "arn:aws:iam::1:user/*"}), PolicyKind.RESOURCE) == ["policy-principal"]
    trust = _document(Principal={"AWS": "*"}, Resource=None, Action="sts:AssumeRole")
    assert parse_policy_text(trust, name="t", kind=PolicyKind.TRUST).statements


WHOLE: dict[str, Any] = {
    "Version": "2012-10-17",
    "Id": "i",
    "Statement": [
        {
            "Sid": "A",
            "Effect": "Allow",
            "Principal": {"AWS": ["123456789012"]},
            "Action": ["iam:GetUser"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:username": ["a"]}},
        }
    ],
}


@pytest.mark.parametrize("kind", PolicyKind)
def test_whatever_is_wrong_with_a_policy_the_message_says_what_to_do(kind: PolicyKind) -> None:
    silent = set()
    for document in spoilt(WHOLE):
        try:
            parse_policy_text(json.dumps(document), name="p.json", kind=kind)
        except InputError as error:
            silent |= {f"{one.code}: {one.message}" for one in error.diagnostics if not one.help}
    assert silent == set()
