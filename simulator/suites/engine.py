"""Deciding cells with the evaluator, in both semantics.

A cell asks one or more actions on one or more resources.  Resources on which the same statements
apply are one *spot*: they are decided once for all actions, and a cell reads its bits from there.

Contract: ``docs/scenario-format.md``, "Semantics"; rules: "Two modes" in ``docs/semantics.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from simulator.catalogue.gate import Gate
from simulator.catalogue.global_keys import global_keys
from simulator.decide.decision import Effect
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.keys import missing_keys
from simulator.decide.layers import LIVE, SIMULATOR, LiveRule
from simulator.decide.live import LiveFacts
from simulator.decide.reach import named_services, tells_targets_apart
from simulator.decide.unknown import open_keys
from simulator.suites.each_type import EachType
from simulator.suites.model import EACH_TYPE
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.catalogue import Catalogue
    from simulator.decide.context import Context
    from simulator.decide.evaluate import Cache, LayerMasks
    from simulator.decide.layers import Planes
    from simulator.policy.actions import ActionTable
    from simulator.suites.cells import Cell

__all__ = ["Engine", "Ground", "Split", "Spot"]


@dataclass(frozen=True, slots=True)
class Spot:
    """Resources that decide alike in one context, and the decisions on them."""

    resources: tuple[str, ...]
    context: Context
    unknown: frozenset[str]  #: keys that AWS always sends, policies ask for, and nobody stated
    gated: bool  #: the resource-type gate was asked
    masks: LayerMasks
    simulated: Planes
    live: Planes


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The two evaluators of a principal, with the resource policy of a target."""

    evaluator: Evaluator
    live: Evaluator
    unknown: dict[Context, frozenset[str]]  #: see `Spot.unknown`, by context
    missing: dict[Context, tuple[str, ...]]  #: see `missing_in`, by context
    services: frozenset[str] | None  #: those whose resources policies name, None for any
    tells_targets_apart: bool  #: policies refer to keys that follow from the target

    def unknown_in(self, context: Context, always: frozenset[str]) -> frozenset[str]:
        """Return the keys of *always* that policies ask for and *context* lacks."""
        found = self.unknown.get(context)
        if found is None:
            found = self.unknown[context] = open_keys(self.evaluator, context, always)
        return found

    def missing_in(self, context: Context) -> tuple[str, ...]:
        """Return the keys that identity, boundary and resource policies refer to and *context* lacks (A8)."""
        found = self.missing.get(context)
        if found is None:
            stack = self.evaluator.stack
            asked = (*stack.identity, stack.boundary, stack.resource)
            found = missing_keys((policy for policy in asked if policy is not None), context)
            self.missing[context] = found
        return found


class Engine:
    """Compiles the policies of all cells once, and decides spots."""

    def __init__(self, cells: Sequence[Cell], catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        literals = {id(cell.asked): cell.asked.literal for cell in cells if cell.asked.literal is not None}
        self._few = self._workspace(set(literals.values()))
        self._all: Workspace | None = None
        self._changes: dict[int, int] = {}
        self._always = frozenset(key.name.lower() for key in global_keys() if key.always)
        self._grounds: dict[tuple[object, ...], Ground] = {}
        self._planes: dict[tuple[object, ...], Cache] = {}
        self._spots: dict[tuple[object, ...], tuple[Spot, ...]] = {}

    def _workspace(self, names: Iterable[str] | ActionTable) -> Workspace:
        return Workspace(names, gate=lambda table: Gate(self._catalogue, table).mask)

    def workspace(self, cell: Cell) -> Workspace:
        """Return the workspace with the cell's actions: of a wildcard the whole catalogue's, whose bits they are."""
        if cell.asked.literal is not None:
            return self._few
        if self._all is None:
            self._all = self._workspace(self._catalogue.table)
        return self._all

    def operations(self, cell: Cell, ground: Ground, *, merge: bool = True) -> Iterator[tuple[int, tuple[Spot, ...]]]:
        """Yield the operations of a cell: actions as bits, and the spots that one operation touches.

        With *merge*, resources that no policy can tell apart are one spot; then its resource is only an
        example.
        """
        # Actions are asked of `each type` because they take it: no gate is in the way.
        gated = cell.target != EACH_TYPE
        for wanted, resources in self._parts(cell, ground, merge=merge):
            spots = self.spots(cell, ground, resources, gated=gated)
            if cell.mode == "together":
                yield wanted, spots
            else:
                yield from ((wanted, (spot,)) for spot in spots)

    def _parts(self, cell: Cell, ground: Ground, *, merge: bool) -> Iterable[tuple[int, tuple[str, ...]]]:
        """Return which actions, as bits, are asked of which resources."""
        asked, bound = cell.asked, cell.where.bound
        if asked.literal is not None:
            bit = ground.evaluator.table.bit(asked.literal)
            return [(bit, arns) for _, arns in cell.asks]
        if merge and isinstance(bound, EachType) and ground.services is not None and not ground.tells_targets_apart:
            return bound.parts_near(asked, ground.services)
        return bound.parts(asked)

    def ground(self, cell: Cell) -> Ground:
        """Return the evaluators for *cell*; cells of one principal share them."""
        workspace = self.workspace(cell)
        key = (cell.principal, cell.resource_policy, id(workspace))
        found = self._grounds.get(key)
        if found is None:
            simulated, live = (self._evaluator(cell, workspace, rules) for rules in (SIMULATOR, LIVE))
            policies = simulated.stack.policies
            found = Ground(simulated, live, {}, {}, named_services(policies), tells_targets_apart(policies))
            self._grounds[key] = found
        return found

    def spots(self, cell: Cell, ground: Ground, resources: tuple[str, ...], *, gated: bool = True) -> tuple[Spot, ...]:
        """Decide *resources* for all actions; those that decide alike are one spot.

        Without *gated* the actions asked are known to take resources of these types.
        """
        key = (cell.where, id(ground), resources, gated)
        found = self._spots.get(key)
        if found is None:
            found = self._spots[key] = tuple(self._decide(cell, ground, resources, gated=gated))
        return found

    def _evaluator(self, cell: Cell, workspace: Workspace, rules: frozenset[LiveRule]) -> Evaluator:
        facts = LiveFacts(self._changing, cell.suite.account.allow_users_to_change_password)
        stack = cell.principal.stack(cell.resource_policy)
        evaluator = Evaluator(stack, cell.principal.caller(), workspace, rules=rules, facts=facts)
        evaluator.share(self._planes)
        return evaluator

    def _changing(self, table: ActionTable) -> int:
        """Return the actions of *table* that change what they are asked of, as bits; worked out once."""
        if id(table) not in self._changes:
            self._changes[id(table)] = self._changing_bits(table)
        return self._changes[id(table)]

    def _changing_bits(self, table: ActionTable) -> int:
        if self._all is not None and table is self._all.table:
            return table.all & ~self._catalogue.level_mask("List") & ~self._catalogue.level_mask("Read")
        known = (self._catalogue.action(name) for name in table.names)
        names = (action.name for action in known if action is not None and action.level not in ("List", "Read"))
        return sum({table.bit(name) for name in names})

    def _decide(self, cell: Cell, ground: Ground, resources: tuple[str, ...], *, gated: bool) -> Iterator[Spot]:
        evaluator, live, owner = ground.evaluator, ground.live, cell.owner
        alike: dict[tuple[object, ...], list[str]] = {}
        seen: dict[tuple[object, ...], tuple[Context, LayerMasks]] = {}
        apart = ground.tells_targets_apart
        for resource in resources:
            context = cell.context_of(resource) if apart else cell.context
            unknown = ground.unknown_in(context, self._always)
            masks = evaluator.masks(resource, context)
            key: tuple[object, ...] = (masks, unknown, *live.kind_of(resource, owner, gated=gated))
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
                gated,
                masks,
                evaluator.planes_of(masks, first, owner=owner, gated=gated),
                live.planes_of(masks, first, owner=owner, gated=gated),
            )

    def rule_of_difference(self, cell: Cell, ground: Ground, spot: Spot, bit: int) -> str:
        """Name the live rule that changes the decision on *bit* by itself; several when none does alone."""
        wanted = ground.live.effect(spot.live, bit)

        def decides(rules: frozenset[LiveRule]) -> bool:
            found = self._evaluator(cell, ground.evaluator.workspace, rules)
            planes = found.planes_of(spot.masks, spot.resources[0], owner=cell.owner, gated=spot.gated)
            return found.effect(planes, bit) is wanted

        alone = next((rule.value for rule in LiveRule if decides(frozenset({rule}))), None)
        return alone or "+".join(rule.value for rule in LiveRule if not decides(LIVE - {rule}))


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
