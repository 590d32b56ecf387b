"""A drafted suite: what it asks, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.decide.context import ContextValue
    from simulator.policy.model import Statement

__all__ = ["EACH", "Draft", "DraftScenario", "Target", "Values"]

Values: TypeAlias = "Mapping[str, ContextValue | None]"
"""Context keys and their values, None for one that is stated as absent."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about: an ARN, ``*`` or ``each type`` (`name` alone), or a target of a resource of the suite."""

    name: str
    resource: str = ""

    @property
    def label(self) -> str:
        """How `on:` and ids call it."""
        return f"{self.resource}/{self.name}" if self.resource else self.name


EACH = Target("each type")


@dataclass(frozen=True, slots=True, eq=False)
class DraftScenario:
    """One scenario without its verdicts; `statement` is the one that it is about.

    Scenarios of one `base` were one until targets or verdicts told their actions apart.
    """

    name: str
    base: str
    statement: Statement
    who: str
    actions: tuple[str, ...]
    targets: tuple[Target, ...]
    sessions: tuple[str, ...] = ()
    context: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A suite without its verdicts; *users* are names with their paths, empty for a role."""

    title: str
    comment: tuple[str, ...]
    policy_name: str
    place: object  #: a path or an ARN, else the document itself
    account: str
    partition: str
    users: Mapping[str, str]
    context: Values
    sessions: Mapping[str, Values]
    resources: Mapping[str, Mapping[str, tuple[str, ...]]]
    scenarios: tuple[DraftScenario, ...]
