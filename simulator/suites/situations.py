"""Contexts of cells: what files state over what follows from the caller and the target.

Contexts are shared: cells of one principal, session and target have one between them.  Stated keys
win over derived ones; a key stated as absent hides them and stays absent.
Format: ``docs/scenario-format.md``, "What the runner states for you".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.accounts.context import api_type, merge
from simulator.decide.context import Context
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.accounts.context import Layer, Stated
    from simulator.accounts.model import Principal
    from simulator.decide.context import ContextValue

__all__ = ["Situation", "Situations"]


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """The context of requests, and where it comes from; equal only to itself.

    In `context` a key that is stated as absent stands with an empty list, which is a missing key to
    policies (Z6) but not one that nobody stated.
    """

    stated: Mapping[str, ContextValue]
    derived: Mapping[str, ContextValue]
    types: Mapping[str, str]  #: ``ContextKeyType`` of each key that has a value
    context: Context


class Situations:
    """Makes the contexts of one suite, each once."""

    def __init__(self) -> None:
        self._layers: dict[tuple[int, ...], Layer] = {}
        self._kept: list[Layer] = []  # so that their ids stay theirs
        self._equal: dict[tuple[Stated, ...], Layer] = {}
        self._of_callers: dict[tuple[int, int], Situation] = {}
        self._found: dict[tuple[int, tuple[tuple[str, str], ...]], Situation] = {}
        self._layer_of: dict[int, Layer] = {}
        self._stated: dict[int, Mapping[str, ContextValue]] = {}
        self._derived: dict[tuple[tuple[str, ContextValue], ...], Mapping[str, ContextValue]] = {}

    def layer(self, layers: Iterable[Layer]) -> Layer:
        """Lay layers over each other; the later wins, and equal results are one."""
        used = [layer for layer in layers if layer]
        key = tuple(map(id, used))
        if key not in self._layers:
            self._kept.extend(used)
            merged = merge(used)
            content = tuple(merged[name] for name in sorted(merged))
            self._layers[key] = self._equal.setdefault(content, merged)
        return self._layers[key]

    def of_caller(self, principal: Principal, layer: Layer) -> Situation:
        """Return the situation of a caller who asks for nothing yet."""
        key = (id(principal), id(layer))
        if key not in self._of_callers:
            found = self._situation(layer, principal.derived_context())
            self._of_callers[key] = found
            self._layer_of[id(found)] = layer
        return self._of_callers[key]

    def on_target(self, base: Situation, derived: Mapping[str, str]) -> Situation:
        """Return *base* with what follows from a target."""
        if not derived:
            return base
        key = (id(base), tuple(sorted(derived.items())))
        if key not in self._found:
            self._found[key] = self._situation(self._layer_of[id(base)], {**base.derived, **derived})
        return self._found[key]

    def _situation(self, layer: Layer, derived: Mapping[str, ContextValue]) -> Situation:
        # Layers are kept above, so their ids stay theirs; what is equal is one object, also in results.
        stated = self._stated.get(id(layer))
        if stated is None:
            stated = self._stated[id(layer)] = _stated(layer)
        own = {name: value for name, value in derived.items() if name.lower() not in layer}
        added = self._derived.setdefault(tuple(own.items()), own)
        types = {name: api_type(name, value) for name, value in added.items()}
        types |= {one.name: one.type for one in layer.values() if one.value is not None}
        absent: dict[str, ContextValue] = {one.name: () for one in layer.values() if one.value is None}
        return Situation(stated, added, types, Context.of({**added, **stated, **absent}))


def _stated(layer: Layer) -> Mapping[str, ContextValue]:
    return {one.name: one.value for one in layer.values() if one.value is not None}
