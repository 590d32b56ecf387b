"""Which callers a resource policy's statement names, and how directly.

How directly matters: an Allow that names the user outranks the silence of a boundary, one that names
the role does not, and one that names the account only delegates in live AWS.

Rules: ``docs/semantics.md``, E5, E7, E8, E9, Z11.
"""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from simulator.decide.request import Caller
from simulator.policy.arn import Arn
from simulator.policy.model import StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.policy.model import Statement

__all__ = ["Naming", "callers_apart", "naming_of"]


class Naming(Enum):
    """How a statement names the caller, the most direct first."""

    DIRECT = "direct"  #: the user, the session, or everybody
    ROLE = "role"  #: the role behind the session
    ACCOUNT = "account"  #: the caller's whole account
    NONE = "none"


_ORDER = (Naming.DIRECT, Naming.ROLE, Naming.ACCOUNT, Naming.NONE)


def naming_of(statement: Statement, caller: Caller, *, bounded: bool) -> Naming:
    """Tell how *statement* names *caller*; *bounded* callers have a permissions boundary (E7)."""
    principals = statement.principals
    if principals is None:
        return Naming.DIRECT
    found = min(
        (_names(kind, entry.text, caller) for kind, entry in principals.entries), key=_ORDER.index, default=Naming.NONE
    )
    if not principals.negated:
        return found
    if statement.effect is StatementEffect.DENY and bounded:
        return Naming.DIRECT
    # A user is exempt only when listed itself (or its role): its account alone is not enough (E7).
    return Naming.NONE if found in (Naming.DIRECT, Naming.ROLE) else Naming.DIRECT


def _names(kind: str, text: str, caller: Caller) -> Naming:
    if text == "*":
        return Naming.DIRECT
    if kind != "AWS" or caller.arn is None:
        return Naming.NONE
    if text == caller.arn:
        return Naming.ROLE if caller.kind == "role" else Naming.DIRECT
    if text == caller.role_arn:
        return Naming.ROLE
    account = _account(text)
    return Naming.ACCOUNT if account is not None and account == caller.account else Naming.NONE


def _account(text: str) -> str | None:
    """Return the account that *text* names as a whole, None when it names none."""
    if re.fullmatch(r"\d{12}", text, re.ASCII):
        return text
    arn = Arn.parse(text)
    return arn.account if arn is not None and arn.service == "iam" and arn.resource == "root" else None


def callers_apart(statements: Iterable[Statement]) -> Iterator[Caller]:
    """Yield callers such that *statements* name whoever asks, bounded or not, as they name one of these.

    Those are whom they name themselves, somebody else of each account and of none, and sessions of the roles.
    """
    texts = {
        entry.text for one in statements if one.principals for kind, entry in one.principals.entries if kind == "AWS"
    }
    named = [caller for text in sorted(texts) if (caller := _caller(text)) is not None]
    roles = [caller for caller in named if caller.kind == "role"]
    unheard = "x" * (1 + max(map(len, texts), default=0))
    yield from roles
    for account in sorted({None, *(caller.account for caller in named), *map(_account, texts)}, key=str):
        other = Caller(f"arn:aws:iam::{account}:user/{unheard}", account, kind="user", name=unheard)
        people = [caller for caller in (other, *named) if caller.kind != "role" and caller.account == account]
        yield from people
        for role in roles:
            if role.account == account:
                yield from (replace(one, role_arn=role.arn) for one in people)


def _caller(text: str) -> Caller | None:
    """Return whom *text* names; None for an account or for everybody."""
    found = Caller.of_arn(text)
    if found is not None or text == "*" or _account(text) is not None:
        return found
    arn = Arn.parse(text)
    return Caller(text, arn.account if arn is not None else None)
