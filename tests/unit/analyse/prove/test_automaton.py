"""Classes of texts, against matching every short text."""

from __future__ import annotations

import itertools
import random

import pytest

from simulator.analyse.prove import automaton
from simulator.analyse.prove.automaton import Class, Group, Machine, representatives
from simulator.analyse.prove.budget import Budget, Undecided
from simulator.analyse.prove.words import word
from simulator.policy.pattern import Pattern, Wildcard

_TEXTS = tuple("".join(text) for size in range(7) for text in itertools.product("abx", repeat=size))
_PATTERNS = ("a*", "*a", "*b*", "ab", "a?", "??", "*", "", "?*b", "a*b*a", "b", "*ab*", "???*")


def _random(rng: random.Random, count: int) -> list[Group]:
    return [
        Group(
            tuple(word(Pattern.parse(rng.choice(_PATTERNS))) for _ in range(rng.randint(1, 2))),
            rng.choice((-1, 0, 1)),
            need=(need := rng.random() < 0.15),
            avoid=not need and rng.random() < 0.1,
        )
        for _ in range(count)
    ]


def _matched(groups: list[Group], text: str) -> int:
    hit = [any(one.pattern is not None and one.pattern.matches(text) for one in group.words) for group in groups]
    return sum(1 << i for i, found in enumerate(hit) if found)


def _as_good(groups: list[Group], one: int, other: int) -> bool:
    """Tell whether matching *one* is as good as matching *other*."""
    for i, group in enumerate(groups):
        has, wants = bool(one >> i & 1), bool(other >> i & 1)
        sign = 1 if group.need else group.sign
        if has != wants and sign != (1 if has else -1):
            return False
    return True


@pytest.mark.parametrize("compare_from", [automaton._COMPARE_FROM, 1])
@pytest.mark.parametrize("seed", range(4))
def test_each_text_has_a_class_as_good_as_it(seed: int, compare_from: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "_COMPARE_FROM", compare_from)
    rng = random.Random(seed)
    for _ in range(15):
        groups = _random(rng, rng.randint(1, 5))
        found = Machine(groups).classes(Budget(100_000))
        needs = sum(1 << i for i, group in enumerate(groups) if group.need)
        avoided = sum(1 << i for i, group in enumerate(groups) if group.avoid)
        for one in found:
            assert one.matched == _matched(groups, one.text)
            assert one.matched & (needs | avoided) == needs
        for text in _TEXTS:
            matched = _matched(groups, text)
            if matched & needs == needs and not matched & avoided:
                assert any(_as_good(groups, one.matched, matched) for one in found), (groups, text)


def test_an_avoided_group_is_never_matched() -> None:
    groups = [Group((word(Pattern.parse("a*")),), need=True), Group((word(Pattern.parse("*b")),), avoid=True)]
    assert Machine(groups).classes(Budget(1000)) == (Class("a", 1),)


def test_an_alphabet_bounds_the_texts() -> None:
    groups = [Group((word(Pattern.parse("??")),), need=True)]
    (found,) = Machine(groups, alphabet="7").classes(Budget(1000))
    assert found.text == "77"


def test_an_alphabet_without_a_colon_has_no_text_with_one() -> None:
    inside = Group((word(Pattern((Wildcard.SEGMENT_RUN,))),), -1)
    assert [one.matched for one in Machine([inside], alphabet="7").classes(Budget(1000))] == [1]
    assert [one.text for one in Machine([inside], alphabet="7:").classes(Budget(1000))] == [":"]


def test_needs_that_exclude_each_other_have_no_class() -> None:
    groups = [Group((word(Pattern.parse(text)),), need=True) for text in ("a*", "b*")]
    assert Machine(groups).classes(Budget(1000)) == ()


def test_many_unwanted_infixes_cost_little() -> None:
    groups = [Group((word(Pattern.parse(f"*{a}{b}*")),), -1) for a in "abcdef" for b in "abcdef"]
    budget = Budget(1000)
    assert Machine(groups).classes(budget)[0].matched == 0
    assert budget.left > 900


def test_a_budget_that_is_spent_ends_in_no_answer() -> None:
    groups = [Group((word(Pattern.parse(f"*{a}?{a}*")),), 0) for a in "abcdefgh"]
    with pytest.raises(Undecided, match="steps"):
        Machine(groups).classes(Budget(50))


def test_a_fresh_character_stands_for_a_class_that_may_hold_it() -> None:
    groups = [Group((word(Pattern.parse("a*")),), 1), Group((word(Pattern.parse("ab")),), 0)]
    found = set(representatives(groups, "!", alphabet=None, budget=Budget(10_000), limit=10))
    assert "ab" in found
    assert any("!" in text for text in found)


def test_a_class_without_fresh_characters_is_listed_whole() -> None:
    # Two letters, an a and a b: two texts, each pinned by both patterns.
    groups = [
        Group((word(Pattern.parse("*a*")),), need=True),
        Group((word(Pattern.parse("*b*")),), need=True),
        Group((word(Pattern.parse("???*")),), avoid=True),
    ]
    assert {"ab", "ba"} == set(representatives(groups, "!", alphabet=None, budget=Budget(10_000), limit=10))


def test_a_class_of_which_one_word_is_a_literal_is_listed_whole_where_another_has_more() -> None:
    groups = [Group(tuple(word(Pattern.parse(text)) for text in ("a", "?")), need=True)]
    assert set(representatives(groups, "!", alphabet="ab!", budget=Budget(10_000), limit=10)) == {"!"}
    assert set(representatives(groups, "!", alphabet="ab", budget=Budget(10_000), limit=10)) == {"a", "b"}


def test_listing_texts_costs_steps_too() -> None:
    groups = [Group((word(Pattern.parse("a" * 12)),), need=True)]
    everything = Budget(1000)
    assert list(Machine(groups).texts(everything, 100)) == ["a" * 12]
    enough = 1000 - everything.left
    classes = Budget(1000)
    Machine(groups)._reachable(classes)
    assert enough > 1000 - classes.left + 12
