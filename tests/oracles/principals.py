"""Whom a statement of a resource policy names, and how (E1, E5, E7-E9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.oracles.conditions import listed

if TYPE_CHECKING:
    from tests.oracles.statements import Document

__all__ = ["Caller", "concerns"]


class Caller(NamedTuple):
    """The principal that asks; `role` is the ARN of the role behind a session."""

    arn: str
    role: str | None = None

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def is_role(self) -> bool:
        return ":role/" in self.arn


def concerns(statement: Document, caller: Caller | None, *, bounded: bool) -> str | None:
    """How a statement names the caller (E1), None when it does not; NotPrincipal names everybody else (E8)."""
    if "Principal" in statement:
        return _names(statement["Principal"], caller)
    if statement["Effect"] == "Deny" and bounded:
        return "directly"  # E7: it hits whoever has a boundary
    listed_itself = _names(statement["NotPrincipal"], caller) in {"directly", "as its role"}
    return None if listed_itself else "directly"  # E7: the account alone does not spare its users


def _names(principal: str | Document, caller: Caller | None) -> str | None:
    names = [principal] if isinstance(principal, str) else listed(principal.get("AWS", []))
    ways = {_name(name, caller) for name in names}
    return next((way for way in ("directly", "as its role", "through its account") if way in ways), None)


def _name(name: str, caller: Caller | None) -> str | None:
    if name == "*":
        return "directly"  # E8
    if caller is None:
        return None
    if name in {caller.arn, caller.role}:
        return "as its role" if caller.is_role or name == caller.role else "directly"  # E5
    account = re.fullmatch(r"(\d{12})|arn:[^:]+:iam::(\d{12}):root", name)  # E9
    return "through its account" if account is not None and caller.account in account.groups() else None
