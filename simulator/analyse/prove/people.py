"""Claims about principals of an account: whom they are made of, and who is anybody like them.

A declared user or role is one principal, so all that follows from the declaration is fixed, and it has no
other tags.  "Any user like X" has X's policies and account, while what names the person is open: the
user's name, ARN, id and tags.  These are taken to be independent of each other, so more is asked of a
claim than need be, never less.

Rules: ``docs/semantics.md``, K3, F1.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.analyse.prove.claim import never, request_set
from simulator.analyse.prove.domains import ABSENT, Domains, default_domain
from simulator.catalogue import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.analyse.prove.claim import Claim, Expect
    from simulator.analyse.prove.domains import Domain
    from simulator.decide.context import ContextValue
    from simulator.decide.request import Caller, Stack

__all__ = ["Context", "claims_about", "principal_domains"]

Context: TypeAlias = "Mapping[str, ContextValue | Domain | None]"
"""Keys with the value that they have, the values that they may have, or None for none."""

_USERNAME = "aws:username"
_PERSONAL = frozenset({_USERNAME, "aws:principalarn", "aws:userid"})
_TAG = "aws:principaltag/"


def principal_domains(derived: Mapping[str, ContextValue | None], *, anyone: bool = False) -> Domains:
    """Return the domains of a principal's keys from its *derived* context (None: absent), or those of anyone like it."""
    if not anyone:
        return Domains.of({_USERNAME: None, **derived}, only_tags=True)
    fixed: dict[str, ContextValue | Domain | None] = {}
    for key, value in derived.items():
        lower = key.lower()
        if lower in _PERSONAL:
            fixed[lower] = replace(default_domain(load(), lower), absent=False)
        elif not lower.startswith(_TAG):
            fixed[lower] = value
    return Domains.of({_USERNAME: ABSENT, **fixed})


def claims_about(
    stack: Stack,
    expect: Expect | Literal["implicitDeny"],
    *,
    caller: Caller,
    derived: Mapping[str, ContextValue] = MappingProxyType({}),
    anyone: bool = False,
    sessions: Iterable[Context | Domains] = (),
    context: Context = MappingProxyType({}),
    actions: Iterable[str] = ("*",),
    excepted: Iterable[str] = (),
    resources: Iterable[str] | None = None,
    spared: Iterable[str] = (),
) -> tuple[Claim, ...]:
    """Return the claims that together say that every request in a set gets the verdict *expect*.

    The set: requests of the principal with the policies *stack*, in one of *sessions* (contexts, or the
    `SESSIONS` of this package), for *actions* but *excepted*, on *resources* but *spared* (see
    `request_set`).  *context* holds whatever the session.
    """
    base = principal_domains(derived, anyone=anyone)
    stated = Domains.of(context)
    states = [state if isinstance(state, Domains) else Domains.of(state) for state in sessions] or [Domains()]
    asked = request_set(
        actions=actions,
        excepted=excepted,
        resources=resources,
        spared=spared,
        domains=tuple(base.joined(state).joined(stated) for state in states),
        caller=caller,
    )
    expected: tuple[Expect, ...] = ("deny", "noExplicitDeny") if expect == "implicitDeny" else (expect,)
    return tuple(never(stack, one, asked) for one in expected)
