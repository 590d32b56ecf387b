"""The targets of a scenario: what its `on:` names, or what its actions take.

A column is one target for all callers; `bind` gives it for one of them, None where that one has none.
Without `on:` an action runs on the resources of its types, built-in ones too, and on ``*`` where it
takes none.  Format: ``docs/scenario-format.md``, "Resources and targets".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from simulator.errors import Collector, Severity
from simulator.suites.each_type import EachType
from simulator.suites.model import EACH_TYPE, Target
from simulator.suites.resources import MFA_DEVICE, OTHERS, OWN, USER
from simulator.suites.targets import Binder, Bound, BuiltIn
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.accounts.model import Principal
    from simulator.catalogue.model import ResourceType
    from simulator.suites.actions import Asked
    from simulator.suites.model import Resource, Scenario, Suite
    from simulator.suites.situations import Situation
    from simulator.suites.types import TypeTable
    from simulator.text.source import Node

__all__ = ["ANYTHING", "SAMPLES", "Column", "Columns"]

ANYTHING = Bound("*", None, "single", ("*",))
_SHOWN = 5
SAMPLES = {USER: "arn:aws:iam::111111111111:user/x", MFA_DEVICE: "arn:aws:iam::111111111111:mfa/x"}
"""An ARN of the type of each built-in resource."""


@dataclass(frozen=True, slots=True)
class Column:
    """A target by name; `target` and `resource` are None for ``*`` and ``each type``."""

    label: str
    name: str | None = None
    target: Target | None = None
    resource: Resource | None = None


_STAR = Column("*")
_EACH = Column(EACH_TYPE)


class Columns:
    """Finds and binds the targets of one suite's scenarios; faults go to *faults*."""

    def __init__(self, suite: Suite, types: TypeTable, faults: Collector) -> None:
        self._suite = suite
        self._types = types
        self._faults = faults
        self._binder = Binder(suite.account, faults)
        self._silent = Binder(suite.account, Collector())
        self.built_in = BuiltIn(suite.account)  #: the targets that the account gives
        self._each: dict[Situation, EachType] = {}
        self._ad_hoc: dict[str, Target] = {}
        self._taken: dict[tuple[int, ...], tuple[tuple[Column, ...], frozenset[str]]] = {}
        self._fitting: dict[Column, tuple[frozenset[ResourceType], ...]] = {}
        self._of_resources = tuple(column for resource in suite.resources.values() for column in _columns_of(resource))

    @cached_property
    def _by_label(self) -> dict[str, Column]:
        return {column.label: column for column in self._of_resources}

    def of(self, scenario: Scenario, asked: tuple[Asked, ...]) -> list[list[tuple[Column, Asked]]]:
        """Return, for each entry of `actions:`, the columns and what of it is asked there."""
        if scenario.on is None:
            return [self._by_type(scenario, one) for one in asked]
        columns = tuple(dict.fromkeys(column for name in scenario.on for column in self._named(name)))
        if _STAR in columns:
            self._warn_of_star(scenario, asked)
        return [[(column, one) for column in columns] for one in asked]

    def _named(self, node: Node) -> Iterable[Column]:
        resource = self._suite.resources.get(node.text)
        if resource is not None:
            return _columns_of(resource)
        if node.text in ("*", EACH_TYPE):
            return (_STAR if node.text == "*" else _EACH,)
        if (named := self._by_label.get(node.text)) is not None:
            return (named,)
        target = self._ad_hoc.setdefault(node.text, Target(node.text, None, "single", (node,)))
        return (Column(node.text, None, target),)

    def _by_type(self, scenario: Scenario, asked: Asked) -> list[tuple[Column, Asked]]:
        """Sort the actions by the columns whose every ARN is of a type that they take."""
        found: dict[Column, list[str]] = {}
        lacking: dict[str, list[str]] = {}
        for action in asked.actions:
            kinds = self._types.of_action(action)
            columns, held = self._taking(kinds)
            for column in columns:
                found.setdefault(column, []).append(action)
            for kind in self._lacking(action, kinds, held):
                lacking.setdefault(kind, []).append(action)
        if lacking:
            self._report_lacking(scenario, asked, lacking)
        return [
            (column, asked if len(actions) == len(asked.actions) else asked.only_of(actions))
            for column, actions in found.items()
        ]

    def _taking(self, kinds: tuple[ResourceType, ...]) -> tuple[tuple[Column, ...], frozenset[str]]:
        """Return the columns for an action that takes *kinds*, and which of them they hold."""
        if not kinds:
            return (_STAR,), frozenset()
        key = tuple(map(id, kinds))
        if key not in self._taken:
            wanted = frozenset(kinds)
            columns = tuple(c for c in self._of_resources if all(wanted & of_arn for of_arn in self._types_of(c)))
            held = {kind.name for column in columns for of_arn in self._types_of(column) for kind in of_arn & wanted}
            self._taken[key] = (columns, frozenset(held))
        return self._taken[key]

    def _types_of(self, column: Column) -> tuple[frozenset[ResourceType], ...]:
        """Return the types of each ARN of a column, whoever calls."""
        if column not in self._fitting:
            if column.target is not None:
                arns = tuple(node.text for node in column.target.arns)
            else:
                arns = (SAMPLES[column.resource.name],) if column.resource is not None else ()
            self._fitting[column] = tuple(frozenset(self._types.of_arn(arn)) for arn in arns)
        return self._fitting[column]

    def _lacking(self, action: str, kinds: tuple[ResourceType, ...], held: frozenset[str]) -> list[str]:
        """Return the types for which there is no resource: of the required ones, else of all if there is none."""
        required = self._types.required(action)
        if required:
            return sorted(required - held)
        return [] if held else sorted(kind.name for kind in kinds)

    def _report_lacking(self, scenario: Scenario, asked: Asked, lacking: Mapping[str, list[str]]) -> None:
        kinds = ", ".join(f"`{kind}`" for kind in list(lacking)[:_SHOWN])
        more = f" and {len(lacking) - _SHOWN} more types" if len(lacking) > _SHOWN else ""
        first = next(iter(lacking.values()))[0]
        what = f"`{asked.text}`" if asked.actions == (first,) else f"`{asked.text}` (as `{first}`)"
        node = next(one.node for one in scenario.actions if one.text == asked.text)
        message = f"{what} takes resources of type {kinds}{more}, and there is none"
        help_ = "declare one of that type under `resources:`, or say `on:`"
        self._faults.add(node.fault("no-resource", message, help=help_))

    def _warn_of_star(self, scenario: Scenario, asked: tuple[Asked, ...]) -> None:
        taking = [action for one in asked for action in one.actions if self._types.of_action(action)]
        node = next(node for node in scenario.on or () if node.text == "*")
        if taking:
            more = f" and {len(taking) - 1:,} more actions take" if len(taking) > 1 else " takes"
            message = f"`*` is the literal text `*`, and `{taking[0]}`{more} resources"
            help_ = "policies that name ARNs don't match it; `each type` asks on ARNs"
            self._faults.add(node.fault("literal-star", message, help=help_, severity=Severity.WARNING))

    def bind(self, column: Column, principal: Principal, base: Situation) -> Bound | EachType | None:
        """Return the column for one caller, None where that one has none (or a variable has no value)."""
        if column is _STAR:
            return ANYTHING
        if column is _EACH:
            return self._each_type(principal, base)
        if column.target is not None:
            bound = self._binder.bind(column.target, principal, base.context)
            if bound is not None and column.name == OTHERS and column.resource is not None:
                self._check_others(column.resource, principal, base)
            return bound
        if column.resource is None:
            return None
        return next((one for one in self.built_in.of(column.resource, principal) if one.label == column.label), None)

    def _check_others(self, resource: Resource, principal: Principal, base: Situation) -> None:
        found = (self._silent.bind(target, principal, base.context) for target in resource.targets)
        self._binder.check_others(resource, tuple(one for one in found if one is not None), principal)

    def _each_type(self, principal: Principal, base: Situation) -> EachType:
        if base not in self._each:
            known = (
                self._silent.bind(column.target, principal, base.context)
                if column.target is not None
                else self.bind(column, principal, base)
                for column in self._of_resources
            )
            bound = [one for one in known if isinstance(one, Bound)]
            self._each[base] = EachType(principal, base.context, bound, self._types)
        return self._each[base]


def _columns_of(resource: Resource) -> tuple[Column, ...]:
    if resource.built_in:
        return tuple(Column(f"{resource.name}/{name}", name, None, resource) for name in (OWN, OTHERS))
    return tuple(Column(target.label, target.name, target, resource) for target in resource.targets)
