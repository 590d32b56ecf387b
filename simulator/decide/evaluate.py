"""The evaluator: the one way to decide.

A `Workspace` holds the actions of the work at hand and compiles policies once, however many
principals share them.  An `Evaluator` answers for one principal: `planes` decides all actions at once
for a resource and a context, `decide` reads one action from them with the evidence.

Rules: ``docs/semantics.md``, sections 7 and "Two modes"; A11, A13, A18.
"""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from simulator.decide.decision import Decision, Effect, LayerEffect
from simulator.decide.index import StatementSet
from simulator.decide.layers import SIMULATOR, LiveRule, Plane, Planes, ResourcePlane, combine
from simulator.decide.live import Amendment, LiveFacts
from simulator.decide.principals import Naming, naming_of
from simulator.policy.actions import ActionTable
from simulator.policy.arn import Arn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.decide.context import Context
    from simulator.decide.decision import StatementRef, Word
    from simulator.decide.request import Caller, Stack
    from simulator.decide.variant import Variation
    from simulator.policy.model import Policy

__all__ = ["Cache", "Evaluator", "LayerMasks", "Workspace"]

Gate: TypeAlias = "Callable[[str], int]"
"""Gives for a resource the bits of the actions that may be evaluated on it (A13)."""

Cache: TypeAlias = "dict[tuple[LayerMasks, int, bool], Planes]"
"""Decisions by the statements that apply, the gate, and whether accounts are crossed."""

_ASSUME = "sts:Assume*"
_CACHE_LIMIT = 100_000


class Workspace:
    """The actions of the work at hand, and the policies compiled against them.

    *gate* makes the resource-type gate for the table's actions; None leaves the gate out.
    """

    def __init__(
        self, actions: Iterable[str] | ActionTable, *, gate: Callable[[Sequence[str]], Gate] | None = None
    ) -> None:
        self.table = actions if isinstance(actions, ActionTable) else ActionTable(actions)
        self._make_gate = gate
        self._gate: Gate | None = None
        self._gates: dict[str, int] = {}
        self._sets: dict[tuple[Policy, ...], StatementSet] = {}
        self.assume = self.table.mask(_ASSUME)

    def statements(self, policies: tuple[Policy, ...]) -> StatementSet:
        """Compile *policies*, or return what was compiled before."""
        found = self._sets.get(policies)
        if found is None:
            found = self._sets[policies] = StatementSet(policies, self.table)
        return found

    def gate(self, resource: str) -> int:
        """Return the actions that may be evaluated on *resource*; all of them for ``*`` (Z1)."""
        if self._make_gate is None or resource == "*":
            return self.table.all
        if self._gate is None:
            self._gate = self._make_gate(self.table.names)
        found = self._gates.get(resource)
        if found is None:
            if len(self._gates) >= _CACHE_LIMIT:
                self._gates.clear()
            found = self._gates[resource] = self._gate(resource)
        return found


class LayerMasks(NamedTuple):
    """The statements that apply to one resource in one context, layer by layer, as bits."""

    identity: int
    boundary: int
    session: int
    resource: int
    scps: tuple[int, ...]
    rcps: tuple[int, ...]

    def without(self, layer: str, bits: int) -> LayerMasks:
        """Return the masks as if the statements *bits* of *layer* (as `Evaluator.layer_sets` names it) were gone."""
        name, _, number = layer.partition(".")
        if not number:
            return self._replace(**{name: getattr(self, name) & ~bits})
        levels = list(getattr(self, f"{name}s"))
        levels[int(number) - 1] &= ~bits
        return self._replace(scps=tuple(levels)) if name == "scp" else self._replace(rcps=tuple(levels))


class Evaluator:
    """Decides the requests of one principal.

    *rules* is `SIMULATOR` for what AWS's simulator answers, or `LIVE` for what the services enforce.
    """

    def __init__(
        self,
        stack: Stack,
        caller: Caller,
        workspace: Workspace,
        *,
        rules: frozenset[LiveRule] = SIMULATOR,
        facts: LiveFacts | None = None,
    ) -> None:
        self.stack = stack
        self.caller = caller
        self.workspace = workspace
        self.rules = rules
        self.table = workspace.table
        compiled = workspace.statements
        self.identity = compiled(stack.identity)
        self.boundary = compiled((stack.boundary,)) if stack.boundary is not None else None
        self.session = compiled(stack.session) if stack.session else None
        self.resource = compiled((stack.resource,)) if stack.resource is not None else None
        self.scps = tuple(compiled(level) for level in stack.scps)
        self.rcps = tuple(compiled(level) for level in stack.rcps)
        self._amendment = Amendment(self.table, caller, rules, facts or LiveFacts()) if rules else None
        self._cache: Cache = {}
        self._namings = self._resource_namings()

    def share(self, kept: dict[tuple[object, ...], Cache]) -> None:
        """Decide together with the evaluators that keep their decisions in *kept* and have the same statements.

        A resource policy grants by how it names the caller: then decisions are the caller's own.
        """
        if self.resource is None:
            layers = (self.identity, self.boundary, self.session, self.scps, self.rcps, self.rules, self.table)
            self._cache = kept.setdefault(layers, self._cache)

    def varied(self, variation: Variation) -> Evaluator:
        """Return the evaluator for the same principal with some statements in the place of others.

        Its `stack` stays the one of the statements before.
        """
        found = copy(self)
        found.identity = variation.of(self.identity)
        found.boundary = variation.of(self.boundary) if self.boundary else None
        found.session = variation.of(self.session) if self.session else None
        found.resource = variation.of(self.resource) if self.resource else None
        found.scps, found.rcps = (tuple(map(variation.of, levels)) for levels in (self.scps, self.rcps))
        found._cache = {}  # noqa: SLF001  # a copy of itself
        found._namings = found._resource_namings()  # noqa: SLF001  # a copy of itself
        return found

    def masks(self, resource: str, context: Context) -> LayerMasks:
        """Return which statements apply to *resource* in *context*."""
        return LayerMasks(
            self.identity.applying(resource, context),
            self.boundary.applying(resource, context) if self.boundary else 0,
            self.session.applying(resource, context) if self.session else 0,
            self.resource.applying(resource, context) & self.named if self.resource else 0,
            tuple(level.applying(resource, context) for level in self.scps),
            tuple(level.applying(resource, context) for level in self.rcps),
        )

    def planes(self, resource: str, context: Context, *, owner: str | None = None) -> Planes:
        """Decide every action of the table on *resource*; *owner* is the account that owns it."""
        return self.planes_of(self.masks(resource, context), resource, owner=owner)

    def planes_of(self, masks: LayerMasks, resource: str, *, owner: str | None = None, gated: bool = True) -> Planes:
        """Decide every action from the statements that apply; without *gated* as if every action took *resource*."""
        gated = gated and LiveRule.NO_TYPE_GATE not in self.rules
        gate = self.workspace.gate(resource) if gated else self.table.all
        cross = self.crosses(resource, owner)
        key = (masks, gate, cross)
        found = self._cache.get(key)
        if found is None:
            if len(self._cache) >= _CACHE_LIMIT:
                self._cache.clear()
            found = self._cache[key] = self._combine(masks, gate, cross=cross)
        return self._amendment.apply(found, resource) if self._amendment is not None else found

    def kind_of(self, resource: str, owner: str | None, *, gated: bool = True) -> tuple[object, ...]:
        """Return what of *resource* matters beside the statements that apply: equal kinds decide alike."""
        amended = self._amendment.key(resource) if self._amendment is not None else None
        return self.workspace.gate(resource) if gated else 0, self.crosses(resource, owner), amended

    def crosses(self, resource: str, owner: str | None) -> bool:
        """Tell whether *resource* belongs to another account than the caller's (7.3).

        What AWS itself owns (account ``aws`` in the ARN) belongs to no other account.
        """
        if owner is None:
            owner = _account_in(resource)
        return owner is not None and self.caller.account is not None and owner != self.caller.account

    def decide(self, action: str, resource: str, context: Context, *, owner: str | None = None) -> Decision:
        """Decide one action of the table, with the evidence."""
        masks = self.masks(resource, context)
        return self.decision(action, masks, self.planes_of(masks, resource, owner=owner), resource)

    def effect(self, planes: Planes, bit: int) -> Effect:
        """Read the decision on one action's bit."""
        if planes.explicit & bit:
            return Effect.EXPLICIT_DENY
        return Effect.ALLOWED if planes.allowed & bit else Effect.IMPLICIT_DENY

    def decision(self, action: str, masks: LayerMasks, planes: Planes, resource: str) -> Decision:
        """Read the decision on *action* from *planes*, with the statements behind it."""
        bit = self.table.bit(action)
        effect = self.effect(planes, bit)
        amended = self._amendment.rule(bit, resource) if self._amendment is not None else None
        deciding = self.deciding(effect, bit, masks, planes) if amended is None else ()
        return Decision(
            effect=effect,
            layer=amended or _deciding_layer(effect, bit, planes),
            deciding=deciding,
            layers=tuple(LayerEffect(name, _effect(plane, bit)) for name, plane in _named_planes(planes)),
            allowed_by_boundary=None if planes.boundary is None else bool(planes.boundary.granted & bit),
            allowed_by_organizations=all(level.granted & bit for level in planes.scps) if planes.scps else None,
            sides=_sides(planes, bit) if planes.cross else None,
        )

    @property
    def layer_sets(self) -> tuple[tuple[str, StatementSet], ...]:
        """The layers that there are, by name, in the order identity to RCPs."""
        single = (("identity", self.identity), ("boundary", self.boundary), ("session", self.session))
        found = [(name, layer) for name, layer in (*single, ("resource", self.resource)) if layer is not None]
        found += [(f"scp.{number}", level) for number, level in enumerate(self.scps, 1)]
        found += [(f"rcp.{number}", level) for number, level in enumerate(self.rcps, 1)]
        return tuple(found)

    def ruled(self, resource: str) -> int:
        """Return the actions that a live rule decides on *resource*, whatever the policies say."""
        return self._amendment.ruled(resource) if self._amendment is not None else 0

    def heard(self, layer: str, gate: int) -> int:
        """Return the actions on which *layer* is asked at all: the gate does not stand before organizations."""
        if layer.startswith(("scp.", "rcp.")):
            return self.table.all
        # The simulator ignores trust policies (A18).
        ignored = layer == "resource" and LiveRule.TRUST_MUST_ALLOW not in self.rules
        return gate & ~self.workspace.assume if ignored else gate

    def layer_words(self, bit: int, planes: Planes) -> tuple[tuple[str, Word, bool], ...]:
        """Return for one action each layer's name, what it says, and whether it decided."""
        decides = _deciding_layer(self.effect(planes, bit), bit, planes)
        return tuple((name, _effect(plane, bit).word, name == decides) for name, plane in _named_planes(planes))

    def layer_masks(self, masks: LayerMasks) -> Iterator[tuple[StatementSet, int]]:
        """Pair each layer's statements with those of *masks*."""
        single = (
            (self.identity, masks.identity),
            (self.boundary, masks.boundary),
            (self.session, masks.session),
            (self.resource, masks.resource),
        )
        yield from ((layer, mask) for layer, mask in single if layer is not None)
        yield from zip(self.scps, masks.scps, strict=True)
        yield from zip(self.rcps, masks.rcps, strict=True)

    def _combine(self, masks: LayerMasks, gate: int, *, cross: bool) -> Planes:
        return combine(
            all_actions=self.table.all,
            gate=gate,
            cross=cross,
            identity=Plane(*self.identity.unions(masks.identity)).gated(gate),
            boundary=Plane(*self.boundary.unions(masks.boundary)).gated(gate) if self.boundary else None,
            session=Plane(*self.session.unions(masks.session)).gated(gate) if self.session else None,
            resource=self._resource_plane(masks.resource, gate),
            scps=_planes(self.scps, masks.scps),
            rcps=_planes(self.rcps, masks.rcps),
            rules=self.rules,
            must_allow=self._must_allow,
        )

    @property
    def _must_allow(self) -> int:
        if LiveRule.TRUST_MUST_ALLOW not in self.rules:
            return 0
        return self.workspace.assume | self.table.mask("kms:*")

    def _resource_plane(self, mask: int, gate: int) -> ResourcePlane | None:
        if self.resource is None:
            return None
        gate = self.heard("resource", gate)
        unions = self.resource.unions
        allows = {naming: unions(mask & bits)[0] & gate for naming, bits in self._namings.items()}
        return ResourcePlane(
            allows[Naming.DIRECT], allows[Naming.ROLE], allows[Naming.ACCOUNT], deny=unions(mask)[1] & gate
        )

    def _resource_namings(self) -> dict[Naming, int]:
        """Return the resource policy's statements by how they name the caller."""
        found = dict.fromkeys(Naming, 0)
        bounded = self.stack.boundary is not None
        for i, statement in enumerate(self.resource.statements() if self.resource else ()):
            found[naming_of(statement, self.caller, bounded=bounded)] |= 1 << i
        self.named = found[Naming.DIRECT] | found[Naming.ROLE] | found[Naming.ACCOUNT]
        return found

    def deciding(self, effect: Effect, bit: int, masks: LayerMasks, planes: Planes) -> tuple[StatementRef, ...]:
        """Return the statements that bring about *effect* for the actions *bit*."""
        if effect is Effect.IMPLICIT_DENY:
            return ()
        deny = effect is Effect.EXPLICIT_DENY
        organization = [(level, mask) for level, mask in zip(self.scps, masks.scps, strict=True)]
        if deny and (found := _matching(organization, bit, deny=True)):
            return found
        layers: list[tuple[StatementSet | None, int]] = [
            (self.identity, masks.identity),
            (self.resource, masks.resource),
        ]
        if deny:
            layers += [(self.boundary, masks.boundary), (self.session, masks.session)]
            layers += zip(self.rcps, masks.rcps, strict=True)
        elif planes.resource is not None and not planes.resource.allow & bit:
            layers = layers[:1]
        return _matching(layers, bit & planes.gate, deny=deny)


@lru_cache(maxsize=4096)
def _account_in(resource: str) -> str | None:
    arn = Arn.parse(resource)
    return arn.account if arn is not None and arn.account.isdecimal() else None


def _matching(layers: Iterable[tuple[StatementSet | None, int]], bit: int, *, deny: bool) -> tuple[StatementRef, ...]:
    return tuple(ref for layer, mask in layers if layer is not None for ref in layer.matching(mask, bit, deny=deny))


def _planes(levels: Sequence[StatementSet], masks: Sequence[int]) -> tuple[Plane, ...]:
    return tuple(Plane(*level.unions(mask)) for level, mask in zip(levels, masks, strict=True))


def _effect(plane: Plane | ResourcePlane, bit: int) -> Effect:
    if plane.deny & bit:
        return Effect.EXPLICIT_DENY
    return Effect.ALLOWED if plane.allow & bit else Effect.IMPLICIT_DENY


def _named_planes(planes: Planes) -> Iterable[tuple[str, Plane | ResourcePlane]]:
    """Yield the layers that there are, in the order in which AWS documents their evaluation."""
    for number, level in enumerate(planes.rcps, 1):
        yield f"rcp.{number}", level
    for number, level in enumerate(planes.scps, 1):
        yield f"scp.{number}", level
    for name, plane in (
        ("resource", planes.resource),
        ("identity", planes.identity),
        ("boundary", planes.boundary),
        ("session", planes.session),
    ):
        if plane is not None:
            yield name, plane


def _deciding_layer(effect: Effect, bit: int, planes: Planes) -> str:
    """Name the layer that decided: the first that denies, or that does not allow."""
    named = list(_named_planes(planes))
    if effect is Effect.EXPLICIT_DENY:
        # SCPs are asked first; what they deny never reaches the others (X4).
        named.sort(key=lambda pair: not pair[0].startswith("scp"))
        return next(name for name, plane in named if plane.deny & bit)
    if effect is Effect.ALLOWED:
        chain = (planes.identity, planes.boundary, planes.session)
        if all(plane is None or plane.allow & bit for plane in chain):
            return "identity"
        by_resource = planes.resource is not None and planes.resource.allow & bit
        return "resource" if by_resource else LiveRule.PASSWORD_SETTING.value
    if not planes.gate & bit:
        return "gate"
    silent = (name for name, plane in named if not plane.allow & bit and (name != "resource" or planes.cross))
    return next(silent, "resource")


def _sides(planes: Planes, bit: int) -> tuple[tuple[str, Effect], ...]:
    """Return AWS's details of a decision across accounts (X5, A3)."""
    sides = [("IAM Policy", _effect(planes.identity, bit))]
    resource = planes.resource
    sides.append(("Resource Policy", _effect(resource, bit) if resource is not None else Effect.IMPLICIT_DENY))
    if planes.boundary is not None:
        sides.append(("Permissions Boundary Policy", _effect(planes.boundary, bit)))
    return tuple(sides)
