"""What to ask of each statement: what it names, where it ends, the actions beside it, each condition.

Every entry, every pattern and every condition gets a request on its one side and on its other, so that
a change of any of them shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.draft.actions import Actions
from simulator.analyse.draft.model import EACH, DraftScenario, Target
from simulator.analyse.draft.targets import Places
from simulator.analyse.draft.world import MFA_AGE, MFA_PRESENT, spelling, stateable
from simulator.analyse.samples import held_by, samples
from simulator.catalogue.examples import example_arn
from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.draft.model import Values
    from simulator.analyse.draft.targets import Place
    from simulator.analyse.draft.world import World
    from simulator.catalogue import Catalogue
    from simulator.decide.context import ContextValue
    from simulator.policy.conditions import Condition
    from simulator.policy.model import Statement

__all__ = ["Drafter"]

_RIGHT, _WRONG = 10, 5  # cases of one condition
_NAME = 48
_STATEMENTS = 120
_CONDITIONS = 12  # of one statement


class Drafter:
    """Drafts the scenarios of one policy; named targets and sessions gather on the way."""

    def __init__(
        self,
        world: World,
        catalogue: Catalogue,
        *,
        apart: frozenset[tuple[str, str]] = frozenset(),
        split: frozenset[str] = frozenset(),
    ) -> None:
        self.world = world
        self.catalogue = catalogue
        self.places = Places(world, catalogue, split=split)
        self.sessions: dict[str, Values] = {}
        self.remarks: list[str] = []
        self._apart = apart  # scenarios and actions that `each type` can't have in one verdict

    def scenarios(self) -> Iterator[DraftScenario]:
        """Yield the scenarios of all statements."""
        statements = self.world.policy.statements
        for statement in statements[:_STATEMENTS]:
            yield from self._of_statement(statement)
        if len(statements) > _STATEMENTS:
            self.remarks.append(f"the policy has {len(statements) - _STATEMENTS} more statements than are asked here")

    def _of_statement(self, statement: Statement) -> Iterator[DraftScenario]:
        called = statement.sid or f"statement {statement.index}"
        actions = Actions(statement, self.catalogue)
        if actions.left_out:
            self.remarks.append(f"{called} has {actions.left_out} more actions than are asked here")
        right = self.world.right(statement, self.world.caller)
        if right is None:
            self.remarks.append(f"no request was found that meets all conditions of {called}")
            right = {}
        # First, since what is asked of one resource may be asked of a resource that this makes.
        first = self._first(statement, actions)
        for title, chosen in (("what it names", actions.named), ("the actions beside it", actions.beside)):
            yield from self._actions(statement, f"{called}: {title}", chosen, actions, right)
        if first is None:
            return
        action, places = first
        yield from self._ends(statement, f"{called}: where it ends", action, places, right)
        for condition in statement.conditions[:_CONDITIONS]:
            yield from self._condition(statement, called, condition, (action, places), right)

    # --- actions ----------------------------------------------------------------------------------

    def _actions(
        self, statement: Statement, name: str, chosen: list[str], actions: Actions, right: Values
    ) -> Iterator[DraftScenario]:
        """Ask each action of the first resource that fits; actions with the same targets share a scenario."""
        groups: dict[tuple[str, tuple[Target, ...]], list[str]] = {}
        for action in chosen:
            for who, targets in self._asked(statement, name, action, actions):
                groups.setdefault((who, targets), []).append(action)
        for number, ((who, targets), members) in enumerate(groups.items(), 1):
            title = name if len(groups) == 1 else f"{name} ({number})"
            yield DraftScenario(title, name, statement, who, tuple(members), targets, context=right)

    def _asked(
        self, statement: Statement, name: str, action: str, actions: Actions
    ) -> Iterator[tuple[str, tuple[Target, ...]]]:
        negated = statement.resources is not None and statement.resources.negated
        places = self.places.of(statement, action, actions, ends=negated)
        for place in places[:1]:
            if place.inside == EACH and (name, action) in self._apart:
                yield place.who, (self._one_of_each(action),)
            else:
                # What NotResource takes out is no request of the statement's: its neighbours are.
                yield place.who, (place.inside, *place.outside) if negated else (place.inside,)
        if not places:
            yield self.world.caller, (self._one_of_each(action),)

    def _one_of_each(self, action: str) -> Target:
        """Return one resource that the action takes."""
        known = self.catalogue.action(action)
        if known is None or not known.resource_types:
            return Target("*")
        world = self.world
        kind = known.resource_types[0]
        return Target(example_arn(kind, partition=world.partition, account=world.account, region=world.region))

    def _first(self, statement: Statement, actions: Actions) -> tuple[str, list[Place]] | None:
        """Return the action with the most places, and these."""
        counted = [(action, self.places.count(statement, action, actions)) for action in actions.named]
        action, most = max(counted, key=lambda pair: pair[1], default=("", 0))
        return (action, self.places.of(statement, action, actions)) if most else None

    # --- resources --------------------------------------------------------------------------------

    def _ends(
        self, statement: Statement, name: str, action: str, places: list[Place], right: Values
    ) -> Iterator[DraftScenario]:
        """Ask one action of every pattern and beyond it."""
        groups: dict[str, dict[Target, None]] = {}
        for place in places:
            groups.setdefault(place.who, {}).update(dict.fromkeys((place.inside, *place.outside)))
        for number, (who, targets) in enumerate(groups.items(), 1):
            title = name if number == 1 else f"{name} ({number})"
            if len(targets) > 1 or number > 1:
                yield DraftScenario(title, name, statement, who, (action,), tuple(targets), context=right)

    # --- conditions -------------------------------------------------------------------------------

    def _condition(
        self,
        statement: Statement,
        called: str,
        condition: Condition,
        asked: tuple[str, list[Place]],
        right: Values,
    ) -> Iterator[DraftScenario]:
        """Ask the condition's key right, wrong and absent; MFA's presence is asked by the built-in sessions."""
        key = spelling(condition.key)
        if key == MFA_PRESENT:
            return
        action, places = asked
        negated = statement.resources is not None and statement.resources.negated
        place = places[0]
        target = place.outside[0] if negated and place.outside else place.inside
        if target == EACH:
            target = self._one_of_each(action)
        if not stateable(key):
            self.remarks.append(f"{called} asks for `{key}`, which a suite can't state")
            return
        sessions = tuple(self._session(key, value) for value in _cases(condition, self.world, place.who, right))
        context = {**right, **(self.world.right_mfa(statement) if self.world.mfa else {})}
        left = {name: value for name, value in context.items() if name.lower() != key.lower()}
        title = f"{called}: {condition.operator} {key}"
        yield DraftScenario(title, title, statement, place.who, (action,), (target,), sessions, left)

    def _session(self, key: str, value: ContextValue | None) -> str:
        """Return the name of the session that states *key*, declared once."""
        words = "absent" if value is None else value if isinstance(value, str) else f"[{', '.join(value)}]"
        name = printable(f"{key} {words}", limit=_NAME)
        wanted = {key: value} | ({MFA_PRESENT: "true"} if key == MFA_AGE else {})
        free = name
        number = 1
        while self.sessions.get(free, wanted) != wanted:
            number += 1
            free = f"{name} ({number})"
        self.sessions[free] = wanted
        return free


def _cases(condition: Condition, world: World, who: str, right: Values) -> list[ContextValue | None]:
    """Return values on both sides of a condition, and the key's absence."""
    known = {name: value for name, value in right.items() if value is not None}
    context = world.context(who).with_values(known)
    held: list[ContextValue | None] = []
    missed: list[ContextValue | None] = []
    for value in samples(condition, context):
        (held if held_by(condition, context, value) else missed).append(value)
    return [*held[: max(_RIGHT // 2, len(condition.values))][:_RIGHT], *missed[:_WRONG], None]
