"""From the masks that decided to what each statement made of the requests.

A *touch* is a spot, which the same statements apply to, and the actions that were asked there.  Each set of a
statement is a bit in `named`, `covering`, `holding`, so that who matched, and who missed by one set, is a union of
such masks.  Whether a statement decides alone is asked of the evaluator: the planes without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from simulator.analyse.bits import places
from simulator.analyse.coverage.hits import ALONE, DECISIVE, MATCHED, MISSED, SEEN, Layout, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.coverage.hits import Hits
    from simulator.decide.context import Context
    from simulator.decide.evaluate import Evaluator
    from simulator.decide.index import StatementSet
    from simulator.decide.layers import Planes
    from simulator.policy.model import Element, Policy
    from simulator.suites.coverage import Missed
    from simulator.suites.engine import Ground, Spot
    from simulator.suites.where import Where

__all__ = ["Touch", "gather"]


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """A spot that cells ask, in the semantics of their suite."""

    ground: Ground
    spot: Spot
    where: Where
    live: bool

    @property
    def evaluator(self) -> Evaluator:
        """Who decided."""
        return self.ground.live if self.live else self.ground.evaluator

    @property
    def planes(self) -> Planes:
        """What was decided."""
        return self.spot.live if self.live else self.spot.simulated

    def places(self) -> Iterator[tuple[Context, tuple[str, ...]]]:
        """Yield the resources by their context."""
        if not self.ground.tells_targets_apart:
            yield self.spot.context, self.spot.resources
            return
        for resource in self.spot.resources:
            yield self.where.of(resource).context, (resource,)


class _Layer(NamedTuple):
    """A layer of the evaluator while a spot is read."""

    name: str
    sums: _Sums
    applying: int
    principal: int  #: the statements that name the caller
    heard: int  #: the actions asked that reach the layer
    stopped: int  #: those that the gate stops


def gather(touched: Iterable[tuple[Touch, int]], policies: Iterable[LoadedPolicy]) -> Hits:
    """Return what the requests *touched* (spots, and the actions asked there) made of *policies*."""
    listed = tuple(policies)
    gathering = _Gathering(frozenset(loaded.policy for loaded in listed))
    for touch, wanted in touched:
        gathering.touch(touch, wanted)
    found = gathering.found()
    hits: Hits = {}
    for loaded in listed:
        key, statements = key_of(loaded), loaded.policy.statements
        known = hits.get(key, (0,) * len(statements))
        hits[key] = tuple(a | found.get(id(statement), 0) for a, statement in zip(known, statements, strict=True))
    return hits


class _Gathering:
    def __init__(self, counted: frozenset[Policy]) -> None:
        self._counted = counted
        self._sums: dict[StatementSet, _Sums] = {}

    def touch(self, touch: Touch, wanted: int) -> None:
        """Read one spot."""
        layers = tuple(self._layers(touch, wanted))
        for context, resources in touch.places():
            for layer in layers:
                layer.sums.read(layer, context, resources)
        for layer in layers:
            self._decide(touch, wanted, layer)

    def found(self) -> dict[int, int]:
        """Return the integer of each statement, by its identity."""
        found: dict[int, int] = {}
        for sums in self._sums.values():
            for i, ref in enumerate(sums.layer.refs):
                found[id(ref.statement)] = found.get(id(ref.statement), 0) | sums.number(i)
        return found

    def _layers(self, touch: Touch, wanted: int) -> Iterator[_Layer]:
        evaluator, gate = touch.evaluator, touch.planes.gate
        masks = evaluator.layer_masks(touch.spot.masks)
        for (name, statements), (_, applying) in zip(evaluator.layer_sets, masks, strict=True):
            sums = self._sums.get(statements) or self._sums.setdefault(statements, _Sums(statements, self._counted))
            if sums.counted:
                heard = evaluator.heard(name, gate) & wanted
                principal = evaluator.named if name == "resource" else statements.all
                yield _Layer(name, sums, applying, principal, heard, wanted & ~heard)

    def _decide(self, touch: Touch, wanted: int, layer: _Layer) -> None:
        """Tell which statements of a layer the decisions rest on, and which decide alone."""
        planes, sums = touch.planes, layer.sums
        denied = planes.explicit & wanted
        if not layer.name.startswith("scp."):  # they are asked first (X4)
            for level in planes.scps:
                denied &= ~level.deny
        allowed = planes.allowed & wanted & ~touch.evaluator.ruled(touch.spot.resources[0])
        for i in places(layer.applying & sums.counted):
            rests = denied if sums.layer.deny >> i & 1 else allowed
            if not sums.layer.actions[i] & layer.heard & rests:
                continue
            sums.flags[i] |= DECISIVE
            if not sums.flags[i] & ALONE and _alone(touch, wanted, layer.name, 1 << i):
                sums.flags[i] |= ALONE


def _alone(touch: Touch, wanted: int, layer: str, bit: int) -> bool:
    """Tell whether a decision would be another one without the statement *bit* of *layer*."""
    spot, planes = touch.spot, touch.planes
    masks = spot.masks.without(layer, bit)
    owner = touch.where.bound.owner
    other = touch.evaluator.planes_of(masks, spot.resources[0], owner=owner, gated=spot.gated)
    return bool((planes.allowed ^ other.allowed | planes.explicit ^ other.explicit) & wanted)


class _Sums:
    """What is known of the statements of one set; `counted` are those that coverage is asked of."""

    def __init__(self, layer: StatementSet, counted: frozenset[Policy]) -> None:
        self.layer = layer
        self.counted = sum(1 << i for i, ref in enumerate(layer.refs) if ref.policy in counted)
        size = len(layer.refs)
        self.flags = [0] * size
        self._asked = [0] * size  # the actions asked where the other sets hold
        self._seen = [0] * size  # the outcomes of the conditions, three bits each
        self._resources = [0] * size  # the resource entries that were hit
        self._open = self.counted  # statements with resource entries that nothing has hit yet
        self._conditional = sum(1 << i for i, ref in enumerate(layer.refs) if ref.statement.conditions)
        self._outcomes: dict[Context, dict[int, int]] = {}

    def read(self, layer: _Layer, context: Context, resources: tuple[str, ...]) -> None:
        """Add the requests for *resources* in *context*."""
        named = self.layer.naming(layer.heard) & self.counted
        stopped = self.layer.naming(layer.stopped) if layer.stopped else 0
        holding, principal = self.layer.holding(context), layer.principal
        groups: dict[int, list[str]] = {}
        for resource in resources:
            groups.setdefault(self.layer.covering(resource, context), []).append(resource)
        for covering, alike in groups.items():
            rest = covering & principal & self.counted
            self._miss("resource", named & holding & principal & ~covering)
            self._miss("condition", named & rest & ~holding)
            self._miss("principal", named & covering & holding & ~principal)
            self._miss("gate", stopped & rest & holding)
            for i in places(rest & holding):
                self._asked[i] |= layer.heard
            if self._conditional & named & rest:
                self._see(self._conditional & named & rest, context)
            self._hit(named & holding & principal & self._open, alike, context)

    def _miss(self, part: Missed, statements: int) -> None:
        for i in places(statements & self.counted):
            self.flags[i] |= MISSED[part]

    def _see(self, statements: int, context: Context) -> None:
        known = self._outcomes.setdefault(context, {})
        for i in places(statements):
            if i not in known:
                known[i] = self._outcomes_of(i, context)
            self._seen[i] |= known[i]

    def _outcomes_of(self, i: int, context: Context) -> int:
        bits = 0
        for place, condition in enumerate(self.layer.refs[i].statement.conditions):
            if context.get(condition.key) is None:
                seen = SEEN["absent"]
            else:
                seen = SEEN["true"] if condition.holds(context.get) else SEEN["false"]
            bits |= seen << len(SEEN) * place
        return bits

    def _hit(self, statements: int, resources: list[str], context: Context) -> None:
        for i in places(statements):
            matcher = self.layer.resources[i]
            full = (1 << len(matcher.entries)) - 1
            for resource in resources:
                self._resources[i] |= matcher.hits(resource, context)
                if self._resources[i] == full:
                    self._open &= ~(1 << i)
                    break

    def number(self, i: int) -> int:
        """Pack what is known of a statement."""
        statement, asked, named = self.layer.refs[i].statement, self._asked[i], self.layer.actions[i]
        layout = Layout.of(statement)
        bits = self.flags[i] | (MATCHED if asked & named else 0) | (MISSED["action"] if asked & ~named else 0)
        bits |= self._seen[i] << layout.condition(0)
        bits |= self._actions(statement.actions, asked) << layout.actions
        return bits | (self._resources[i] << layout.resources if statement.resources is not None else 0)

    def _actions(self, element: Element | None, asked: int) -> int:
        entries = element.entries if element is not None else ()
        return sum(1 << place for place, entry in enumerate(entries) if self.layer.table.mask(entry.text) & asked)
