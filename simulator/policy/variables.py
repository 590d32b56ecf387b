"""Policy variables: ``${aws:username}`` in resources and condition values.

A `Template` is text in which variables stand among literals and wildcards.  Resolving it against a
context gives a `Pattern`, the values as literal text, in one pass (V3); a variable without a value
gives None, and then the text matches nothing (V4).

Rules: ``docs/semantics.md``, V1 to V9; G4: only Version 2012-10-17 knows variables.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from simulator.policy.pattern import ARN_COLONS, Element, Pattern
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Template", "Variable", "variables_in"]

_VARIABLE = re.compile(
    r"\$\{(?:(?P<special>[*?$])|(?P<key>[^\s,{}'$*?]+)(?:, '(?P<default>[^']*)')?|(?P<malformed>[^}]*))\}"
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; `key` None is a malformed one, which never has a value."""

    key: str | None
    default: str | None
    text: str


Part: TypeAlias = Pattern | Variable


@dataclass(frozen=True, slots=True)
class Template:
    """Text with variables, parsed once."""

    parts: tuple[Part, ...]

    @classmethod
    def parse(cls, text: str, *, variables: bool = True) -> Template:
        """Read *text*; without *variables* (an old Version) ``${…}`` is ordinary text."""
        return _parse(text, variables)

    @property
    def constant(self) -> Pattern | None:
        """The pattern itself when no variable occurs, else None."""
        match self.parts:
            case ():
                return Pattern(())
            case (Pattern() as only,):
                return only
            case _:
                return None

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables in order."""
        return tuple(part for part in self.parts if isinstance(part, Variable))

    def resolve(
        self, value_of: Callable[[str], str | None], *, literal_wildcards: bool = False, arn: bool = False
    ) -> Pattern | None:
        """Put values in place of variables; None when one has neither value nor default.

        *value_of* returns a key's single value, None for a missing key and for a list (V8).  With
        *literal_wildcards* the text's own ``*`` and ``?`` are ordinary characters (StringEquals).
        With *arn* a value before the fifth colon that would bring in a colon counts as none (V2).
        """
        elements: list[Element] = []
        colons = 0
        for part in self.parts:
            if isinstance(part, Pattern):
                elements.extend((str(part),) if literal_wildcards else part.elements)
                colons += str(part).count(":")
                continue
            value = value_of(part.key) if part.key is not None else None
            value = part.default if value is None else value
            if value is None or (arn and colons < ARN_COLONS and ":" in value):
                return None
            elements.append(value)
        return Pattern.of(elements)


@lru_cache(maxsize=65536)
def _parse(text: str, variables: bool) -> Template:  # noqa: FBT001  # lru_cache keys positional arguments apart from keywords
    if not variables or "${" not in text:
        return Template((Pattern.parse(text),) if text else ())
    parts: list[Part] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        parts.append(Pattern.parse(text[end : found.start()]))
        parts.append(_part(found))
        end = found.end()
    parts.append(Pattern.parse(text[end:]))
    return Template(_joined(parts))


def _part(found: re.Match[str]) -> Part:
    if (special := found["special"]) is not None:
        return Pattern.literal(special)
    return Variable(found["key"], found["default"], found[0])


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Merge neighbouring patterns and drop empty ones."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, Pattern) and merged and isinstance(merged[-1], Pattern):
            merged[-1] = Pattern.of((*merged[-1].elements, *part.elements))
        elif part != Pattern(()):
            merged.append(part)
    return tuple(merged)


def variables_in(text: str) -> tuple[str, ...]:
    """Return what stands in the ``${…}`` of *text*, defaults dropped: keys and ``*``, ``?``, ``$`` (K9)."""
    return tuple(
        found["special"] or found["key"] or found["malformed"] or ""
        for found in _VARIABLE.finditer(text)
        if found[0] != "${}"
    )
