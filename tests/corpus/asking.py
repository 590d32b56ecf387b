"""Putting a row to a backend: the oracle, the evaluator, or anything with the face of a boto3 client of IAM.

Every way gives the same `Outcome`.  `NotAskedError` is a row that cannot be put to a backend at all.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from simulator.decide.context import Context
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.request import Caller, Stack
from simulator.errors import InputError
from simulator.policy.model import Policy, PolicyKind
from simulator.policy.parse import parse_policy_text
from tests.oracles import layers, statements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.decide.decision import StatementRef
    from tests.corpus.rows import Row

__all__ = [
    "NotAskedError",
    "Outcome",
    "ask_api",
    "ask_evaluator",
    "ask_oracle",
    "evaluate",
    "expected",
    "request_of",
    "spans",
]

REFUSED = "refused"


class NotAskedError(Exception):
    """A backend has no way to be asked this."""


class Outcome(NamedTuple):
    """AWS's word and the deciding statements, sorted; a backend names none where an organization decided."""

    effect: str
    because: tuple[str, ...]


def expected(row: Row) -> Outcome:
    """What the row says."""
    return Outcome(row.expect, tuple(sorted(row.because)))


# --- the oracle -----------------------------------------------------------------------------------

_LAYERS = {
    "identity": "PolicyInputList",
    "boundary": "PermissionsBoundaryPolicyInputList",
    "session": "SessionPolicyInputList",
    "resource": "ResourcePolicy",
}


def ask_oracle(row: Row) -> Outcome:
    """Let the naive evaluator decide."""
    if row.texts:
        raise NotAskedError("the oracle takes parsed policies and refuses none")
    answer = layers.answer(
        layers.Stack(
            identity=list(row.policies),
            boundary=row.boundary,
            session=list(row.session) or None,
            resource=row.resource_policy,
            scps=[list(level) for level in row.scps],
            rcps=[list(level) for level in row.rcps],
        ),
        layers.Caller(row.caller) if row.caller else None,
        statements.Request(row.action, row.resource, row.context),
        owner=row.owner,
    )
    return Outcome(answer.effect, tuple(sorted(_oracle_id(*where) for where in answer.because)))


def _oracle_id(layer: str, document: int, statement: int) -> str:
    if layer == "resource":
        return f"ResourcePolicy#{statement}"
    kind, _, level = layer.partition(" ")
    name = f"ResourceControlPolicyInputList.{level}" if kind == "rcp" else _LAYERS[kind]
    return f"{name}.{document}#{statement}"


# --- the evaluator --------------------------------------------------------------------------------


def ask_evaluator(row: Row) -> Outcome:
    """Let the evaluator decide, without the gate: rows with known actions have resources that fit."""
    try:
        stack = _stack(row)
    except InputError:
        return Outcome(REFUSED, ())
    caller = Caller.of_arn(row.caller) if row.caller else Caller()
    assert caller is not None
    return evaluate(stack, caller, statements.Request(row.action, row.resource, row.context), owner=row.owner)


def evaluate(stack: Stack, caller: Caller, request: statements.Request, *, owner: str | None = None) -> Outcome:
    """Decide by the evaluator, named as AWS names statements."""
    context = Context.of({k: v if isinstance(v, str) else tuple(v) for k, v in request.context.items()})
    decision = Evaluator(stack, caller, Workspace([request.action])).decide(
        request.action, request.resource, context, owner=owner
    )
    named = decision.allowed_by_organizations is not False
    return Outcome(decision.effect.value, tuple(sorted(map(_ref_id, decision.deciding))) if named else ())


def _stack(row: Row) -> Stack:
    return Stack(
        identity=_read_all("PolicyInputList", row.documents, PolicyKind.IDENTITY),
        boundary=_read("PermissionsBoundaryPolicyInputList.1", row.boundary, PolicyKind.BOUNDARY),
        session=_read_all("SessionPolicyInputList", map(json.dumps, row.session), PolicyKind.SESSION),
        resource=_read("ResourcePolicy", row.resource_policy, PolicyKind.RESOURCE),
        scps=tuple(
            _read_all(f"scp.{n}", map(json.dumps, level), PolicyKind.SCP) for n, level in enumerate(row.scps, 1)
        ),
        rcps=tuple(
            _read_all(f"ResourceControlPolicyInputList.{n}", map(json.dumps, level), PolicyKind.RCP)
            for n, level in enumerate(row.rcps, 1)
        ),
    )


def _read_all(name: str, texts: Iterable[str], kind: PolicyKind) -> tuple[Policy, ...]:
    return tuple(parse_policy_text(text, name=f"{name}.{n}", kind=kind) for n, text in enumerate(texts, 1))


def _read(name: str, document: dict[str, Any] | None, kind: PolicyKind) -> Policy | None:
    return None if document is None else parse_policy_text(json.dumps(document), name=name, kind=kind)


def _ref_id(ref: StatementRef) -> str:
    return f"{ref.policy.name}#{ref.statement.index}"


# --- the API --------------------------------------------------------------------------------------


def ask_api(row: Row, client: Any) -> Outcome:
    """Send the row through *client*; positions become the numbers of statements."""
    request = request_of(row)
    try:
        (result,) = client.simulate_custom_policy(**request)["EvaluationResults"]
    except ClientError as error:
        if "invalid content" in str(error) or "policyInputList" in str(error):
            return Outcome(REFUSED, ())
        raise
    because = tuple(sorted(_matched_id(matched, request) for matched in result["MatchedStatements"]))
    return Outcome(result["EvalDecision"], because)


def request_of(row: Row) -> dict[str, Any]:
    """The parameters of SimulateCustomPolicy."""
    if row.session or row.rcps:
        raise NotAskedError("the API takes neither session policies nor resource control policies")
    request: dict[str, Any] = {
        "PolicyInputList": list(row.documents),
        "ActionNames": [row.action],
        "ContextEntries": [
            {
                "ContextKeyName": name,
                "ContextKeyType": "string" if isinstance(value, str) else "stringList",
                "ContextKeyValues": [value] if isinstance(value, str) else value,
            }
            for name, value in row.context.items()
        ],
    }
    optional: dict[str, Any] = {
        "ResourceArns": None if row.resource == "*" else [row.resource],
        "CallerArn": row.caller,
        "ResourceOwner": row.owner and f"arn:aws:iam::{row.owner}:root",
        "ResourcePolicy": row.resource_policy and json.dumps(row.resource_policy),
        "PermissionsBoundaryPolicyInputList": row.boundary and [json.dumps(row.boundary)],
        "OrderedOrganizationPolicyInputList": [
            {"ServiceControlPolicyInputList": [json.dumps(policy) for policy in level]} for level in row.scps
        ],
    }
    return {**request, **{name: value for name, value in optional.items() if value}}


def _matched_id(matched: dict[str, Any], request: dict[str, Any]) -> str:
    name, _, number = matched["SourcePolicyId"].partition(".")
    text = request[name][int(number) - 1] if number else request[name]
    start, end = matched["StartPosition"], matched["EndPosition"]
    assert start["Line"] == end["Line"] == 1
    return f"{matched['SourcePolicyId']}#{1 + spans(text).index((start['Column'], end['Column']))}"


def spans(text: str) -> list[tuple[int, int]]:
    """Where AWS says that the statements of a policy written by `json.dumps` stand (Z14, A7): columns from 1."""
    label = '"Statement": '
    place = text.index(label) + len(label)
    if text[place] == "{":
        _, end = json.JSONDecoder().raw_decode(text, place)
        return [(place + 2, end + 1)]
    found, start = [], place + 2
    while text[start - 1] != "]":
        opening = text.index("{", start - 1)
        _, end = json.JSONDecoder().raw_decode(text, opening)
        found.append((start, end + 1))
        start = end + 1
    return found
