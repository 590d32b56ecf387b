"""A cell: one principal × session × action × target, and the verdict that it must have.

What cells have in common they share, so that a hundred thousand stay small: the context, the resolved
target, the actions.  `simulator.suites.cells` makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.decide.context import Context, ContextValue
    from simulator.suites.actions import Asked
    from simulator.suites.model import Expected, Mode, Scenario, Suite
    from simulator.suites.situations import Situation
    from simulator.suites.where import Where

__all__ = ["Cell"]


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One cell; equal only to itself.

    `action` is as written and `actions` what it stands for.  `context` is the one of all its requests;
    where an ARN shows more than the others do (a region, an account), `context_of` has that too.
    """

    suite: Suite
    scenario: Scenario
    principal: Principal
    session: str
    asked: Asked
    where: Where
    expected: Expected

    @property
    def id(self) -> str:
        """``FILE::SCENARIO::PRINCIPAL[SESSION]-ACTION-TARGET``."""
        tail = f"{self.principal.label}[{self.session}]-{self.asked.text}-{self.where.bound.label}"
        return f"{self.suite.file}::{self.scenario.identity}::{tail}"

    @property
    def tags(self) -> tuple[str, ...]:
        """The suite's tags and the scenario's."""
        return self.scenario.tags

    @property
    def action(self) -> str:
        """The action as the scenario writes it."""
        return self.asked.text

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions asked, in the catalogue's spelling."""
        return self.asked.actions

    @property
    def target(self) -> str:
        """``RESOURCE/TARGET``, the resource's name, an ARN, ``*`` or ``each type``."""
        return self.where.bound.label

    @property
    def mode(self) -> Mode:
        """How several resources make one verdict."""
        return self.where.bound.mode

    @property
    def resource(self) -> str | tuple[str, ...]:
        """The ARN, ``*``, ``each type``, or several ARNs."""
        found = self.where.bound.resources
        return found[0] if len(found) == 1 else found

    @property
    def resources(self) -> tuple[str, ...]:
        """All ARNs asked."""
        return tuple(dict.fromkeys(arn for _, arns in self.asks for arn in arns))

    @property
    def asks(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """Which actions are asked of which resources."""
        return self.where.bound.asks(self.asked)

    @property
    def owner(self) -> str | None:
        """The account that owns the resource, where it is declared."""
        return self.where.bound.owner

    @property
    def resource_policy(self) -> LoadedPolicy | None:
        """The resource-based policy."""
        return self.where.bound.policy

    @property
    def context(self) -> Context:
        """The context of all requests of the cell, shared by cells that have the same."""
        return self.where.common.context

    @property
    def stated(self) -> Mapping[str, ContextValue]:
        """What files state of the context."""
        return self.where.common.stated

    @property
    def derived(self) -> Mapping[str, ContextValue]:
        """What the runner adds to it."""
        return self.where.common.derived

    @property
    def types(self) -> Mapping[str, str]:
        """The API's type of each key."""
        return self.where.common.types

    @property
    def stated_keys(self) -> frozenset[str]:
        """The keys, in lower case, that are stated or derived, as absent too."""
        return frozenset(name.lower() for name in self.context)

    def situation_of(self, resource: str) -> Situation:
        """Return the context of the requests for one of the resources, and where it comes from."""
        return self.where.of(resource)

    def context_of(self, resource: str) -> Context:
        """Return the context of the requests for one of the resources."""
        return self.where.of(resource).context
