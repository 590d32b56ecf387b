"""Trials: requests as a suite would ask them, decided with the policies as they are and as a mutant has them.

Contexts are put together by what a run puts them together with, so that a scenario that is proposed asks
the request that was tried.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.accounts.context import Stated, api_type
from simulator.accounts.files import Faults
from simulator.analyse.mutate.proposal import Proposal
from simulator.catalogue.gate import Gate
from simulator.catalogue.global_keys import global_keys
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.keys import statement_keys
from simulator.decide.layers import LIVE, SIMULATOR
from simulator.decide.live import LiveFacts
from simulator.decide.unknown import open_keys, undetermined
from simulator.decide.variant import Variation
from simulator.policy.arn import Arn
from simulator.suites.model import ACCESS_KEY, ANY_SIGN_IN, CONSOLE, WITH_MFA
from simulator.suites.situations import Situations
from simulator.suites.targets import Binder, Bound, BuiltIn, elsewhere
from simulator.suites.types import type_table
from simulator.suites.where import Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.accounts.context import Layer
    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.mutate.proof import Direction
    from simulator.analyse.prove import Counterexample
    from simulator.catalogue import Catalogue
    from simulator.decide.context import Context, ContextValue
    from simulator.decide.decision import Word
    from simulator.policy.model import Statement
    from simulator.suites.model import Session, Suite

__all__ = ["Trial", "World"]

_MFA = (WITH_MFA, CONSOLE, ACCESS_KEY)
_PRESENT, _AGE = "aws:multifactorauthpresent", "aws:multifactorauthage"
_KEPT = 2000  # evaluators of one action each


class World:
    """What trials in all suites share."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._types = type_table(catalogue)
        self._always = frozenset(key.name.lower() for key in global_keys() if key.always)
        self._workspaces: dict[str, Workspace] = {}
        self._evaluators: dict[tuple[Suite, Principal, str, LoadedPolicy | None], Evaluator] = {}
        self._situations: dict[Suite, Situations] = {}
        self._bounds: dict[tuple[Suite, Principal], tuple[Bound, ...]] = {}

    def evaluator(self, suite: Suite, who: Principal, action: str, policy: LoadedPolicy | None) -> Evaluator:
        """Return the evaluator by which the suite is judged, for one action; *policy* is that of the resource."""
        key = (suite, who, action, policy)
        if key not in self._evaluators:
            if len(self._evaluators) >= _KEPT:
                self._evaluators.clear()
                self._workspaces.clear()
            if action not in self._workspaces:
                self._workspaces[action] = Workspace((action,), gate=lambda table: Gate(self.catalogue, table).mask)
            live = suite.semantics == "live"
            self._evaluators[key] = Evaluator(
                who.stack(policy),
                who.caller(),
                self._workspaces[action],
                rules=LIVE if live else SIMULATOR,
                facts=self._facts(suite, action) if live else None,
            )
        return self._evaluators[key]

    def _facts(self, suite: Suite, action: str) -> LiveFacts:
        known = self.catalogue.action(action)
        changing = known is not None and known.level not in ("List", "Read")
        return LiveFacts(lambda table: table.all if changing else 0, suite.account.allow_users_to_change_password)

    def context(self, suite: Suite, who: Principal, session: Session, bound: Bound, own: Layer) -> Context:
        """Return the context that a run gives the request for the first resource of *bound*."""
        situations = self._situations.setdefault(suite, Situations())
        layer = situations.layer((suite.account.context, suite.context, session.context, own))
        return Where(bound, situations.of_caller(who, layer), situations, self._types).of(bound.resources[0]).context

    def bounds(self, suite: Suite, who: Principal) -> tuple[Bound, ...]:
        """Return the targets that the suite has names for."""
        if (suite, who) not in self._bounds:
            self._bounds[suite, who] = tuple(self._targets(suite, who))
        return self._bounds[suite, who]

    def _targets(self, suite: Suite, who: Principal) -> Iterator[Bound]:
        situations = self._situations.setdefault(suite, Situations())
        values = situations.of_caller(who, situations.layer((suite.account.context, suite.context))).context
        for resource in suite.resources.values():
            faults = Faults()
            binder = Binder(suite.account, faults)
            if resource.built_in:
                found = list(BuiltIn(suite.account).of(resource, who))
            else:
                found = [one for target in resource.targets if (one := binder.bind(target, who, values)) is not None]
            if not faults.failed:  # what can't be asked is no target
                yield from (one for one in found if one.mode != "together")

    def hangs(self, evaluator: Evaluator, action: str, resource: str, context: Context) -> bool:
        """Tell whether the decision hangs on a key that AWS always sends and nobody states: a run refuses it."""
        return bool(undetermined(evaluator, action, resource, context, open_keys(evaluator, context, self._always)))

    def spelled(self, key: str) -> str:
        """Return the key as the catalogue spells it."""
        known = self.catalogue.key(key)
        return key if known is None else known.name


class Trial:
    """Requests of one principal in one suite."""

    def __init__(self, world: World, suite: Suite, who: Principal, changes: Mapping[Statement, Statement]) -> None:
        self._world = world
        self._suite = suite
        self._who = who
        self._changes = changes
        self._variation = Variation(changes)
        self._varied: dict[tuple[str, LoadedPolicy | None], Evaluator] = {}

    def again(self, made: Proposal) -> Word:
        """Return what the mutant decides of a scenario that was proposed for another."""
        return self._decide(self._new(made.action, made.bound), made.action, made.bound, made.context)

    def usual(self, request: Counterexample, direction: Direction | None, *, state: bool) -> Iterator[Proposal]:
        """Yield scenarios on targets that the suite names; with *state* the request's context is stated."""
        for bound in self._world.bounds(self._suite, self._who):
            for session in self._sessions(request):
                for proposal in self._on(bound, session, request, direction, state=state):
                    yield proposal
                    return

    def exact(self, request: Counterexample, direction: Direction | None, *, state: bool) -> Iterator[Proposal]:
        """Yield scenarios on the resource of the request; with *state* its context is stated."""
        for resource in dict.fromkeys((self._in_account(request.resource), request.resource)):
            if "${" not in resource and elsewhere(self._suite.account, resource) is None:
                bound = Bound(resource, None, "single", (resource,))
                for session in self._sessions(request):
                    yield from self._on(bound, session, request, direction, state=state)

    def _in_account(self, resource: str) -> str:
        """Return an ARN of IAM as IAM writes it: with the account."""
        arn = Arn.parse(resource)
        if arn is None or arn.service != "iam" or arn.account:
            return resource
        return str(replace(arn, account=self._suite.account.id))

    def _on(
        self, bound: Bound, session: Session, request: Counterexample, direction: Direction | None, *, state: bool
    ) -> Iterator[Proposal]:
        """Yield the scenarios on a target; it is named only if its resources are decided alike."""
        found = [self._proposal(one, session, request, direction, state=state) for one in _singles(bound)]
        first = next((one for one in found if one is not None), None)
        if first is not None:
            # A resource that has a policy or an owner has them by its name only.
            named = bound.policy is not None or bound.owner is not None
            if named or len(bound.resources) == 1 or self._alike(bound, session, first):
                yield replace(first, target=bound.label)
            else:
                yield replace(first, target=first.resource)

    def _alike(self, bound: Bound, session: Session, first: Proposal) -> bool:
        words = set()
        for single in _singles(bound):
            context = self._context(session, single, first.stated)
            words.add(self._decide(self._old(first.action, single), first.action, single, context))
        return words == {first.before}

    def _proposal(
        self, bound: Bound, session: Session, request: Counterexample, direction: Direction | None, *, state: bool
    ) -> Proposal | None:
        """Return the scenario on one resource if it goes in *direction*, with as little stated as will do."""
        stated = self._needed(session, request, bound) if state else {}
        found = self._tried(bound, session, request.action, stated)
        if found is None or not _goes(found.before, found.after, direction):
            return None
        for name in list(stated):
            fewer = {key: value for key, value in stated.items() if key != name}
            less = self._tried(bound, session, request.action, fewer)
            if less is not None and (less.before, less.after) == (found.before, found.after):
                found, stated = less, fewer
        return found

    def _tried(
        self, bound: Bound, session: Session, action: str, stated: Mapping[str, ContextValue | None]
    ) -> Proposal | None:
        """Decide one request; None where nothing differs, or a run would refuse to decide."""
        context = self._context(session, bound, stated)
        old, new = self._old(action, bound), self._new(action, bound)
        before, after = (self._decide(one, action, bound, context) for one in (old, new))
        if before == after or self._world.hangs(old, action, bound.resources[0], context):
            return None
        return Proposal(self._suite, self._who, session, action, bound.label, bound, stated, context, before, after)

    def _needed(self, session: Session, request: Counterexample, bound: Bound) -> dict[str, ContextValue | None]:
        """Return the keys that policies ask for, as in the request where the context has them otherwise."""
        context = self._context(session, bound, {})
        wanted = {name.lower(): value for name, value in request.context}
        found = {key: wanted.get(key) for key in sorted(self._keys | wanted.keys())}
        return {self._world.spelled(key): value for key, value in found.items() if context.get(key) != value}

    def _sessions(self, request: Counterexample) -> list[Session]:
        """Return the concrete sign-in states, those that are as in the request first."""
        mfa = bool(self._keys & {_PRESENT, _AGE})
        every = [one for one in self._suite.sessions.values() if not one.stands_for]
        every = [one for one in every if one.for_roles or self._who.kind == "user"]
        every = [one for one in every if one.name not in ((ANY_SIGN_IN,) if mfa else _MFA)]
        wanted = {name.lower(): value for name, value in request.context}.get(_PRESENT)

        def unlike(session: Session) -> tuple[bool, bool]:
            stated = session.context.get(_PRESENT)
            return wanted != (None if stated is None else stated.value), session.name not in (*_MFA, ANY_SIGN_IN)

        return sorted(every, key=unlike)

    def _context(self, session: Session, bound: Bound, stated: Mapping[str, ContextValue | None]) -> Context:
        own = {name.lower(): Stated(name, value, api_type(name, value or "")) for name, value in stated.items()}
        return self._world.context(self._suite, self._who, session, bound, own)

    @cached_property
    def _keys(self) -> frozenset[str]:
        """The keys that the policies ask for, before the change or after it, in lower case."""
        old = (statement for policy in self._who.stack().policies for statement in policy.statements)
        return frozenset(key for statement in (*old, *self._changes.values()) for key in statement_keys(statement))

    @staticmethod
    def _decide(evaluator: Evaluator, action: str, bound: Bound, context: Context) -> Word:
        return evaluator.decide(action, bound.resources[0], context, owner=bound.owner).effect.word

    def _old(self, action: str, bound: Bound) -> Evaluator:
        return self._world.evaluator(self._suite, self._who, action, bound.policy)

    def _new(self, action: str, bound: Bound) -> Evaluator:
        key = (action, bound.policy)
        if key not in self._varied:
            self._varied[key] = self._old(action, bound).varied(self._variation)
        return self._varied[key]


def _singles(bound: Bound) -> list[Bound]:
    """Return the resources of a target one by one."""
    return [
        Bound(bound.label, None, "single", (resource,), bound.owner, bound.policy, bound.tags)
        for resource in bound.resources
    ]


def _goes(before: Word, after: Word, direction: Direction | None) -> bool:
    """Tell whether a request shows what a difference does; None is any."""
    match direction:
        case None:
            return before != after
        case "widens":
            return before != after == "allowed"
        case "narrows":
            return after != before == "allowed"
        case "loses a denial":
            return after != before == "explicitDeny"
        case "adds a denial":
            return before != after == "explicitDeny"
