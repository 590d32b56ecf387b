"""Patterns: text in which ``*`` stands for any run of characters and ``?`` for exactly one.

A pattern is parsed once and matched often, in time linear in the text.  The two steps are separate
because a policy variable resolves to *literal* text: a user named ``*`` must never turn into a
wildcard (V3).  ``?`` counts UTF-16 code units, as AWS does (Z9).  Wildcards of a resource that stand
before the fifth colon keep to their segment of the ARN (R3); see `Pattern.for_resource`.

Rules: ``docs/semantics.md``, M2, R2, R3, R9a, C10, Z9.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ANY", "ARN_COLONS", "Element", "Pattern", "Wildcard"]


class Wildcard(Enum):
    """An element that matches text other than itself."""

    RUN = "*"
    ONE = "?"
    SEGMENT_RUN = "*:"  #: any run without a colon
    SEGMENT_ONE = "?:"  #: one character, not a colon

    # Patterns are looked up by their elements all the time, and `Enum` would hash a name each time.
    __hash__ = object.__hash__


Element: TypeAlias = str | Wildcard
"""A wildcard, or literal text of at least one character."""

_WILDCARDS = {"*": Wildcard.RUN, "?": Wildcard.ONE}
_RUNS = {Wildcard.RUN: r".*?", Wildcard.SEGMENT_RUN: r"[^:]*?"}
_ONES = {Wildcard.ONE: r".", Wildcard.SEGMENT_ONE: r"[^:]"}
_SEGMENT = {Wildcard.RUN: Wildcard.SEGMENT_RUN, Wildcard.ONE: Wildcard.SEGMENT_ONE}
_REGION = 3  # of an ARN's segments the fourth
_SPLIT = re.compile(r"([*?])")
ARN_COLONS = 5  #: an ARN's last part begins behind the fifth colon and may hold more


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern; equal patterns are interchangeable and hashable."""

    elements: tuple[Element, ...]

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read ``*`` and ``?`` in *text* as wildcards, everything else literally."""
        return cls.of(_WILDCARDS.get(piece, piece) for piece in _SPLIT.split(text) if piece)

    @classmethod
    def literal(cls, text: str) -> Pattern:
        """Match *text* and nothing else, wildcard characters included."""
        return cls((text,) if text else ())

    @classmethod
    def of(cls, elements: Iterable[Element]) -> Pattern:
        """Join *elements*, neighbouring literals and neighbouring runs merged."""
        merged: list[Element] = []
        for element in elements:
            last = merged[-1] if merged else None
            if isinstance(element, str) and isinstance(last, str):
                merged[-1] = last + element
            elif element is not Wildcard.RUN or last is not Wildcard.RUN:
                merged.append(element)
        return cls(tuple(element for element in merged if element != ""))

    @property
    def literal_text(self) -> str | None:
        """The only text that matches, or None when there are several."""
        if not self.elements:
            return ""
        first = self.elements[0]
        return first if len(self.elements) == 1 and isinstance(first, str) else None

    @property
    def matches_all(self) -> bool:
        """Tell whether every text matches."""
        return self.elements == (Wildcard.RUN,)

    def matches(self, text: str) -> bool:
        """Tell whether the whole of *text* matches."""
        head = self.elements[0] if self.elements else ""
        # Most texts fail at the literal head, and then no expression need be compiled.  ASCII: see `_units`.
        if isinstance(head, str) and head.isascii() and not text.startswith(head):
            return False
        return _matcher(self.elements)(text)

    def matcher(self) -> Callable[[str], bool]:
        """Return `matches` compiled, for one pattern against many texts."""
        return _matcher(self.elements)

    def split_colons(self, maximum: int) -> tuple[Pattern, ...]:
        """Split at the first *maximum* literal colons, as ``str.split`` does."""
        parts: list[list[Element]] = [[]]
        for element in self.elements:
            if isinstance(element, Wildcard):
                parts[-1].append(element)
                continue
            head, *rest = element.split(":", maximum - len(parts) + 1)
            parts[-1].append(head)
            parts.extend([piece] for piece in rest)
        return tuple(Pattern.of(part) for part in parts)

    def for_resource(self) -> Pattern:
        """Return the pattern as a Resource element reads it (R3, R4).

        Before the fifth colon a ``*`` that is not the last of its segment, and every ``?``, keep to
        the segment.  Segments missing on the right are ``*``, unless a ``*`` for region or account can
        stand for them (``arn:aws:sqs:*:queue``).  A pattern without a colon is left.
        """
        return _for_resource(self)

    def __str__(self) -> str:
        return "".join(e.value[0] if isinstance(e, Wildcard) else e for e in self.elements)


ANY = Pattern((Wildcard.RUN,))
"""Matches every text."""


@lru_cache(maxsize=16384)
def _for_resource(pattern: Pattern) -> Pattern:
    segments = list(pattern.split_colons(ARN_COLONS))
    if len(segments) == 1:
        return pattern
    if not any(segment.elements[-1:] == (Wildcard.RUN,) for segment in segments[_REGION:-1]):
        segments += [ANY] * (ARN_COLONS + 1 - len(segments))
    joined: list[Element] = []
    for number, segment in enumerate(segments):
        joined.append(":" if number else "")
        joined.extend(segment.elements if number == ARN_COLONS else _within_segment(segment))
    return Pattern.of(joined)


def _within_segment(segment: Pattern) -> Iterable[Element]:
    """Yield the elements of a segment before the fifth colon: only a ``*`` at its end crosses colons."""
    last = len(segment.elements) - 1
    for place, element in enumerate(segment.elements):
        crosses = isinstance(element, str) or (element is Wildcard.RUN and place == last)
        yield element if crosses else _SEGMENT[element]  # type: ignore[index]  # a literal crosses


def _units(text: str) -> str:
    """Spell *text* in UTF-16 code units, a character each."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[i] | data[i + 1] << 8) for i in range(0, len(data), 2))


@lru_cache(maxsize=65536)
def _matcher(elements: tuple[Element, ...]) -> Callable[[str], bool]:
    """Choose the cheapest way to match: equality, prefix, search, regular expression, bit automaton."""
    match elements:
        case ():
            return "".__eq__
        case (str() as text,):
            return text.__eq__
        case (Wildcard.RUN,):
            return lambda _text: True
        case (str() as prefix, Wildcard.RUN):
            return lambda text: text.startswith(prefix)
    spelled = tuple(_units(e) if isinstance(e, str) else e for e in elements)
    finder = _finder(spelled)
    if finder is not None:
        return finder
    if Wildcard.SEGMENT_RUN in spelled[_first_run(spelled) :]:
        return _automaton(spelled)
    fullmatch = re.compile(_regex(spelled), re.DOTALL).fullmatch
    return lambda text: fullmatch(_units(text)) is not None


def _finder(elements: tuple[Element, ...]) -> Callable[[str], bool] | None:
    """Match literals with crossing runs between them by looking for one after the other.

    A ``?`` beside a run makes the gap one character longer; None where one stands by itself, or where a
    run keeps to its segment.  The first place of a literal is as good as any, since the run behind it
    takes whatever follows.  Compiling an expression would cost more than most patterns are ever used:
    variables make new ones.
    """
    literals: list[str] = [""]
    gaps: list[int] = []
    for wild, group in groupby(elements, key=lambda e: isinstance(e, Wildcard)):
        found = tuple(group)
        if not wild:
            literals[-1] = "".join(str(e) for e in found)
        elif Wildcard.RUN not in found or not {Wildcard.RUN, Wildcard.ONE}.issuperset(found):
            return None
        else:
            gaps.append(len(found) - found.count(Wildcard.RUN))
            literals.append("")
    head, tail = literals[0], literals[-1]
    middle = tuple(zip(gaps, literals[1:-1], strict=False))
    shortest = sum(map(len, literals)) + sum(gaps)
    spelled = str if "".join(literals).isascii() and not any(gaps) else _units

    def matches(text: str) -> bool:
        text = spelled(text)
        if len(text) < shortest or not text.startswith(head) or not text.endswith(tail):
            return False
        place, end = len(head), len(text) - len(tail)
        for gap, literal in middle:
            place = text.find(literal, place + gap, end)
            if place < 0:
                return False
            place += len(literal)
        return place + gaps[-1] <= end

    return matches


def _first_run(elements: tuple[Element, ...]) -> int:
    """Return where the first run that crosses colons stands (the length when there is none)."""
    return elements.index(Wildcard.RUN) if Wildcard.RUN in elements else len(elements)


def _regex(elements: tuple[Element, ...]) -> str:
    """Write *elements*, no segment run behind a crossing run, as a regular expression.

    INVARIANT: more runs never multiply the time.  A part between two runs may keep its first
    occurrence for good (an atomic group), since the run behind it absorbs whatever follows: it is at
    least as permissive, and a part with a colon behind a segment run has only one place to stand.
    """
    parts: list[tuple[str, str]] = [("", "")]
    for element in elements:
        if isinstance(element, Wildcard) and element in _RUNS:
            parts.append((_RUNS[element], ""))
        else:
            run, text = parts[-1]
            parts[-1] = (run, text + (_ONES[element] if isinstance(element, Wildcard) else re.escape(element)))
    (_, head), *rest = parts
    if not rest:
        return head
    *middle, (last_run, tail) = rest
    return head + "".join(f"(?>{run}{part})" for run, part in middle) + last_run.removesuffix("?") + tail


def _automaton(elements: tuple[Element, ...]) -> Callable[[str], bool]:
    """Match by a nondeterministic automaton whose states are the bits of one integer.

    State *i* means: the first *i* steps (a literal character, a ``?`` or a run) are matched.  Each
    character of the text costs a few integer operations, whatever the runs.
    """
    steps: list[Element] = []
    for element in elements:
        steps.extend(element if isinstance(element, str) else (element,))
    runs = sum(1 << i for i, step in enumerate(steps) if isinstance(step, Wildcard) and step in _RUNS)
    crossing = sum(1 << i for i, step in enumerate(steps) if step is Wildcard.RUN)
    ones = sum(1 << i for i, step in enumerate(steps) if step in (Wildcard.ONE, Wildcard.SEGMENT_ONE))
    ones_colon = sum(1 << i for i, step in enumerate(steps) if step is Wildcard.ONE)
    literal: dict[str, int] = {}
    for i, step in enumerate(steps):
        if isinstance(step, str):
            literal[step] = literal.get(step, 0) | 1 << i
    accept = 1 << len(steps)

    def closed(states: int) -> int:
        # A run may be empty: a state before a run reaches the state behind it.
        while (more := states | (states & runs) << 1) != states:
            states = more
        return states

    def matches(text: str) -> bool:
        states = closed(1)
        for char in _units(text):
            stepping = literal.get(char, 0) | (ones_colon if char == ":" else ones)
            staying = crossing if char == ":" else runs
            states = closed((states & stepping) << 1 | (states & staying))
            if not states:
                return False
        return bool(states & accept)

    return matches
