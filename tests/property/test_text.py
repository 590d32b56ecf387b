"""Laws of the readers: they agree with the readers that everyone knows, and no text makes them fall over.

What a reader may do with a text is to give a tree or an `InputError`, whose faults all stand in the
text and show without a control character.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.errors import InputError
from simulator.text.files import read_source
from simulator.text.json import parse_json
from simulator.text.show import printable, show
from simulator.text.source import Kind, Node, Source
from simulator.text.yaml import parse_yaml
from tests.property.profile import law

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.errors import Diagnostic

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": 'q"\\\u00e9\ud83d\ude00',
                "Effect": "Deny",
                "NotAction": ["iam:*", "sts:GetSessionToken"],
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Action": [],
                "Condition": {"Bool": {"a": True}, "NumericLessThan": {"b": -1.5e3, "c": None}},
            },
        ],
    },
    indent=1,
)
SUITE = """\
# a suite
suite: &s "Web \\u00e9"
account: {id: 012345678901, users: {a: {groups: [b, 'it''s']}}}
why: |-
  two
  lines
scenarios:
- name: *s
  on: ? 
"""  # noqa: W291  # a key without a value

CHARACTERS = st.characters()  # surrogates too
SIGNS = [*"{}[]:,\"'\\#&*!|>%@`?-~\n\r\t \x00\x85\u2028\ufeff\u202eé😀"]
WORDS = ["- ", ": ", "&a ", "*a", "<<", "!!str ", "---\n", "...\n", "%YAML 1.2\n", "%TAG ! x\n", "a: b\n", "  "]
TOKENS = ["\\u", "\\ud83d", "true", "null", "0x1", "-1.5e3", "NaN", '"a"', "// x", "/*"]
PIECES = st.sampled_from([*SIGNS, *WORDS, *TOKENS])
TEXTS = st.one_of(
    st.text(CHARACTERS), st.lists(PIECES).map("".join), st.lists(st.one_of(PIECES, CHARACTERS)).map("".join)
)
BLANKS = st.text(alphabet=" \t\r\n", max_size=3)
READERS = pytest.mark.parametrize("parse", [parse_json, parse_yaml])


def json_values(text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Draw what JSON can say, with *text* as its texts and keys."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
        lambda inner: st.lists(inner) | st.dictionaries(text, inner),
        max_leaves=20,
    )


JSON_VALUES = json_values(st.text())


def plain(node: Node) -> Any:
    """Return the tree as `json.loads` gives it."""
    match node.kind:
        case Kind.MAPPING:
            return {key.text: plain(value) for key, value in node.pairs}
        case Kind.SEQUENCE:
            return [plain(item) for item in node.items]
        case Kind.NUMBER:
            return json.loads(node.text)
        case _:
            return node.value


def check_places(node: Node) -> None:
    """Every value stands inside of the one that holds it; those that stand side by side do so in order."""
    parts = node.items or [part for pair in node.pairs for part in pair]
    places = [node.start, *(place for part in parts for place in (part.start, part.end)), node.end]
    assert places == sorted(places)
    for part in parts:
        check_places(part)


def read_or_refuse(parse: Callable[[Source], Node], text: str) -> None:
    """Read *text*; what comes is a tree, or faults that stand in the text and are shown in plain characters."""
    source = Source("x", text)
    try:
        parse(source)
    except InputError as refused:
        check_faults(source, refused.diagnostics)


def check_faults(source: Source, faults: tuple[Diagnostic, ...]) -> None:
    assert faults
    lines = len(re.split(r"\r\n|\r|\n", source.text))
    for fault in faults:
        assert fault.span is not None
        assert 1 <= fault.span.line <= lines
        assert fault.span.column <= len(source.line(fault.span.line)) + 3  # a line's end, and CRLF, belong to it
        assert fault.message[0].islower() or not fault.message[0].isalpha()
        assert not fault.message.endswith(".")
    assert show(faults).replace("\n", "").isprintable()


@READERS
@given(text=TEXTS)
@law
@example(text="\ufeff")
@example(text='"\ud800"')
@example(text="'\u2028'")
def test_any_text_is_read_or_refused(parse: Callable[[Source], Node], text: str) -> None:
    read_or_refuse(parse, text)


@given(text=TEXTS)
@law
def test_any_text_is_read_or_refused_without_libyaml(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", False)
        read_or_refuse(parse_yaml, text)


@READERS
@pytest.mark.parametrize("text", [POLICY, SUITE])
def test_every_truncation_and_deletion_is_read_or_refused(parse: Callable[[Source], Node], text: str) -> None:
    for place in range(len(text)):
        read_or_refuse(parse, text[:place])
        read_or_refuse(parse, text[:place] + text[place + 1 :])
        read_or_refuse(parse, text[:place] + "\t" + text[place:])


def test_no_truncation_of_a_policy_is_a_policy() -> None:
    for place in range(len(POLICY)):
        with pytest.raises(InputError):
            parse_json(Source.of_text(POLICY[:place]))


@given(data=st.binary())
@law
def test_any_bytes_are_read_or_refused(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(data)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        with pytest.raises(InputError) as refused:
            read_source(path)
        assert "error[file-encoding]: the file is not UTF-8" in show(refused.value.diagnostics)
    else:
        assert read_source(path).text.encode() == data


# JSON: the same as Python's reader, but strict


@given(
    value=JSON_VALUES, indent=st.sampled_from([None, 0, 1, "\t"]), ascii_only=st.booleans(), before=BLANKS, after=BLANKS
)
@law
def test_json_reads_as_python_reads_it(
    value: Any, indent: int | str | None, *, ascii_only: bool, before: str, after: str
) -> None:
    text = before + json.dumps(value, indent=indent, ensure_ascii=ascii_only) + after
    node = parse_json(Source.of_text(text))
    assert json.loads(text) == plain(node)
    assert text.strip(" \t\r\n") == text[node.start : node.end]
    check_places(node)


@given(text=TEXTS)
@law
def test_json_takes_nothing_that_python_refuses(text: str) -> None:
    try:
        node = parse_json(Source.of_text(text))
    except InputError:
        return
    assert json.loads(text) == plain(node)


def refuse_constant(name: str) -> None:
    raise ValueError(name)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


@given(
    text=st.lists(
        st.sampled_from([*'{}[]:,"0123.eE+-\\ \n\tab', '"a"', "true", "null", "NaN", '"b": ', "\\u0041"])
    ).map("".join)
)
@law
def test_json_refuses_nothing_that_is_json(text: str) -> None:
    try:
        json.loads(text, parse_constant=refuse_constant, object_pairs_hook=once)
    except ValueError:
        with pytest.raises(InputError):
            parse_json(Source.of_text(text))
    else:
        parse_json(Source.of_text(text))


# YAML


@given(value=JSON_VALUES, flow=st.booleans(), unicode=st.booleans())
@law
def test_yaml_reads_back_what_pyyaml_writes(value: Any, *, flow: bool, unicode: bool) -> None:
    """Texts are quoted, since those that PyYAML leaves plain may be numbers in YAML 1.2."""
    text = yaml.safe_dump(texts(value), default_flow_style=flow, allow_unicode=unicode, default_style='"')
    node = parse_yaml(Source.of_text(text))
    assert texts(value) == plain(node)
    check_places(node)


def texts(value: Any) -> Any:
    """Return *value* with the text of each scalar in its place."""
    if isinstance(value, dict):
        return {key: texts(inner) for key, inner in value.items()}
    return [texts(inner) for inner in value] if isinstance(value, list) else str(value)


@given(
    value=json_values(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))),
    data=st.data(),
)
@law
def test_yaml_reads_json_as_the_json_reader_does(value: Any, data: st.DataObject) -> None:
    """A policy can stand in a suite as it is; characters that YAML takes only as escapes apart."""
    separators = data.draw(st.sampled_from([(", ", ": "), (",", ":")]))
    text = json.dumps(value, ensure_ascii=False, separators=separators)
    assert parse_yaml(Source.of_text(text)) == parse_json(Source.of_text(text))


@given(text=st.lists(st.one_of(PIECES, st.sampled_from(["x", "y", "0"])), max_size=12).map("".join))
@law
def test_both_parsers_of_pyyaml_give_the_same_tree(text: str) -> None:
    trees = []
    for with_libyaml in {True, yaml.__with_libyaml__}:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml, "__with_libyaml__", with_libyaml)
            try:
                trees.append(parse_yaml(Source.of_text(text)))
            except InputError:
                return
    assert all(tree == trees[0] for tree in trees)


# Showing


@law
@given(text=st.text(CHARACTERS), limit=st.none() | st.integers(1, 50))
def test_printable_text_is_printable_and_within_its_limit(text: str, limit: int | None) -> None:
    shown = printable(text, limit=limit)
    assert shown.isprintable()
    assert limit is None or len(shown) <= limit
    assert printable(shown, limit=None) == shown


@law
@given(text=st.text(CHARACTERS, min_size=1), data=st.data())
def test_showing_a_fault_never_fails_and_has_a_caret(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    source = Source("x", text)
    fault = source.fault("code", "no", start, end)
    shown = show([fault])
    assert shown.replace("\n", "").isprintable()
    assert ("^" in shown.splitlines()[-1]) == bool(fault.quote.strip())
