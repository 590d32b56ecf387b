"""What of a pattern can stand where another has a variable."""

from __future__ import annotations

import itertools
import random

import pytest

from simulator.analyse.prove.overlaps import pieces
from simulator.analyse.prove.words import Word, word
from simulator.policy.pattern import Pattern

_MARK, _OTHER = "\ue000", "\ue001"
_TEXTS = tuple("".join(text) for size in range(4) for text in itertools.product("abc", repeat=size))


def _word(text: str) -> Word:
    return word(Pattern.parse(text))


def _reads(one: Word, text: str) -> bool:
    places = one.start
    for char in text:
        places = one.over(places, char)
    return bool(places & one.accept)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (f"user/{_MARK}", "user/adm*", ["adm*"]),
        (f"user/{_MARK}", "user/adm", ["adm"]),
        (f"x/{_MARK}/y", "x/adm/y", ["adm"]),
        (f"x/{_MARK}/y", "x/adm/z", []),
        (f"a{_MARK}", "a", [""]),
        (f"{_MARK}", f"adm{_OTHER}", ["adm"]),
        (f"{_MARK}-{_MARK}", "a-b", ["a"]),
        (f"*{_MARK}", "ab", ["ab", "b", ""]),
    ],
)
def test_a_piece_is_what_stands_at_the_place_of_the_variable(one: str, other: str, expected: list[str]) -> None:
    found = pieces(_word(one), one.index(_MARK), _word(other))
    assert [piece.steps for piece in found] == [_word(text).steps for text in expected]


@pytest.mark.parametrize("seed", range(3))
def test_each_value_with_which_the_other_matches_too_is_in_a_piece(seed: int) -> None:
    rng = random.Random(seed)
    few = 0
    for _ in range(150):
        before, behind = ("".join(rng.choices("ab", k=rng.randint(0, 2))) for _ in range(2))
        other = "".join(rng.choices("ab*?", k=rng.randint(0, 5)))
        pattern, found = Pattern.parse(other), pieces(_word(f"{before}{_MARK}{behind}"), len(before), _word(other))
        fitting = [text for text in _TEXTS if pattern.matches(f"{before}{text}{behind}")]
        if len(fitting) < len(_TEXTS):  # else any value does, which is no piece
            few += len(fitting)
            assert all(any(_reads(piece, text) for piece in found) for text in fitting), (before, behind, other)
    assert few > 100
