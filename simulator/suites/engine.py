"""Deciding cells with the evaluator, in both semantics.

A cell asks one or more actions on one or more resources.  Resources on which the same statements
apply are one *spot*: they are decided once for all actions, and a cell reads its bits from there.

Contract: ``docs/scenario-format.md``, "Semantics"; rules: "Two modes" in ``docs/semantics.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from simulator.catalogue.gate import Gate
from simulator.catalogue.global_keys import global_keys
from simulator.decide.decision import Effect
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.layers import LIVE, SIMULATOR, LiveRule
from simulator.decide.live import LiveFacts
from simulator.decide.unknown import open_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.catalogue import Catalogue
    from simulator.decide.context import Context
    from simulator.decide.evaluate import LayerMasks
    from simulator.decide.layers import Planes
    from simulator.suites.cells import Cell

__all__ = ["Engine", "Ground", "Split", "Spot"]

_MANY = 64  #: a cell of more actions than this is decided over the whole catalogue


@dataclass(frozen=True, slots=True)
class Spot:
    """Resources that decide alike in one context, and the decisions on them."""

    resources: tuple[str, ...]
    context: Context
    unknown: frozenset[str]  #: keys that AWS always sends, policies ask for, and nobody stated
    masks: LayerMasks
    simulated: Planes
    live: Planes


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The two evaluators of a principal, with the resource policy of a target."""

    evaluator: Evaluator
    live: Evaluator
    unknown: dict[Context, frozenset[str]]  #: see `Spot.unknown`, by context

    def unknown_in(self, context: Context, always: frozenset[str]) -> frozenset[str]:
        """Return the keys of *always* that policies ask for and *context* lacks."""
        found = self.unknown.get(context)
        if found is None:
            found = self.unknown[context] = open_keys(self.evaluator, context, always)
        return found


class Engine:
    """Compiles the policies of all cells once, and decides spots."""

    def __init__(self, cells: Sequence[Cell], catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        few: set[str] = set()
        self._many: set[str] = set()
        for actions in {id(cell.actions): cell.actions for cell in cells}.values():
            (few if len(actions) <= _MANY else self._many).update(actions)
        self._few = self._workspace(few)
        self._all: Workspace | None = None
        self._always = frozenset(key.name.lower() for key in global_keys() if key.always)
        self._grounds: dict[tuple[object, ...], Ground] = {}
        self._spots: dict[tuple[object, ...], tuple[Spot, ...]] = {}

    def _workspace(self, names: Iterable[str]) -> Workspace:
        return Workspace(names, gate=lambda table: Gate(self._catalogue, table).mask)

    def workspace(self, cell: Cell) -> Workspace:
        """Return the workspace with the cell's actions: a small one, or one for wildcards."""
        if len(cell.actions) <= _MANY:
            return self._few
        if self._all is None:
            self._all = self._workspace(self._many)
        return self._all

    def ground(self, cell: Cell) -> Ground:
        """Return the evaluators for *cell*; cells of one principal share them."""
        workspace = self.workspace(cell)
        key = (cell.principal, cell.resource_policy, id(workspace))
        found = self._grounds.get(key)
        if found is None:
            simulated = self._evaluator(cell, workspace, SIMULATOR)
            found = self._grounds[key] = Ground(simulated, self._evaluator(cell, workspace, LIVE), {})
        return found

    def spots(self, cell: Cell, ground: Ground, resources: tuple[str, ...]) -> tuple[Spot, ...]:
        """Decide *resources* for all actions; those that decide alike are one spot."""
        key = (cell.where, id(ground), resources)
        found = self._spots.get(key)
        if found is None:
            found = self._spots[key] = tuple(self._decide(cell, ground, resources))
        return found

    def _evaluator(self, cell: Cell, workspace: Workspace, rules: frozenset[LiveRule]) -> Evaluator:
        facts = LiveFacts(self._changes, cell.suite.account.allow_users_to_change_password)
        stack = cell.principal.stack(cell.resource_policy)
        return Evaluator(stack, cell.principal.caller(), workspace, rules=rules, facts=facts)

    def _changes(self, action: str) -> bool:
        known = self._catalogue.action(action)
        return known is not None and known.level not in ("List", "Read")

    def _decide(self, cell: Cell, ground: Ground, resources: tuple[str, ...]) -> Iterator[Spot]:
        evaluator, live, owner = ground.evaluator, ground.live, cell.owner
        alike: dict[tuple[object, ...], list[str]] = {}
        seen: dict[tuple[object, ...], tuple[Context, LayerMasks]] = {}
        for resource in resources:
            context = cell.context_of(resource)
            unknown = ground.unknown_in(context, self._always)
            masks = evaluator.masks(resource, context)
            key: tuple[object, ...] = (masks, unknown, *live.kind_of(resource, owner))
            if key in seen and not unknown:
                alike[key].append(resource)
                continue
            # What is unknown may tell resources apart, so each of them is a spot of its own.
            key = (*key, resource) if unknown else key
            seen[key] = (context, masks)
            alike[key] = [resource]
        for key, (context, masks) in seen.items():
            first = alike[key][0]
            yield Spot(
                tuple(alike[key]),
                context,
                ground.unknown_in(context, self._always),
                masks,
                evaluator.planes_of(masks, first, owner=owner),
                live.planes_of(masks, first, owner=owner),
            )

    def rule_of_difference(self, cell: Cell, ground: Ground, spot: Spot, bit: int) -> str:
        """Name the live rule that changes the decision on *bit* by itself; several when none does alone."""
        wanted = ground.live.effect(spot.live, bit)
        needed: list[str] = []
        for rule in LiveRule:
            alone = self._evaluator(cell, ground.evaluator.workspace, frozenset({rule}))
            effect = alone.effect(alone.planes_of(spot.masks, spot.resources[0], owner=cell.owner), bit)
            if effect is wanted:
                return rule.value
            without = self._evaluator(cell, ground.evaluator.workspace, LIVE - {rule})
            if without.effect(without.planes_of(spot.masks, spot.resources[0], owner=cell.owner), bit) is not wanted:
                needed.append(rule.value)
        return "+".join(needed)


@dataclass(frozen=True, slots=True)
class Split:
    """Actions, as bits, by what is decided of them; the three don't overlap."""

    allowed: int
    implicit: int
    explicit: int

    @classmethod
    def together(cls, planes: Iterable[Planes], wanted: int) -> Split:
        """Split *wanted* for one operation on several resources: allowed only if each allows it."""
        allowed, explicit = wanted, 0
        for plane in planes:
            allowed &= plane.allowed
            explicit |= plane.explicit & wanted
        return cls(allowed, wanted & ~allowed & ~explicit, explicit)

    def of(self, effect: Effect) -> int:
        """Return the actions of which *effect* is decided."""
        match effect:
            case Effect.ALLOWED:
                return self.allowed
            case Effect.EXPLICIT_DENY:
                return self.explicit
            case Effect.IMPLICIT_DENY:
                return self.implicit
            case _:
                assert_never(effect)

    def effect(self, bit: int) -> Effect:
        """Return what is decided of one action."""
        return next(effect for effect in Effect if self.of(effect) & bit)
