"""Silences: findings that somebody has looked at, with the reason.

In ``iamproof.yaml``::

    silence:
      - code: resource-account-id
        file: policies/partner-*.json     # a glob; left out, every file
        reason: the partner's account, reviewed on 2026-11-02

A silence without a reason is an error, and one that silences nothing is a warning: it outlived what
it was for.  What makes an input unusable can't be silenced.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from simulator.analyse.lint.codes import known_codes
from simulator.errors import Collector, Severity
from simulator.text.record import Field, Record
from simulator.text.shape import ListOf, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.errors import Diagnostic
    from simulator.text.source import Node

__all__ = ["Silence", "Silenced", "read_silences", "silenced"]

_SILENCE = Record(
    "a silence",
    (
        Field(
            "code", Text("the code of a diagnostic", choices=known_codes()), "the code of a diagnostic", required=True
        ),
        Field("file", Text("a file's path, perhaps with wildcards"), "a glob; every file without it"),
        Field("reason", Text("a reason", pattern=r"\s*\S"), "why nothing needs to be done", required=True),
    ),
)
_SILENCES = ListOf(_SILENCE, "a list of silences", blank=True)


@dataclass(frozen=True, slots=True)
class Silence:
    """One entry of ``silence:``."""

    code: str
    file: str
    reason: str
    node: Node

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Tell whether *diagnostic* is one of those that are silenced."""
        name = diagnostic.span.file if diagnostic.span is not None else ""
        return diagnostic.code == self.code and fnmatchcase(name, self.file)


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding and why nobody needs to see it."""

    diagnostic: Diagnostic
    reason: str


def read_silences(node: Node | None) -> tuple[Silence, ...]:
    """Read ``silence:`` of the configuration; raise `InputError` with all that is wrong with it."""
    if node is None:
        return ()
    faults = Collector()
    _SILENCES.check(node, faults)
    faults.finish()
    return tuple(
        Silence(_text(item, "code"), _text(item, "file") or "*", _text(item, "reason").strip(), item)
        for item in node.items
    )


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    return "" if value is None else value.text


def silenced(
    diagnostics: Iterable[Diagnostic], silences: Iterable[Silence], *, fatal: frozenset[str] = frozenset()
) -> tuple[tuple[Diagnostic, ...], tuple[Silenced, ...]]:
    """Divide *diagnostics* into those that are left and those that are silenced.

    Errors with a code of *fatal* are never silenced.  What silences nothing is left as a warning.
    """
    silences = tuple(silences)
    left: list[Diagnostic] = []
    quiet: list[Silenced] = []
    used: set[int] = set()
    for diagnostic in diagnostics:
        by = [n for n, silence in enumerate(silences) if silence.covers(diagnostic)]
        if not by or (diagnostic.severity is Severity.ERROR and diagnostic.code in fatal):
            left.append(diagnostic)
            continue
        used.update(by)
        quiet.append(Silenced(diagnostic, silences[by[0]].reason))
    left += [_unused(silence) for n, silence in enumerate(silences) if n not in used]
    return tuple(left), tuple(quiet)


def _unused(silence: Silence) -> Diagnostic:
    message = f"nothing is silenced here: there is no `{silence.code}` in `{silence.file}`"
    help_ = "remove it, or check the glob: paths are relative to this file"
    return silence.node.fault("silence-unused", message, help=help_, severity=Severity.WARNING)
