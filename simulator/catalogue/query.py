"""Answers for ``iamproof catalogue [PATTERN]``: plain rows, in the order they are shown.

What a pattern asks for follows from its shape: nothing gives the services, ``iam`` that one with
its actions, ``iam*`` several, ``iam:*MFA*`` actions and keys, a name or ARN a managed policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.catalogue.global_keys import global_keys
from simulator.catalogue.managed import managed_names, managed_policy, nearest_managed
from simulator.policy.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.catalogue.load import Catalogue
    from simulator.catalogue.model import Action, ContextKey

__all__ = ["ActionRow", "Answer", "KeyRow", "PolicyRow", "ServiceRow", "TypeRow", "query"]

_WILDCARDS = frozenset("*?")


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service and how much the catalogue has of it."""

    prefix: str
    title: str
    actions: int
    resource_types: int
    keys: int


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A resource type that an action takes."""

    name: str
    required: bool
    arns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action; without resource types only ``*`` grants it."""

    name: str
    level: str
    resource_types: tuple[TypeRow, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A context key, in the words of the simulator API."""

    name: str
    type: str
    provider: str
    always: bool
    availability: str


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
    keys: tuple[KeyRow, ...] = ()
    policies: tuple[PolicyRow, ...] = ()
    suggestion: str | None = None

    @property
    def found(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.services or self.actions or self.keys or self.policies)


def query(catalogue: Catalogue, pattern: str | None = None) -> Answer:
    """Return what *pattern* asks for."""
    if pattern is None:
        return Answer(catalogue.date, catalogue.sha256, services=tuple(_services(catalogue, "*")))
    if ":" not in pattern or pattern.startswith("arn:"):
        named = "" if pattern.startswith("arn:") else pattern
        services, policies = tuple(_services(catalogue, named)), tuple(_policies(pattern))
        near = None if services or policies else catalogue.nearest_service(pattern) or nearest_managed(pattern)
        actions = _actions(catalogue, f"{pattern}:*") if catalogue.service(pattern) else ()
        return Answer(catalogue.date, catalogue.sha256, services, actions, policies=policies, suggestion=near)
    actions = _actions(catalogue, pattern)
    keys = tuple(_key(key) for key in _matching_keys(catalogue, pattern))
    near = None if actions or keys else catalogue.nearest_action(pattern)
    return Answer(catalogue.date, catalogue.sha256, actions=actions, keys=keys, suggestion=near)


def _services(catalogue: Catalogue, pattern: str) -> Iterator[ServiceRow]:
    matches = Pattern.parse(pattern.lower()).matches
    for name in filter(matches, catalogue.services()):
        service = catalogue.service(name)
        assert service is not None, "every listed service can be read"
        yield ServiceRow(name, service.title, len(service.action_names), len(service.types), len(service.keys))


def _actions(catalogue: Catalogue, pattern: str) -> tuple[ActionRow, ...]:
    return tuple(_action(action) for action in map(catalogue.action, catalogue.match(pattern)) if action)


def _action(action: Action) -> ActionRow:
    types = (TypeRow(kind.name, kind.name in action.required, kind.arns) for kind in action.resource_types)
    of_types = (key for kind in action.resource_types for key in kind.condition_keys)
    return ActionRow(action.name, action.level, tuple(types), tuple(dict.fromkeys((*action.condition_keys, *of_types))))


def _matching_keys(catalogue: Catalogue, pattern: str) -> Iterable[ContextKey]:
    """Return the keys under a prefix that match, global ones first; a name that a template covers counts."""
    if not _WILDCARDS & set(pattern):
        named = catalogue.key(pattern)
        return () if named is None else (named,)
    service = catalogue.service(pattern.partition(":")[0])
    candidates = (*global_keys(), *(service.keys if service else ()))
    matches = Pattern.parse(pattern.lower()).matches
    found: dict[str, ContextKey] = {}
    for key in candidates:
        if matches(key.name.lower()):
            found.setdefault(key.name, key)
    return found.values()


def _key(key: ContextKey) -> KeyRow:
    kind = key.type if key.type == "arn" and not key.multivalued else key.api_type
    return KeyRow(key.name, kind, key.provider, key.always, key.availability)


def _policies(pattern: str) -> Iterator[PolicyRow]:
    if _WILDCARDS & set(pattern):
        matches = Pattern.parse(pattern.rpartition("/")[2].lower()).matches
        names = tuple(name for name in managed_names() if matches(name.lower()))
    else:
        names = (pattern,)
    for policy in map(managed_policy, names):
        if policy is not None:
            yield PolicyRow(policy.name, policy.arn, policy.version, policy.created, policy.updated, policy.sha256)
