"""Patterns: whole-text match, literal values, resource segments, linear time."""

from __future__ import annotations

import pytest

from simulator.policy.pattern import ANY, Pattern, Wildcard


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("a*", "a", True),
        ("a*", "ba", False),
        ("*a", "ba", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "axxcyyb", False),
        ("a.c", "abc", False),
        ("a*", "a\nb", True),
        ("?", "\n", True),
        ("**", "anything", True),
    ],
)
def test_a_pattern_matches_the_whole_text(pattern: str, text: str, expected: bool) -> None:  # noqa: FBT001  # a parameter
    assert Pattern.parse(pattern).matches(text) is expected


def test_a_question_mark_is_one_utf16_code_unit() -> None:
    assert not Pattern.parse("?").matches("😀")
    assert Pattern.parse("??").matches("😀")
    assert Pattern.parse("*😀").matches("a😀")


def test_a_literal_holds_no_wildcards() -> None:
    assert Pattern.literal("*").matches("*")
    assert not Pattern.literal("*").matches("x")


def test_neighbouring_elements_are_merged() -> None:
    assert Pattern.of(["a", "b", Wildcard.RUN, Wildcard.RUN, "", "c"]).elements == ("ab", Wildcard.RUN, "c")


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", "*", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x:y/z", True),
        ("arn:aws:s3", "arn:aws:s3:::b", True),
        ("arn:aws:iam::*", "arn:aws:iam::1:user/x", True),
        ("arn:aws:sns:*", "arn:aws:sns:us-east-1:1:t", True),
        ("arn:aws:sqs:eu*x:1:q", "arn:aws:sqs:eu-x:1:q", True),
        ("arn:aws:sqs:e*x:1:q", "arn:aws:sqs:eu:1:x:1:q", False),
        ("arn:aws:sqs:e?:1:q", "arn:aws:sqs:e::1:q", False),
        ("arn:aws:s3:::*/*", "*", False),
        ("arn:*:q*x:r:s:t", "arn:a:b:qzx:r:s:t", True),
        ("arn:*:q*x:r:s:t", "arn:a:b:qz:x:r:s:t", False),
    ],
)
def test_wildcards_before_the_fifth_colon_keep_to_their_segment(pattern: str, resource: str, expected: bool) -> None:  # noqa: FBT001  # a parameter
    assert Pattern.parse(pattern).for_resource().matches(resource) is expected


def test_a_crossing_run_before_a_segment_run_finds_the_later_place() -> None:
    pattern = Pattern((Wildcard.RUN, ":a", Wildcard.SEGMENT_RUN, ":b"))
    assert pattern.matches("x:aa:c:a:b")
    assert not pattern.matches("x:aa:c:b")


def test_colons_split_literals_only() -> None:
    assert Pattern.parse("a:*:c:d").split_colons(2) == (Pattern.parse("a"), ANY, Pattern.parse("c:d"))


def test_many_runs_do_not_multiply_the_time() -> None:
    hostile = Pattern.parse("*a" * 40 + "b")
    assert not hostile.matches("a" * 20_000)
    mixed = Pattern((*(Wildcard.RUN, ":", Wildcard.SEGMENT_RUN, "a") * 10, "b"))
    assert not mixed.matches(":a" * 2_000)


def test_a_pattern_reads_back_as_its_text() -> None:
    assert str(Pattern.parse("arn:aws:sqs:e*x:?:q").for_resource()) == "arn:aws:sqs:e*x:?:q"
