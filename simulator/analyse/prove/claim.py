"""Claims about all requests, in one form.

A claim says that no request in a set of requests *has* some verdicts and *lacks* others: "denied" is to
have "allowed" nowhere, "no new access" to have "allowed by the new policies" and lack "allowed by the
old" nowhere.  The set is written in IAM statements, so there is no second language: a request lies in it
when all *guards* apply to it, none of *outside* does, and its context lies in one of the *domains*.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.analyse.prove.domains import Domains
from simulator.decide.request import Caller, Stack
from simulator.policy.conditions import Condition, ConditionValue, Operator
from simulator.policy.model import Element, Entry, Policy, PolicyKind, Statement, StatementEffect
from simulator.policy.pattern import ARN_COLONS, Pattern, Wildcard
from simulator.policy.variables import Template
from simulator.text.source import Source
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "LITERAL_STAR",
    "NO_ONE",
    "Claim",
    "Expect",
    "Said",
    "Verdict",
    "allows",
    "denies",
    "disjoint",
    "guard",
    "never",
    "no_new_access",
    "request_set",
]

Verdict: TypeAlias = Literal["allowed", "explicitDeny"]
Expect: TypeAlias = Literal["allow", "deny", "explicitDeny", "noExplicitDeny"]
"""What a claim expects of all requests; `implicitDeny` is `deny` and `noExplicitDeny`, two claims."""

LITERAL_STAR = "${*}"  #: as a resource of a guard: the request that names no resource, and only that
NO_ONE = Caller()  #: nobody is named, so no resource is another account's
_VERSION = "2012-10-17"


@dataclass(frozen=True, slots=True)
class Said:
    """That *stack* gives a request the *verdict*."""

    stack: Stack
    verdict: Verdict = "allowed"


@dataclass(frozen=True, slots=True)
class Claim:
    """That no request in a set has all verdicts of `has` and none of `lacks`.

    `guards` and `outside` bound the set; their effect does not matter.  `within` does too: the resource
    matches one of its patterns, if there are any.  The claim is to hold in each of `domains`.
    """

    has: tuple[Said, ...] = ()
    lacks: tuple[Said, ...] = ()
    guards: tuple[Statement, ...] = ()
    outside: tuple[Statement, ...] = ()
    within: tuple[Pattern, ...] = ()
    domains: tuple[Domains, ...] = (Domains(),)
    caller: Caller = NO_ONE

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """The stacks that the claim speaks of, each once."""
        return tuple(dict.fromkeys(said.stack for said in (*self.has, *self.lacks)))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement that bears on the claim."""
        policies = dict.fromkeys(policy for stack in self.stacks for policy in stack.policies)
        return (*(s for policy in policies for s in policy.statements), *self.guards, *self.outside)


_ALL = Claim()  # about all requests, whoever asks

# --- claims about one stack -----------------------------------------------------------------------


def denies(stack: Stack, claim: Claim = _ALL) -> Claim:
    """Claim that no request in the set of *claim* is allowed."""
    return _with(claim, (Said(stack),), ())


def allows(stack: Stack, claim: Claim = _ALL) -> Claim:
    """Claim that every request in the set of *claim* is allowed."""
    return _with(claim, (), (Said(stack),))


def never(stack: Stack, expect: Expect, claim: Claim = _ALL) -> Claim:
    """Claim that no request in the set of *claim* falls short of what is expected of all."""
    said = (Said(stack, "explicitDeny"),)
    match expect:
        case "allow":
            return allows(stack, claim)
        case "deny":
            return denies(stack, claim)
        case "explicitDeny":
            return _with(claim, (), said)
        case "noExplicitDeny":
            return _with(claim, said, ())


def _with(claim: Claim, has: tuple[Said, ...], lacks: tuple[Said, ...]) -> Claim:
    return replace(claim, has=has, lacks=lacks)


# --- claims about two -----------------------------------------------------------------------------


def no_new_access(new: Stack, old: Stack, claim: Claim = _ALL) -> Claim:
    """Claim that *new* allows nothing that *old* does not."""
    return _with(claim, (Said(new),), (Said(old),))


def disjoint(one: Stack, other: Stack, claim: Claim = _ALL) -> Claim:
    """Claim that no request is allowed by both."""
    return _with(claim, (Said(one), Said(other)), ())


# --- sets of requests -----------------------------------------------------------------------------


def guard(
    *,
    actions: Iterable[str] = ("*",),
    not_actions: Iterable[str] = (),
    resources: Iterable[str] = ("*",),
    not_resources: Iterable[str] = (),
    conditions: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
) -> Statement:
    """Return a statement that names requests: *not_actions* and *not_resources* stand for the Not forms."""
    excepted, spared = tuple(not_actions), tuple(not_resources)
    return Statement(
        index=1,
        sid=None,
        effect=StatementEffect.ALLOW,
        actions=_element(excepted or actions, negated=bool(excepted)),
        resources=_element(spared or resources, negated=bool(spared)),
        principals=None,
        conditions=tuple(_conditions(conditions or {})),
        variables=True,
        start=0,
        end=0,
        aws_start=(1, 1),
        aws_end=(1, 1),
    )


def _element(texts: Iterable[str], *, negated: bool) -> Element:
    return Element(tuple(map(Entry, texts)), negated)


def _conditions(conditions: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterable[Condition]:
    for name, keys in conditions.items():
        operator = Operator.parse(name)
        if operator is None:
            raise ValueError(f"`{name}` is no condition operator")
        for key, values in keys.items():
            yield Condition(
                operator, key, tuple(ConditionValue(text, 0, 0) for text in values), True, 0, 0
            )  # the condition's own field


def request_set(
    *,
    actions: Iterable[str] = ("*",),
    excepted: Iterable[str] = (),
    resources: Iterable[str] | None = None,
    spared: Iterable[str] = (),
    domains: tuple[Domains, ...] = (Domains(),),
    caller: Caller = NO_ONE,
) -> Claim:
    """Return the set of requests for *actions* but *excepted*, on *resources* but *spared*.

    Actions are patterns, resources ARN templates as in a policy; no resources (None) are any resource,
    and `LITERAL_STAR` is the request that names none.
    """
    left, out = tuple(excepted), tuple(spared)
    named = ("*",) if resources is None else tuple(resources)
    outside = [guard(actions=left)] if left else []
    outside += [guard(resources=out)] if out else []
    return Claim(
        guards=(guard(actions=actions, resources=named),),
        outside=tuple(outside),
        within=() if resources is None else tuple(map(_segmented, named)),
        domains=domains,
        caller=caller,
    )


def _segmented(text: str) -> Pattern:
    """Return the ARNs that *text* means when no wildcard leaves its segment, whatever its variables stand for.

    A policy's ``arn:*:iam::*:user/*`` also matches ``arn:aws:ec2:iam::user/`` (R3): nobody who speaks of
    users means that.
    """
    parts = Template.parse(text).parts
    whole = Pattern.of(e for p in parts for e in (p.elements if isinstance(p, Pattern) else (Wildcard.RUN,)))
    segments = whole.split_colons(ARN_COLONS)
    inside = {Wildcard.RUN: Wildcard.SEGMENT_RUN, Wildcard.ONE: Wildcard.SEGMENT_ONE}
    found: list[str | Wildcard] = []
    for number, segment in enumerate(segments):
        found.append(":" if number else "")
        last = number in (ARN_COLONS, len(segments) - 1)
        found += (
            segment.elements if last else [inside.get(e, e) if isinstance(e, Wildcard) else e for e in segment.elements]
        )
    return Pattern.of(found)


def policy_of(statements: tuple[Statement, ...]) -> Policy:
    """Return *statements* as a policy, to compile them as the evaluator does."""
    return Policy("a claim", PolicyKind.IDENTITY, _VERSION, statements, Source.of_text("", name="a claim"))
