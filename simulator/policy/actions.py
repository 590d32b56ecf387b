"""Action patterns against many actions at once.

An `ActionTable` numbers action names; a set of them is the bits of one integer.  Names are sorted, so
that a prefix is a range of bits and costs two bisections, however many actions it names.

Rules: ``docs/semantics.md``, M1 to M8.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from simulator.policy.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.policy.model import Element

__all__ = ["ActionTable"]

_BEYOND = "\U0010ffff"
_FEW = 8  # bits that are cheaper to find one by one
_WILDCARD = re.compile(r"[*?]")


class ActionTable:
    """Actions, numbered in the order of their lower-case names; `all` has every bit."""

    def __init__(self, names: Iterable[str]) -> None:
        pairs = sorted({(name.lower(), name) for name in names})
        self._fill(tuple(name for _, name in pairs), [lower for lower, _ in pairs])

    @classmethod
    def read(cls, text: str) -> ActionTable:
        """Read names that stand a line each, in the order of their lower case."""
        table = cls.__new__(cls)
        lines, lower = (text.split("\n"), text.lower().split("\n")) if text else ([], [])
        table._fill(tuple(lines), lower)  # noqa: SLF001  # its own constructor
        return table

    def _fill(self, names: tuple[str, ...], lower: list[str]) -> None:
        self.names = names
        self._lower = lower
        self._masks: dict[str, int] = {}
        self.all = (1 << len(names)) - 1

    def __len__(self) -> int:
        return len(self.names)

    def bit(self, name: str) -> int:
        """Return the bit of *name* (of each spelling of it), 0 when the table has it not."""
        return self._named(name.lower())

    def mask(self, pattern: str) -> int:
        """Return the bits of the actions that *pattern* matches, case ignored (M1, M2)."""
        folded = pattern.lower()
        found = self._masks.get(folded)
        if found is None:
            found = self._masks[folded] = self._match(folded)
        return found

    def element(self, element: Element | None) -> int:
        """Return the bits that an Action or NotAction element names; None names nothing."""
        if element is None:
            return 0
        mask = 0
        for entry in element.entries:
            mask |= self.mask(entry.text)
        return self.all & ~mask if element.negated else mask

    def members(self, mask: int) -> tuple[str, ...]:
        """Return the names behind the bits of *mask*, in order."""
        names = self.names
        if mask.bit_count() <= _FEW:
            return tuple(names[bit.bit_length() - 1] for bit in _bits(mask))
        text = bin(mask)[:1:-1]
        found: list[str] = []
        place = text.find("1")
        while place >= 0:
            found.append(names[place])
            place = text.find("1", place + 1)
        return tuple(found)

    def place(self, name: str) -> int | None:
        """Return which bit *name* has, None when the table has it not."""
        lower = name.lower()
        place = bisect_left(self._lower, lower)
        return place if place < len(self._lower) and self._lower[place] == lower else None

    def service_range(self, service: str) -> range:
        """Return which bits the actions of *service* have."""
        head = f"{service.lower()}:"
        return range(bisect_left(self._lower, head), bisect_left(self._lower, head + _BEYOND))

    def _match(self, folded: str) -> int:
        if folded in ("*", "*:*"):
            return self.all
        wildcard = _WILDCARD.search(folded)
        if wildcard is None:
            return self._named(folded)
        prefix = folded[: wildcard.start()]
        low, high = bisect_left(self._lower, prefix), bisect_left(self._lower, prefix + _BEYOND)
        if not folded[wildcard.start() :].strip("*"):
            return (1 << high) - (1 << low)
        pattern = Pattern.parse(folded)
        digits = "".join("1" if pattern.matches(name) else "0" for name in reversed(self._lower[low:high]))
        return int(digits, 2) << low if digits else 0

    def _named(self, lower: str) -> int:
        """Return the bits of one name: spellings that differ by case stand side by side."""
        low, high = bisect_left(self._lower, lower), bisect_right(self._lower, lower)
        return (1 << high) - (1 << low)


def _bits(mask: int) -> Iterator[int]:
    """Yield the bits of *mask* one by one, the lowest first."""
    while mask:
        yield mask & -mask
        mask &= mask - 1
