"""How a variable's value lies to the other patterns on the same text.

`pieces` cuts out of a pattern what can stand where another pattern has the variable: of ``user/adm*``
against ``user/${aws:username}`` that is ``adm*``.  `overlaps` tells variables that may have to be equal,
and finds the patterns for which values might lie across each other.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.analyse import bits
from simulator.analyse.prove.words import Step, Word
from simulator.policy.pattern import Wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.analyse.prove.domains import Domain
    from simulator.analyse.prove.occurrences import Occurrence, Texts

__all__ = ["overlaps", "pieces"]

_KEPT = 16384
_MARKS = range(0xE000, 0xF900)


def _is_hole(step: Step) -> bool:
    return isinstance(step, str) and ord(step) in _MARKS


# --- pieces -------------------------------------------------------------------------------------


@lru_cache(maxsize=_KEPT)
def pieces(one: Word, place: int, other: Word) -> tuple[Word, ...]:
    """Return the parts of *other* that may match the value at *place* of *one*, but for those that match all."""
    flat = _flat(other)
    steps = other.steps
    starts = _reached(flat, one.steps[:place])
    ends = _reached(_backward(flat), one.steps[:place:-1])
    found: dict[tuple[Step, ...], None] = {}
    for start in bits.places(starts):
        for back in bits.places(ends):
            end = len(steps) - back
            if start > end or any(_is_hole(step) for step in steps[start:end]):
                continue
            # A text that ends in a run has not left it.
            tail = (Wildcard.RUN,) if end < len(steps) and steps[end] is Wildcard.RUN else ()
            found[(*steps[start:end], *tail)] = None
    return tuple(_piece(steps) for steps in found if steps != (Wildcard.RUN,))


@lru_cache(maxsize=_KEPT)
def _piece(steps: tuple[Step, ...]) -> Word:
    return Word(steps)


@lru_cache(maxsize=_KEPT)
def _flat(one: Word) -> Word:
    """Return *one* with runs for its holes: a value there may be any text."""
    return Word(tuple(Wildcard.RUN if _is_hole(step) else step for step in one.steps))


@lru_cache(maxsize=_KEPT)
def _backward(one: Word) -> Word:
    return Word(one.steps[::-1])


def _reached(through: Word, steps: Iterable[Step]) -> int:
    """Return the places of *through* that some text of *steps* leads to."""
    places = through.start
    for step in steps:
        places = through.through(places, Wildcard.RUN if _is_hole(step) else step)
    return places


# --- overlaps -----------------------------------------------------------------------------------


def overlaps(
    texts: Texts, domains: Mapping[str, Domain], join: Callable[[str, str], None], gap: Callable[[str], None]
) -> None:
    """Join variables whose values may have to be equal; report what can't be decided by exchanging values."""
    names = {mark: name for name, mark in texts.marks.items()}
    for text, occurrences in texts.found.items():
        wanted = [occurrence for occurrence in occurrences if occurrence.holes and occurrence.sign >= 0]
        if text in texts.marks:
            _links(text, wanted, names, join, gap)
        elif len({occurrence.group for occurrence in wanted}) > 1:
            _several(wanted, names, domains, join, gap)
    for mark, alone in texts.flags.items():
        if not alone:
            gap(f"the variable `${{{names[mark]}}}` is part of a value of Bool")


def _links(
    key: str,
    wanted: Iterable[Occurrence],
    names: Mapping[str, str],
    join: Callable[[str, str], None],
    gap: Callable[[str], None],
) -> None:
    """A variable's own key is compared with variables: with one alone it may have to be equal."""
    for occurrence in wanted:
        if len(occurrence.word.steps) == 1:
            join(key, names[occurrence.holes[0][1]])
        else:
            gap(f"the variable `${{{key}}}` is compared with a text that holds another variable")


def _several(
    wanted: list[Occurrence],
    names: Mapping[str, str],
    domains: Mapping[str, Domain],
    join: Callable[[str, str], None],
    gap: Callable[[str], None],
) -> None:
    """Several wanted patterns put variables into one text: their values must be the same or apart."""
    if len({occurrence.word for occurrence in wanted}) == 1:
        return  # one pattern, matched in one way
    used = list(dict.fromkeys(names[mark] for occurrence in wanted for _, mark in occurrence.holes))
    left = all(_bounded(o.word, place, -1, used, domains) for o in wanted for place, _ in o.holes)
    right = all(_bounded(o.word, place, 1, used, domains) for o in wanted for place, _ in o.holes)
    if (left and right) or (len(used) == 1 and (left or right)):
        for name in used[1:]:
            join(used[0], name)
        return
    listed = ", ".join(f"`${{{name}}}`" for name in used)
    gap(f"the values of {listed} may overlap in one text")


def _bounded(one: Word, place: int, side: int, names: Iterable[str], domains: Mapping[str, Domain]) -> bool:
    """Tell whether no value can go on beyond the place on that side: a character stands there that none has."""
    beside = place + side
    if not 0 <= beside < len(one.steps):
        return True
    step = one.steps[beside]
    if not isinstance(step, str) or _is_hole(step):
        return False
    alphabets = [domains[name].alphabet for name in names]
    return all(alphabet is not None and step not in alphabet for alphabet in alphabets)
