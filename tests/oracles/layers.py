"""Who wins when several kinds of policies speak, as AWS's simulator answers (Z11, Z12, E5-E9, 7.2, 7.3).

Four questions in order: does the organization let it through, does anyone deny it, does the resource policy grant
it by itself, do all the others allow it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from tests.oracles.principals import Caller, concerns
from tests.oracles.statements import ALLOWED, EXPLICIT_DENY, IMPLICIT_DENY, Document, Request, decide, matching

__all__ = ["Answer", "Caller", "Stack", "answer"]

Level = list[Document]  #: the policies of one level of the organization: the root, a unit, the account
Where = tuple[str, int, int]  #: layer, document and statement, both counted from 1


@dataclass
class Stack:
    """All policies that bear on a request; None is a layer that is not there."""

    identity: list[Document] = field(default_factory=list)
    boundary: Document | None = None
    session: list[Document] | None = None
    resource: Document | None = None
    scps: list[Level] = field(default_factory=list)
    rcps: list[Level] = field(default_factory=list)


class Answer(NamedTuple):
    """The decision, the statements that led to it, and what two layers said by themselves."""

    effect: str
    because: list[Where]
    by_boundary: bool | None
    by_organizations: bool | None


class _Said(NamedTuple):
    """What a layer says by itself; `outranks` is a grant that a boundary's silence does not limit."""

    effect: str
    because: list[Where]
    outranks: bool = False


def answer(stack: Stack, caller: Caller | None, request: Request, *, owner: str | None = None) -> Answer:
    """Decide *request*; *owner* is the account that owns the resource."""
    organization = {decide(level, request).effect for level in stack.scps}
    said = {name: _decide(name, documents, request) for name, documents in _limits(stack).items()}
    by_boundary = said["boundary"].effect == ALLOWED if "boundary" in said else None
    if organization - {ALLOWED}:  # Z12, X4: it ends here, and no statement is named
        effect = EXPLICIT_DENY if EXPLICIT_DENY in organization else IMPLICIT_DENY
        return Answer(effect, [], by_boundary, by_organizations=False)

    resource = _resource_policy(stack, caller, request)
    everyone = {**said, "resource": resource}
    effect = _effect(said, resource, cross=_is_cross_account(caller, request.resource, owner))
    shown = everyone if effect == EXPLICIT_DENY else ["identity", "resource"] if effect == ALLOWED else []
    because = [where for name in shown if everyone[name].effect == effect for where in everyone[name].because]
    return Answer(effect, because, by_boundary, True if organization else None)


def _limits(stack: Stack) -> dict[str, list[Document]]:
    """The layers that all have to allow, the resource policy apart; of an RCP level one Allow is enough."""
    found = {"identity": stack.identity, **{f"rcp {number}": level for number, level in enumerate(stack.rcps, 1)}}
    if stack.boundary is not None:
        found["boundary"] = [stack.boundary]
    if stack.session is not None:
        found["session"] = stack.session
    return found


def _decide(name: str, documents: list[Document], request: Request) -> _Said:
    verdict = decide(documents, request)
    return _Said(verdict.effect, [(name, *where) for where in verdict.because])


def _effect(said: dict[str, _Said], resource: _Said, *, cross: bool) -> str:
    effects = {name: layer.effect for name, layer in said.items()}
    if EXPLICIT_DENY in {resource.effect, *effects.values()}:
        return EXPLICIT_DENY  # 7.2 step 1, E6
    granted = resource.effect == ALLOWED
    if granted and not cross:
        del effects["identity"]  # E5: in one account the identity policies need not allow as well
        if resource.outranks:  # E5, Z11: nor the boundary, nor the session
            effects = {name: effect for name, effect in effects.items() if name not in {"boundary", "session"}}
    enough = granted or not cross  # 7.3: across accounts the other side has to allow
    return ALLOWED if enough and set(effects.values()) <= {ALLOWED} else IMPLICIT_DENY


def _is_cross_account(caller: Caller | None, resource: str, owner: str | None) -> bool:
    """A11: the account of the owner, else the one in the ARN, else the caller's own."""
    named = resource.split(":")[4] if resource.count(":") >= 5 else ""
    account = owner or named
    return caller is not None and bool(account) and account != caller.account


def _resource_policy(stack: Stack, caller: Caller | None, request: Request) -> _Said:
    if stack.resource is None or request.action.lower().startswith("sts:assume"):
        return _Said(IMPLICIT_DENY, [])  # X6
    denies, allows, outranks = [], [], False
    for index, statement in matching(stack.resource, request):
        named = concerns(statement, caller, bounded=stack.boundary is not None)
        if named and statement["Effect"] == "Deny":
            denies.append(("resource", 1, index))
        elif named:
            allows.append(("resource", 1, index))
            outranks = outranks or named != "as its role"
    if denies:
        return _Said(EXPLICIT_DENY, denies)
    return _Said(ALLOWED if allows else IMPLICIT_DENY, allows, outranks)
