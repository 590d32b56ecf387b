"""What people see of faults: escaped, grouped, with carets under the place."""

from __future__ import annotations

import pytest

from simulator.errors import Diagnostic, Severity, Span
from simulator.text.show import printable, show
from simulator.text.source import Source


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ec2webuser", "ec2webuser"),
        ("Zoë 😀 用户", "Zoë 😀 用户"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("\x00\x7f\x85", "\\u0000\\u007f\\u0085"),
        ("txt\u202egpj", "txt\\u202egpj"),
        ("\u2066\u2069\u200f", "\\u2066\\u2069\\u200f"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("a\u00a0b\u3000", "a\\u00a0b\\u3000"),
        ("a\u00adb\u3164\ufe0f", "a\\u00adb\\u3164\\ufe0f"),
        ("\ud800\udc00", "\\ud800\\udc00"),
        ("\U000e0041\U000e0100", "\\U000e0041\\U000e0100"),
        ("back\\slash", "back\\slash"),
    ],
)
def test_whatever_does_not_show_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


def test_long_text_is_cut() -> None:
    assert printable("a" * 200) == "a" * 200
    assert printable("a" * 201) == "a" * 199 + "…"
    assert printable("a" * 1000, limit=None) == "a" * 1000
    assert printable("abcdef", limit=4) == "abc…"
    assert printable("abcd", limit=4) == "abcd"


@pytest.mark.parametrize(
    ("limit", "shown"),
    [(1, "…"), (2, "a…"), (7, "a…"), (8, "a\\u202e…"), (12, "a\\u202e…"), (13, "a\\u202e\\u202e")],
)
def test_no_escape_is_cut_in_two(limit: int, shown: str) -> None:
    assert printable("a\u202e\u202e", limit=limit) == shown


def fault(text: str, start: int, end: int | None = None, *, name: str = "a.yaml", message: str = "no") -> Diagnostic:
    return Source(name, text).fault("code", message, start, end)


def test_a_fault_shows_place_message_line_and_help() -> None:
    source = Source("suites/a.yaml", "suite: x\non: mfa device\n")
    found = source.fault("unknown-name", "no resource `mfa device`", 13, 23, help="did you mean `mfa devices`?")
    assert show([found]) == (
        "suites/a.yaml:2:5: error[unknown-name]: no resource `mfa device`\n"
        "    2 | on: mfa device\n"
        "      |     ^^^^^^^^^^\n"
        "  help: did you mean `mfa devices`?"
    )


def test_a_fault_without_a_file_shows_its_message() -> None:
    assert show([Diagnostic("option", "no such format `x`", help="one of `a`, `b`")]) == (
        "error[option]: no such format `x`\n  help: one of `a`, `b`"
    )


def test_faults_are_grouped_by_file_and_sorted_by_place() -> None:
    text = "a\nb\nc\n"
    found = [
        fault(text, 4, name="z", message="3"),
        fault(text, 2, name="a", message="5"),
        fault(text, 0, name="z", message="2"),
        Diagnostic("code", "1"),
        fault(text, 0, name="a", message="4"),
        fault(text, 4, name="z", message="3"),
    ]
    heads = [block.splitlines()[0] for block in show(found).split("\n\n")]
    assert heads == [
        "error[code]: 1",
        "z:1:1: error[code]: 2",
        "z:3:1: error[code]: 3",
        "a:1:1: error[code]: 4",
        "a:2:1: error[code]: 5",
    ]


def test_nothing_shows_as_nothing() -> None:
    assert show([]) == ""


def carets(text: str, start: int, end: int | None = None) -> list[str]:
    return [line[8:] for line in show([fault(text, start, end)]).splitlines()[1:]]


@pytest.mark.parametrize(
    ("text", "start", "end", "lines"),
    [
        ("ab: c", 4, None, ["ab: c", "    ^"]),
        ("ab: c", 5, 5, ["ab: c", "     ^"]),
        ("ab: c", 2, 2, ["ab: c", "  ^"]),
        ("a\tb", 2, 3, ["a    b", "     ^"]),
        ("a\tb", 1, 2, ["a    b", " ^^^^"]),
        ("用户: x", 4, 5, ["用户: x", "      ^"]),
        ("用户: x", 0, 2, ["用户: x", "^^^^"]),
        ("😀 x", 2, 3, ["😀 x", "   ^"]),
        ("e\u0301 x", 3, 4, ["e\u0301 x", "  ^"]),
        ("e\u0301 x", 1, 2, ["e\u0301 x", " ^"]),
        ("a\u202eb", 2, 3, ["a\\u202eb", "       ^"]),
        ("ab [c,\n d]", 3, 10, ["ab [c,", "   ^^^"]),
        ("ab [c,  \n d]", 3, 12, ["ab [c,", "   ^^^"]),
    ],
)
def test_the_carets_stand_under_the_place(text: str, start: int, end: int, lines: list[str]) -> None:
    assert carets(text, start, end) == lines


def test_an_empty_line_is_not_quoted() -> None:
    assert show([fault("a\n", 2, 2)]) == "a.yaml:2:1: error[code]: no"


def test_a_line_that_just_fits_is_shown_whole() -> None:
    assert carets("x" * 99 + "y", 99) == ["x" * 99 + "y", " " * 99 + "^"]


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    quoted, under = carets("a" * 500 + "HERE" + "b" * 500, 500, 504)
    assert quoted[under.index("^") : under.rindex("^") + 1] == "HERE"
    assert (quoted[0], quoted[-1]) == ("…", "…")
    assert len(quoted) <= 102
    quoted, under = carets("a" * 500, 0, 500)
    assert (quoted, under) == ("a" * 100 + "…", "^" * 100)
    quoted, under = carets("a" * 500, 500, 500)
    assert (quoted[0], len(under)) == ("…", 62)


@pytest.mark.parametrize("char", ["\u202e", "\t", "用", "\u0301", "\x00", "\U000e0001"])
def test_of_a_long_line_no_more_is_shown_whatever_is_in_it(char: str) -> None:
    for start in (0, 5000, 10_000):
        quoted, under = carets("x" + char * 10_000, start, start + 1)
        assert len(quoted) < 250
        assert under.count("^") in range(1, 11)


def test_names_and_messages_show_no_control_characters() -> None:
    found = Diagnostic("code", "bad \x1b[2J", Span("a\u202e.yaml", 1, 1, 1, 2), "see \x07", quote="\x1b[2Jx")
    assert show([found]) == (
        "a\\u202e.yaml:1:1: error[code]: bad \\u001b[2J\n    1 | \\u001b[2Jx\n      | ^^^^^^\n  help: see \\u0007"
    )


def test_colour_is_there_only_when_asked_for() -> None:
    warning = Diagnostic("code", "no", Span("a", 1, 1, 1, 2), quote="x", severity=Severity.WARNING)
    assert "\x1b" not in show([warning])
    coloured = show([warning], colour=True)
    assert "\x1b[1;33mwarning[code]\x1b[0m: no" in coloured
    assert "\x1b[1;33m^\x1b[0m" in coloured


def test_a_span_behind_its_quote_is_no_error() -> None:
    assert show([Diagnostic("code", "no", Span("a", 1, 50, 1, 60), quote="short")]).endswith("      |      ^")
