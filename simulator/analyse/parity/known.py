"""Divergences that somebody has looked at, each with the reason.

::

    format: 1
    divergences:
      - reason: AWS does not fill in aws:userid for roles the way we read its documentation
        what: missing keys            # refusal, decision, deciding statements, missing keys, details
        backends: [embedded, aws]     # left out, any two
        action: sts:*                 # globs; left out, any
        resource: "*"
        cell: scenarios/roles.yaml::*

An entry that nothing fits any more is told, so that the file does not outlive its reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from simulator.accounts.shape import FORMAT
from simulator.analyse.parity.compare import Aspect
from simulator.errors import Collector
from simulator.text.record import Field, Record
from simulator.text.shape import ListOf, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.text.source import Node

__all__ = ["KnownDivergence", "read_known"]

_GLOB = "a glob; anything without it"
_BACKENDS = ("embedded", "moto", "aws", "recording")
_ENTRY = Record(
    "a divergence",
    (
        Field("reason", Text("a reason", pattern=r"\s*\S"), "why the difference is as it should be", required=True),
        Field("what", Text("an aspect", choices=tuple(aspect.value for aspect in Aspect)), "the aspect that differs"),
        Field("backends", ListOf(Text("a backend", choices=_BACKENDS), "a list of two backends"), "between whom"),
        Field("action", Text("an action, perhaps with wildcards"), _GLOB),
        Field("resource", Text("an ARN, perhaps with wildcards"), _GLOB),
        Field("cell", Text("a cell's id, perhaps with wildcards"), _GLOB),
    ),
)
_FILE = Record(
    "a file of known divergences",
    (
        FORMAT,
        Field("divergences", ListOf(_ENTRY, "a list of divergences", blank=True), required=True),
    ),
)


@dataclass(frozen=True, slots=True)
class KnownDivergence:
    """One entry; `place` is where it stands."""

    reason: str
    place: str
    aspect: Aspect | None = None
    backends: frozenset[str] = frozenset()
    action: str = "*"
    resource: str = "*"
    cell: str = "*"

    def covers(self, aspect: Aspect, action: str, resources: Iterable[str], cell: str) -> bool:
        """Tell whether a difference in *aspect* is one of those that are meant."""
        return (
            self.aspect in (None, aspect)
            and fnmatchcase(action.lower(), self.action.lower())
            and all(fnmatchcase(resource, self.resource) for resource in resources)
            and fnmatchcase(cell, self.cell)
        )

    def between(self, backends: Iterable[str]) -> bool:
        """Tell whether the entry is about these two backends."""
        return not self.backends or self.backends == frozenset(backends)


def read_known(node: Node) -> tuple[KnownDivergence, ...]:
    """Read the file at *node*; raise `InputError` with all that is wrong with it."""
    faults = Collector()
    _FILE.check(node, faults)
    faults.finish()
    entries = node.get("divergences")
    return tuple(_entry(item) for item in (entries.items if entries is not None else ()))


def _entry(node: Node) -> KnownDivergence:
    def text(key: str) -> str | None:
        value = node.get(key)
        return None if value is None else value.text

    aspect, backends = text("what"), node.get("backends")
    return KnownDivergence(
        reason=(text("reason") or "").strip(),
        place=str(node.span),
        aspect=None if aspect is None else Aspect(aspect),
        backends=frozenset(item.text for item in backends.items) if backends is not None else frozenset(),
        action=text("action") or "*",
        resource=text("resource") or "*",
        cell=text("cell") or "*",
    )
