"""Is a mutant like the original for every request?  Proved, or a request that tells them apart.

Nothing may differ over the catalogue, with its resource types, on any resource of the account's partition
and in any context: neither what is allowed nor what is denied explicitly, for none of the principals that
have the policy.  A limit that is hit leaves the question open.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from simulator.analyse.prove import (
    SESSIONS,
    Claim,
    Counterexample,
    Proved,
    Said,
    Unknown,
    decide_claim,
    principal_domains,
)
from simulator.decide.principals import Naming, callers_apart, naming_of
from simulator.decide.request import Caller, Stack
from simulator.policy.model import StatementEffect
from simulator.policy.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from simulator.accounts.model import Account, Principal
    from simulator.analyse.prove import Answer
    from simulator.analyse.prove.claim import Verdict
    from simulator.catalogue import Catalogue
    from simulator.policy.model import Policy, Statement
    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell

__all__ = ["DIRECTIONS", "Difference", "Direction", "Holder", "compare", "holders_of", "with_policies"]

Direction: TypeAlias = Literal["widens", "loses a denial", "narrows", "adds a denial"]

DIRECTIONS: Final[tuple[Direction, ...]] = ("widens", "loses a denial", "narrows", "adds a denial")
"""What a change can do, the most harmful first."""

_BOTH: Final[tuple[Direction, ...]] = ("widens", "narrows")
_LIMIT = 200_000  # steps of one claim
_STATES = ("with MFA", "console without MFA", "access key")
_PRINCIPALS = 4  # that are asked about, of many with the same policies
_STAR = Pattern.literal("*")


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """Policies that bear on principals of one account together, and who these are."""

    account: Account
    stack: Stack
    principals: tuple[Principal, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a mutant does, the worst of it, and requests that show it, those of declared principals first.

    Without a `direction` the question is open, and `reason` says why; the requests are those of which a layer
    says otherwise by itself, so one of them may show a difference.
    """

    direction: Direction | None = None
    holder: Holder | None = None
    requests: tuple[Counterexample, ...] = ()
    reason: str = ""


def holders_of(cells: Sequence[Cell], asserted: Sequence[Asserted] = ()) -> tuple[Holder, ...]:
    """Return who has which policies: every principal of the accounts, and with the policies of resources asked.

    The account with the most cells comes first: a request is looked for where people look.
    """
    found: dict[tuple[Account, Stack], dict[Principal, None]] = {}
    suites = (*(cell.suite for cell in cells), *(one.suite for one in asserted))
    for account, _ in Counter(suite.account for suite in suites).most_common():
        for principal in account.principals.values():
            found.setdefault((account, principal.stack()), {})[principal] = None
    asked = [(c.suite.account, c.principal, c.resource_policy) for c in cells if c.resource_policy is not None]
    asked += [(one.suite.account, who, policy) for one in asserted for who, policy in one.on_resources()]
    for account, principal, policy in asked:
        found.setdefault((account, principal.stack(policy)), {})[principal] = None
    return tuple(Holder(account, stack, tuple(who)) for (account, stack), who in found.items())


def compare(holders: Iterable[Holder], mutated: Mapping[Policy, Policy], catalogue: Catalogue) -> Difference | None:
    """Return the worst difference between policies and *mutated*; None when it is proved that there is none."""
    pairs = [
        (one, with_policies(one.stack, mutated)) for one in holders if not mutated.keys().isdisjoint(one.stack.policies)
    ]
    unsure: dict[Holder, str] = {}
    for direction in DIRECTIONS:
        for holder, stack in pairs:
            answer = decide_claim(_claim(direction, holder, stack), catalogue=catalogue, limit=_LIMIT)
            if isinstance(answer, Counterexample):
                return Difference(direction, holder, (*_nearer(direction, holder, stack, catalogue), answer))
            if isinstance(answer, Unknown):
                unsure.setdefault(holder, answer.reason)
    for holder, reason in unsure.items():
        requests = _apart_alone(holder, mutated, catalogue)
        if requests is not None:
            return Difference(None, holder, requests, reason)
    return None


def with_policies(stack: Stack, mutated: Mapping[Policy, Policy]) -> Stack:
    """Return *stack* with the policies that are keys of *mutated* changed."""

    def changed(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        return tuple(mutated.get(policy, policy) for policy in policies)

    return Stack(
        identity=changed(stack.identity),
        boundary=None if stack.boundary is None else mutated.get(stack.boundary, stack.boundary),
        session=changed(stack.session),
        resource=None if stack.resource is None else mutated.get(stack.resource, stack.resource),
        scps=tuple(map(changed, stack.scps)),
        rcps=tuple(map(changed, stack.rcps)),
    )


def _claim(direction: Direction, holder: Holder, stack: Stack) -> Claim:
    """Return the claim that the mutant does not go in *direction*."""
    verdict: Verdict = "allowed" if direction in ("widens", "narrows") else "explicitDeny"
    gains = direction in ("widens", "adds a denial")
    old, new = Said(holder.stack, verdict), Said(stack, verdict)
    account = holder.account
    return Claim(
        has=(new if gains else old,),
        lacks=(old if gains else new,),
        within=(_STAR, Pattern.parse(f"arn:{account.partition}:*")),
        caller=Caller(account=account.id, partition=account.partition),
    )


def _nearer(direction: Direction, holder: Holder, stack: Stack, catalogue: Catalogue) -> Iterator[Counterexample]:
    """Yield such a request of a principal as declared, in a usual sign-in state, if there is one."""
    for principal in holder.principals[:_PRINCIPALS]:
        own = principal_domains(principal.derived_context())
        domains = tuple(own.joined(state) for name in _STATES for state in SESSIONS[name])
        claim = replace(_claim(direction, holder, stack), domains=domains, caller=principal.caller())
        answer = decide_claim(claim, catalogue=catalogue, limit=_LIMIT)
        if isinstance(answer, Counterexample):
            yield answer
            return


def _apart_alone(
    holder: Holder, mutated: Mapping[Policy, Policy], catalogue: Catalogue
) -> tuple[Counterexample, ...] | None:
    """Return requests of which a layer that changed says otherwise by itself, None where each says the same.

    Then the whole does too, whatever the other layers are, a policy on the resource included: what a layer
    allows counts only where it does not deny.  Of a resource's policy it matters whom it names, so that is
    compared for everybody whom it tells apart.
    """
    stack = holder.stack
    layers = (stack.identity, stack.session, (stack.boundary,), (stack.resource,), *stack.scps, *stack.rcps)
    found: list[Counterexample] = []
    resource = stack.resource
    alike = True
    for layer in layers:
        policies = tuple(policy for policy in layer if policy is not None)
        if not mutated.keys().isdisjoint(policies):
            alone = replace(holder, stack=Stack(identity=policies))
            changed = with_policies(alone.stack, mutated)
            for direction in DIRECTIONS:
                answer = decide_claim(_claim(direction, alone, changed), catalogue=catalogue, limit=_LIMIT)
                alike = alike and isinstance(answer, Proved)
                found += [answer] if isinstance(answer, Counterexample) else []
    if resource is not None and resource in mutated:
        for answer in _to_whoever_asks(holder, resource, mutated[resource], catalogue):
            alike = alike and isinstance(answer, Proved)
            found += [answer] if isinstance(answer, Counterexample) else []
    return None if alike else tuple(found)


def _to_whoever_asks(holder: Holder, old: Policy, new: Policy, catalogue: Catalogue) -> Iterator[Answer]:
    """Decide that of each effect, and naming whoever asks in the same way, the same statements apply."""
    everybody = (*old.statements, *new.statements)
    listed = {(kind, e.text) for s in everybody if s.principals for kind, e in s.principals.entries if kind != "AWS"}
    askers: list[Callable[[Statement], object]] = [
        partial(_named, caller, bounded=bounded) for caller in callers_apart(everybody) for bounded in (False, True)
    ]
    askers += [partial(_lists, one) for one in (None, *sorted(listed))]
    pairs: dict[tuple[tuple[Statement, ...], tuple[Statement, ...]], None] = {}
    for names in askers:
        before, after = (_by_naming(policy, names) for policy in (old, new))
        pairs |= dict.fromkeys((before.get(one, ()), after.get(one, ())) for one in (before | after))
    for one, other in pairs:
        if one != other:
            stacks = [
                Stack(identity=(replace(old, statements=tuple(map(_to_anybody, side))),)) for side in (one, other)
            ]
            alone = replace(holder, stack=stacks[0])
            for direction in _BOTH:
                yield decide_claim(_claim(direction, alone, stacks[1]), catalogue=catalogue, limit=_LIMIT)


def _by_naming(policy: Policy, names: Callable[[Statement], object]) -> dict[object, tuple[Statement, ...]]:
    """Return the statements that name somebody, by what *names* says of each (None: it does not)."""
    found: dict[object, tuple[Statement, ...]] = {}
    for one in policy.statements:
        naming = names(one)
        if naming is not None:
            found[naming] = (*found.get(naming, ()), one)
    return found


def _named(caller: Caller, statement: Statement, *, bounded: bool) -> object:
    """Return the effect, and of an Allow how it names *caller*; a Deny denies however it does."""
    naming = naming_of(statement, caller, bounded=bounded)
    if naming is Naming.NONE:
        return None
    return (statement.effect, naming if statement.effect is StatementEffect.ALLOW else None)


def _lists(one: tuple[str, str] | None, statement: Statement) -> object:
    """Return the effect where *statement* is for *one* that is no caller here: a service, say, by type and text."""
    naming = statement.principals
    named = naming is None or (one in [(kind, e.text) for kind, e in naming.entries]) is not naming.negated
    return (statement.effect, one) if named else None


def _to_anybody(statement: Statement) -> Statement:
    return replace(statement, effect=StatementEffect.ALLOW, principals=None)
