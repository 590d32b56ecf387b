"""Patterns read aloud: keep the set of places in the text that the pattern may have reached.

An element of a pattern is one of the four wildcards below or one literal UTF-16 code unit, since ``?`` counts
code units and not characters (Z9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["ONE", "ONE_IN_SEGMENT", "RUN", "RUN_IN_SEGMENT", "Piece", "arn_readings", "elements", "matches", "units"]

RUN, ONE = "any run", "any one"
RUN_IN_SEGMENT, ONE_IN_SEGMENT = "any run without a colon", "any one but a colon"

Piece = tuple[str, bool]  #: text, and whether it is literal: the value of a variable is (V3)


def units(text: str) -> list[str]:
    """The UTF-16 code units of *text*, each as a string of one character (Z9)."""
    data = text.encode("utf-16-le", "surrogatepass")
    return [chr(low + 256 * high) for low, high in zip(data[::2], data[1::2], strict=True)]


def elements(pieces: Iterable[Piece]) -> list[str]:
    """Outside ARNs every ``*`` and ``?`` crosses everything (M2, C10)."""
    wildcards = {"*": RUN, "?": ONE}
    return [c if literal else wildcards.get(c, c) for text, literal in pieces for c in units(text)]


def arn_readings(pieces: Iterable[Piece]) -> Iterator[list[str]]:
    """How a Resource may read its pattern: as it is written (R3), a short one also filled up with `*` (R4)."""
    written = [(c, literal) for text, literal in pieces for c in units(text)]
    missing = 5 - sum(c == ":" and not literal for c, literal in written)
    for filling in ["", ":*" * missing] if missing > 0 else [""]:
        found = _by_segment([*written, *((c, False) for c in filling)])
        if found is not None:
            yield found


def _by_segment(written: list[Piece]) -> list[str] | None:
    passed, found = 0, []
    for (c, literal), (following, _) in zip(written, [*written[1:], (":", False)], strict=True):
        if c == ":" and passed < 5:
            if literal:
                return None  # V2: a value adds no segment
            passed += 1
        if literal or c not in "*?":
            found.append(c)
        elif c == "*":  # R3: the last `*` of a segment may run on past the colon
            found.append(RUN if passed == 5 or following == ":" else RUN_IN_SEGMENT)
        else:
            found.append(ONE if passed == 5 else ONE_IN_SEGMENT)
    return found


def matches(pattern: list[str], text: str) -> bool:
    """Tell whether the whole of *text* matches (M2: anchored at both ends; R9a: any character, newlines too)."""
    given = units(text)
    places = {0}
    for element in pattern:
        if element == RUN:
            places = set(range(min(places), len(given) + 1))
        elif element == RUN_IN_SEGMENT:
            places = {end for start in places for end in _within_segment(given, start)}
        else:
            places = {place + 1 for place in places if place < len(given) and _is(element, given[place])}
        if not places:
            return False
    return len(given) in places


def _within_segment(given: list[str], start: int) -> range:
    stop = given.index(":", start) if ":" in given[start:] else len(given)
    return range(start, stop + 1)


def _is(element: str, unit: str) -> bool:
    return element in {ONE, unit} or (element == ONE_IN_SEGMENT and unit != ":")
