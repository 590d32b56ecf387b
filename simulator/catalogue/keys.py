"""Context keys by name: AWS's global ones, then those that the services declare.

A key with a variable part is found under any text in its place, letter case ignored elsewhere:
``ec2:resourcetag/Team`` is the key ``ec2:ResourceTag/Team``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.catalogue.global_keys import LONGEST, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.catalogue.model import ContextKey

__all__ = ["KeyTable", "key"]

_VARIABLE = r"\$\{[^}]*\}"


class KeyTable:
    """The keys of one service."""

    def __init__(self, keys: Iterable[ContextKey]) -> None:
        self._exact = {key.name.lower(): key for key in keys}
        # The most fixed text first: `Metadata/${Key}/Matcher` before `Metadata/${Key}`.
        templates = sorted((key for key in self._exact.values() if "${" in key.name), key=_fixed, reverse=True)
        self._templates = [(_template(key.name), key) for key in templates]

    def find(self, name: str) -> ContextKey | None:
        """Return the key called *name*, in the catalogue's spelling."""
        found = self._exact.get(name.lower())
        if found is not None or len(name) > LONGEST:
            return found
        for template, declared in self._templates:
            match = template.fullmatch(name)
            if match:
                fixed = re.split(_VARIABLE, declared.name)
                parts = (text for pair in zip(fixed, (*match.groups(), ""), strict=True) for text in pair)
                return spelled(declared, "".join(parts))
        return None


def key(name: str) -> ContextKey | None:
    """Return a key of the shipped catalogue, or None when it is not known."""
    from simulator.catalogue.load import load  # noqa: PLC0415  # the catalogue is built on this module

    return load().key(name)


def _fixed(key: ContextKey) -> int:
    return len(re.sub(_VARIABLE, "", key.name))


def _template(name: str) -> re.Pattern[str]:
    return re.compile("(.+)".join(re.escape(part) for part in re.split(_VARIABLE, name)), re.IGNORECASE | re.DOTALL)
