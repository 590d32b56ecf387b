"""Answers for ``iamproof catalogue [PATTERN]``.

What a pattern asks for follows from its shape: nothing gives the services, ``iam`` that one with all
that it has, ``iam*`` several, ``iam:*MFA*`` actions, resource types and keys, a name or ARN a managed
policy, any other ARN the types that it may be of.  A bare name that is neither service nor policy is
looked for in every service.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.catalogue.answer import ActionRow, Answer, KeyRow, PolicyRow, ServiceRow, Taken, Taker, TypeRow
from simulator.catalogue.global_keys import global_key, global_keys
from simulator.catalogue.keys import KeyTable
from simulator.catalogue.managed import managed_names, managed_policy, nearest_managed
from simulator.catalogue.spelling import CUTOFF
from simulator.errors import nearest
from simulator.policy.arn import Arn
from simulator.policy.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.catalogue.load import Catalogue
    from simulator.catalogue.model import Action, ContextKey, Level, ResourceType
    from simulator.catalogue.service import Service

__all__ = ["query"]

_WILDCARDS = frozenset("*?")
_ARN = "arn:"
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_LONGEST = 512  # of a name that is looked for


def query(catalogue: Catalogue, pattern: str | None = None, *, level: Level | None = None) -> Answer:
    """Return what *pattern* asks for; with *level*, the actions of it that have this access level."""
    nothing = Answer(catalogue.date, catalogue.sha256)
    if pattern is None and level is not None:
        pattern = "*:*"
    if pattern is None:
        found = replace(nothing, services=tuple(_services(catalogue, "*")))
    elif pattern.startswith(_ARN):
        found = _of_arn(catalogue, pattern, nothing)
    elif ":" in pattern:
        found = _named(catalogue, pattern, nothing)
    else:
        found = _bare(catalogue, pattern, nothing)
    if level is not None:
        return replace(nothing, actions=tuple(row for row in found.actions if row.level == level))
    return found if found.found or pattern is None else replace(found, suggestion=_near(catalogue, pattern))


def _of_arn(catalogue: Catalogue, pattern: str, nothing: Answer) -> Answer:
    arn = Arn.parse(pattern)
    if arn is None:
        return nothing
    if (arn.service, arn.account) == ("iam", "aws"):
        return replace(nothing, policies=tuple(_policies(pattern)))
    services = filter(None, map(catalogue.service, catalogue.declaring_arns_of(arn.service)))
    fitting = [(_fit(kind, arn), service, kind) for service in services for kind in service.types]
    most = max((fit for fit, _, _ in fitting), default=0)
    rows = (_type(service, kind) for fit, service, kind in fitting if fit == most > 0)
    return replace(nothing, resource_types=tuple(row for row in rows if row.actions))


def _fit(kind: ResourceType, arn: Arn) -> int:
    """Return how much of *arn* the format of *kind* that fits it best spells out; 0 where none fits.

    An object's ARN fits a bucket's format too, since a variable stands for any text.
    """
    formats = (format_.split(":", 5) for format_ in kind.arns)
    return max((1 + len(_VARIABLE.sub("", part[5])) for part in formats if _fits(part, arn)), default=0)


def _fits(part: list[str], arn: Arn) -> bool:
    pairs = ((part[2], arn.service), (part[5], arn.resource))
    return all(Pattern.parse(_VARIABLE.sub("?*", text)).matches(value) for text, value in pairs)


def _named(catalogue: Catalogue, pattern: str, nothing: Answer) -> Answer:
    """Look for ``prefix:name``, of which both may hold wildcards."""
    prefix, _, name = pattern.lower().partition(":")
    services = tuple(_matching_services(catalogue, prefix))
    return replace(
        nothing,
        actions=_actions(catalogue, pattern),
        resource_types=tuple(row for service in services for row in _types(service, name)),
        keys=tuple(_keys(catalogue, pattern, services)),
    )


def _bare(catalogue: Catalogue, pattern: str, nothing: Answer) -> Answer:
    service = catalogue.service(pattern)
    found = replace(nothing, services=tuple(_services(catalogue, pattern)), policies=tuple(_policies(pattern)))
    if service is not None:
        carried = _carried(service)
        return replace(
            found,
            actions=_actions(catalogue, f"{pattern}:*"),
            resource_types=tuple(_types(service, "*")),
            keys=tuple(_key(key, carried.get(key.name.lower(), ())) for key in service.keys),
        )
    return found if found.found else _named(catalogue, f"*:{pattern}", nothing)


def _matching_services(catalogue: Catalogue, prefix: str) -> Iterator[Service]:
    matches = Pattern.parse(prefix).matches
    for name in filter(matches, catalogue.services()):
        service = catalogue.service(name)
        assert service is not None, "every listed service can be read"
        yield service


def _services(catalogue: Catalogue, pattern: str) -> Iterator[ServiceRow]:
    for service in _matching_services(catalogue, pattern.lower()):
        sizes = len(service.action_names), len(service.types), len(service.keys)
        yield ServiceRow(service.name, service.title, *sizes)


# --- actions and resource types -----------------------------------------------------------------


def _actions(catalogue: Catalogue, pattern: str) -> tuple[ActionRow, ...]:
    return tuple(_action(action) for action in map(catalogue.action, catalogue.match(pattern)) if action)


def _action(action: Action) -> ActionRow:
    types = (Taken(kind.name, kind.name in action.required, kind.arns) for kind in action.resource_types)
    return ActionRow(action.name, action.level, tuple(types), _own_keys(action), action.ungated)


def _own_keys(action: Action) -> tuple[str, ...]:
    of_types = (key for kind in action.resource_types for key in kind.condition_keys)
    return tuple(dict.fromkeys((*action.condition_keys, *of_types)))


def _all(service: Service) -> Iterator[Action]:
    return map(service.action, range(len(service.action_names)))


def _types(service: Service, pattern: str) -> Iterator[TypeRow]:
    matches = Pattern.parse(pattern).matches
    for kind in service.types:
        if matches(kind.name.lower()):
            yield _type(service, kind)


def _type(service: Service, kind: ResourceType) -> TypeRow:
    takers = (Taker(one.name, kind.name in one.required) for one in _all(service) if kind in one.resource_types)
    return TypeRow(f"{service.name}:{kind.name}", kind.arns, kind.condition_keys, tuple(takers))


# --- keys ---------------------------------------------------------------------------------------


def _keys(catalogue: Catalogue, pattern: str, services: Iterable[Service]) -> Iterator[KeyRow]:
    """Yield the keys that match, global ones first; a name that a template covers counts."""
    name = pattern.partition(":")[2]
    if not _WILDCARDS & set(pattern):
        named = catalogue.key(pattern)
        carriers = (_carriers(service, pattern) for service in services) if global_key(pattern) is None else ()
        yield from () if named is None else (_key(named, next(filter(None, carriers), ())),)
        return
    matches = Pattern.parse(pattern.lower()).matches
    found: dict[str, KeyRow] = {}
    for key in global_keys():
        if matches(key.name.lower()):
            found.setdefault(key.name, _key(key))
    for service in services if name else ():
        matching = [key for key in service.keys if matches(key.name.lower())]
        carried = _carried(service) if matching else {}
        for key in matching:
            found.setdefault(key.name, _key(key, carried.get(key.name.lower(), ())))
    yield from found.values()


def _carried(service: Service) -> dict[str, tuple[str, ...]]:
    """Return for each key of a service (its lower-case name) the actions that carry it."""
    found: dict[str, dict[str, None]] = {}
    for action in _all(service):
        for key in _own_keys(action):
            found.setdefault(key.lower(), {})[action.name] = None
    return {key: tuple(names) for key, names in found.items()}


def _carriers(service: Service, name: str) -> tuple[str, ...]:
    """Return the actions that carry the key *name*, which a template may cover."""
    declared = next((key.name for key in service.keys if KeyTable((key,)).find(name)), "")
    return _carried(service).get(declared.lower(), ())


def _key(key: ContextKey, actions: tuple[str, ...] = ()) -> KeyRow:
    kind = key.type if key.type == "arn" and not key.multivalued else key.api_type
    return KeyRow(key.name, kind, key.provider, key.always, key.availability, actions)


# --- managed policies ---------------------------------------------------------------------------


def _policies(pattern: str) -> Iterator[PolicyRow]:
    if _WILDCARDS & set(pattern):
        matches = Pattern.parse(pattern.rpartition("/")[2].lower()).matches
        names = tuple(name for name in managed_names() if matches(name.lower()))
    else:
        names = (pattern,)
    for policy in map(managed_policy, names):
        if policy is not None:
            yield PolicyRow(policy.name, policy.arn, policy.version, policy.created, policy.updated, policy.sha256)


# --- nearly right names -------------------------------------------------------------------------


def _near(catalogue: Catalogue, pattern: str) -> str | None:
    if not pattern or len(pattern) > _LONGEST or _WILDCARDS & set(pattern):
        return None
    if ":" not in pattern:
        return (
            nearest_managed(pattern)
            or _beginning(pattern, managed_names())
            or _of_any_service(catalogue, pattern)
            or catalogue.nearest_service(pattern)
        )
    if pattern.startswith(_ARN):
        return nearest_managed(pattern)
    prefix, _, name = pattern.partition(":")
    service = catalogue.service(prefix)
    own = [f"{service.name}:{kind.name}" for kind in service.types] if service else []
    keys = [key.name for key in (*(service.keys if service else ()), *global_keys())]
    return (
        catalogue.nearest_action(pattern)
        or nearest(pattern, (*own, *keys), cutoff=CUTOFF)
        or (_beginning(pattern, (*own, *keys, *catalogue.match(f"{prefix}:*"))) if name else None)
    )


def _of_any_service(catalogue: Catalogue, name: str) -> str | None:
    """Return an action or key without its service that is *name* but for a slip."""
    known = (*catalogue.actions(), *(key.name for key in global_keys()))
    return nearest(name, {full.partition(":")[2]: None for full in known}, cutoff=CUTOFF)


def _beginning(text: str, names: Iterable[str]) -> str | None:
    """Return the only name that begins with *text*, or the pattern of the several that do, letter case aside."""
    found = [name for name in names if name.lower().startswith(text.lower())]
    return found[0] if len(found) == 1 else f"{text}*" if found else None
