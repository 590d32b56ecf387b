"""What a refresh changes, in lines that a reviewer reads: ``+`` new, ``-`` gone, ``~`` changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.catalogue.model import Action
    from simulator.catalogue.refresh.facts import Facts, PolicyFacts

__all__ = ["catalogue_changes", "policy_changes"]


def catalogue_changes(old: Facts, new: Facts) -> Iterator[str]:
    """Yield a line for each action, resource type or key that came, went or changed."""
    yield from _changes(_actions(old), _actions(new))
    yield from _changes(_types(old), _types(new))
    yield from _changes(_keys(old), _keys(new))


def policy_changes(old: Iterable[PolicyFacts], new: Iterable[PolicyFacts]) -> Iterator[str]:
    """Yield a line for each managed policy that came, went or changed."""
    yield from _changes(
        *({p.name: f"policy {p.path}{p.name} {p.version} {p.updated[:10]}" for p in side} for side in (old, new))
    )


def _changes(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before is None:
            yield f"+ {after}"
        elif after is None:
            yield f"- {before}"
        elif before != after:
            yield f"~ {before} -> {after}"


def _actions(facts: Facts) -> dict[str, str]:
    return {action.name: f"action {action.name} {_taken(action)}" for action in facts.actions.values()}


def _taken(action: Action) -> str:
    types = " ".join(kind.name + "*" * (kind.name in action.required) for kind in action.resource_types)
    return f"({action.level}; {types or 'no resource'}; {' '.join(action.condition_keys) or 'no key'})"


def _types(facts: Facts) -> dict[str, str]:
    kinds = (kind for service in facts.services for kind in service.types)
    return {
        f"{k.service}:{k.name}": f"type {k.service}:{k.name} {' '.join((*k.arns, *k.condition_keys))}" for k in kinds
    }


def _keys(facts: Facts) -> dict[str, str]:
    rows = ((service.name, name, word) for service in facts.services for name, word in service.keys)
    return {f"{service} {name}": f"key {service} {name} {word}" for service, name, word in rows}
