"""The JSON scanner: values with their places, and every fault in words at its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from simulator.errors import InputError
from simulator.text.json import parse_json
from simulator.text.source import Kind, Node, Source

if TYPE_CHECKING:
    from simulator.errors import Diagnostic


def read(text: str) -> Node:
    return parse_json(Source("p.json", text))


def faults_of(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InputError) as caught:
        read(text)
    return caught.value.diagnostics


def test_every_value_knows_where_it_stands() -> None:
    text = '{\n  "a" : [1.50, true, null, "x\\u0041"],\n  "b": {}\n}\n'
    node = read(text)
    (a, values), (b, empty) = node.pairs
    assert [text[part.start : part.end] for part in (node, a, values, *values.items, b, empty)] == [
        text.rstrip(),
        '"a"',
        '[1.50, true, null, "x\\u0041"]',
        "1.50",
        "true",
        "null",
        '"x\\u0041"',
        '"b"',
        "{}",
    ]
    assert [(item.kind, item.value) for item in values.items] == [
        (Kind.NUMBER, "1.50"),
        (Kind.BOOLEAN, True),
        (Kind.NULL, None),
        (Kind.STRING, "xA"),
    ]


@pytest.mark.parametrize("text", ["0", "-0", "10", "1.0", "1.50", "1e5", "-1.5E+10", "9" * 5000, "1e999"])
def test_a_number_keeps_its_text(text: str) -> None:
    assert (read(text).kind, read(text).value) == (Kind.NUMBER, text)


@pytest.mark.parametrize(
    "text",
    [
        '""',
        r'"\"\\\/\b\f\n\r\t"',
        r'"\u0041\u00e9\u20ac"',
        r'"\ud83d\ude00\uD83D\uDE00"',
        '"é€😀"',
        '"\x7f\u2028"',
        r'"\ue000\uffff"',
    ],
)
def test_escapes_mean_what_python_takes_them_for(text: str) -> None:
    assert json.loads(text) == read(text).value


@pytest.mark.parametrize("text", ["{}", "[]", "{ }", "[\n]", "\r\n\t {} \r\n\t "])
def test_blanks_and_empty_brackets(text: str) -> None:
    assert read(text).value == ()


SYNTAX = [
    ("", "1:1", "the file is empty"),
    (" \n ", "1:1", "the file is empty"),
    ("\ufeff{}", "1:1", "the file starts with a byte order mark"),
    ("\ufeff", "1:1", "the file starts with a byte order mark"),
    ('{"a": 1,}', "1:8", "trailing comma before `}`"),
    ('{"a": 1,\n}', "1:8", "trailing comma before `}`"),
    ("[1, ]", "1:3", "trailing comma before `]`"),
    ("[1,,2]", "1:4", "a value is missing before `,`"),
    ("[,1]", "1:2", "a value is missing before `,`"),
    ("{,}", "1:2", "a key is missing before `,`"),
    ('{"a":}', "1:6", "a value is missing before `}`"),
    ('{"a" 1}', "1:5", "missing colon after key `a`"),
    ('{"a"}', "1:2", "key `a` has no value"),
    ('{"a", "b"}', "1:2", "key `a` has no value"),
    ('{"a" = 1}', "1:6", "expected `:` after the key, found `=`"),
    ("{a: 1}", "1:2", "key `a` does not stand in double quotes"),
    ("{1: 1}", "1:2", "key `1` does not stand in double quotes"),
    ("{*: 1}", "1:2", "expected a key in double quotes, found `*`"),
    ("{'a': 1}", "1:2", "text stands in double quotes, not in `'`"),
    ("['a']", "1:2", "text stands in double quotes, not in `'`"),
    ("[“a”]", "1:2", "text stands in double quotes, not in `“`"),
    ("[NaN]", "1:2", "`NaN` does not exist in JSON"),
    ("[-Infinity]", "1:2", "`-Infinity` does not exist in JSON"),
    ("[True]", "1:2", "`True` is not a value of JSON"),
    ("[None]", "1:2", "`None` is not a value of JSON"),
    ("[truely]", "1:2", "`truely` is not a value of JSON"),
    ("[Allow]", "1:2", "`Allow` is not a value of JSON"),
    ("[012]", "1:2", "`012` is not a number of JSON"),
    ("[+1]", "1:2", "`+1` is not a number of JSON"),
    ("[.5]", "1:2", "`.5` is not a number of JSON"),
    ("[1.]", "1:2", "`1.` is not a number of JSON"),
    ("[0x10]", "1:2", "`0x10` is not a number of JSON"),
    ("[1_000]", "1:2", "`1_000` is not a number of JSON"),
    ("[1e]", "1:2", "`1e` is not a number of JSON"),
    ("[-]", "1:2", "expected a value, found `-`"),
    ("*", "1:1", "expected a value, found `*`"),
    ("[1 2]", "1:3", "missing comma between two values"),
    ('{"a": 1\n "b": 2}', "1:8", "missing comma between two values"),
    ('["a" "b"]', "1:5", "missing comma between two values"),
    ("[1; 2]", "1:3", "expected `,` or `]`, found `;`"),
    ('{"a": 1: 2}', "1:8", "expected `,` or `}`, found `:`"),
    ("// x\n{}", "1:1", "comments do not exist in JSON"),
    ("{} /* x */", "1:4", "comments do not exist in JSON"),
    ("[1 # x\n]", "1:4", "comments do not exist in JSON"),
    ('{"a" // x\n: 1}', "1:6", "comments do not exist in JSON"),
    ("[1\u00a0]", "1:3", "`\\u00a0` is no blank in JSON"),
    ("[\u200b1]", "1:2", "`\\u200b` is no blank in JSON"),
    ("[\x0c1]", "1:2", "`\\u000c` is no blank in JSON"),
    ("[1]\n[2]", "2:1", "text after the end of the JSON value: `[`"),
    ("{}}", "1:3", "`}` closes nothing"),
    ("}", "1:1", "a value is missing before `}`"),
    ("[1}", "1:3", "`}` does not close the `[` at 1:1"),
    ('{"a": [{"b": 1]}', "1:15", "`]` does not close the `{` at 1:8"),
    ("[1\n\n", "1:3", "the text ends before the `[` at 1:1 is closed"),
    ('{"a":\n {"b": 1', "2:9", "the text ends before the `{` at 2:2 is closed"),
    ('{"a"', "1:5", "the text ends before the `{` at 1:1 is closed"),
    ('{"a": 1,', "1:9", "the text ends before the `{` at 1:1 is closed"),
    ('["a', "1:2", "text is not closed on its line"),
    ('["a\n"]', "1:2", "text is not closed on its line"),
    ('["a\tb"]', "1:4", "control character `\\t` inside text"),
    ('["\x00"]', "1:3", "control character `\\u0000` inside text"),
    (r'["\q"]', "1:3", r"`\q` is no escape of JSON"),
    (r'["\u12"]', "1:3", r"`\u12` is no escape of JSON"),
    (r'["\x41"]', "1:3", r"`\x` is no escape of JSON"),
    ('["\\', "1:3", "`\\` is no escape of JSON"),
    (r'["\ud800"]', "1:3", r"`\ud800` is half of a character"),
    (r'["\ud800\u0041"]', "1:3", r"`\ud800` is half of a character"),
    (r'["\udc00\ud800"]', "1:3", r"`\udc00` is half of a character"),
    ('["\ud800"]', "1:3", r"`\ud800` is half of a character"),
    (r'{"a\q": 1}', "1:4", r"`\q` is no escape of JSON"),
]


@pytest.mark.parametrize(("text", "place", "message"), SYNTAX)
def test_a_fault_of_syntax_is_told_at_its_place(text: str, place: str, message: str) -> None:
    (fault,) = faults_of(text)
    assert ("json-syntax", f"p.json:{place}", message) == (fault.code, str(fault.span), fault.message)


def test_every_duplicate_key_is_told_at_the_second_and_names_the_first() -> None:
    text = '{"a": 1,\n "b": {"c": 1, "\\u0063": 2},\n "a": 2,\n "a": 3}'
    assert [(str(fault.span), fault.message) for fault in faults_of(text)] == [
        ("p.json:2:16", "duplicate key `c`: first at 2:8"),
        ("p.json:3:2", "duplicate key `a`: first at 1:2"),
        ("p.json:4:2", "duplicate key `a`: first at 1:2"),
    ]


def test_duplicates_are_told_beside_the_fault_that_stops_reading() -> None:
    assert [fault.code for fault in faults_of('[{"a": 1, "a": 2}, x]')] == ["json-duplicate-key", "json-syntax"]


def test_keys_that_differ_in_case_are_two_keys() -> None:
    assert [key.text for key, _ in read('{"a": 1, "A": 2}').pairs] == ["a", "A"]


def test_depth_is_bounded() -> None:
    assert read("[" * 64 + "]" * 64).kind is Kind.SEQUENCE
    (fault,) = faults_of('{"a":' * 65 + "1" + "}" * 65)
    assert (fault.code, str(fault.span)) == ("json-depth", "p.json:1:321")
    assert faults_of("[" * 100_000)[0].code == "json-depth"


def test_the_depth_can_be_stated() -> None:
    with pytest.raises(InputError):
        parse_json(Source.of_text("[[]]"), depth=1)
    assert parse_json(Source.of_text("[[]]"), depth=2).kind is Kind.SEQUENCE


def test_the_number_of_faults_is_bounded() -> None:
    assert len(faults_of("{" + '"a": 0,' * 5000 + '"b": 0}')) == 1000


def test_the_number_of_values_is_bounded() -> None:
    assert faults_of("[" + "0," * 2_000_001 + "0]")[0].code == "json-size"


def test_faults_of_one_line_share_its_text() -> None:
    one, *others = faults_of('{"a": 0, "a": 1, "a": 2, "a": 3}')
    assert all(other.quote is one.quote for other in others)


def test_a_message_shows_no_character_that_hides() -> None:
    text = '{"a\u202eb": 1, "a\u202eb": 2}'
    assert "`a\\u202eb`" in faults_of(text)[0].message
