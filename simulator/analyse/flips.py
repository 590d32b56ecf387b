"""The smallest changes that turn a decision, each tried: nothing is told that was not decided again.

Three kinds: another context (a key set, changed or removed; another sign-in state), another target,
and one statement dropped, added or edited.  Of each kind only the smallest are kept; where one key or
one statement is not enough, two and more are tried within a budget.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.analyse.changes import ContextChange, applied, context_changes, session_changes, target_changes
from simulator.analyse.edits import addition, drop, edits_of, with_edits
from simulator.analyse.samples import held_by, samples
from simulator.decide.decision import Effect
from simulator.decide.trace import trace
from simulator.policy.model import StatementEffect
from simulator.suites.judge import named_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.analyse.changes import TargetChange
    from simulator.analyse.edits import Edit
    from simulator.analyse.question import Lab, Request
    from simulator.decide.decision import Decision
    from simulator.decide.index import StatementSet
    from simulator.decide.trace import StatementTrace
    from simulator.policy.model import Policy

__all__ = ["Change", "Flip", "FlipKind", "Goal", "find_flips", "goal_of"]

FlipKind: TypeAlias = Literal["context", "target", "statement"]
Change: TypeAlias = "ContextChange | TargetChange | Edit"

_SHOWN: dict[FlipKind, int] = {"context": 3, "target": 2, "statement": 2}  # of one search
_DROPS = 20
_PAIRS = 1500
_TARGETS = 200
_STATEMENTS = 120  # whose edits are tried, the nearest first
_DENIED = frozenset({Effect.IMPLICIT_DENY, Effect.EXPLICIT_DENY})


@dataclass(frozen=True, slots=True)
class Goal:
    """The decisions that count as turned, and the statement that must be among the deciding ones."""

    effects: frozenset[Effect]
    by: str | None = None

    def met(self, decision: Decision) -> bool:
        """Tell whether *decision* is one that is looked for."""
        if decision.effect not in self.effects:
            return False
        return self.by is None or any(named_by(self.by, ref) for ref in decision.deciding)


@dataclass(frozen=True, slots=True, eq=False)
class Flip:
    """Changes that together turn the decision, and what is decided with them."""

    kind: FlipKind
    changes: tuple[Change, ...]
    decision: Decision


def goal_of(lab: Lab, decision: Decision) -> Goal:
    """Return what to look for: what the cell expects where that was missed, else the other answer."""
    cell = lab.question.cell
    if cell is not None:
        accepted = frozenset(effect for effect in Effect if effect.value in cell.expected.verdict.accepts)
        wanted = Goal(accepted, cell.expected.by)
        if not wanted.met(decision):
            return wanted
    return Goal(_DENIED if decision.effect is Effect.ALLOWED else frozenset({Effect.ALLOWED}))


def find_flips(lab: Lab, decision: Decision) -> tuple[Flip, ...]:
    """Return the smallest changes that turn *decision*, by kind."""
    search = _Search(lab, goal_of(lab, decision), decision)
    found: list[Flip] = []
    for look in (search.contexts, search.targets, search.edited, search.dropped, search.added):
        lab.begin()
        kept = list(look())
        found += kept[: _SHOWN[kept[0].kind]] if kept else []
    if not found:
        lab.begin()
        found = list(islice(search.lifted(), _SHOWN["context"]))
    return tuple(found)


class _Search:
    """Tries changes of one request."""

    def __init__(self, lab: Lab, goal: Goal, decision: Decision) -> None:
        self.lab = lab
        self.goal = goal
        self.decision = decision
        request = lab.request
        self.steps = trace(lab.evaluator(), request.action, request.resource, request.context)

    def flip(self, kind: FlipKind, request: Request, *changes: Change) -> Flip | None:
        """Return the flip that *request*, the changed one, is; None when it is none."""
        if not self.lab.afford():
            return None
        decision = self.lab.decide(request)
        return Flip(kind, changes, decision) if self.goal.met(decision) else None

    # --- context ----------------------------------------------------------------------------------

    def contexts(self) -> list[Flip]:
        """Return changes of the context: of one key or sign-in state, else of two, else of as many as it takes."""
        sessions = list(session_changes(self.lab.question.neighbours))
        singles = context_changes(self.lab)
        found = self.context_flips((change,) for change in (*sessions, *singles))
        if not found:
            pairs = ((a, b) for a, b in combinations(singles, 2) if not a.keys & b.keys)
            found = self.context_flips(islice(pairs, _PAIRS))
        return found or list(self.guided())

    def context_flips(self, tried: Iterable[tuple[ContextChange, ...]]) -> list[Flip]:
        """Return the flips among *tried*, one for each set of keys."""
        found: dict[frozenset[tuple[str, bool]], Flip] = {}
        for changes in tried:
            keys = frozenset((name.lower(), value is None) for change in changes for name, value in change.values)
            if keys not in found:
                flip = self.flip("context", applied(self.lab.request, *changes), *changes)
                if flip is not None:
                    found[keys] = flip
        return list(found.values())

    def guided(self) -> Iterator[Flip]:
        """Yield changes that make one statement's conditions hold, those that aren't needed left out."""
        wanted = StatementEffect.ALLOW if Effect.ALLOWED in self.goal.effects else StatementEffect.DENY
        near = [s for s in self.steps if s.ref.statement.effect is wanted and s.missed == ("condition",)]
        breaks = self.breaking() if wanted is StatementEffect.ALLOW else ()
        for step in near[:_STATEMENTS]:
            changes = (*self.holding(step), *breaks)
            flip = self.flip("context", applied(self.lab.request, *changes), *changes)
            if flip is not None:
                yield self.reduced(flip)
                return

    def holding(self, step: StatementTrace) -> tuple[ContextChange, ...]:
        """Return changes with which the statement's conditions that failed hold, each by itself."""
        context = self.lab.request.context
        found: dict[str, ContextChange] = {}
        for condition, held in step.conditions:
            if not held:
                values = (value for value in (*samples(condition, context), None) if held_by(condition, context, value))
                value = next(values, None)
                found.setdefault(condition.key.lower(), ContextChange(((condition.key, value),)))
        return tuple(found.values())

    def breaking(self) -> tuple[ContextChange, ...]:
        """Return changes with which the Denies that applied no longer do, by their last condition."""
        context = self.lab.request.context
        found: dict[str, ContextChange] = {}
        for step in self.steps:
            if not step.applied or step.ref.statement.effect is not StatementEffect.DENY:
                continue
            for condition in step.ref.statement.conditions[-1:]:
                values = [v for v in (*samples(condition, context), None) if not held_by(condition, context, v)]
                if values:
                    found.setdefault(condition.key.lower(), ContextChange(((condition.key, values[0]),)))
        return tuple(found.values())

    def reduced(self, flip: Flip) -> Flip:
        """Leave out of *flip* what it does without."""
        for change in flip.changes:
            rest = tuple(one for one in flip.changes if one is not change and isinstance(one, ContextChange))
            smaller = self.flip("context", applied(self.lab.request, *rest), *rest) if rest else None
            if smaller is not None:
                return self.reduced(smaller)
        return flip

    # --- target -----------------------------------------------------------------------------------

    def targets(self) -> Iterator[Flip]:
        """Yield other targets."""
        for change in islice(target_changes(self.lab), _TARGETS):
            flip = self.flip("target", self.lab.on(change.resource), change)
            if flip is not None:
                yield flip

    # --- statements -------------------------------------------------------------------------------

    def edits(self, *edits: Edit) -> Flip | None:
        """Return the flip of *edits* together."""
        request = self.lab.request
        return self.flip("statement", replace(request, stack=with_edits(request.stack, edits)), *edits)

    def edited(self) -> Iterator[Flip]:
        """Yield edits of one place, those of the nearest statements first, one for each statement."""
        near = sorted(self.steps, key=_nearness)
        for step in near[:_STATEMENTS]:
            flips = (self.edits(edit) for edit in edits_of(step, self.lab.request))
            flip = next((flip for flip in flips if flip is not None), None)
            if flip is not None:
                yield flip

    def dropped(self) -> list[Flip]:
        """Drop a statement that decided; all of them where one is not enough."""
        deciding = {id(ref.statement) for ref in self.decision.deciding}
        drops = [drop(step) for step in self.steps if id(step.ref.statement) in deciding]
        found = [flip for edit in drops[:_DROPS] if (flip := self.edits(edit)) is not None]
        if found or len(drops) < 2:
            return found
        flip = self.edits(*drops)
        return [flip] if flip is not None else []

    def added(self) -> list[Flip]:
        """Add one statement to a layer; to every silent layer where one is not enough."""
        allow = Effect.ALLOWED in self.goal.effects
        effect = StatementEffect.ALLOW if allow else StatementEffect.DENY
        return next(([flip] for adds in self.additions(effect) if (flip := self.edits(*adds)) is not None), [])

    def additions(self, effect: StatementEffect) -> Iterator[tuple[Edit, ...]]:
        """Yield additions to one layer, and of Allows to two and three."""
        layers = [(name, self.own(layer)) for name, layer in self.lab.evaluator().layer_sets]
        for size in (1, 2, 3) if effect is StatementEffect.ALLOW else (1,):
            for chosen in combinations(layers, size):
                yield tuple(addition(self.lab.request, name, policy, effect) for name, policy in chosen)

    def lifted(self) -> Iterator[Flip]:
        """Yield what lifts an explicit deny, together with the Allow that is missing then."""
        if self.decision.effect is not Effect.EXPLICIT_DENY or Effect.ALLOWED not in self.goal.effects:
            return
        request = self.lab.request
        for change in (*session_changes(self.lab.question.neighbours), *context_changes(self.lab)):
            changed = applied(request, change)
            if self.lab.afford() and self.lab.decide(changed).effect is Effect.IMPLICIT_DENY:
                yield from self.allowed_then("context", changed, change)
        deciding = {id(ref.statement) for ref in self.decision.deciding}
        drops = tuple(drop(step) for step in self.steps if id(step.ref.statement) in deciding)
        yield from self.allowed_then("statement", replace(request, stack=with_edits(request.stack, drops)), *drops)

    def allowed_then(self, kind: FlipKind, request: Request, *changes: Change) -> Iterator[Flip]:
        """Yield the flip of *changes* and of the fewest Allows added."""
        for adds in self.additions(StatementEffect.ALLOW):
            whole = replace(request, stack=with_edits(request.stack, adds))
            flip = self.flip(kind, whole, *changes, *adds)
            if flip is not None:
                yield flip
                return

    def own(self, layer: StatementSet) -> Policy | None:
        """Return the policy of a layer to add to, None when AWS manages all of them."""
        policies = [ref.policy for ref in layer.refs if not _managed(ref.policy)]
        return policies[-1] if policies else None


def _nearness(step: StatementTrace) -> tuple[bool, int, bool]:
    return _managed(step.ref.policy), len(step.missed), "action" in step.missed


def _managed(policy: Policy) -> bool:
    """Tell whether AWS manages the policy, so that only AWS can edit it."""
    return policy.source.name.startswith("arn:")
