"""Words: patterns taken apart into steps of one character, and how two of them lie to each other.

A `Word` is made from a `Pattern` of the policy model, once; it is equal only to itself, so that facts
about pairs of words are cheap to remember.  The steps are UTF-16 code units, as AWS counts them (Z9).
Sets of places in a word are the bits of one integer: bit *i* means that *i* steps are matched.
"""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from simulator.policy.pattern import ARN_COLONS, Pattern, Wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Relation", "Step", "Steps", "Word", "arn_word", "folded_word", "relation", "units", "word"]

Step: TypeAlias = "str | frozenset[str] | Wildcard"
"""One character, one of several, or a wildcard."""

RUNS = (Wildcard.RUN, Wildcard.SEGMENT_RUN)
ONES = (Wildcard.ONE, Wildcard.SEGMENT_ONE)
_KEPT = 65536


def units(text: str) -> str:
    """Spell *text* in UTF-16 code units, a character each."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[i] | data[i + 1] << 8) for i in range(0, len(data), 2))


class Steps:
    """Steps of several words in a row, each followed by the place behind its end, as bit sets."""

    __slots__ = ("accept", "colons", "cross", "literal", "noncolon", "one", "ones", "runs", "start")

    def __init__(self, words: Iterable[Sequence[Step]]) -> None:
        self.literal: dict[str, int] = {}  #: character -> places that it steps over
        self.start = self.accept = self.runs = self.cross = self.ones = self.one = 0
        place = 0
        for steps in words:
            self.start |= 1 << place
            for step in steps:
                self._note(step, 1 << place)
                place += 1
            self.accept |= 1 << place
            place += 1
        self.colons = self.literal.get(":", 0)
        everything = (1 << place) - 1
        self.noncolon = everything & ~self.accept & ~self.colons  # places that a text without colons gets over
        self.start = self.closed(self.start)

    def _note(self, step: Step, bit: int) -> None:
        if isinstance(step, Wildcard):
            if step in RUNS:
                self.runs |= bit
                self.cross |= bit if step is Wildcard.RUN else 0
            else:
                self.ones |= bit
                self.one |= bit if step is Wildcard.ONE else 0
            return
        for char in sorted(step):  # the order in which texts are looked for
            self.literal[char] = self.literal.get(char, 0) | bit

    def closed(self, places: int) -> int:
        """Add the places behind runs: a run may be empty."""
        runs = self.runs
        while (more := places | (places & runs) << 1) != places:
            places = more
        return places

    def over(self, places: int, char: str) -> int:
        """Read one character."""
        literal = self.literal.get(char, 0)
        if char == ":":
            return self.closed((places & (literal | self.one)) << 1 | places & self.cross)
        return self.closed((places & (literal | self.ones)) << 1 | places & self.runs)


class Word(Steps):
    """One pattern; `head` and `tail` are its literal beginning and end, `text` the only text it matches, if so."""

    __slots__ = ("head", "pattern", "steps", "tail", "text")

    def __init__(self, steps: tuple[Step, ...], pattern: Pattern | None = None) -> None:
        super().__init__((steps,))
        self.steps = steps
        self.pattern = pattern
        self.head = _literal_start(steps)
        self.tail = _literal_start(steps[::-1])[::-1]
        self.text = self.head if len(self.head) == len(steps) else None

    @property
    def matches_all(self) -> bool:
        """Tell whether every text matches."""
        return self.steps == (Wildcard.RUN,)

    def through(self, places: int, step: Step) -> int:
        """Read whatever *step* may stand for: the places that some such text leads to."""
        match step:
            case Wildcard.RUN:
                return (-1 << _lowest(places)) & self._all if places else 0
            case Wildcard.SEGMENT_RUN:
                return self._within_segment(places)
            case Wildcard.ONE:
                return self.closed((places & ~self.accept & ~self.runs) << 1 | places & self.runs)
            case Wildcard.SEGMENT_ONE:
                return self.closed((places & self.noncolon & ~self.runs) << 1 | places & self.runs)
            case _:
                return self._through_chars(places, step)

    def surely(self, places: int, step: Step) -> int:
        """Read whatever *step* may stand for: places that every such text leads to (some of them)."""
        match step:
            case Wildcard.RUN:
                return self.closed(places & self.cross)
            case Wildcard.SEGMENT_RUN:
                return self.closed(places & self.runs)
            case Wildcard.ONE:
                return self.closed((places & self.one) << 1 | places & self.cross)
            case Wildcard.SEGMENT_ONE:
                return self.closed((places & self.ones) << 1 | places & self.runs)
            case str():
                return self.over(places, step)
            case _:
                return 0  # one of several characters leads nowhere for sure

    @property
    def _all(self) -> int:
        return (1 << (len(self.steps) + 1)) - 1

    def _through_chars(self, places: int, chars: Iterable[str]) -> int:
        found = 0
        for char in chars:
            found |= self.over(places, char)
        return found

    def _within_segment(self, places: int) -> int:
        """Every place that a text without colons leads to."""
        # A carry runs through the places that such a text gets over, up to the next colon.
        free = self.noncolon
        found = places
        while (more := found | (found & free) << 1) != found:
            found = more
        return found


def _lowest(places: int) -> int:
    return (places & -places).bit_length() - 1


def _literal_start(steps: Sequence[Step]) -> str:
    chars: list[str] = []
    for step in steps:
        if not isinstance(step, str):
            break
        chars.append(step)
    return "".join(chars)


def _spelled(pattern: Pattern) -> Iterator[Step]:
    for element in pattern.elements:
        if isinstance(element, Wildcard):
            yield element
        else:
            yield from units(element)


@lru_cache(maxsize=_KEPT)
def word(pattern: Pattern) -> Word:
    """Return the word of *pattern*, always the same one."""
    return Word(tuple(_spelled(pattern)), pattern)


@lru_cache(maxsize=_KEPT)
def arn_word(pattern: Pattern) -> Word | None:
    """Return the word of an ARN operator's value, whose components keep to themselves (C16); None for junk."""
    parts = (pattern,) * (ARN_COLONS + 1) if pattern.elements == (Wildcard.RUN,) else pattern.split_colons(ARN_COLONS)
    if len(parts) != ARN_COLONS + 1:
        return None
    steps: list[Step] = []
    for number, part in enumerate(parts):
        steps.extend(":" if number else "")
        steps.extend(_spelled(part) if number == ARN_COLONS else map(_inside_segment, _spelled(part)))
    return Word(tuple(steps))


def _inside_segment(step: Step) -> Step:
    match step:
        case Wildcard.RUN:
            return Wildcard.SEGMENT_RUN
        case Wildcard.ONE:
            return Wildcard.SEGMENT_ONE
        case _:
            return step


@lru_cache(maxsize=_KEPT)
def folded_word(text: str) -> Word | None:
    """Return the word of all texts that equal *text* without letter case (Z8); None where letters interact."""
    steps: list[Step] = []
    for char in units(text).lower():
        if char in _INTERACTING:
            return None
        steps.append(_same_letter(char))
    return Word(tuple(steps))


_INTERACTING = frozenset("\u0307\u03c3\u03c2")
"""Letters whose lower case depends on their neighbours: the dot of a capital I, and sigma at a word's end."""


@lru_cache(maxsize=1024)
def _same_letter(lower: str) -> Step:
    if lower.isascii():
        # All that have it as lower case, without looking through Unicode: K has a second one, the sign of Kelvin.
        return frozenset((lower, lower.upper(), *("\u212a" * (lower == "k")))) if lower.isalpha() else lower
    found = {lower, *_capitals().get(lower, "")}
    return frozenset(found) if len(found) > 1 else lower


@cache
def _capitals() -> dict[str, str]:
    """Return the letters of the Basic Multilingual Plane by their lower case."""
    found: dict[str, str] = {}
    for char in map(chr, range(0x10000)):
        lower = char.lower()
        if lower != char:
            found[lower] = found.get(lower, "") + char
    return found


class Relation(Enum):
    """How a second word lies to a first."""

    DISJOINT = "no text of the first matches the second"
    COVERING = "every text of the first matches the second"
    PARTIAL = "neither is known"


@lru_cache(maxsize=4 * _KEPT)
def relation(first: Word, second: Word) -> Relation:
    """Return how *second* lies to *first*; `DISJOINT` is exact, `COVERING` is what a quick look shows."""
    if second is first or second.matches_all:
        return Relation.COVERING
    if not (_fits(first.head, second.head) and _fits(first.tail[::-1], second.tail[::-1])):
        return Relation.DISJOINT
    some = every = second.start
    for step in first.steps:
        some = second.through(some, step)
        every = second.surely(every, step)
        if not some:
            return Relation.DISJOINT
    if every & second.accept:
        return Relation.COVERING
    return Relation.PARTIAL if some & second.accept else Relation.DISJOINT


def _fits(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
