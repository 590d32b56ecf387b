"""The request's context: keys with text or with a list of texts.

Names are case-insensitive (C2).  Text is a single value, a tuple a list; the two differ even for one
element (C5), and an empty list is a missing key (Z6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Context", "ContextValue"]

ContextValue: TypeAlias = "str | tuple[str, ...]"


class Context:
    """An immutable mapping of keys; equal only to itself, so that it is cheap to look up in caches."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, tuple[str, ContextValue]]) -> None:
        self._values = values

    @classmethod
    def of(cls, values: Mapping[str, ContextValue] | None = None) -> Context:
        """Make a context; of two names that differ only by case the later wins."""
        return cls({name.lower(): (name, value) for name, value in (values or {}).items()})

    def get(self, key: str) -> ContextValue | None:
        """Return the value of *key*, None when it is missing."""
        found = self._values.get(key.lower())
        return found[1] if found is not None and found[1] != () else None

    def __contains__(self, key: str) -> bool:
        """Tell whether *key* was given, an empty list included."""
        return key.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._values.values())

    def items(self) -> Iterator[tuple[str, ContextValue]]:
        """The keys as spelled, and their values."""
        return iter(self._values.values())

    def with_values(self, values: Mapping[str, ContextValue]) -> Context:
        """Return a context in which *values* win."""
        return Context({**self._values, **{name.lower(): (name, value) for name, value in values.items()}})

    def without(self, key: str) -> Context:
        """Return a context in which *key* is missing."""
        return Context({name: value for name, value in self._values.items() if name != key.lower()})

    def __repr__(self) -> str:
        return f"Context({dict(self.items())!r})"
