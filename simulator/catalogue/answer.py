"""What ``iamproof catalogue`` answers: plain rows, in the order in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ActionRow", "Answer", "KeyRow", "PolicyRow", "ServiceRow", "Taken", "Taker", "TypeRow"]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service and how much the catalogue has of it."""

    prefix: str
    title: str
    actions: int
    resource_types: int
    keys: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A resource type that an action takes."""

    name: str
    required: bool
    arns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action; without resource types only ``*`` grants it, unless `ungated`: then nobody knows."""

    name: str
    level: str
    resource_types: tuple[Taken, ...]
    keys: tuple[str, ...]
    ungated: bool = False


@dataclass(frozen=True, slots=True)
class Taker:
    """An action that takes a resource type."""

    name: str
    required: bool


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A resource type, as ``iam:mfa``, and the actions that take it."""

    name: str
    arns: tuple[str, ...]
    keys: tuple[str, ...]
    actions: tuple[Taker, ...]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A context key, in the words of the simulator API; `actions` carry it, where a service declares it."""

    name: str
    type: str
    provider: str
    always: bool
    availability: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """An AWS managed policy, without its document."""

    name: str
    arn: str
    version: str
    created: str
    updated: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a pattern found; `suggestion` is the nearest name when it found nothing."""

    date: str
    sha256: str
    services: tuple[ServiceRow, ...] = ()
    actions: tuple[ActionRow, ...] = ()
    resource_types: tuple[TypeRow, ...] = ()
    keys: tuple[KeyRow, ...] = ()
    policies: tuple[PolicyRow, ...] = ()
    suggestion: str | None = None

    @property
    def found(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.services or self.actions or self.resource_types or self.keys or self.policies)
