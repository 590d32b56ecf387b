"""From an invariant to the prover's claims: one for each subject and part of the resources.

All policies that bear on the subject are in them, in their layers.  The context is what account, suite,
session and invariant state, over what follows from the subject; every other key is open.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from simulator.analyse.prove import SESSIONS, Domains, denies, disjoint, never, no_new_access, principal_domains
from simulator.analyse.prove.claim import NO_ONE, request_set
from simulator.decide.request import Stack
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text
from simulator.suites.sessions import built_in
from simulator.suites.types import type_table
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.accounts.context import Layer
    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.prove import Claim
    from simulator.catalogue import Catalogue
    from simulator.suites.asserted import Asserted, Of, Part
    from simulator.suites.model import Session, Target

__all__ = ["Posed", "member_of", "posed"]

_EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """A claim, and whom and what it is about; `stacks` says in words whose policies it has and lacks.

    `obstacle` is why the prover can't be asked.
    """

    who: Of
    part: Part
    claim: Claim
    side: str = ""  #: of two lists of policies, the one that allows what the other does not
    obstacle: str | None = None


def posed(asserted: Asserted, catalogue: Catalogue) -> Iterator[Posed]:
    """Yield the claims that together are the invariant."""
    for who, parts in asserted.subjects:
        for part in parts:
            asked = _asked(asserted, who, part, catalogue)
            obstacle = _obstacle(asserted, part)
            for claim, side in _claims(asserted, who, part, asked):
                yield Posed(who, part, claim, side, obstacle)


def member_of(claim: Claim) -> Claim:
    """Return a claim that is refuted by whatever request *claim* speaks of: if it is proved, there is none."""
    return denies(_anything(), claim)


@cache
def _anything() -> Stack:
    return Stack(identity=(parse_policy_text(_EVERYTHING, name="everything", kind=PolicyKind.IDENTITY),))


def _claims(asserted: Asserted, who: Of, part: Part, asked: Claim) -> Iterator[tuple[Claim, str]]:
    invariant = asserted.invariant
    resource = part.target.policy if part.target is not None else None
    stack = Stack() if who.principal is None else who.principal.stack(resource)
    if invariant.new is None or invariant.old is None:
        halves = ("deny", "noExplicitDeny") if invariant.expect == "implicitDeny" else (invariant.expect,)
        yield from ((never(stack, half, asked), "") for half in halves)  # type: ignore[arg-type]  # the shape fixes the words
        return
    new, old = (_with(stack, policies) for policies in (invariant.new, invariant.old))
    match invariant.expect:
        case "no new access":
            yield no_new_access(new, old, asked), "new"
        case "equivalent":
            yield no_new_access(new, old, asked), "new"
            yield no_new_access(old, new, asked), "old"
        case _:
            yield disjoint(new, old, asked), "both"


def _with(stack: Stack, policies: tuple[LoadedPolicy, ...]) -> Stack:
    """Return *stack* with *policies* in place of the identity's own; boundaries and the organization's stay."""
    return replace(stack, identity=tuple(one.policy for one in policies))


def _obstacle(asserted: Asserted, part: Part) -> str | None:
    target = part.target
    if asserted.suite.semantics == "live":
        return "the suite is judged as the live services decide, and proofs are about AWS's simulator"
    if target is not None and target.owner not in (None, asserted.suite.account.id):
        return f"`{target.label}` belongs to another account: only the caller's account is modelled"
    return None


def _asked(asserted: Asserted, who: Of, part: Part, catalogue: Catalogue) -> Claim:
    """Return the set of requests that is meant."""
    return request_set(
        actions=asserted.actions,
        excepted=asserted.excepted,
        resources=part.resources,
        spared=part.spared,
        domains=tuple(domains_of(asserted, who, session, part.target, catalogue) for session in who.sessions),
        caller=NO_ONE if who.principal is None else who.principal.caller(),
    )


def domains_of(asserted: Asserted, who: Of, session: Session, target: Target | None, catalogue: Catalogue) -> Domains:
    """Return the values that keys may have in one session; the nearer statement wins."""
    suite = asserted.suite
    found = (
        Domains() if who.principal is None else principal_domains(who.principal.derived_context(), anyone=who.anyone)
    )
    if target is not None:
        table = type_table(catalogue)
        found = found.joined(
            Domains.of(
                {key: value for tag, value in target.tags for a in target.arns for key in table.tag_keys(a.text, tag)}
            )
        )
    for layer in (suite.account.context, suite.context):
        found = found.joined(_stated(layer))
    signed_in = SESSIONS.get(session.name) if built_in(session) else None
    found = found.joined(signed_in[0] if signed_in else _stated(session.context))
    return found.joined(_stated(asserted.invariant.context))


def _stated(layer: Layer) -> Domains:
    return Domains.of({one.name: one.value for one in layer.values()})
