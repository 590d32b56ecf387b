"""All names of actions, sorted without letter case, and the patterns over them.

A pattern is looked up the cheapest way: a literal in a dictionary, ``prefix*`` by bisection, any
other among the names that share its literal head.  `mask` answers in bits over the sorted names, so
that sets of actions are integers.  Rules: M1 to M4 of ``docs/semantics.md``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from simulator.policy.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Names"]

_LAST = "\U0010ffff"  # sorts behind every character of a name
_WILDCARD = r"[*?]"
_PATTERNS_KEPT = 65536
_IRREGULAR_KEPT = 4096  # each may hold a bit for every name


class Names:
    """The sorted names; equal but for letter case counts as one name."""

    def __init__(self, text: str) -> None:
        """Read *text*, one name a line, sorted by its lower case."""
        self.names = tuple(text.split("\n")) if text else ()
        self._lower = text.lower().split("\n") if text else []
        self._find = lru_cache(_PATTERNS_KEPT)(self._range)
        self._irregular = lru_cache(_IRREGULAR_KEPT)(self._scan)

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """Sort *names*."""
        return cls("\n".join(sorted(names, key=str.lower)))

    @cached_property
    def _places(self) -> dict[str, int]:
        return dict(zip(self._lower, range(len(self._lower)), strict=True))

    def place(self, name: str) -> int | None:
        """Return where *name* stands, or None when it is not known."""
        return self._places.get(name.lower())

    def service_range(self, service: str) -> range:
        """Return the places of the names of *service*."""
        return range(*self._prefix(f"{service.lower()}:"))

    def match(self, pattern: str) -> tuple[str, ...]:
        """Return the names that match *pattern*, sorted."""
        start, end, irregular = self._find(pattern.lower())
        if not irregular:
            return self.names[start:end]
        return tuple(self.of_mask(self._irregular(pattern.lower(), start, end) << start))

    def mask(self, patterns: Iterable[str]) -> int:
        """Return the names that match one of *patterns*, as bits: bit *i* for the name at place *i*."""
        mask = 0
        find = self._find
        for pattern in patterns:
            lower = pattern.lower()
            start, end, irregular = find(lower)
            mask |= (self._irregular(lower, start, end) if irregular else (1 << (end - start)) - 1) << start
        return mask

    def of_mask(self, mask: int) -> Iterator[str]:
        """Yield the names whose bits are set, in order."""
        text = bin(mask)[:1:-1]
        place = text.find("1")
        while place >= 0:
            yield self.names[place]
            place = text.find("1", place + 1)

    def _range(self, lower: str) -> tuple[int, int, bool]:
        """Return the first place, the one behind the last, and whether not all between match."""
        wildcard = re.search(_WILDCARD, lower)
        if wildcard is None:
            place = self._places.get(lower)
            return (0, 0, False) if place is None else (place, place + 1, False)
        start, end = self._prefix(lower[: wildcard.start()])
        return start, end, bool(lower[wildcard.start() :].strip("*"))

    def _prefix(self, head: str) -> tuple[int, int]:
        return bisect_left(self._lower, head), bisect_left(self._lower, head + _LAST)

    def _scan(self, lower: str, start: int, end: int) -> int:
        matches = Pattern.parse(lower).matches
        bits = "".join("1" if matches(name) else "0" for name in reversed(self._lower[start:end]))
        return int(bits or "0", 2)
