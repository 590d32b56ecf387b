"""A service as values, whole: what the refresh task reads, compares and packs, and what overlays add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.catalogue.model import LEVELS
from simulator.catalogue.rows import UNGATED
from simulator.catalogue.service import Service

if TYPE_CHECKING:
    from simulator.catalogue.model import Action, ResourceType
    from simulator.catalogue.rows import ServiceRows

__all__ = ["ServiceFacts", "extended", "facts_of", "rows_of", "service_of"]


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A service: `keys` are its declared keys with AWS's word for the type (``ArrayOfString``)."""

    name: str
    title: str
    actions: tuple[Action, ...]
    types: tuple[ResourceType, ...]
    keys: tuple[tuple[str, str], ...]

    def joined(self, extra: ServiceFacts) -> ServiceFacts:
        """Return the service with *extra* added, whose actions and keys win where both have a name.

        A type declared anew counts for the actions of *extra* alone.
        """
        actions = {action.name.lower(): action for action in (*self.actions, *extra.actions)}
        types = dict.fromkeys((*self.types, *extra.types))
        keys = {name.lower(): (name, word) for name, word in (*self.keys, *extra.keys)}
        return ServiceFacts(self.name, self.title, tuple(actions.values()), tuple(types), tuple(keys.values()))


def rows_of(service: ServiceFacts) -> ServiceRows:
    """Pack a service; its actions stand in the order of their lower-case names."""
    keys = {name.lower(): number for number, (name, _) in enumerate(service.keys)}
    types = {kind: number for number, kind in enumerate(service.types)}
    return {
        "title": service.title,
        "keys": list(service.keys),
        "types": [(k.name, list(k.arns), [keys[key.lower()] for key in k.condition_keys]) for k in service.types],
        "actions": [
            (
                LEVELS.index(action.level) + UNGATED * action.ungated,
                [types[kind] for kind in action.resource_types],
                [types[kind] for kind in action.resource_types if kind.name in action.required],
                [keys[key.lower()] for key in action.condition_keys],
            )
            for action in sorted(service.actions, key=lambda action: action.name.lower())
        ],
    }


def service_of(facts: ServiceFacts) -> Service:
    """Make a service of its facts."""
    names = sorted((action.name for action in facts.actions), key=str.lower)
    return Service(facts.name, names, rows_of(facts))


def facts_of(service: Service) -> ServiceFacts:
    """Return the whole of a service."""
    actions = tuple(service.action(number) for number in range(len(service.action_names)))
    return ServiceFacts(service.name, service.title, actions, service.types, service.key_words)


def extended(base: Service | None, extra: ServiceFacts) -> Service:
    """Return *base* with what an overlay adds to it."""
    return service_of(extra if base is None else facts_of(base).joined(extra))
