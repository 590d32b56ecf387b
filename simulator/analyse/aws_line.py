"""The same question for AWS: parameters of ``SimulateCustomPolicy``, and the AWS CLI's line for a shell.

A policy that is a file stands in the line as ``"$(cat FILE)"``, any other as its text.  (The CLI reads
``file://`` in a list of policies as one value and splits it into characters.)  What the API can't
express is said beside the line.
"""

from __future__ import annotations

import json
import re
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.accounts.context import api_type
from simulator.decide.layers import SIMULATOR
from simulator.policy.arn import Arn
from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.question import Question, Request
    from simulator.policy.model import Policy

__all__ = ["AwsLine", "aws_line"]

_COMMAND = "aws iam simulate-custom-policy"
_SAFE = re.compile(r"[A-Za-z0-9_./:@%+-]+", re.ASCII)
_ARGUMENT = 131_000  # bytes: Linux takes 128 KiB for one argument
_LEVELS = 7
_ACTION_LENGTHS = range(3, 129)
_KEY_LENGTHS = range(5, 257)


@dataclass(frozen=True, slots=True)
class AwsLine:
    """A line for a POSIX shell, the parameters that it sends, and what they can't express."""

    line: str
    params: Mapping[str, Any]
    notes: tuple[str, ...]


def aws_line(question: Question) -> AwsLine:
    """Return how to ask AWS the same."""
    documents = {loaded.policy: loaded for loaded in question.loaded}
    arguments = [_COMMAND, *_arguments(question, documents)]
    params = _params(question, documents)
    return AwsLine(" \\\n  ".join(arguments), params, tuple(_notes(question, params)))


# --- parameters -----------------------------------------------------------------------------------


def _params(question: Question, documents: Mapping[Policy, LoadedPolicy]) -> dict[str, Any]:
    request = question.request
    stack = request.stack
    found: dict[str, Any] = {"PolicyInputList": [_text(one, documents) for one in stack.identity]}
    if stack.boundary is not None:
        found["PermissionsBoundaryPolicyInputList"] = [_text(stack.boundary, documents)]
    if stack.scps:
        found["OrderedOrganizationPolicyInputList"] = [
            {"ServiceControlPolicyInputList": [_text(one, documents) for one in level]} for level in stack.scps
        ]
    found["ActionNames"] = [request.action]
    if request.resource != "*":
        found["ResourceArns"] = [request.resource]
    if stack.resource is not None:
        found["ResourcePolicy"] = _text(stack.resource, documents)
    if request.owner is not None:
        found["ResourceOwner"] = f"arn:{request.caller.partition}:iam::{request.owner}:root"
    if (caller := _caller(request)) is not None:
        found["CallerArn"] = caller
    if entries := list(_entries(question)):
        found["ContextEntries"] = entries
    return found


def _text(policy: Policy, documents: Mapping[Policy, LoadedPolicy]) -> str:
    loaded = documents.get(policy)
    return policy.source.text if loaded is None else loaded.document


def _caller(request: Request) -> str | None:
    """Return the caller as the API takes it: of a session its role."""
    return request.caller.role_arn or request.caller.arn


def _entries(question: Question) -> Iterator[dict[str, Any]]:
    """Yield what is stated and derived, typed; what AWS fills in alike is left to it where nothing was stated."""
    types = {name.lower(): kind for name, kind in question.types.items()}
    for name, value in question.request.context.items():
        if value == () or (not question.derives and name not in question.stated):
            continue
        kind = types.get(name.lower()) or api_type(name, value)
        texts = [value] if isinstance(value, str) else list(value)
        yield {"ContextKeyName": name, "ContextKeyValues": texts, "ContextKeyType": kind}


# --- the line -------------------------------------------------------------------------------------


def _arguments(question: Question, documents: Mapping[Policy, LoadedPolicy]) -> Iterator[str]:
    request = question.request
    stack = request.stack
    identity = " ".join(_shell(one, documents) for one in stack.identity) or "'[]'"
    yield f"--policy-input-list {identity}"
    if stack.boundary is not None:
        yield f"--permissions-boundary-policy-input-list {_shell(stack.boundary, documents)}"
    if stack.scps:
        levels = _params(question, documents)["OrderedOrganizationPolicyInputList"]
        yield f"--ordered-organization-policy-input-list {shlex.quote(json.dumps(levels))}"
    yield f"--action-names {_quote(request.action)}"
    if request.resource != "*":
        yield f"--resource-arns {_quote(request.resource)}"
    if stack.resource is not None:
        yield f"--resource-policy {_shell(stack.resource, documents)}"
    if request.owner is not None:
        yield f"--resource-owner arn:{request.caller.partition}:iam::{request.owner}:root"
    if (caller := _caller(request)) is not None:
        yield f"--caller-arn {_quote(caller)}"
    entries = list(_entries(question))
    if entries:
        simple = all(_SAFE.fullmatch(text) for entry in entries for text in _texts(entry))
        written = (_shorthand(entry) if simple else shlex.quote(json.dumps(entry)) for entry in entries)
        yield "--context-entries \\\n    " + " \\\n    ".join(written)


def _texts(entry: Mapping[str, Any]) -> list[str]:
    return [entry["ContextKeyName"], *entry["ContextKeyValues"]]


def _shorthand(entry: Mapping[str, Any]) -> str:
    values = ",".join(entry["ContextKeyValues"])
    return (
        f"ContextKeyName={entry['ContextKeyName']},ContextKeyValues={values},ContextKeyType={entry['ContextKeyType']}"
    )


def _quote(text: str) -> str:
    """Quote *text* for a shell; what can't be seen is written as an escape, so that nothing hides in the line."""
    seen = printable(text, limit=None)
    if seen == text:
        return shlex.quote(text)
    return "$'" + "".join(map(_escape, text)) + "'"


def _escape(char: str) -> str:
    if char in "'\\":
        return f"\\{char}"
    return char if printable(char, limit=None) == char else f"\\U{ord(char):08x}"


def _shell(policy: Policy, documents: Mapping[Policy, LoadedPolicy]) -> str:
    """Write a policy as an argument: a file by its name, anything else by its text without blanks between."""
    loaded = documents.get(policy)
    if loaded is not None and loaded.path.endswith(".json") and Path(loaded.path).is_file():
        name = loaded.path if not loaded.path.startswith("-") else f"./{loaded.path}"
        return f'"$(cat {_quote(name)})"'
    text = _text(policy, documents)
    with suppress(ValueError):  # not ours to judge here: it is sent as it stands
        text = json.dumps(json.loads(text), separators=(",", ":"))
    return _quote(text)


# --- what can't be asked --------------------------------------------------------------------------


def _notes(question: Question, params: Mapping[str, Any]) -> Iterator[str]:
    request = question.request
    stack = request.stack
    if stack.session:
        yield "session policies can't be passed to the API: AWS answers without them"
    if stack.rcps:
        yield "resource control policies can't be passed to the API: AWS answers without them"
    if question.rules is not SIMULATOR and question.rules:
        yield "the simulator's answer is asked for, not the live services'"
    yield from _caller_notes(request)
    yield from _resource_policy_notes(request, params)
    if stack.scps:
        yield "service control policies need an AWS CLI of August 2026 or later"
    if len(stack.scps) > _LEVELS:
        yield f"the API takes {_LEVELS} levels of service control policies, here are {len(stack.scps)}"
    if len(request.action) not in _ACTION_LENGTHS:
        yield "the API takes actions of 3 to 128 characters"
    keys = (entry["ContextKeyName"] for entry in params.get("ContextEntries", ()))
    if odd := [name for name in keys if len(name) not in _KEY_LENGTHS]:
        yield f"the API takes context keys of 5 to 256 characters, not {', '.join(odd)}"
    filled = {"aws:username", "aws:principalarn", "aws:principalaccount", "aws:userid"}
    absent = [name for name, value in request.context.items() if value == () and name.lower() in filled]
    if absent:
        yield f"AWS fills in {', '.join(absent)}, which is stated as absent here"
    if any(len(text.encode()) > _ARGUMENT for text in _long_texts(params)):
        yield (
            "a policy is too long for one argument of a shell: write `aws.params` of `--format json` to a file "
            "and pass it as `--cli-input-json file://FILE`"
        )


def _caller_notes(request: Request) -> Iterator[str]:
    caller = request.caller
    if caller.arn is None:
        yield "no caller is named: AWS fills in your own account as aws:PrincipalAccount"
    elif caller.role_arn is not None and caller.arn != caller.role_arn:
        yield f"the API takes no session as caller: its role is named instead of `{caller.arn}`"
    elif caller.kind not in ("user", "group", "role"):
        yield f"the API takes users, groups and roles as callers, not `{caller.arn}`"


def _resource_policy_notes(request: Request, params: Mapping[str, Any]) -> Iterator[str]:
    policy = request.stack.resource
    if policy is None:
        return
    if request.resource == "*":
        yield "the API takes a resource policy only with the ARN of a resource"
    if "CallerArn" not in params:
        yield "the API takes a resource policy only with a caller"
    elements = (statement.resources for statement in policy.statements)
    texts = [text for element in elements if element is not None for text in element.texts]
    if any(Arn.parse(text) is None for text in texts):
        yield "the API takes resource policies whose resources are ARNs, not `*`"


def _long_texts(params: Mapping[str, Any]) -> list[str]:
    levels = params.get("OrderedOrganizationPolicyInputList", [])
    boundary = params.get("PermissionsBoundaryPolicyInputList", [])
    resource = params.get("ResourcePolicy")
    return [*params["PolicyInputList"], *boundary, *([resource] if resource else []), json.dumps(levels)]
