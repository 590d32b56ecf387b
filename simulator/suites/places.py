"""What the targets of a suite are to any caller, without a word on faults and without binding them.

That is all that counting what nobody asks needs, and it is little: of one resource, principals differ by the
values of its variables, and of the resources that the account gives them one stands for the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.policy.variables import Template
from simulator.suites.columns import SAMPLES
from simulator.suites.targets import arns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.accounts.context import Layer
    from simulator.accounts.model import Principal
    from simulator.policy.variables import Variable
    from simulator.suites.columns import Column
    from simulator.suites.each_type import EachType
    from simulator.suites.targets import Bound, BuiltIn

__all__ = ["STAR", "Places", "together"]

STAR = ("*",)  #: the resources of a target that is no ARN


def together(bound: Bound | EachType) -> tuple[str, ...]:
    """Return the places of a target: its resources, but all of one operation on several as one."""
    return _as_one(bound.label) if bound.mode == "together" else bound.resources


def _as_one(label: str) -> tuple[str, ...]:
    return (f"together {label}",)


class Places:
    """Finds the resources of targets, once for callers in turn to whom they are the same."""

    def __init__(self, built_in: BuiltIn, targets: Iterable[Column]) -> None:
        self._built_in = built_in
        self._targets = tuple(targets)
        parts = (part for one in self._targets for part in _variables(one))
        self._keys = tuple(dict.fromkeys(part.key.lower() for part in parts if part.key is not None))
        self._last: tuple[tuple[object, ...], tuple[tuple[Column, tuple[str, ...]], ...]] = ((), ())
        self._derived: dict[Principal, dict[str, str]] = {}

    def arns(self, who: Principal, layer: Layer) -> tuple[tuple[Column, tuple[str, ...]], ...]:
        """Return the targets of a caller in a context, each with ARNs of its types, or ``*``."""
        values = {key: self._value(key, who, layer) for key in self._keys}
        given = tuple(one for one in self._targets if one.target is None and self._gives(one, who))
        key = (given, *values.values())
        if key != self._last[0]:  # callers come one after the other
            found = ((one, self._arns(one, values)) for one in self._targets if one in given or one.target is not None)
            self._last = key, tuple((one, arns) for one, arns in found if arns is not None)
        return self._last[1]

    def places(self, who: Principal, column: Column, arns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the places of a target with these ARNs: see `together`."""
        if column.target is not None:
            return _as_one(column.label) if column.target.mode == "together" else arns
        if column.resource is None:
            return arns
        return next(one.resources for one in self._built_in.of(column.resource, who) if one.label == column.label)

    def _gives(self, column: Column, who: Principal) -> bool:
        return column.resource is None or self._built_in.has(column.label, who)

    def _arns(self, column: Column, values: Mapping[str, str | None]) -> tuple[str, ...] | None:
        if column.target is not None:
            return arns_of(column.target, lambda key: values[key.lower()])
        return STAR if column.resource is None else (SAMPLES[column.resource.name],)

    def _value(self, key: str, who: Principal, layer: Layer) -> str | None:
        """Return the one value of a key: what files state over what follows from the caller."""
        if key in layer:
            stated = layer[key].value
            return stated if isinstance(stated, str) else None
        if who not in self._derived:
            self._derived[who] = {name.lower(): value for name, value in who.derived_context().items()}
        return self._derived[who].get(key)


def _variables(column: Column) -> Iterator[Variable]:
    for node in () if column.target is None else column.target.arns:
        yield from Template.parse(node.text).variables
