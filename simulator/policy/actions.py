"""Action patterns against many actions at once.

An `ActionTable` numbers action names; a set of them is the bits of one integer.  Names are sorted, so
that a prefix is a range of bits and costs two bisections, however many actions it names.

Rules: ``docs/semantics.md``, M1 to M8.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from simulator.policy.pattern import Pattern, Wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.policy.model import Element

__all__ = ["ActionTable"]

_BEYOND = "\U0010ffff"


class ActionTable:
    """Actions, numbered in the order of their lower-case names; `all` has every bit."""

    def __init__(self, names: Iterable[str]) -> None:
        pairs = sorted({(name.lower(), name) for name in names})
        self.names = tuple(name for _, name in pairs)
        self._lower = [lower for lower, _ in pairs]
        self._bits: dict[str, int] = {}
        for position, lower in enumerate(self._lower):
            self._bits[lower] = self._bits.get(lower, 0) | 1 << position
        self._masks: dict[str, int] = {}
        self.all = (1 << len(pairs)) - 1

    def __len__(self) -> int:
        return len(self.names)

    def bit(self, name: str) -> int:
        """Return the bit of *name* (of each spelling of it), 0 when the table has it not."""
        return self._bits.get(name.lower(), 0)

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
        return tuple(names[i] for i, bit in enumerate(reversed(f"{mask:b}")) if bit == "1")

    def _match(self, folded: str) -> int:
        if folded in ("*", "*:*"):
            return self.all
        pattern = Pattern.parse(folded)
        literal = pattern.literal_text
        if literal is not None:
            return self._bits.get(literal, 0)
        first = pattern.elements[0]
        prefix = first if isinstance(first, str) else ""
        low, high = bisect_left(self._lower, prefix), bisect_left(self._lower, prefix + _BEYOND)
        if pattern.elements[1:] == (Wildcard.RUN,) and prefix:
            return (1 << high) - (1 << low)
        digits = "".join("1" if pattern.matches(name) else "0" for name in reversed(self._lower[low:high]))
        return int(digits, 2) << low if digits else 0
