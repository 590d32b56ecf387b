"""Policy variables (V1-V9): ``${key}``, ``${key, 'default'}`` and the specials ``${*}``, ``${?}``, ``${$}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracles.patterns import Piece

__all__ = ["Value", "lookup", "resolve"]

Value = str | list[str]  #: a list is a list-typed entry, even of one element (C5)


def lookup(context: Mapping[str, Value], key: str) -> Value | None:
    """The value of *key* in any letter case (C2); None when it is missing, as an empty list is (Z6)."""
    for name, value in context.items():
        if name.lower() == key.lower():
            return None if value == [] else value
    return None


def resolve(text: str, context: Mapping[str, Value], *, variables: bool) -> list[Piece] | None:
    """Put values in place of variables, once (V3); None when one of them has no value (V4, V5)."""
    if not variables:
        return [(text, False)]  # G4: the old language has no variables
    pieces: list[Piece] = []
    while found := _VARIABLE.search(text):
        value = _value(found, context)
        if value is None:
            return None
        pieces += [(text[: found.start()], False), (value, True)]
        text = text[found.end() :]
    return [*pieces, (text, False)]  # V6: a `${` that nothing closes is text


_VARIABLE = re.compile(r"\$\{(?:([*?$])|([^\s,'{}$*?]+)(?:, '([^']*)')?|[^}]*)\}")


def _value(found: re.Match[str], context: Mapping[str, Value]) -> str | None:
    special, key, default = found.groups()
    if special is not None:
        return str(special)  # V7
    if key is None:
        return None  # V6: a malformed variable never resolves
    value = lookup(context, key)
    if value is None:
        return default  # V6, if there is one
    return value if isinstance(value, str) else None  # V8: a list is no value
