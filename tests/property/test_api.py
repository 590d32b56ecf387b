"""The embedded client answers as the oracle says: decision, statements with their places, missing keys, both details.

Actions are unknown ones, which the resource-type gate lets through (Z1).
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import iamproof
from tests.corpus.asking import spans
from tests.oracles import layers
from tests.oracles.conditions import listed
from tests.oracles.statements import EXPLICIT_DENY, IMPLICIT_DENY, Request
from tests.property.profile import law
from tests.property.strategies import ACCOUNT, CALLERS, KEYS, OWNERS, RESOURCES, contexts, layered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracles.statements import Document
    from tests.oracles.variables import Value

requests = st.builds(
    Request, st.sampled_from(["made-up:GetObject", "made-up:PutObject"]), st.sampled_from(RESOURCES), contexts()
)
IDS = {"PolicyInputList": "identity", "PermissionsBoundaryPolicyInputList": "boundary", "ResourcePolicy": "resource"}


@pytest.fixture(scope="module")
def client() -> Any:
    return iamproof.client("embedded")


@law
@given(
    layered,
    st.sampled_from([None, *(caller for caller in CALLERS if caller.role is None)]),
    st.sampled_from(OWNERS),
    requests,
)
def test_the_embedded_client_answers_as_the_oracle_says(
    client: Any, stack: layers.Stack, caller: layers.Caller | None, owner: str | None, request_: Request
) -> None:
    stack = replace(stack, session=None, rcps=[])  # the API takes neither
    if stack.resource is not None and (caller is None or request_.resource == "*" or not names_arns(stack.resource)):
        stack = replace(stack, resource=None)
    request_ = request_._replace(context={key: value for key, value in request_.context.items() if value != []})
    context = {**filled_in(caller), **lowered(request_.context)}
    expected = layers.answer(stack, caller, request_._replace(context=context), owner=owner)

    params = params_of(stack, caller, owner, request_)
    note(json.dumps(params))
    (result,) = client.simulate_custom_policy(**params)["EvaluationResults"]
    assert expected.effect == result["EvalDecision"]
    assert sorted(expected.because) == sorted(where(matched, params) for matched in result["MatchedStatements"])
    detail = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations")
    assert expected.by_organizations == detail
    if expected.by_organizations is not False:
        assert expected.by_boundary == result.get("PermissionsBoundaryDecisionDetail", {}).get(
            "AllowedByPermissionsBoundary"
        )
    missing = {key for key in result["MissingContextValues"] if key in KEYS}
    silent = expected.effect != IMPLICIT_DENY or expected.by_organizations is False
    named = named_keys(stack) & set(KEYS)
    assert missing == (set() if silent else named - given_keys(request_.context))
    assert expected.effect != EXPLICIT_DENY or result["MatchedStatements"] or expected.by_organizations is False


def names_arns(policy: Document) -> bool:
    """Z11: a resource policy names whole ARNs."""
    texts = [listed(statement.get("Resource", statement.get("NotResource"))) for statement in policy["Statement"]]
    return all(re.fullmatch("arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", text, re.DOTALL) for some in texts for text in some)


def filled_in(caller: layers.Caller | None) -> dict[str, Value]:
    """Z2: what the simulator knows by itself, in lower case."""
    if caller is None:
        return {"aws:principalaccount": ACCOUNT, "aws:userid": "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"}
    known: dict[str, Value] = {
        "aws:principalarn": caller.arn, "aws:principalaccount": caller.account, "aws:userid": caller.arn,
    }  # fmt: skip
    return {**known, **({"aws:username": caller.arn.rpartition("/")[2]} if ":user/" in caller.arn else {})}


def lowered(context: Any) -> dict[str, Value]:
    """ContextEntries override what is filled in, in whatever letter case they are written (Z2, C2)."""
    return {key.lower(): value for key, value in context.items()}


def given_keys(context: Any) -> set[str]:
    """The spellings of the keys given."""
    return {key for key in KEYS if key.lower() in {name.lower() for name in context}}


def named_keys(stack: layers.Stack) -> set[str]:
    """Z3, K8: every key that identity, boundary and resource policies name, the organization's never."""
    documents = [
        *stack.identity,
        *([stack.boundary] if stack.boundary else []),
        *([stack.resource] if stack.resource else []),
    ]
    return {key for document in documents for key in _keys(document)}


def _keys(document: Document) -> Iterator[str]:
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        texts = listed(statement.get("Resource", statement.get("NotResource")))
        for keys in statement.get("Condition", {}).values():
            yield from keys
            texts += [text for wanted in keys.values() for text in listed(wanted)]
        if document.get("Version") == "2012-10-17":
            yield from (found for text in texts for found in re.findall(r"\$\{([^\s,'{}$*?]+)(?:, '[^']*')?\}", text))


def params_of(stack: layers.Stack, caller: layers.Caller | None, owner: str | None, request: Request) -> dict[str, Any]:
    """The request as SimulateCustomPolicy takes it."""
    optional = {
        "ResourceArns": None if request.resource == "*" else [request.resource],
        "CallerArn": caller and caller.arn,
        "ResourceOwner": owner and f"arn:aws:iam::{owner}:root",
        "ResourcePolicy": stack.resource and json.dumps(stack.resource),
        "PermissionsBoundaryPolicyInputList": stack.boundary and [json.dumps(stack.boundary)],
        "OrderedOrganizationPolicyInputList": [
            {"ServiceControlPolicyInputList": [json.dumps(policy) for policy in level]} for level in stack.scps
        ],
    }
    entries = [
        {"ContextKeyName": key, "ContextKeyType": "string", "ContextKeyValues": [value]}
        if isinstance(value, str)
        else {"ContextKeyName": key, "ContextKeyType": "stringList", "ContextKeyValues": value}
        for key, value in request.context.items()
    ]
    return {
        "PolicyInputList": [json.dumps(policy) for policy in stack.identity],
        "ActionNames": [request.action],
        "ContextEntries": entries,
        **{name: value for name, value in optional.items() if value},
    }


def where(matched: dict[str, Any], params: dict[str, Any]) -> tuple[str, int, int]:
    """Layer, document and statement of a matched statement, by its place in the text."""
    name, _, number = matched["SourcePolicyId"].partition(".")
    text = params[name][int(number) - 1] if number else params[name]
    columns = (matched["StartPosition"]["Column"], matched["EndPosition"]["Column"])
    return IDS[name], int(number or 1), 1 + spans(text).index(columns)
