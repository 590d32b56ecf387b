"""The sets of places that a walk has met, and whether one of them is at least as good as another.

A set that is as good holds all wanted places of the other, so also the one that the fewest sets hold: only
these are compared, however many there are.  A group that is matched for good has all its places filled in,
thousands perhaps; such sets are kept by what is full in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse import bits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Front"]

_FEW = 160  # sets; as many are compared faster than looked up


class Front:
    """Sets of places, of which some are *wanted* and some *unwanted*; *met* may grow, but loses none.

    *full* tells the places of the groups that stay matched: a set that holds all places of such a group is full there.
    """

    def __init__(self, met: Sequence[int], wanted: int, unwanted: int, full: Callable[[int], int]) -> None:
        self._met, self._wanted, self._unwanted, self._full = met, wanted, unwanted, full
        self._noted = 0
        self._holding: dict[int, list[int]] = {}
        self._filled: dict[int, list[int]] = {}

    def no_better(self, places: int) -> bool:
        """Tell whether a set that was met is at least as good as *places* for every continuation."""
        wanted = places & self._wanted
        spoilt = ~places & self._unwanted
        rivals = self._rivals(places, wanted) if wanted and len(self._met) > _FEW else self._met
        return any(not (wanted & ~earlier) and not (earlier & spoilt) for earlier in rivals)

    def _rivals(self, places: int, wanted: int) -> Iterator[int]:
        """Yield the sets that may hold all of *wanted*: those that hold its rarest place, and all that is full in it."""
        for met in self._met[self._noted :]:
            self._note(met)
        needed = self._full(places) & wanted
        live = wanted & ~needed
        if live:
            rarest = min(bits.places(live), key=lambda place: len(self._holding.get(place, ())))
            yield from self._holding.get(rarest, ())
            needed |= 1 << rarest
        for full, sets in self._filled.items():
            if not needed & ~full:
                yield from sets

    def _note(self, places: int) -> None:
        self._noted += 1
        wanted = places & self._wanted
        full = self._full(places) & wanted
        if full:
            self._filled.setdefault(full, []).append(places)
        for place in bits.places(wanted & ~full):
            self._holding.setdefault(place, []).append(places)
