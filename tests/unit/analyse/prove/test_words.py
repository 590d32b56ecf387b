"""Words and how two lie to each other, against matching every short text."""

from __future__ import annotations

import itertools
import random

import pytest

from simulator.analyse.prove import words
from simulator.analyse.prove.words import Relation, Word, arn_word, folded_word, relation, units, word
from simulator.policy.operators import COMPARISONS
from simulator.policy.pattern import Pattern, Wildcard

_PIECES = ("a", "b", ":", Wildcard.RUN, Wildcard.ONE, Wildcard.SEGMENT_RUN, Wildcard.SEGMENT_ONE)
_TEXTS = tuple("".join(text) for size in range(6) for text in itertools.product("ab:c", repeat=size))


def _random(rng: random.Random) -> Word:
    return word(Pattern.of(rng.choice(_PIECES) for _ in range(rng.randint(0, 4))))


def _matched(one: Word) -> set[str]:
    assert one.pattern is not None
    return {text for text in _TEXTS if one.pattern.matches(text)}


def _reads(one: Word, text: str) -> bool:
    places = one.start
    for char in text:
        places = one.over(places, char)
    return bool(places & one.accept)


def test_a_word_reads_what_its_pattern_matches() -> None:
    rng = random.Random(1)
    for _ in range(60):
        one = _random(rng)
        assert _matched(one) == {text for text in _TEXTS if _reads(one, text)}


def test_a_character_beyond_the_first_plane_is_two_units() -> None:
    assert units("aé") == "aé"
    assert units("a\U0001f600b") == "a\ud83d\ude00b"
    assert [_reads(word(Pattern.parse(text)), units("\U0001f600")) for text in ("??", "?", "\U0001f600")] == [
        True,
        False,
        True,
    ]


def test_words_are_disjoint_exactly_when_no_text_matches_both() -> None:
    rng = random.Random(2)
    for _ in range(400):
        first, second = _random(rng), _random(rng)
        common = _matched(first) & _matched(second)
        assert (relation(first, second) is Relation.DISJOINT) == (not common)


def test_a_wildcard_covers_one_that_is_narrower() -> None:
    for narrow, wide in ((Wildcard.SEGMENT_ONE, Wildcard.ONE), (Wildcard.SEGMENT_RUN, Wildcard.RUN)):
        one, other = (word(Pattern.of(("a", step, "b"))) for step in (narrow, wide))
        assert (relation(one, other), relation(other, one)) == (Relation.COVERING, Relation.PARTIAL)


def test_a_covering_word_matches_all_that_the_first_does() -> None:
    rng = random.Random(3)
    covering = 0
    for _ in range(400):
        first, second = _random(rng), _random(rng)
        if relation(first, second) is Relation.COVERING:
            covering += 1
            assert _matched(first) <= _matched(second)
    assert covering > 20


def test_equal_patterns_share_a_word() -> None:
    assert word(Pattern.parse("a*b")) is word(Pattern.parse("a*b"))


@pytest.mark.parametrize("value", ["arn:aws:iam::*:user/*", "*", "arn:a?:*:::x", "*:*:*:*:*:*"])
def test_an_arn_word_matches_the_arns_that_the_operator_matches(value: str) -> None:
    row = COMPARISONS["ArnLike"]
    one = arn_word(Pattern.parse(value))
    assert one is not None
    for text in (
        "arn:aws:iam::1:user/a:b",
        "arn:aws:iam::1:2:user/a",
        "arn:ab:c:::x",
        "arn:aws:iam:::user/",
        "arn:::::",
    ):
        pattern = row.read_policy(Pattern.parse(value))
        assert row.holds(row.read(text), pattern) == _reads(one, text)


def test_an_arn_value_of_too_few_components_matches_nothing() -> None:
    assert arn_word(Pattern.parse("arn:aws:iam::1")) is None


@pytest.mark.parametrize("value", ["Kk", "straße", "é1", "Å", "ǅ"])
def test_a_folded_word_matches_every_spelling(value: str) -> None:
    one = folded_word(value)
    assert one is not None
    row = COMPARISONS["StringEqualsIgnoreCase"]
    spellings = {
        value,
        value.lower(),
        value.upper(),
        value.replace("k", "\u212a"),
        "x",
        value + "x",
        "\u01c5",
        "\u01c4",
    }
    for text in spellings:
        assert row.holds(row.read(text), row.read_policy(Pattern.literal(value))) == _reads(one, text)


def test_letters_whose_case_depends_on_others_are_not_folded() -> None:
    assert folded_word("ΑΣ") is None
    assert folded_word("\u0130") is None


def test_the_letters_of_ascii_are_those_that_all_of_unicode_gives() -> None:
    for lower in map(chr, range(128)):
        step = words._same_letter(lower) if lower == lower.lower() else lower
        found = frozenset({lower, *words._capitals().get(lower, "")}) if lower == lower.lower() else {lower}
        assert (step if isinstance(step, frozenset) else {step}) == found
