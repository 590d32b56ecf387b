"""Sweeps: everything that somebody may do, over the whole catalogue.

All actions are decided at once for each target: for ``*``, for own and others' users and MFA devices,
for a made-up ARN of every other resource type in the caller's account, and for an ARN of each pattern
that the policies name.  A target that no allowed action takes costs nothing.  What is allowed only where a
request carries a key that nobody stated, with the right value, is told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.analyse.bits import places
from simulator.analyse.samples import fill
from simulator.catalogue.gate import Gate
from simulator.catalogue.global_keys import global_keys
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.reach import named_services, tells_targets_apart
from simulator.decide.request import Stack
from simulator.decide.unknown import open_keys
from simulator.policy.arn import Arn
from simulator.policy.model import StatementEffect
from simulator.policy.variables import Template
from simulator.suites.situations import Situations
from simulator.suites.targets import Bound
from simulator.suites.types import type_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.accounts.model import Account, Principal
    from simulator.catalogue import Catalogue
    from simulator.catalogue.model import ResourceType
    from simulator.decide.context import Context
    from simulator.decide.layers import Planes
    from simulator.decide.request import Caller
    from simulator.policy.model import Policy
    from simulator.suites.model import Session
    from simulator.suites.situations import Situation
    from simulator.suites.types import TypeTable

__all__ = [
    "OF_MFA",
    "Compared",
    "Conditional",
    "Granted",
    "Kind",
    "PolicyCounts",
    "Said",
    "Sweep",
    "Sweeper",
    "count_policies",
]

_OF_USERS = {"user": "user", "mfa": "mfa device", "sms-mfa": "sms-mfa device"}
"""Resource types of IAM that belong to users, and what their targets are called."""

_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
ANY = "*"
_NOBODY = "somebody-else"
OF_MFA = "aws:multifactorauth"  #: how the keys begin that a session is about, in lower case
_MOST_PATTERNS = 2000  # of the policies' own, each a target

Kind: TypeAlias = Literal["any", "people", "type", "pattern"]
"""What a target is: ``*``, a user or device, a made-up ARN of a type, an ARN of a policy's pattern."""

Owned: TypeAlias = "tuple[Account | None, Principal]"
"""A principal and its account; one made up has none."""


@dataclass(frozen=True, slots=True)
class Granted:
    """One target, and the actions that are allowed on it as bits over the catalogue."""

    label: str  #: ``*``, ``user/own``, ``ec2:instance``, or a pattern of the policies
    kind: Kind
    resource: str
    allowed: int


@dataclass(frozen=True, slots=True)
class Conditional:
    """Actions that are allowed where a request carries *keys* with values that a statement asks for."""

    keys: tuple[str, ...]
    allowed: int


@dataclass(frozen=True, slots=True)
class Sweep:
    """What somebody may do in one session.

    `unstated` are keys that AWS always sends, that policies ask for and nobody gave; `conditional` is what
    other such keys would allow on top.
    """

    who: str
    session: str
    granted: tuple[Granted, ...]
    unstated: tuple[str, ...]
    conditional: tuple[Conditional, ...] = ()

    @property
    def allowed(self) -> int:
        """The actions that are allowed on at least one target."""
        mask = 0
        for one in self.granted:
            mask |= one.allowed
        return mask

    def labels(self) -> dict[int, tuple[str, ...]]:
        """Return for each allowed action (its place in the catalogue) the targets on which it is allowed.

        What is allowed on any resource of a type is not told of some again.
        """
        found: dict[int, dict[str, Kind]] = {}
        for one in self.granted:
            for place in places(one.allowed):
                found.setdefault(place, {})[one.label] = one.kind
        return {place: _told(kinds) for place, kinds in found.items()}

    def beyond(self, other: Sweep) -> Sweep:
        """Return what is allowed here and not in *other*, target by target."""
        there: dict[str, int] = {}
        for one in other.granted:
            there[one.label] = there.get(one.label, 0) | one.allowed
        more = (replace(one, allowed=one.allowed & ~there.get(one.label, 0)) for one in self.granted)
        return replace(self, granted=tuple(one for one in more if one.allowed), conditional=())


def _told(kinds: dict[str, Kind]) -> tuple[str, ...]:
    general = "type" in kinds.values()
    return tuple(label for label, kind in kinds.items() if not (general and kind == "pattern"))


@dataclass(frozen=True, slots=True)
class _Target:
    label: str
    kind: Kind
    resource: str
    takers: int  #: the actions that take it


@dataclass(frozen=True, slots=True)
class Said:
    """What one version decides on a target: the actions allowed, and those explicitly denied."""

    allowed: int
    denied: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One target, and what two versions decide there."""

    label: str
    kind: Kind
    resource: str
    old: Said
    new: Said


class Sweeper:
    """Sweeps the principals of accounts; everything that they share is made once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.workspace = Workspace(catalogue.table, gate=lambda names: Gate(catalogue, names).mask)
        self._types: TypeTable = type_table(catalogue)
        self._always = frozenset(key.name.lower() for key in global_keys() if key.always)
        self._takers: dict[str, dict[ResourceType, int]] = {}
        self._made: tuple[Account | None, Principal | None, int, tuple[_Target, ...]] = (None, None, 0, ())

    def sweep(
        self,
        account: Account | None,
        principal: Principal,
        session: Session,
        *,
        beside: Principal | None = None,
    ) -> Sweep:
        """Return what *principal* may do in *session*, also on the patterns of the policies of *beside*."""
        situations = Situations()  # they know callers by identity, so they live no longer than one
        layer = situations.layer((account.context if account is not None else {}, session.context))
        base = situations.of_caller(principal, layer)
        evaluator = Evaluator(principal.stack(), principal.caller(), self.workspace)
        policies = (*evaluator.stack.identity, *(beside.stack().identity if beside is not None else ()))
        granted = [Granted(ANY, "any", ANY, evaluator.planes(ANY, base.context).allowed)]
        statements = self.workspace.statements(policies)
        possible = statements.unions(statements.all & ~statements.deny)[0]
        for target in self._targets(account, principal, policies, base.context, possible):
            context = self._context(situations, base, target)
            allowed = evaluator.planes(target.resource, context).allowed & target.takers
            granted.append(Granted(target.label, target.kind, target.resource, allowed))
        unstated = open_keys(evaluator, base.context, self._always - {"aws:requestedregion"})
        found = Sweep(
            principal.label, session.name, tuple(one for one in granted if one.allowed), tuple(sorted(unstated))
        )
        stated = {*(account.context if account is not None else ()), *session.context}
        return replace(found, conditional=self._conditional(evaluator, base.context, stated, found.allowed))

    def _conditional(
        self, evaluator: Evaluator, context: Context, stated: Iterable[str], allowed: int
    ) -> tuple[Conditional, ...]:
        """Return what each Allow would add whose conditions fail for nothing but keys that nobody stated."""
        known = {name.lower() for name in stated}
        masks = evaluator.masks(ANY, context)
        found: dict[tuple[str, ...], int] = {}
        for place, ref in enumerate(evaluator.identity.refs):
            failing = [one.key for one in ref.statement.conditions if not one.holds(context.get)]
            deny = evaluator.identity.deny >> place & 1
            if deny or not failing or not all(self._open(key, context, known) for key in failing):
                continue
            added = masks._replace(identity=masks.identity | 1 << place)
            more = evaluator.planes_of(added, ANY).allowed & ~allowed
            keys = tuple(sorted(set(failing), key=str.lower))
            found[keys] = found.get(keys, 0) | more
        return tuple(Conditional(keys, mask) for keys, mask in found.items() if mask)

    def _open(self, key: str, context: Context, stated: set[str]) -> bool:
        """Tell whether a request may carry *key*, though it is not known with which value."""
        name = key.lower()
        if name in context or name in stated or name.startswith(OF_MFA):
            return False
        declared = self.catalogue.key(key)
        return declared is None or declared.provider != "principal"

    def compare(self, old: Owned, new: Owned, session: Session, *, possible: int) -> Iterator[Compared]:
        """Yield what *old* and *new*, the same principal in two versions, may do on each target on which it may differ.

        Only the actions *possible* are looked at, on the patterns of Deny statements and of NotResource too.
        """
        situations = Situations()
        sides = []
        for account, one in (old, new):
            layer = situations.layer((account.context if account is not None else {}, session.context))
            sides.append((situations.of_caller(one, layer), self._evaluator(one)))
        policies = tuple(dict.fromkeys(policy for _, one in sides for policy in one.stack.policies))
        apart = tells_targets_apart(policies)
        near = None if apart else named_services(policies)
        star = [one.planes(ANY, base.context) for base, one in sides]
        alike = (star[0].allowed, star[0].explicit) == (star[1].allowed, star[1].explicit)
        anything = _Target(ANY, "any", ANY, possible)
        found = self._targets(*new, policies, sides[1][0].context, possible, every=True)
        for target in (anything, *found):
            asked = target.takers & possible
            if target.kind == "type" and near is not None and not any(f":{name}:" in target.resource for name in near):
                if alike:
                    continue
                planes = star  # to policies that name ARNs of other services it is like the text `*`
            else:
                contexts = (self._context(situations, base, target) if apart else base.context for base, _ in sides)
                planes = [_planes(one, target, context) for (_, one), context in zip(sides, contexts, strict=True)]
            said = (Said(one.allowed & asked, one.explicit & asked) for one in planes)
            yield Compared(target.label, target.kind, target.resource, *said)

    def _evaluator(self, principal: Principal) -> Evaluator:
        return Evaluator(principal.stack(), principal.caller(), self.workspace)

    def _context(self, situations: Situations, base: Situation, target: _Target) -> Context:
        if target.resource == ANY:
            return base.context
        bound = Bound(target.label, None, "single", (target.resource,))
        return situations.on_target(base, bound.derived(target.resource, self._types)).context

    # --- targets --------------------------------------------------------------------------------

    def _targets(
        self,
        account: Account | None,
        principal: Principal,
        policies: tuple[Policy, ...],
        context: Context,
        possible: int,
        *,
        every: bool = False,
    ) -> Iterator[_Target]:
        """Yield a target of each type that a *possible* action takes, and one of each pattern of *policies*."""
        asked: set[str] = set()
        if self._made[0] is not account or self._made[1] is not principal or self._made[2] != possible:
            self._made = (account, principal, possible, tuple(self._of_types(account, principal, possible)))
        for target in self._made[3]:  # the same in every session
            asked.add(target.resource)
            yield target
        for label, resource in _patterns(policies, context, _like(principal), every=every):
            takers = self._takers_of(resource) & possible if resource not in asked else 0
            if takers:
                yield _Target(label, "pattern", resource, takers)

    def _of_types(self, account: Account | None, principal: Principal, possible: int) -> Iterator[_Target]:
        region = _REGIONS.get(principal.partition, "us-east-1")
        for name in self.catalogue.services():
            if not possible & self.catalogue.service_mask(name):
                continue
            for kind, takers in self._kinds(name).items():
                if not takers & possible:
                    continue
                if name == "iam" and kind.name in _OF_USERS:
                    yield from _of_people(account, principal, kind, takers)
                else:
                    arn = self._types.example(kind, principal.partition, principal.account_id, region)
                    yield _Target(f"{name}:{kind.name}", "type", arn, takers)

    def _takers_of(self, resource: str) -> int:
        """Return the actions that take an ARN, by the type that it is meant to be of."""
        mask = 0
        for kind in self._types.of_arn(resource):
            mask |= self._kinds(kind.service)[kind]
        return mask

    def _kinds(self, service: str) -> dict[ResourceType, int]:
        """Return the resource types of a service's actions, each with the actions that take it."""
        if service not in self._takers:
            found = dict.fromkeys(getattr(self.catalogue.service(service), "types", ()), 0)
            for kinds, mask in self._types.groups_of(service):
                for kind in kinds:
                    found[kind] |= mask
            self._takers[service] = found
        return self._takers[service]


def _planes(evaluator: Evaluator, target: _Target, context: Context) -> Planes:
    """Decide all actions on a target; the takers of a type take its example, so no gate is in their way."""
    masks = evaluator.masks(target.resource, context)
    return evaluator.planes_of(masks, target.resource, gated=target.kind != "type")


def _of_people(account: Account | None, principal: Principal, kind: ResourceType, takers: int) -> Iterator[_Target]:
    """Yield the caller's own user or device, and others': another user's, and one whose name extends the caller's."""
    what = _OF_USERS[kind.name]

    def target(label: str, path: str, name: str) -> _Target:
        place = f"{path}{name}" if kind.name == "user" else f"/{name}"
        arn = f"arn:{principal.partition}:iam::{principal.account_id}:{kind.name}{place}"
        return _Target(f"{what}/{label}", "people", arn, takers)

    if principal.kind == "user":
        yield target("own", principal.path, principal.name)
        yield target("others", principal.path, f"{principal.name}x")
    others = [user for user in account.users.values() if user is not principal] if account is not None else []
    other = others[0] if others else None
    yield target("others", *(("/", _NOBODY) if other is None else (other.path, other.name)))


def _like(principal: Principal) -> str:
    """Return an ARN whose parts fill the wildcards of patterns."""
    region = _REGIONS.get(principal.partition, "us-east-1")
    return f"arn:{principal.partition}:iam:{region}:{principal.account_id}:example"


def _patterns(policies: Iterable[Policy], context: Context, like: str, *, every: bool) -> Iterator[tuple[str, str]]:
    """Yield the resource patterns of Allow statements, or of *every* one, each with an ARN that it matches."""
    seen: set[str] = set()

    def value_of(key: str) -> str | None:
        found = context.get(key)
        return found if isinstance(found, str) else None

    statements = (statement for policy in policies for statement in policy.statements)
    for statement in (one for one in statements if every or one.effect is StatementEffect.ALLOW):
        resources = statement.resources
        for text in resources.texts if resources is not None and (every or not resources.negated) else ():
            if text in seen or not text.strip("*") or len(seen) >= _MOST_PATTERNS:
                continue
            seen.add(text)
            pattern = Template.parse(text, variables=statement.variables).resolve(value_of, arn=True)
            arn = None if pattern is None else fill(pattern.for_resource(), like)
            if arn is not None and Arn.parse(arn) is not None:
                yield text, arn


# --- many policies at once ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PolicyCounts:
    """A policy by itself, and how many actions it allows on ``*`` in each session."""

    name: str
    allowed: tuple[int, ...]


def count_policies(
    policies: Iterable[Policy], contexts: Sequence[Context], workspace: Workspace, caller: Caller
) -> Iterator[PolicyCounts]:
    """Decide every action of the workspace for each policy in each context."""
    for policy in policies:
        evaluator = Evaluator(Stack(identity=(policy,)), caller, workspace)
        counts = tuple(evaluator.planes(ANY, context).allowed.bit_count() for context in contexts)
        yield PolicyCounts(policy.name, counts)
