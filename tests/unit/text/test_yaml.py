"""The YAML reader: the 1.2 core schema, bounded aliases, and every fault in words at its place.

Everything runs on libyaml and on PyYAML's own parser, since a machine may lack libyaml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from simulator.errors import InputError
from simulator.text.source import Kind, Node, Source
from simulator.text.yaml import parse_yaml

if TYPE_CHECKING:
    from simulator.errors import Diagnostic

pytestmark = pytest.mark.usefixtures("parser")


@pytest.fixture(params=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "libyaml" and not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(yaml, "__with_libyaml__", request.param == "libyaml")
    return str(request.param)


def read(text: str) -> Node:
    return parse_yaml(Source("s.yaml", text))


def faults_of(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InputError) as caught:
        read(text)
    return caught.value.diagnostics


def told(text: str) -> list[tuple[str, str]]:
    return [(str(fault.span).removeprefix("s.yaml:"), fault.message) for fault in faults_of(text)]


def plain(node: Node) -> object:
    """Return the tree as Python values; a number as ("number", text)."""
    if node.kind is Kind.MAPPING:
        return {key.text: plain(value) for key, value in node.pairs}
    if node.kind is Kind.SEQUENCE:
        return [plain(item) for item in node.items]
    return ("number", node.value) if node.kind is Kind.NUMBER else node.value


# The table of section 10.3.2 of the YAML 1.2.2 specification, and what YAML 1.1 or people take for more.
CORE = [
    *((text, Kind.NULL) for text in ("null", "Null", "NULL", "~", "")),
    *((text, Kind.BOOLEAN) for text in ("true", "True", "TRUE", "false", "False", "FALSE")),
    *((text, Kind.NUMBER) for text in ("0", "-19", "+12", "007", "012345678901", "0o14", "0o7", "0x3A", "0xff")),
    *(
        (text, Kind.NUMBER)
        for text in ("0.", "-0.0", ".5", "+12e03", "-2E+05", "12e03", "1.", "1.5e-3", "123456789012")
    ),
    *((text, Kind.NUMBER) for text in (".inf", "-.Inf", "+.INF", ".nan", ".NaN", ".NAN")),
    *((text, Kind.STRING) for text in ("on", "off", "yes", "no", "y", "n", "On", "YES", "nULL", "tRUE", "none", "=")),
    *((text, Kind.STRING) for text in ("2012-10-17", "2001-12-14t21:59:43.10-05:00", "12:30:45", "190:20:30")),
    *(
        (text, Kind.STRING)
        for text in ("1_000", "0b101", "0o8", "0xg", "-0x1", "+0o7", "1e", "e5", ".", "-", "+", "..", "1.2.3")
    ),
    *(
        (text, Kind.STRING)
        for text in ("inf", "nan", "-.nan", ".iNF", "NaN", "203.0.113.7", "٣", "1 ", "arn:aws:s3:::b", "s3:Get*")
    ),
]


@pytest.mark.parametrize(("text", "kind"), CORE)
def test_a_plain_scalar_means_what_the_core_schema_says(text: str, kind: Kind) -> None:
    node = read(f"[a, {{k: {text}}}]" if text not in ("-", "1 ") else f"[a, {{k: '{text}'}}]")
    value = node.items[1].get("k")
    assert value is not None
    assert kind is value.kind
    if kind in (Kind.NUMBER, Kind.STRING):
        assert text == value.value


@pytest.mark.parametrize("text", [text for text, _ in CORE])
def test_a_quoted_scalar_is_text(text: str) -> None:
    assert [(Kind.STRING, text)] * 2 == [(item.kind, item.value) for item in read(f"['{text}', \"{text}\"]").items]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("!!str 5", Kind.STRING, "5"),
        ("! 5", Kind.STRING, "5"),
        ("!!str", Kind.STRING, ""),
        ("!!str null", Kind.STRING, "null"),
        ("!!int '5'", Kind.NUMBER, "5"),
        ("!!float 5", Kind.NUMBER, "5"),
        ("!!float 0.50", Kind.NUMBER, "0.50"),
        ('!!bool "true"', Kind.BOOLEAN, True),
        ("!!null ''", Kind.NULL, None),
        ("!!map {}", Kind.MAPPING, ()),
        ("!!seq []", Kind.SEQUENCE, ()),
        ("!<tag:yaml.org,2002:str> 5", Kind.STRING, "5"),
        ("%YAML 1.2\n---\non", Kind.STRING, "on"),
        ("%TAG !y! tag:yaml.org,2002:\n---\n!y!str 5", Kind.STRING, "5"),
    ],
)
def test_core_tags_are_followed(text: str, kind: Kind, value: object) -> None:
    assert (kind, value) == (read(text).kind, read(text).value)


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "--- # x\n", "\ufeff", "null", "~"])
def test_an_empty_file_is_a_null(text: str) -> None:
    node = read(text)
    assert (node.kind, node.value) == (Kind.NULL, None)


def test_an_empty_file_is_a_null_at_its_start() -> None:
    assert str(read("# nothing\n").span) == "s.yaml:1:1"


def test_a_suite_reads_as_it_looks() -> None:
    assert plain(
        read(
            "suite: Web users  # the title\n"
            "on: [mfa device, '*']\n"
            "why: |\n  first\n  second\n\n"
            "text: >-\n  a\n  b\n"
            "id: 012345678901\n"
            "scenarios:\n- name: a\n  expect: {own: allow, others: deny}\n-\n  name: b c\n   d\n"
        )
    ) == {
        "suite": "Web users",
        "on": ["mfa device", "*"],
        "why": "first\nsecond\n",
        "text": "a b",
        "id": ("number", "012345678901"),
        "scenarios": [{"name": "a", "expect": {"own": "allow", "others": "deny"}}, {"name": "b c d"}],
    }


def test_every_value_knows_where_it_stands() -> None:
    text = "a:\n  b: [1, x y]\n  c: |\n    t\n\n# end\nd: 'q'\ne: 😀 z\nf: z\n"
    node = read(text)
    values = [value for _, value in node.pairs]
    shown = [node, *values, *(part for pair in values[0].pairs for part in pair), *values[0].pairs[0][1].items]
    assert [text[part.start : part.end] for part in shown] == [
        text.rstrip(),
        "b: [1, x y]\n  c: |\n    t",
        "'q'",
        "😀 z",
        "z",
        "b",
        "[1, x y]",
        "c",
        "|\n    t",
        "1",
        "x y",
    ]


def test_a_byte_order_mark_moves_no_column() -> None:
    assert [str(part.span) for part in read("\ufeffa: b\n").pairs[0]] == ["s.yaml:1:1", "s.yaml:1:4"]
    assert [place for place, _ in told("\ufeffa: 1\na: 2\n")] == ["2:1"]


def test_lines_are_counted_as_editors_do() -> None:
    """NEL, LS and PS end no line."""
    node = read("a: 'x\u2028y'\r\nb: 'x\x85y'\rc: x\u2029y\nd: z")
    assert plain(node) == {"a": "x\u2028y", "b": "x\x85y", "c": "x\u2029y", "d": "z"}
    assert [key.span.line for key, _ in node.pairs] == [1, 2, 3, 4]


def test_a_line_separator_hides_no_key() -> None:
    """YAML 1.1 would read two keys where an editor shows one line."""
    assert plain(read("a: x\u2028b")) == {"a": "x\u2028b"}
    assert [place for place, _ in told("a: x\u2028b: y")] == ["1:7"]


def test_the_stand_ins_for_line_separators_touch_no_other_character() -> None:
    text = 'a: "\u2028 \ue000 \\ue001 \\U0000E002"'
    assert plain(read(text)) == {"a": "\u2028 \ue000 \ue001 \ue002"}


# Aliases


def test_an_alias_gives_the_same_value() -> None:
    node = read("a: &x [1, {b: c}]\nd: *x\n&k e: *k\n")
    assert plain(node) == {"a": [("number", "1"), {"b": "c"}], "d": [("number", "1"), {"b": "c"}], "e": "e"}


def test_a_single_value_stands_where_its_alias_does() -> None:
    assert str(read("a: &x 1\nb: *x\n").pairs[1][1].span) == "s.yaml:2:4"


def test_the_nearest_anchor_before_counts() -> None:
    assert plain(read("[&a [1], &a x, *a]")) == [[("number", "1")], "x", "x"]
    assert plain(read("[&a [&a x, *a], *a]")) == [["x", "x"], "x"]


def test_an_alias_to_what_it_stands_in_is_an_error() -> None:
    assert told("a: &x [*x]") == [("1:8", "alias `*x` stands inside of what it names")]
    assert told("a: &x\n  b: *x\n") == [("2:6", "alias `*x` stands inside of what it names")]


def test_an_alias_to_nothing_is_an_error_with_help() -> None:
    fault = faults_of("actons: &actions [a]\nexcept: *action\nother: b")[0]
    assert str(fault.span) == "s.yaml:2:9"
    assert fault.help == 'did you mean `*actions`? text that starts with `*` stands in quotes, as `"*action"`'


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, levels)]
    return "\n".join(lines)


def test_a_bomb_is_refused_at_the_alias_that_goes_too_far() -> None:
    (fault,) = faults_of(bomb(50))
    assert fault.code == "yaml-bomb"
    assert "YAML bomb" in fault.message
    assert fault.span is not None
    assert (fault.span.line, fault.quote[fault.span.column - 1 : fault.span.end_column - 1]) == (6, "*a4")


def test_the_expansion_can_be_stated() -> None:
    source = Source.of_text("[&a [x, x], *a, *a]")
    assert parse_yaml(source, expansion=6).kind is Kind.SEQUENCE
    with pytest.raises(InputError):
        parse_yaml(source, expansion=5)


def test_values_without_aliases_are_no_expansion() -> None:
    assert len(parse_yaml(Source.of_text("- a\n" * 30), expansion=1).items) == 30


def test_depth_is_bounded() -> None:
    assert read("[" * 64 + "]" * 64).kind is Kind.SEQUENCE
    assert faults_of("[" * 65 + "]" * 65)[0].code == "yaml-depth"
    assert faults_of("".join(" " * level + "a:\n" for level in range(1000)))[0].code == "yaml-depth"
    assert faults_of("- " * 100_000)[0].code == "yaml-depth"


def test_aliases_deepen_no_tree_beyond_the_bound() -> None:
    lines = ["- &a0 [x]", *(f"- &a{level} [*a{level - 1}]" for level in range(1, 100))]
    (fault,) = faults_of("\n".join(lines))
    assert (fault.code, fault.span and fault.span.line) == ("yaml-depth", 64)


def test_the_number_of_faults_is_bounded() -> None:
    assert len(faults_of("a: 0\n" * 3000)) == 1000


def test_the_number_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.text.yaml._MOST_VALUES", 3)
    assert len(read("[a, b]").items) == 2
    assert told("[a, b, c]") == [("1:8", "the file has more than 3 values")]


def test_too_many_tag_directives_are_refused() -> None:
    """Libyaml compares each with all before it."""
    assert told("".join(f"%TAG !a{n}! x\n" for n in range(20)) + "---\na") == [("17:1", "too many `%TAG` lines")]
    assert plain(read(f"a: '{'%TAG' * 20}'")) == {"a": "%TAG" * 20}


# Faults of values: reading goes on


def test_every_fault_of_values_is_told() -> None:
    assert told("a: 1\na: 2\nb: !x 3\n<<: {c: 1}\n? [d]\n: 1\n") == [
        ("3:4", "unknown tag `!x`"),
        ("4:1", "merge key `<<` does not exist in YAML 1.2"),
        ("5:3", "a list or mapping can't be a key"),
        ("2:1", "duplicate key `a`: first at 1:1"),
    ]


def test_every_duplicate_key_names_the_first() -> None:
    assert told("a: 1\n'a': 2\n\"\\x61\": 3\n1: x\n'1': y\ntrue: x\n'true': y\nTrue: z") == [
        ("2:1", "duplicate key `a`: first at 1:1"),
        ("3:1", "duplicate key `a`: first at 1:1"),
        ("5:1", "duplicate key `1`: first at 4:1"),
        ("7:1", "duplicate key `true`: first at 6:1"),
        ("8:1", "duplicate key `true`: first at 6:1"),
    ]


def test_a_key_repeated_by_an_alias_is_a_duplicate() -> None:
    assert told("&a k: 1\n*a : 2\n") == [("2:1", "duplicate key `k`: first at 1:1")]


def test_two_keys_that_are_lists_are_not_told_as_duplicates() -> None:
    assert [fault.code for fault in faults_of("{[a]: 1, [b]: 2}")] == ["yaml-key", "yaml-key"]


def test_a_merge_key_in_quotes_is_text() -> None:
    assert plain(read("'<<': a\nb: <<\n")) == {"<<": "a", "b": "<<"}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: !!timestamp 2012-10-17", "1:4", "unknown tag `!!timestamp`"),
        ("a: !!binary aGk=", "1:4", "unknown tag `!!binary`"),
        ("a: !Ref x", "1:4", "unknown tag `!Ref`"),
        ("a: !!python/object:os.system {}", "1:4", "unknown tag `!!python/object:os.system`"),
        ("!x [a]", "1:1", "unknown tag `!x`"),
        ("!!map 5", "1:1", "tag `!!map` does not fit this value"),
        ("!!seq {}", "1:1", "tag `!!seq` does not fit this value"),
        ("!!str {}", "1:1", "tag `!!str` does not fit this value"),
        ("!!int 1.5", "1:1", "`1.5` is not of the type that tag `!!int` states"),
        ("!!int", "1:1", "`` is not of the type that tag `!!int` states"),
        ("!!bool yes", "1:1", "`yes` is not of the type that tag `!!bool` states"),
        ("{a: &x [b], *x : c}", "1:13", "a list or mapping can't be a key"),
        ("--- a\n--- b", "2:1", "a second document starts here"),
        ("---\n---\n", "2:1", "a second document starts here"),
        ("a: 1\n...\n---\nb: !x\n", "3:1", "a second document starts here"),
    ],
)
def test_a_fault_of_a_value_is_told_at_its_place(text: str, place: str, message: str) -> None:
    assert [(place, message)] == told(text)


# Faults of syntax: the place is the one where the parser stopped

SYNTAX = [
    ("on: *\n", "1:6", "`*` starts an alias, but no name follows"),
    ("actions: [*, a]", "1:12", "`*` starts an alias, but no name follows"),
    ("a: & b", "1:5", "`&` starts an anchor, but no name follows"),
    ("a:\n\tb: c\n", "2:1", "a tab in the indentation"),
    ("a:\n  b: c\n\td: e\n", "3:1", "a tab in the indentation"),
    ("a: @x", "1:4", "plain text can't start with `@`"),
    ("a: `x`", "1:4", "plain text can't start with ```"),
    ("a: %x", "1:4", "plain text can't start with `%`"),
    ("name: Set up: MFA\n", "1:13", "a `:` can't stand here"),
    ("a: b\n  c: d", "2:4", "a `:` can't stand here"),
    ("a:b\nc: d", "2:2", "a `:` can't stand here"),
    ('a: "x\nb: c\n', "3:1", "the quote opened at 1:4 is never closed"),
    ("a: 'x", "1:6", "the quote opened at 1:4 is never closed"),
    ("a: 'x\n---\n'", "2:1", "the quote opened at 1:4 is never closed"),
    ("a: [1,\nb: 2\n", "3:1", "expected `,` or `]`: the list opened at 1:4 goes on"),
    ("a: [b, {c: d]\n", "1:13", "expected `,` or `}`: the mapping opened at 1:8 goes on"),
    ("a: {b: c d: e}", "1:11", "expected `,` or `}`: the mapping opened at 1:4 goes on"),
    ("a: 1\nb\nc: 2", "3:1", "the key at 2:1 has no `:`"),
    ("a: 1\n b: 2", "2:3", "a `:` can't stand here"),
    ("x:\n  a: 1\n b: 2", "3:2", "expected a key of the mapping that starts at 1:1"),
    ("  a: 1\n b: 2", "2:2", "text after the end of the document"),
    ("a: 'it's'", "1:8", "expected a key of the mapping that starts at 1:1"),
    ("- a\nb: c", "2:1", "expected an item `- …` of the list that starts at 1:1"),
    ("a: - b", "1:4", "an item `- …` can't start here"),
    ("a: ? b", "1:4", "a `?` can't stand here"),
    ("a: ]", "1:4", "expected a value, found `]`"),
    ('a: "\\ud83d\\ude00"', "1:7", "no character has this code"),
    ('a: "\\U00110000"', "1:7", "no character has this code"),
    ("a: |x\n y", "1:5", "`|` or `>` starts text on the lines below, but something follows on its line"),
    ("%YAML 3.0\n---\na", "1:1", "a line that starts with `%` tells which YAML it is, and this is not known"),
    ('"a" b', "1:5", "text after the end of the document"),
    ("a: !<x", "1:7", "`!` starts a tag, and this is none"),
    ("a: !x!y z", "1:4", "`!` starts a tag, and this is none"),
    ("a: \x01", "1:4", "character `\\u0001` can't stand in YAML as it is"),
    ("é😀\x00", "1:3", "character `\\u0000` can't stand in YAML as it is"),
    ("a: \ud800", "1:4", "character `\\ud800` can't stand in YAML as it is"),
]


@pytest.mark.parametrize(("text", "place", "message"), SYNTAX)
def test_a_fault_of_syntax_is_told_where_the_parser_stopped(text: str, place: str, message: str, parser: str) -> None:
    if parser == "python" and "\\u" in text.lower():
        assert [message] == [words for _, words in told(text)]  # it stands elsewhere in the escape
    else:
        assert [(place, message)] == told(text)


@pytest.mark.parametrize("text", [r'a: "\q"', r'a: "\xzz"'])
def test_a_bad_escape_is_told(text: str) -> None:
    (fault,) = faults_of(text)
    assert (fault.code, fault.span and fault.span.line) == ("yaml-syntax", 1)
    assert "escape" in fault.message


def test_a_word_of_the_parser_that_has_no_row_is_shown_as_it_is() -> None:
    from simulator.text.yaml_faults import syntax

    assert syntax(Source.of_text("a"), 0, 0, ": the frob is knotted").message == "the frob is knotted"


def test_faults_before_the_one_that_stops_are_told_too() -> None:
    assert [fault.code for fault in faults_of("a: !x 1\nb: [")] == ["yaml-tag", "yaml-syntax"]
