"""Patterns compared with patterns: never dead what could live, never covered what could escape."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.analyse.lint.globs import Glob, action_steps, resource_steps
from simulator.policy.pattern import Pattern
from simulator.policy.variables import Template

_TEXT = st.text("ab:*?", max_size=6)
_LITERAL = st.text("ab:", max_size=6)
_RESOURCE = st.lists(st.text("ab*?", max_size=3), min_size=2, max_size=8).map(":".join)
_ARN = st.lists(st.text("ab", max_size=3), min_size=2, max_size=8).map(":".join)


def _matches(text: str, literal: str) -> bool:
    return Pattern.parse(text).matches(literal)


def _names(text: str, arn: str) -> bool:
    constant = Template.parse(text).constant
    assert constant is not None
    return constant.for_resource().matches(arn)


@given(_TEXT, _TEXT, _LITERAL)
def test_patterns_that_share_a_text_meet(one: str, other: str, text: str) -> None:
    if _matches(one, text) and _matches(other, text):
        assert Glob(action_steps(one)).meets(action_steps(other))


@given(_TEXT, _TEXT, _LITERAL)
def test_what_is_covered_never_escapes(wide: str, narrow: str, text: str) -> None:
    if Glob(action_steps(wide)).covers(action_steps(narrow)) and _matches(narrow, text):
        assert _matches(wide, text) or wide == "*:*"


@given(_RESOURCE, _RESOURCE, _ARN)
def test_a_covered_resource_never_escapes(wide: str, narrow: str, arn: str) -> None:
    if Glob(resource_steps(wide, True)).covers(resource_steps(narrow, True)) and _names(narrow, arn):
        assert _names(wide, arn)


@given(_RESOURCE, _RESOURCE, _ARN)
def test_resources_that_share_an_arn_meet(one: str, other: str, arn: str) -> None:
    if _names(one, arn) and _names(other, arn):
        assert Glob(resource_steps(one, True)).meets(resource_steps(other, True))


@given(_TEXT)
def test_a_pattern_meets_and_covers_itself(text: str) -> None:
    glob = Glob(action_steps(text))
    assert glob.meets(action_steps(text))
    assert glob.covers(action_steps(text))


def test_a_wildcard_covers_a_variable_and_a_literal_does_not() -> None:
    own = resource_steps("arn:aws:iam::1:user/${aws:username}", True)
    assert Glob(resource_steps("arn:aws:iam::1:user/*", True)).covers(own)
    assert Glob(own).covers(own)
    assert not Glob(resource_steps("arn:aws:iam::1:user/bob", True)).covers(own)
    assert Glob(resource_steps("arn:aws:iam::1:user/bob", True)).meets(own)
    assert not Glob(resource_steps("arn:aws:iam::1:user/${aws:userid}", True)).covers(own)


def test_a_question_mark_is_half_an_astral_character() -> None:
    assert not Glob(action_steps("s3:?")).covers(action_steps("s3:\U0001f600"))
    assert Glob(action_steps("s3:??")).meets(action_steps("s3:\U0001f600"))
