"""The loader's tables and the JSON Schemas accept the same files.

Documents are drawn near the format: a valid suite in which some values are replaced, taken away or
added.  What refers to something else (names, policies, actions) is no matter of shape.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accounts.shape import ACCOUNT
from simulator.errors import Collector
from simulator.suites.shape import BASE, SCHEMA_FOLDER, SUITE, schema_text, schemas
from simulator.text.json import parse_json
from simulator.text.source import Source
from tests.property.profile import law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.text.record import Record

SHAPES = {"account.schema.json": ACCOUNT, "base.schema.json": BASE, "suite.schema.json": SUITE}
SCHEMAS = schemas()
VALIDATORS = {name: jsonschema.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}

ACCOUNT_EXAMPLE: dict[str, Any] = {
    "format": 1,
    "id": "123456789012",
    "partition": "aws-cn",
    "context": {
        "aws:SourceIp": "1.2.3.4",
        "a:B": [1, True],
        "a:C": None,
        "a:D": {"type": "ipList", "values": ["1.2.3.4"]},
    },
    "policies": {
        "P": "p.json",
        "Q": {"Statement": []},
        "R": {"file": "p.json", "at": "/a"},
        "S": {"arn": "a", "version": "v1"},
    },
    "groups": {"g": {"policies": ["P"]}, "h": None},
    "users": {
        "u": {
            "groups": ["g"],
            "path": "/web/",
            "id": "A",
            "tags": {"a": "b", "c": True},
            "boundary": "P",
            "policies": [],
        }
    },
    "roles": {"r": {"policies": ["P"], "session_name": "s", "session_policies": []}},
    "organization": {"scps": [["P"], ["Q"]], "rcps": []},
    "allow_users_to_change_password": True,
}
BASE_EXAMPLE: dict[str, Any] = {
    "description": "d",
    "account": "account.yaml",
    "extends": "base.yaml",
    "tags": ["a"],
    "context": {},
    "requirements": {"R1": "words"},
    "sessions": {"s": {"a:B": 1}},
    "resources": {
        "a": "arn:aws:s3:::b",
        "b": {"together": ["arn:aws:s3:::b/${aws:username}"]},
        "c": {"own": "arn:aws:iam::${aws:PrincipalAccount}:user/x", "others": {"each": ["*"]}},
        "d": {"arn": "arn:aws:s3:::b", "owner": 123456789012, "policy": "p.json", "tags": {}},
    },
}
SUITE_EXAMPLE: dict[str, Any] = {
    "suite": "x",
    **BASE_EXAMPLE,
    "semantics": "live",
    "closed": False,
    "scenarios": [
        {"id": "i", "name": "n", "requirement": "R1", "why": "w", "controls": ["c"], "as": ["u"], "session": "s",
         "actions": ["iam:GetUser", {"match": "iam:*", "access-level": ["Read"]}], "except": "iam:*", "on": ["a"],
         "context": {"a:B": 1}, "expect": {"own": "allow", "others": {"verdict": "deny", "by": "S"}}, "tags": [],
         "skip": {"reason": "r"}},
        {"name": "m", "as": "u", "actions": "*", "expect": "deny", "description": "",
         "known_gap": {"reason": "r", "owner": "o", "until": "2030-01-31", "ticket": "t"}},
    ],
    "invariants": [
        {"name": "n", "as": "any user", "session": ["s"], "actions": "*", "except": ["a:B"], "on": {"any": "user", "except": "own"}, "expect": "deny"},
        {"name": "m", "policies": {"new": "P", "old": ["Q"]}, "expect": "equivalent"},
    ],
}  # fmt: skip  # a scenario a paragraph
EXAMPLES = {
    "account.schema.json": ACCOUNT_EXAMPLE,
    "base.schema.json": BASE_EXAMPLE,
    "suite.schema.json": SUITE_EXAMPLE,
}

_WORDS = ("", "x", "a:B", "*", "arn:aws:s3:::b", "arn:aws:s3", "arn:aws:iam::${aws:x}:u", "allow", "123456789012", "1234\n", "/web/",
          "2030-02-30\n", "2030-13-01", "deny", "disjoint", "Read", "aws", "verdict", "by", "each type", "/a", "a/b", "${", "arn:aws:s3:::b\n")  # fmt: skip
_KEYS = ("arn", "together", "each", "own", "verdict", "by", "file", "at", "name", "as", "expect", "account", "policies", "scenarios", "x", "id",
         "owner", "skip", "known_gap", "type", "values", "match", "", "a:B", "*")  # fmt: skip
# Not drawn: a short number for an account id.  JSON has lost the zeros that YAML keeps.
_SCALARS = st.sampled_from([*_WORDS, 1, 2, 1.5, True, False, None, 123456789012, 1234567890123])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def documents(draw: st.DrawFn, example: dict[str, Any]) -> Any:
    """Draw something near *example*: up to three places are changed."""
    document = json.loads(json.dumps(example))
    for _ in range(draw(st.integers(0, 3))):
        holder: Any = document
        for _ in range(draw(st.integers(0, 5))):
            children = holder.values() if isinstance(holder, dict) else holder
            inner = [child for child in children if isinstance(child, dict | list) and child]
            if not inner:
                break
            holder = draw(st.sampled_from(inner))
        if isinstance(holder, dict):
            key = draw(st.sampled_from([*holder, *_KEYS]))
            if draw(st.booleans()):
                holder.pop(key, None)
            else:
                holder[key] = draw(_VALUES)
        elif holder:
            holder[draw(st.integers(0, len(holder) - 1))] = draw(_VALUES)
    return document


def accepted(shape: Record, document: Any) -> bool:
    """Tell whether the loader's table takes *document*."""
    return shape.accepts(parse_json(Source.of_text(json.dumps(document))))


def short_id(document: Any) -> bool:
    """Tell whether a number stands where an account id is due: the schema can't count its zeros."""
    owners = (value.get("owner") for value in _mappings(document))
    return any(type(one) is int and one < 10**11 for one in (*owners, *(m.get("id") for m in _mappings(document))))


def _mappings(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for child in value.values() for found in _mappings(child))]
    return [found for child in value for found in _mappings(child)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_committed_schema_is_that_of_the_tables(name: str) -> None:
    """Run ``python -m simulator.suites.shape`` when this fails."""
    assert (SCHEMA_FOLDER / name).read_text(encoding="utf-8") == schema_text(SCHEMAS[name])


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_both_take_the_example(name: str) -> None:
    faults = Collector()
    SHAPES[name].check(parse_json(Source.of_text(json.dumps(EXAMPLES[name]))), faults)
    assert [(str(one.span), one.message) for one in faults] == []
    assert [error.message for error in VALIDATORS[name].iter_errors(EXAMPLES[name])] == []


@pytest.mark.parametrize("name", sorted(SHAPES))
@law
@given(data=st.data())
def test_what_one_accepts_the_other_accepts(name: str, data: st.DataObject) -> None:
    document = data.draw(documents(EXAMPLES[name]))
    if not short_id(document):
        assert accepted(SHAPES[name], document) == VALIDATORS[name].is_valid(document)


@pytest.mark.parametrize(
    "document",
    [
        {"suite": "x", "account": "a", "scenarios": [{"name": "n", "actions": "*", "expect": "deny"}]},
        {"suite": "x", "policies": [], "scenarios": [{"name": "n", "actions": "*", "expect": "deny"}]},
        {"suite": "x", "account": "a", "policies": [], "scenarios": []},
        {"suite": "x"},
        {"suite": "x", "scenarios": [], "invariants": [{"name": "n", "expect": "equivalent"}]},
        {"suite": "x", "scenarios": [{"name": "n", "actions": "*", "expect": {"verdict": "implicitDeny", "by": "S"}}]},
    ],
)
def test_they_agree_on_what_keys_owe_each_other(document: dict[str, Any]) -> None:
    assert accepted(SUITE, document) == VALIDATORS["suite.schema.json"].is_valid(document)


WRONG: tuple[Any, ...] = (None, True, 7, "", "x: y", [], ["x", 1], {}, {"x": 1})


def spoilt(value: Any) -> Iterator[Any]:
    """Yield *value* with each of its values, and each of its keys, replaced by what does not belong there."""
    yield from WRONG
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: other} for other in spoilt(inner))
            yield {name: one for name, one in value.items() if name != key}
            yield {**{name: one for name, one in value.items() if name != key}, f"{key}x": inner}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in spoilt(inner))


@pytest.mark.parametrize("name", EXAMPLES)
def test_whatever_is_wrong_with_a_shape_the_message_says_what_to_do(name: str) -> None:
    silent = set()
    for document in spoilt(EXAMPLES[name]):
        faults = Collector()
        SHAPES[name].check(parse_json(Source.of_text(json.dumps(document), name=name)), faults)
        silent |= {f"{fault.code}: {fault.message}" for fault in faults if not fault.help}
    assert silent == set()
