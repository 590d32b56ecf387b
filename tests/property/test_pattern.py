"""Patterns: the compiled ones equal the oracle's, and their time grows with the text, not with the wildcards."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.policy.pattern import Pattern
from simulator.policy.variables import Template
from tests.oracles import patterns, variables
from tests.property.profile import law
from tests.property.strategies import contexts, variable_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracles.variables import Value

few = st.text(st.sampled_from("ab:*?\U0001f600"), max_size=9)
arns = st.text(st.sampled_from("ab:::*?"), max_size=14)


@law
@given(few, few)
def test_a_pattern_matches_what_the_oracle_matches(pattern: str, text: str) -> None:
    assert Pattern.parse(pattern).matches(text) == patterns.matches(patterns.elements([(pattern, False)]), text)


@law
@given(few, few)
def test_a_literal_pattern_matches_itself_alone(pattern: str, text: str) -> None:
    assert Pattern.literal(pattern).matches(text) == (pattern == text)


@law
@given(st.lists(few, min_size=6, max_size=7).map(":".join), arns)
def test_a_resource_pattern_matches_what_the_oracle_matches(pattern: str, text: str) -> None:
    readings = patterns.arn_readings([(pattern, False)])
    assert Pattern.parse(pattern).for_resource().matches(text) == any(patterns.matches(r, text) for r in readings)


@law
@given(variable_texts, contexts(), few)
def test_variables_resolve_as_the_oracle_says(text: str, context: Mapping[str, Value], given_text: str) -> None:
    pieces = variables.resolve(text, context, variables=True)
    found = Template.parse(text).resolve(lambda key: single(context, key))
    assert (pieces is None) == (found is None)
    if pieces is not None and found is not None:
        filled = "".join(piece for piece, _ in pieces)
        for request in (given_text, filled, filled.replace("*", given_text)):
            assert found.matches(request) == patterns.matches(patterns.elements(pieces), request)


def single(context: Mapping[str, Value], key: str) -> str | None:
    """A single value, as variables want it."""
    value = variables.lookup(context, key)
    return value if isinstance(value, str) else None


SLOW = (
    ("*a" * 30 + "b", "", "a"),
    ("*a*b" * 15 + "c", "", "ab"),
    ("?" * 9 + "*a" * 20 + "?b", "", "a"),
    ("a*" * 30 + "b", "", "a"),
    ("*" + "a" * 40 + "b", "", "a"),
    ("arn:aws:s3:::" + "*/" * 20 + "x", "arn:aws:s3:::", "/"),
    ("arn:*a*a*a*:*b*a*:*a*a*b:*:*a*b:*a*a*b", "arn:a:b:b:b:", "a"),
    ("arn:*a*a*a*:*a*a*:*a*a*b:*:*a*a:*a*a*b", "arn:", "a:"),
)


@pytest.mark.parametrize(("pattern", "head", "unit"), SLOW)
@pytest.mark.parametrize("resource", [False, True], ids=["plain", "resource"])
def test_the_time_of_a_match_grows_with_the_text_alone(pattern: str, head: str, unit: str, *, resource: bool) -> None:
    compiled = Pattern.parse(pattern).for_resource() if resource else Pattern.parse(pattern)

    def seconds(length: int) -> float:
        text = head + unit * (length // len(unit))
        best = 1.0
        for _ in range(5):
            start = time.perf_counter()
            assert not compiled.matches(text)
            best = min(best, time.perf_counter() - start)
        return best

    compiled.matches("")  # compiles
    # Ten times the text may cost some thirty times as much on a busy machine; quadratic time would cost a hundred.
    assert seconds(20_000) < 40 * seconds(2_000) + 0.001
