"""Variants: statements in the place of others, decided without compiling or matching the rest anew.

A variant of a `StatementSet` reads everything that the change can't touch from the set it comes from,
caches included; so each of hundreds of mutants costs what its own statements cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.decide.decision import StatementRef
from simulator.decide.index import ResourceMatcher, StatementSet
from simulator.policy.model import StatementEffect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.decide.context import Context
    from simulator.decide.index import Matches
    from simulator.policy.model import Statement

__all__ = ["Variation", "VariedSet"]


class Variation:
    """Statements (keys) and what stands in their place; sets of statements, varied."""

    def __init__(self, changes: Mapping[Statement, Statement]) -> None:
        self._changes = changes
        # A base is kept beside its variant, so that its id stays its own.
        self._sets: dict[int, tuple[StatementSet, VariedSet | None]] = {}
        self.moves = any(_moves(old, new) for old, new in changes.items())  #: they apply to other requests

    def varied(self, base: StatementSet) -> VariedSet | None:
        """Return *base* with the statements changed; None when it has none of them."""
        found = self._sets.get(id(base))
        if found is None:
            places = {
                i: new for i, ref in enumerate(base.refs) if (new := self._changes.get(ref.statement)) is not None
            }
            found = self._sets[id(base)] = (base, VariedSet(base, places) if places else None)
        return found[1]

    def of(self, base: StatementSet) -> StatementSet:
        """Return *base* with the statements changed; itself when it has none of them."""
        return self.varied(base) or base


def _moves(old: Statement, new: Statement) -> bool:
    before = (old.resources, old.variables, old.conditions, old.principals)
    return before != (new.resources, new.variables, new.conditions, new.principals)


class VariedSet(StatementSet):
    """A set in which the statements at some places are others; `named` are the actions these name, before or after."""

    def __init__(self, base: StatementSet, places: Mapping[int, Statement]) -> None:
        self._base = base
        self._places = tuple(places)
        self._changed = sum(1 << i for i in places)
        self.table = base.table
        self.all = base.all
        refs, actions, matchers = list(base.refs), list(base.actions), list(base.resources)
        self.deny = base.deny & ~self._changed
        self._whole = 0  #: places at which all that is said counts as otherwise
        self.named = 0
        for i, new in places.items():
            old = refs[i].statement
            refs[i] = StatementRef(refs[i].policy, new)
            self.deny |= 1 << i if new.effect is StatementEffect.DENY else 0
            self._whole |= 1 << i if (old.effect, old.principals) != (new.effect, new.principals) else 0
            if new.actions != old.actions:
                actions[i] = self.table.element(new.actions)
            if (new.resources, new.variables) != (old.resources, old.variables):
                matchers[i] = ResourceMatcher(new.resources, variables=new.variables)
            self.named |= base.actions[i] | actions[i]
        self.refs, self.actions, self.resources = tuple(refs), tuple(actions), tuple(matchers)
        self._matchers: dict[tuple[int, Context], tuple[Matches, ...]] = {}
        self._held: dict[tuple[int, Context], bool] = {}

    def covering(self, resource: str, context: Context) -> int:
        """Return the statements whose resource element names *resource*."""
        bits = self._base.covering(resource, context) & ~self._changed
        return bits | sum(1 << i for i in self._places if self._covers(i, resource, context))

    def holding(self, context: Context) -> int:
        """Return the statements whose conditions hold in *context*."""
        bits = self._base.holding(context) & ~self._changed
        return bits | sum(1 << i for i in self._places if self._holds(i, context))

    def moved(self, applying: int, resource: str, context: Context) -> int:
        """Return which statements apply, from those of the base that do."""
        bits = applying & ~self._changed
        for i in self._places:
            if self._holds(i, context) and self._covers(i, resource, context):
                bits |= 1 << i
        return bits

    def unions(self, applying: int) -> tuple[int, int]:
        """Return the actions that the statements *applying* allow, and those that they deny."""
        allow, deny = self._base.unions(applying & ~self._changed)
        for i in self._places:
            if applying >> i & 1:
                if self.deny >> i & 1:
                    deny |= self.actions[i]
                else:
                    allow |= self.actions[i]
        return allow, deny

    def differing(self, before: int, after: int) -> int:
        """Return the actions of which the set says otherwise, where *before* applied of its base and *after* of it."""
        bits = 0
        for i in self._places:
            old = self._base.actions[i] if before >> i & 1 else 0
            new = self.actions[i] if after >> i & 1 else 0
            bits |= old | new if self._whole >> i & 1 else old ^ new
        return bits

    def _covers(self, i: int, resource: str, context: Context) -> bool:
        matcher = self.resources[i]
        found = self._matchers.get((i, context))
        if found is None:
            patterns = (*matcher.constants, *matcher.resolved(context))
            found = self._matchers[i, context] = tuple(pattern.matcher() for pattern in patterns)
        return any(matches(resource) for matches in found) is not matcher.negated

    def _holds(self, i: int, context: Context) -> bool:
        found = self._held.get((i, context))
        if found is None:
            conditions = self.refs[i].statement.conditions
            found = self._held[i, context] = all(condition.holds(context.get) for condition in conditions)
        return found
