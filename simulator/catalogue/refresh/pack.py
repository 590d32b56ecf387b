"""Writes the packed files that `simulator.catalogue.store` reads: the same facts, the same bytes.

Besides the blobs, the index lists which services declare ARNs or keys that carry another service's
name, so that a look-up needs to load no more than those.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from simulator.catalogue.examples import example_arn
from simulator.catalogue.facts import rows_of
from simulator.catalogue.load import ANY_SERVICE
from simulator.catalogue.model import LEVELS
from simulator.catalogue.store import FORMAT, HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.catalogue.facts import ServiceFacts
    from simulator.catalogue.refresh.facts import Facts, PolicyFacts

__all__ = ["pack_catalogue", "pack_policies"]


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _pack(index: dict[str, Any], blobs: Iterable[bytes]) -> bytes:
    head = zlib.compress(_json({"format": FORMAT, **index}).encode(), 9)
    return len(head).to_bytes(HEADER, "big") + head + b"".join(blobs)


class _Blobs:
    """The blobs so far, and where each stands."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._end = 0

    def add(self, text: str) -> tuple[int, int]:
        part = zlib.compress(text.encode(), 9)
        self.parts.append(part)
        self._end += len(part)
        return self._end - len(part), len(part)


def pack_catalogue(facts: Facts) -> bytes:
    """Return the catalogue's file."""
    blobs = _Blobs()
    names = sorted((action.name for service in facts.services for action in service.actions), key=str.lower)
    levels = {action.name: str(LEVELS.index(action.level)) for service in facts.services for action in service.actions}
    index = {
        "source": facts.source,
        "date": facts.date,
        "names": blobs.add("\n".join(names)),
        "levels": blobs.add("".join(levels[name] for name in names)),
        "services": {service.name: blobs.add(_json(rows_of(service))) for service in facts.services},
        "arn_services": _foreign({s.name: _arn_services(s) for s in facts.services}),
        "key_prefixes": _foreign({s.name: _key_prefixes(s) for s in facts.services}),
        "requests": {service.name: _requests(service) for service in facts.services},
        "undocumented": sorted(facts.undocumented),
    }
    return _pack(index, blobs.parts)


def _requests(service: ServiceFacts) -> int:
    """Count the requests of asking every action of each type that it takes, and of ``*`` where it takes none."""
    return sum(max(1, len({example_arn(kind) for kind in action.resource_types})) for action in service.actions)


def _arn_services(service: ServiceFacts) -> set[str]:
    named = {arn.split(":", 3)[2] for kind in service.types for arn in kind.arns}
    return {ANY_SERVICE if "$" in name or "*" in name else name for name in named}


def _key_prefixes(service: ServiceFacts) -> set[str]:
    named = {name.partition(":")[0].lower() for name, _ in service.keys} - {"aws"}
    return {ANY_SERVICE if "$" in name else name for name in named}


def _foreign(named: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """Turn service → names into name → the other services that use it."""
    pairs = sorted((name, service) for service, names in named.items() for name in names if name != service)
    table: dict[str, list[str]] = {}
    for name, service in pairs:
        table.setdefault(name, []).append(service)
    return table


def pack_policies(source: str, policies: Iterable[PolicyFacts]) -> bytes:
    """Return the managed policies' file; its date is that of the newest update."""
    blobs = _Blobs()
    kept = sorted(policies, key=lambda policy: policy.name)
    rows = {p.name: (p.path, p.version, p.created, p.updated, *blobs.add(p.text)) for p in kept}
    date = max((policy.updated for policy in kept), default="")[:10]
    return _pack({"source": source, "date": date, "policies": rows}, blobs.parts)
