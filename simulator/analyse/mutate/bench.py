"""The cells of a run as judges of mutants: decided once, and again only where a change can touch them.

A mutant's statements are compiled, the others' sets are shared (`simulator.decide.variant`).  A cell is
decided again when a changed statement names one of its actions, and applies to one of its resources,
before or after.  Expectations are the suites' own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from simulator.decide.reach import named_services
from simulator.decide.variant import Variation
from simulator.suites.engine import Engine, Ground, Spot
from simulator.suites.findings import Ask, Finding, ask_of, judge, open_questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.catalogue import Catalogue
    from simulator.decide.context import Context
    from simulator.decide.evaluate import Evaluator, LayerMasks
    from simulator.decide.layers import Planes
    from simulator.decide.variant import VariedSet
    from simulator.policy.model import Policy, Statement
    from simulator.suites.cells import Cell

__all__ = ["Bench", "Sight"]


@dataclass(slots=True, eq=False)
class _Case:
    """A cell that is as expected, and what was asked for it."""

    cell: Cell
    asks: tuple[Ask, ...]
    reach: int  #: the actions asked, as bits
    apart: tuple[Ask, ...] | None = None  #: the same with every resource by itself


@dataclass(frozen=True, slots=True)
class Sight:
    """What cells see of a mutant: those that fail under it, and one that only sees another decision."""

    killers: tuple[str, ...]
    loose: str | None


@dataclass(slots=True)
class Bench:
    """The cells that can notice something, by the evaluators that decide them.

    `idle` counts the cells that can't: they fail or are left out even without a change.
    """

    cells: Sequence[Cell]
    catalogue: Catalogue
    idle: int = 0
    engine: Engine = field(init=False)
    _grounds: dict[int, tuple[Ground, list[_Case]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Decide the policies as they are."""
        self.engine = Engine(self.cells, self.catalogue)
        for cell in self.cells:
            ground = self.engine.ground(cell)
            finding = None if cell.scenario.skip else judge(cell, self.engine, ground)
            if finding is None or cell.scenario.known_gap or not finding.holds or open_questions(finding, ground):
                self.idle += 1
                continue
            reach = 0
            for ask in finding.asks:
                reach |= ask.wanted
            self._grounds.setdefault(id(ground), (ground, []))[1].append(_Case(cell, finding.asks, reach))

    def sight(self, changes: Mapping[Statement, Statement], mutated: Mapping[Policy, Policy]) -> Sight:
        """Decide again what *changes* can touch."""
        variation = Variation(changes)
        killers: list[str] = []
        loose: str | None = None
        for ground, cases in self._grounds.values():
            if not any(policy in mutated for policy in ground.evaluator.stack.policies):
                continue
            varied = _Varied(ground, variation, mutated)
            for case in cases:
                if case.reach & varied.touched:
                    seen = varied.sees(case, self.engine)
                    if seen == "fails":
                        killers.append(case.cell.id)
                    elif seen == "differs" and loose is None:
                        loose = case.cell.id
        return Sight(tuple(killers), loose)


class _Varied:
    """A ground with statements changed."""

    def __init__(self, ground: Ground, variation: Variation, mutated: Mapping[Policy, Policy]) -> None:
        self._old = ground
        self._variation = variation
        named = named_services(mutated.values()) if ground.services is not None else frozenset()
        self._names_only = ground.services is None or (named is not None and named <= ground.services)
        self._layers = layers_of(ground.evaluator, variation)
        self.touched = 0
        for layer in self._layers:
            self.touched |= layer.varied.named
        evaluator = ground.evaluator.varied(variation)
        self._ground = replace(ground, evaluator=evaluator, unknown={}, missing={})
        self._live: Ground | None = None

    def sees(self, case: _Case, engine: Engine) -> str:
        """Tell what becomes of a cell: ``same``, ``differs`` (as expected nevertheless) or ``fails``."""
        differs = False
        ground = self._judging(case.cell)
        for ask in self._asks(case, engine):
            if not ask.wanted & self.touched:
                continue
            for again in self._again(case.cell, ground, ask):
                if again.differing or (any(s.unknown for s in again.spots) and self._undetermined(again, ground)):
                    return "fails"
                differs = differs or again.split != ask.split
        return "differs" if differs else "same"

    def _judging(self, cell: Cell) -> Ground:
        """Return the ground, with the evaluator of live semantics only where that judges."""
        if cell.suite.semantics != "live":
            return self._ground
        if self._live is None:
            live = self._old.live.varied(self._variation)
            self._live = replace(self._ground, live=live)
        return self._live

    def _undetermined(self, ask: Ask, ground: Ground) -> bool:
        return bool(open_questions(Finding((ask,), ask.resources), ground))

    def _asks(self, case: _Case, engine: Engine) -> Sequence[Ask]:
        """Return what was asked; resource by resource where the change tells more of them apart than policies did."""
        if self._names_only:
            return case.asks
        if case.apart is None:
            operations = engine.operations(case.cell, self._old, merge=False)
            case.apart = tuple(ask_of(case.cell, self._old, wanted, spots) for wanted, spots in operations)
        return case.apart

    def _again(self, cell: Cell, ground: Ground, ask: Ask) -> Iterator[Ask]:
        """Ask again; yields nothing where nothing can be otherwise."""
        spots: list[Spot] = []
        changed = False
        for spot in ask.spots:
            for masks, resources in self._masks(cell, ground, spot).items():
                if self._differing(spot.masks, masks) & ask.wanted:
                    changed = True
                    spots.append(self._spot(cell, ground, spot, masks, tuple(resources)))
                elif cell.mode == "together":
                    spots.append(spot)
        if changed and cell.mode == "together":
            yield ask_of(cell, ground, ask.wanted, tuple(spots))
        elif changed:
            yield from (ask_of(cell, ground, ask.wanted, (spot,)) for spot in spots)

    def _masks(self, cell: Cell, ground: Ground, spot: Spot) -> Mapping[LayerMasks, Sequence[str]]:
        """Return which statements apply now to which resources of a spot: the change may tell them apart."""
        if not self._variation.moves:
            return {spot.masks: spot.resources}
        alike: dict[LayerMasks, list[str]] = {}
        for resource in spot.resources:
            context = cell.context_of(resource) if ground.tells_targets_apart else spot.context
            masks = spot.masks
            for layer in self._layers:
                masks = layer.moved(masks, resource, context, named=ground.evaluator.named)
            alike.setdefault(masks, []).append(resource)
        return alike

    def _differing(self, before: LayerMasks, after: LayerMasks) -> int:
        """Return the actions, as bits, of which a layer says otherwise."""
        bits = 0
        for layer in self._layers:
            bits |= layer.varied.differing(layer.of(before), layer.of(after))
        return bits

    @staticmethod
    def _spot(cell: Cell, ground: Ground, spot: Spot, masks: LayerMasks, resources: tuple[str, ...]) -> Spot:
        def planes(evaluator: Evaluator) -> Planes:
            return evaluator.planes_of(masks, resources[0], owner=cell.owner, gated=spot.gated)

        simulated = planes(ground.evaluator)
        live = planes(ground.live) if cell.suite.semantics == "live" else simulated
        return Spot(resources, spot.context, spot.unknown, spot.gated, masks, simulated, live)


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer with changed statements: the field of `LayerMasks`, and its place there where levels are several."""

    field: str
    place: int | None
    varied: VariedSet

    def of(self, masks: LayerMasks) -> int:
        """Return the layer's mask."""
        found = getattr(masks, self.field)
        mask: int = found if self.place is None else found[self.place]
        return mask

    def moved(self, masks: LayerMasks, resource: str, context: Context, *, named: int) -> LayerMasks:
        """Return *masks* with the layer's as it is after the change; *named* bounds that of a resource policy."""
        before = self.of(masks)
        after = self.varied.moved(before, resource, context)
        if self.field == "resource":
            after &= named
        if after == before:
            return masks
        changed: Any = after
        if self.place is not None:
            levels = getattr(masks, self.field)
            changed = (*levels[: self.place], after, *levels[self.place + 1 :])
        return masks._replace(**{self.field: changed})


def layers_of(evaluator: Evaluator, variation: Variation) -> tuple[_Layer, ...]:
    found = []
    for name, layer in evaluator.layer_sets:
        varied = variation.varied(layer)
        if varied is not None:
            field_, dot, number = name.partition(".")
            found.append(_Layer(f"{field_}s", int(number) - 1, varied) if dot else _Layer(name, None, varied))
    return tuple(found)
