"""What the scenarios of a suite speak about: by principal and session, which actions on which resources.

Actions are bits, so that what many cells ask of one target is one integer, and what is left of a target is a
few operations, however many actions there are.
"""

from __future__ import annotations

from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, TypeAlias

from simulator.suites.each_type import EachType
from simulator.suites.model import ANY_SIGN_IN
from simulator.suites.places import STAR, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.accounts.model import Principal
    from simulator.catalogue import Catalogue
    from simulator.suites.actions import Asked
    from simulator.suites.targets import Bound

__all__ = ["Bits", "Row", "Spoken"]

Key: TypeAlias = "tuple[str, ...] | EachType"
"""The places of a target, or a sweep over all types."""


class Bits:
    """Actions as bits: those of the catalogue by their place in it, unknown ones behind them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._behind = len(catalogue.actions())
        self._unknown: dict[str, int] = {}

    def of(self, asked: Asked) -> int:
        """Return the actions of an entry of `actions:`."""
        if asked.literal is None:
            return asked.mask
        place = self._catalogue.place(asked.literal)
        if place is None:
            place = self._behind + self._unknown.setdefault(asked.literal.lower(), len(self._unknown))
        return 1 << place

    @property
    def known(self) -> int:
        """All actions of the catalogue."""
        return self._catalogue.table.all

    @property
    def unknown(self) -> int:
        """The actions that the catalogue doesn't know."""
        return ((1 << len(self._unknown)) - 1) << self._behind


class Row:
    """What is asked of one principal in one session: by target, or by sweep over all types, which actions."""

    def __init__(self, asked: Mapping[Key, int], more: Mapping[Key, int]) -> None:
        self.asked = dict(asked)
        for key, mask in more.items():
            self.asked[key] = self.asked.get(key, 0) | mask

    @cached_property
    def total(self) -> int:
        """All actions that are asked, wherever."""
        return reduce(or_, self.asked.values(), 0)

    def left(self, wanted: int, here: tuple[str, ...], known: int) -> int:
        """Return which of the actions *wanted* are not asked of every one of the places *here*.

        All of *wanted* can be asked there; *known* are those of the catalogue.
        """
        wanted &= ~self.asked.get(here, 0)
        for sweep, mask in self._sweeps:
            if here == STAR:
                wanted &= ~mask
            elif sweep.knows(here):
                wanted &= ~(mask & known)
        if not wanted & self.total:  # no other target has a part in it
            return wanted
        left = 0
        for place in here:
            left |= wanted & ~self._on(place)
            if left == wanted:
                break
        return left

    @cached_property
    def _sweeps(self) -> tuple[tuple[EachType, int], ...]:
        return tuple((key, mask) for key, mask in self.asked.items() if isinstance(key, EachType))

    @cached_property
    def _single(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for key, mask in self.asked.items():
            for place in () if isinstance(key, EachType) else key:
                found[place] = found.get(place, 0) | mask
        return found

    def _on(self, place: str) -> int:
        """Return the actions that are asked of one place, by whatever target."""
        found = self._single.get(place, 0)
        for sweep, mask in self._sweeps:
            found |= mask if place == "*" else mask & sweep.asked_of(place)
        return found


class Spoken:
    """What is asked of each principal in each session."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Principal, str], dict[Key, int]] = {}
        self._same: dict[int, int] = {}  # one integer for all that are equal

    def add(self, who: Principal, session: str, asked: Iterable[tuple[Bound | EachType, int]]) -> None:
        """Add what a scenario asks of one principal in one session: targets, each with its actions."""
        row = self._rows.setdefault((who, session), {})
        for target, mask in asked:
            key = target if isinstance(target, EachType) else together(target)
            before = row.get(key, 0)
            union = before | mask
            if union != before:
                row[key] = self._same.setdefault(union, union)

    def row(self, who: Principal, session: str) -> Row:
        """Return what is asked, in any sign-in too: that is what a principal has whose policies know no MFA."""
        any_ = {} if session == ANY_SIGN_IN else self._rows.get((who, ANY_SIGN_IN), {})
        return Row(self._rows.get((who, session), {}), any_)
