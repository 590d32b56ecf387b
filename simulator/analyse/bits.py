"""Sets of actions as bits of an integer, by their places in the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["places"]

_FEW = 8  # bits that are cheaper to find one by one


def places(mask: int) -> Iterator[int]:
    """Yield the places of the bits of *mask*: of many by its text, since each shift would copy a large number."""
    first = (mask & -mask).bit_length() - 1
    mask >>= max(first, 0)  # the actions of a service stand together, so what is left is short
    if mask.bit_count() <= _FEW:
        while mask:
            low = mask & -mask
            yield first + low.bit_length() - 1
            mask ^= low
        return
    text = bin(mask)[:1:-1]
    place = text.find("1")
    while place >= 0:
        yield first + place
        place = text.find("1", place + 1)
