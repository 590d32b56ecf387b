"""Who wins when several kinds of policies speak, as AWS's simulator answers (Z11, Z12, E5-E9, 7.2, 7.3).

Everything is decided by four questions in order: does the organization let it through, does anyone deny it, does
the resource policy grant it by itself, and do all the others allow it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.oracles.conditions import listed
from tests.oracles.statements import (
    ALLOWED,
    EXPLICIT_DENY,
    IMPLICIT_DENY,
    Document,
    Request,
    Verdict,
    decide,
    matching,
)

__all__ = ["Answer", "Caller", "Stack", "answer", "is_cross_account"]

Level = list[Document]  #: the policies of one level of the organization: the root, a unit, the account


class Caller(NamedTuple):
    """The principal that asks: an ARN of IAM, or of a session of a role."""

    arn: str

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def is_role(self) -> bool:
        return re.match(r"arn:[^:]+:(iam::\d+:role|sts::\d+:assumed-role)/", self.arn) is not None


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
    """The decision, the statements (layer, document, statement) that led to it, and what two layers said."""

    effect: str
    because: list[tuple[str, int, int]]
    allowed_by_boundary: bool | None = None
    allowed_by_organizations: bool | None = None


def answer(stack: Stack, caller: Caller | None, request: Request, *, owner: str | None = None) -> Answer:
    """Decide *request*; *owner* is the account of a resource whose ARN names none."""
    organization = [decide(level, request).effect for level in [*stack.rcps, *stack.scps]]
    if set(organization) - {ALLOWED}:  # Z12, X4: it ends here, and no statement is named
        effect = EXPLICIT_DENY if EXPLICIT_DENY in organization else IMPLICIT_DENY
        return Answer(effect, [], None, allowed_by_organizations=False)

    said = {"identity": decide(stack.identity, request)}
    if stack.boundary is not None:
        said["boundary"] = decide([stack.boundary], request)
    if stack.session is not None:
        said["session"] = decide(stack.session, request)
    if stack.resource is not None:
        said["resource"] = _resource_policy(stack, caller, request)

    effect = _effect(said, caller, cross=is_cross_account(caller, request.resource, owner))
    wanted = {EXPLICIT_DENY: said.keys(), ALLOWED: said.keys() & {"identity", "resource"}, IMPLICIT_DENY: set()}[effect]
    because = [
        (layer, *where) for layer in sorted(wanted) if said[layer].effect == effect for where in said[layer].because
    ]
    by_boundary = said["boundary"].effect == ALLOWED if stack.boundary is not None else None
    return Answer(effect, because, by_boundary, True if stack.scps else None)


def _effect(said: dict[str, Verdict], caller: Caller | None, *, cross: bool) -> str:
    effects = {layer: verdict.effect for layer, verdict in said.items()}
    if EXPLICIT_DENY in effects.values():
        return EXPLICIT_DENY  # 7.2 step 1, E6
    granted = effects.pop("resource", IMPLICIT_DENY) == ALLOWED
    if cross:  # 7.3: both sides, and the resource policy bypasses nothing
        return ALLOWED if granted and set(effects.values()) == {ALLOWED} else IMPLICIT_DENY
    if granted:
        del effects["identity"]  # E5: same account, the identity policies need not allow
        if caller is not None and not caller.is_role:
            return ALLOWED  # E5, Z11: for a user an implicit denial of the boundary is bypassed too
    return ALLOWED if set(effects.values()) <= {ALLOWED} else IMPLICIT_DENY


def is_cross_account(caller: Caller | None, resource: str, owner: str | None) -> bool:
    """7.3: the account in the ARN, else the owner's, else the caller's own."""
    named = resource.split(":")[4] if resource.count(":") >= 5 else ""
    account = named or owner
    return caller is not None and bool(account) and account != caller.account


def _resource_policy(stack: Stack, caller: Caller | None, request: Request) -> Verdict:
    assert stack.resource is not None
    if request.action.lower().startswith("sts:assume"):
        return Verdict(IMPLICIT_DENY, [])  # X6
    found = [
        (index, statement["Effect"])
        for index, statement in matching(stack.resource, request)
        if _concerns(statement, caller, bounded=stack.boundary is not None)
    ]
    effects = {effect for _, effect in found}
    word = "Deny" if "Deny" in effects else "Allow"
    effect = {"Deny": EXPLICIT_DENY, "Allow": ALLOWED}[word] if effects else IMPLICIT_DENY
    return Verdict(effect, [(1, index) for index, said in found if said == word])


def _concerns(statement: Document, caller: Caller | None, *, bounded: bool) -> bool:
    """E1 for the principal; NotPrincipal is the complement (E8), and its Deny hits whoever is bounded (E7)."""
    if "Principal" in statement:
        return _names(statement["Principal"], caller)
    if statement["Effect"] == "Deny" and bounded:
        return True
    return not _names(statement["NotPrincipal"], caller)


def _names(principal: str | Document, caller: Caller | None) -> bool:
    names = [principal] if isinstance(principal, str) else listed(principal.get("AWS", []))
    return any(name == "*" or (caller is not None and _is(name, caller)) for name in names)


def _is(name: str, caller: Caller) -> bool:
    account = re.fullmatch(r"(\d{12})|arn:[^:]+:iam::(\d{12}):root", name)  # E9
    if account is not None:
        return caller.account in account.groups()
    role = re.fullmatch(r"(arn:[^:]+):sts::(\d+):assumed-role/([^/]+)/.*", caller.arn)
    if role is not None and re.fullmatch(rf"{re.escape(role[1])}:iam::{role[2]}:role/(.*/)?{re.escape(role[3])}", name):
        return True  # E5: a role's sessions are the role
    return name == caller.arn
