"""Changes of one statement: dropped, added, or edited in one place.

An edit is tried, never reasoned about: whoever asks decides again with the policies that it gives.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from simulator.analyse.parts import element_hits
from simulator.policy.conditions import Condition, ConditionValue
from simulator.policy.model import Element, Entry, Policy, PolicyKind, Principals, StatementEffect
from simulator.policy.parse import parse_policy_text
from simulator.policy.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.question import Request
    from simulator.decide.request import Stack
    from simulator.decide.trace import StatementTrace
    from simulator.policy.model import Statement

__all__ = ["Edit", "addition", "drop", "edits_of", "statement_text", "with_edits"]

Change = Literal["edit", "drop", "add"]

_KINDS = {
    "identity": PolicyKind.IDENTITY,
    "boundary": PolicyKind.BOUNDARY,
    "session": PolicyKind.SESSION,
    "resource": PolicyKind.RESOURCE,
    "scp": PolicyKind.SCP,
    "rcp": PolicyKind.RCP,
}
_NAMING_CALLERS = (PolicyKind.RESOURCE, PolicyKind.RCP)


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """A change of one statement of one policy.

    `old` None adds `new`, `new` None drops `old`.  `policy` None adds to a layer without a policy.
    """

    change: Change
    layer: str
    policy: Policy | None
    old: Statement | None
    new: Statement | None
    words: str


def with_edits(stack: Stack, edits: tuple[Edit, ...]) -> Stack:
    """Return *stack* with *edits* made."""
    for edit in edits:
        stack = _with_edit(stack, edit)
    return stack


def _with_edit(stack: Stack, edit: Edit) -> Stack:
    name, _, number = edit.layer.partition(".")
    match name:
        case "identity":
            return replace(stack, identity=_policies(stack.identity, edit))
        case "session":
            return replace(stack, session=_policies(stack.session, edit))
        case "boundary":
            return replace(stack, boundary=_policies((stack.boundary,) if stack.boundary else (), edit)[0])
        case "resource":
            return replace(stack, resource=_policies((stack.resource,) if stack.resource else (), edit)[0])
    levels = list(stack.scps if name == "scp" else stack.rcps)
    place = int(number) - 1
    levels[place] = _policies(levels[place], edit)
    return replace(stack, scps=tuple(levels)) if name == "scp" else replace(stack, rcps=tuple(levels))


def _policies(policies: tuple[Policy, ...], edit: Edit) -> tuple[Policy, ...]:
    """Make the edit in the policy that has the statement, by its place: an earlier edit made a new policy."""
    if edit.policy is None:
        assert edit.new is not None, "what is added to no policy is a statement"
        document = f'{{"Version": "2012-10-17", "Statement": [{statement_text(edit.new)}]}}'
        added = parse_policy_text(document, name="a new policy", kind=_kind(edit.layer))
        return (*policies, added)
    return tuple(
        replace(policy, statements=_statements(policy, edit)) if _same(policy, edit.policy) else policy
        for policy in policies
    )


def _same(policy: Policy, edited: Policy) -> bool:
    """Tell whether *policy* is *edited*, perhaps after an earlier edit; inline ones share a source."""
    return policy.source is edited.source and (policy.name, policy.kind) == (edited.name, edited.kind)


def _statements(policy: Policy, edit: Edit) -> tuple[Statement, ...]:
    if edit.old is None:
        return (*policy.statements, *((edit.new,) if edit.new is not None else ()))
    place = edit.old.index
    new = () if edit.new is None else (edit.new,)
    return tuple(one for kept in policy.statements for one in (new if kept.index == place else (kept,)))


def drop(step: StatementTrace) -> Edit:
    """Return the edit that drops the statement."""
    return Edit("drop", step.layer, step.ref.policy, step.ref.statement, None, "drop it")


def _kind(layer: str) -> PolicyKind:
    return _KINDS[layer.partition(".")[0]]


def addition(request: Request, layer: str, policy: Policy | None, effect: StatementEffect) -> Edit:
    """Return the edit that adds a statement about just this request to a layer."""
    statement: dict[str, object] = {"Effect": effect.value}
    if _kind(layer) in _NAMING_CALLERS:
        arn = request.caller.role_arn or request.caller.arn
        statement["Principal"] = "*" if arn is None or _kind(layer) is PolicyKind.RCP else {"AWS": arn}
    statement |= {"Action": request.action, "Resource": _literal(request.resource)}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    new = parse_policy_text(text, name="a new statement", kind=_kind(layer)).statements[0]
    number = 1 + max((one.index for one in policy.statements), default=0) if policy is not None else 1
    return Edit("add", layer, policy, None, replace(new, index=number), f"add {json.dumps(statement)}")


def statement_text(statement: Statement) -> str:
    """Write a statement as JSON, as it reads after an edit."""
    found: dict[str, object] = {} if statement.sid is None else {"Sid": statement.sid}
    found["Effect"] = statement.effect.value
    if statement.principals is not None:
        found["NotPrincipal" if statement.principals.negated else "Principal"] = _principals(statement.principals)
    for name, element in (("Action", statement.actions), ("Resource", statement.resources)):
        if element is not None:
            found[f"Not{name}" if element.negated else name] = _one_or_many(list(element.texts))
    if statement.conditions:
        found["Condition"] = _conditions(statement.conditions)
    return json.dumps(found)


def _principals(principals: Principals) -> object:
    if [(kind, entry.text) for kind, entry in principals.entries] == [("AWS", "*")]:
        return "*"
    found: dict[str, list[str]] = {}
    for kind, entry in principals.entries:
        found.setdefault(kind, []).append(entry.text)
    return {kind: _one_or_many(texts) for kind, texts in found.items()}


def _conditions(conditions: tuple[Condition, ...]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for condition in conditions:
        found.setdefault(str(condition.operator), {})[condition.key] = _one_or_many([v.text for v in condition.values])
    return found


def _one_or_many(texts: list[str]) -> object:
    return texts[0] if len(texts) == 1 else texts


def _literal(resource: str) -> str:
    """Write a resource so that a Resource element means nothing else."""
    if resource == "*":
        return resource
    return "".join(f"${{{char}}}" if char in "*?$" else char for char in resource)


# --- edits of one place ---------------------------------------------------------------------------


def edits_of(step: StatementTrace, request: Request) -> Iterator[Edit]:
    """Yield the small edits of a statement that might matter to *request*, the smallest first."""
    statement = step.ref.statement
    for words, new in (
        *_operator_edits(statement),
        *_value_edits(statement, request),
        *_action_edits(statement, request),
        *_resource_edits(statement, request),
        *_principal_edits(statement, step, request),
        *_condition_drops(statement),
    ):
        yield Edit("edit", step.layer, step.ref.policy, statement, new, words)


def _operator_edits(statement: Statement) -> Iterator[tuple[str, Statement]]:
    """``…IfExists`` added or taken away."""
    for place, condition in enumerate(statement.conditions):
        if condition.operator.base == "Null":
            continue
        operator = replace(condition.operator, if_exists=not condition.operator.if_exists)
        words = f"write `{operator}` for `{condition.operator}` at {condition.key}"
        yield words, _with_condition(statement, place, replace(condition, operator=operator))


def _value_edits(statement: Statement, request: Request) -> Iterator[tuple[str, Statement]]:
    """The request's value added to a condition, or taken out of it."""
    for place, condition in enumerate(statement.conditions):
        value = request.context.get(condition.key)
        texts = [item.text for item in condition.values]
        if condition.operator.base == "Null" or not isinstance(value, str):
            continue
        if value not in texts:
            new = (*condition.values, ConditionValue(value, 0, 0))
            words = f"add `{value}` to the values of {condition.operator} {condition.key}"
        elif len(texts) > 1:
            new = tuple(item for item in condition.values if item.text != value)
            words = f"take `{value}` out of the values of {condition.operator} {condition.key}"
        else:
            continue
        if new:
            yield words, _with_condition(statement, place, replace(condition, values=new))


def _with_condition(statement: Statement, place: int, condition: Condition) -> Statement:
    conditions = (*statement.conditions[:place], condition, *statement.conditions[place + 1 :])
    return replace(statement, conditions=conditions)


def _action_edits(statement: Statement, request: Request) -> Iterator[tuple[str, Statement]]:
    if statement.actions is None:
        return
    for words, new in _element_edits("Action", statement.actions, request.action, _naming(statement.actions, request)):
        yield words, replace(statement, actions=new)


def _naming(element: Element, request: Request) -> list[str]:
    asked = request.action.lower()
    return [text for text in element.texts if Pattern.parse(text.lower()).matches(asked)]


def _resource_edits(statement: Statement, request: Request) -> Iterator[tuple[str, Statement]]:
    if statement.resources is None:
        return
    hits = element_hits(statement, request.resource, request)
    for words, new in _element_edits("Resource", statement.resources, _literal(request.resource), hits):
        yield words, replace(statement, resources=new)


def _element_edits(name: str, element: Element, text: str, hits: list[str]) -> Iterator[tuple[str, Element]]:
    """Add *text*, which no entry names, or take out the entries that name it."""
    called = f"Not{name}" if element.negated else name
    if not hits:
        yield f"add `{text}` to {called}", replace(element, entries=(*element.entries, Entry(text)))
        return
    left = tuple(entry for entry in element.entries if entry.text not in hits)
    if left:
        listed = ", ".join(f"`{hit}`" for hit in hits)
        yield f"take {listed} out of {called}", replace(element, entries=left)


def _principal_edits(statement: Statement, step: StatementTrace, request: Request) -> Iterator[tuple[str, Statement]]:
    arn, principals = request.caller.role_arn or request.caller.arn, statement.principals
    if principals is None or arn is None:
        return
    called = "NotPrincipal" if principals.negated else "Principal"
    named = [pair for pair in principals.entries if pair[1].text == arn]
    if named and len(named) < len(principals.entries):
        left = tuple(pair for pair in principals.entries if pair not in named)
        yield f"take `{arn}` out of {called}", replace(statement, principals=replace(principals, entries=left))
    elif not named and ("principal" in step.missed or principals.negated):
        entries = (*principals.entries, ("AWS", Entry(arn)))
        yield f"add `{arn}` to {called}", replace(statement, principals=replace(principals, entries=entries))


def _condition_drops(statement: Statement) -> Iterator[tuple[str, Statement]]:
    for place, condition in enumerate(statement.conditions):
        left = (*statement.conditions[:place], *statement.conditions[place + 1 :])
        words = f"drop the condition {condition.operator} {condition.key}"
        yield words, replace(statement, conditions=left)
