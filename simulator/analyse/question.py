"""A question: one request, and the policies, semantics and neighbours that belong to it.

`Lab` decides variants of the request, with other policies, another target or another context, by the
same evaluator that runs decide with.  Whoever explains asks it and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from simulator.catalogue.gate import Gate
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.layers import LIVE, SIMULATOR, LiveRule
from simulator.decide.live import LiveFacts
from simulator.policy.arn import Arn
from simulator.suites.model import EACH_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.accounts.policies import LoadedPolicy
    from simulator.catalogue import Catalogue
    from simulator.decide.context import Context, ContextValue
    from simulator.decide.decision import Decision
    from simulator.decide.request import Caller, Stack
    from simulator.policy.actions import ActionTable
    from simulator.suites.cells import Cell

__all__ = ["Lab", "Neighbour", "Question", "Request", "neighbours_of", "question_of"]

_TARGETS = 100  #: neighbours that are looked at
_LEAST, _MOST = 40, 4000  #: variants tried
_STATEMENTS = 200_000  #: statements looked at in all of them


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What is asked, and under which policies; equal only to itself."""

    stack: Stack
    caller: Caller
    action: str
    resource: str
    context: Context
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A session or a target that the suite has beside the cell's own.

    `values` are the keys that it states, None for one that it states as absent; a target's is its ARN.
    """

    kind: Literal["session", "target"]
    name: str
    values: Mapping[str, ContextValue | None] = field(default_factory=dict)
    resource: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A request, where its context comes from, and what else belongs to it.

    `derived` are the keys that the runner or the simulator adds; `types` the API's type of each key.
    `loaded` are the policies with their documents; `rules` the semantics that is judged.
    """

    request: Request
    who: str
    stated: Mapping[str, ContextValue]
    derived: Mapping[str, ContextValue]
    types: Mapping[str, str]
    loaded: tuple[LoadedPolicy, ...]
    rules: frozenset[LiveRule] = SIMULATOR
    users_change_password: bool = False
    derives: bool = True  #: the runner's keys follow the target; False is the API, which states nothing
    cell: Cell | None = None
    neighbours: tuple[Neighbour, ...] = ()


class Lab:
    """Decides variants of one request; policies are compiled once.

    Whoever tries many variants asks `afford` before each: of huge policies fewer are tried.
    """

    def __init__(self, question: Question, catalogue: Catalogue) -> None:
        self.question = question
        self.catalogue = catalogue
        self._workspace = Workspace((question.request.action,), gate=lambda table: Gate(catalogue, table).mask)
        self._evaluators: dict[tuple[Stack, frozenset[LiveRule]], Evaluator] = {}
        statements = sum(len(policy.statements) for policy in question.request.stack.policies)
        self._budget = max(_LEAST, min(_MOST, _STATEMENTS // (statements + 1)))
        self._left = self._budget
        self.exhausted = False  #: a variant was not tried for want of time
        self._facts = LiveFacts(self._changing, question.users_change_password)

    @property
    def request(self) -> Request:
        """The request as asked."""
        return self.question.request

    def begin(self) -> None:
        """Begin a search: each may try as many variants as any other."""
        self._left = self._budget

    def afford(self) -> bool:
        """Tell whether one more variant may be tried."""
        self._left -= 1
        self.exhausted = self.exhausted or self._left < 0
        return self._left >= 0

    def evaluator(self, stack: Stack | None = None, rules: frozenset[LiveRule] | None = None) -> Evaluator:
        """Return the evaluator for *stack* (default: the request's) under *rules* (default: those that judge)."""
        request = self.question.request
        key = (request.stack if stack is None else stack, self.question.rules if rules is None else rules)
        found = self._evaluators.get(key)
        if found is None:
            found = Evaluator(key[0], request.caller, self._workspace, rules=key[1], facts=self._facts)
            self._evaluators[key] = found
        return found

    def decide(self, request: Request | None = None, rules: frozenset[LiveRule] | None = None) -> Decision:
        """Decide *request* (default: as asked)."""
        asked = request or self.question.request
        evaluator = self.evaluator(asked.stack, rules)
        return evaluator.decide(asked.action, asked.resource, asked.context, owner=asked.owner)

    def live_rule(self) -> str | None:
        """Name the live rule by which the services decide otherwise; several when none does alone."""
        wanted = self.decide(rules=LIVE).effect
        if wanted is self.decide(rules=SIMULATOR).effect:
            return None
        alone = [rule for rule in LiveRule if self.decide(rules=frozenset({rule})).effect is wanted]
        if alone:
            return alone[0].value
        needed = [rule.value for rule in LiveRule if self.decide(rules=LIVE - {rule}).effect is not wanted]
        return "+".join(needed)

    def on(self, resource: str) -> Request:
        """Return the request on another resource; the keys that its ARN shows follow it, as in suites."""
        request, question = self.question.request, self.question
        arn = Arn.parse(resource)
        if not question.derives or arn is None:
            return replace(request, resource=resource)
        context = request.context
        for name, value in (("aws:RequestedRegion", arn.region), ("aws:ResourceAccount", arn.account)):
            if name in question.stated or (name in context and name not in question.derived):
                continue
            context = context.with_values({name: value}) if value else context.without(name)
        return replace(request, resource=resource, context=context)

    def _changing(self, table: ActionTable) -> int:
        known = (self.catalogue.action(name) for name in table.names)
        names = (action.name for action in known if action is not None and action.level not in ("List", "Read"))
        return sum({table.bit(name) for name in names})


def question_of(cell: Cell, action: str, resource: str, *, neighbours: tuple[Neighbour, ...] = ()) -> Question:
    """Return the question that *cell* asks for one of its actions and one of its resources."""
    situation = cell.situation_of(resource)
    policy = cell.resource_policy
    stack = cell.principal.stack(policy)
    return Question(
        request=Request(stack, cell.principal.caller(), action, resource, situation.context, cell.owner),
        who=f"{cell.principal.label}, {cell.session}",
        stated=situation.stated,
        derived=situation.derived,
        types=situation.types,
        loaded=(*cell.principal.loaded_policies, *(() if policy is None else (policy,))),
        rules=LIVE if cell.suite.semantics == "live" else SIMULATOR,
        users_change_password=cell.suite.account.allow_users_to_change_password,
        cell=cell,
        neighbours=neighbours,
    )


def neighbours_of(cell: Cell, cells: Iterable[Cell]) -> tuple[Neighbour, ...]:
    """Return the sign-in states of the cell's suite, and the targets of its principal's other cells."""
    found = [
        Neighbour("session", one.name, {stated.name: stated.value for stated in one.context.values()})
        for one in cell.suite.sessions.values()
        if one.name != cell.session and one.context and (one.for_roles or cell.principal.kind == "user")
    ]
    targets: dict[str, str] = {}
    for other in cells:
        if other.suite is cell.suite and other.principal is cell.principal and other.mode != "together":
            if other.target in (cell.target, EACH_TYPE) or len(targets) >= _TARGETS:
                continue
            for resource in other.resources:
                targets.setdefault(resource, other.target)
    return (*found, *(Neighbour("target", name, resource=resource) for resource, name in targets.items()))
