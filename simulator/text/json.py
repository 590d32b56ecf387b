"""JSON, read strictly: every value knows where it stands, and no key stands twice.

Python's own reader is of no use for policies: it keeps the last of two equal keys, takes ``NaN``,
forgets positions and turns ``1.0`` into a float.  This scanner follows RFC 8259 to the letter.  It
stops at the first fault of syntax (`json_faults` finds the words for it); the duplicate keys up to
there are reported beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from simulator.errors import Collector, InputError
from simulator.text import json_faults as faults
from simulator.text.keys import repeated_keys
from simulator.text.source import Kind, Node

if TYPE_CHECKING:
    from simulator.errors import Diagnostic
    from simulator.text.source import Source

__all__ = ["parse_json"]

_DEPTH = 64
_MOST_SIGNS = 2_000_000  # of commas and opening brackets, which bounds the values
_MOST_FAULTS = 1000  # more of them help nobody, and a hostile file has millions

# INVARIANT: every repetition is possessive, so that no text makes a pattern go over it again.
_BLANKS = re.compile(r"[ \t\n\r]*+")
_KEY = re.compile(r'"([^"\\\x00-\x1f\ud800-\udfff]*+)"[ \t\n\r]*+:[ \t\n\r]*+')
_COLON = re.compile(r"[ \t\n\r]*+:[ \t\n\r]*+")
_AFTER_PAIR = re.compile(r"[ \t\n\r]*+([,}])[ \t\n\r]*+")
_AFTER_ITEM = re.compile(r"[ \t\n\r]*+([,\]])[ \t\n\r]*+")
_SCALAR = re.compile(
    r'"([^"\\\x00-\x1f\ud800-\udfff]*+)"'
    r"|(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+)(?![\w.+-])"
    r"|(true|false|null)(?!\w)"
)
_RUN = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]*+')
_ESCAPE = re.compile(
    r'\\(?:(["\\/bfnrt])'
    r"|u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u((?![dD][89a-fA-F])[0-9a-fA-F]{4}))"
)
_CHARACTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": (Kind.BOOLEAN, True), "false": (Kind.BOOLEAN, False), "null": (Kind.NULL, None)}


def parse_json(source: Source, *, depth: int = _DEPTH) -> Node:
    """Read the one JSON value of *source*, or raise `InputError`; brackets stand at most *depth* deep."""
    scanner = _Scanner(source)
    try:
        node = scanner.document(depth)
    except InputError as stop:
        scanner.found.extend(stop.diagnostics)
        raise InputError(scanner.found) from None
    scanner.found.finish()
    return node


class _Scanner:
    """Reads one text.  Methods take the offset at which to read; a node's end is where reading goes on."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.found = Collector()
        self.count = 0
        self.open: list[int] = []  # offsets of the brackets that are not closed yet

    def document(self, depth: int) -> Node:
        start = self.skip(0)
        if self.text.startswith("\ufeff") or start == len(self.text):
            self.stop(faults.no_document(self.source))
        if sum(map(self.text.count, ",[{")) > _MOST_SIGNS:
            self.stop(faults.too_many(self.source))
        node = self.value(start, depth)
        end = self.skip(node.end)
        if end < len(self.text):
            self.stop(faults.trailing(self.source, end))
        return node

    def skip(self, at: int) -> int:
        blanks = _BLANKS.match(self.text, at)
        assert blanks is not None  # it matches the empty text too
        return blanks.end()

    def stop(self, fault: Diagnostic) -> NoReturn:
        raise InputError([fault])

    def note(self, fault: Diagnostic) -> None:
        self.count += 1
        if self.count == _MOST_FAULTS:
            self.stop(fault)
        self.found.add(fault)

    def value(self, at: int, room: int) -> Node:
        match = _SCALAR.match(self.text, at)
        if match is None:
            return self.compound(at, room)
        if match.lastindex == 1:
            return Node(Kind.STRING, match[1], self.source, at, match.end())
        if match.lastindex == 2:
            return Node(Kind.NUMBER, match[2], self.source, at, match.end())
        kind, value = _WORDS[match[3]]
        return Node(kind, value, self.source, at, match.end())

    def compound(self, at: int, room: int) -> Node:
        char = self.text[at : at + 1]
        if char == '"':
            return self.escaped(at)
        if char not in ("{", "["):
            self.stop(faults.no_value(self.source, at, self.open))
        if not room:
            self.stop(faults.too_deep(self.source, at, len(self.open)))
        self.open.append(at)
        node = self.mapping(at, room - 1) if char == "{" else self.sequence(at, room - 1)
        self.open.pop()
        return node

    def mapping(self, start: int, room: int) -> Node:
        pairs: list[tuple[Node, Node]] = []
        at = self.skip(start + 1)
        if self.text.startswith("}", at):
            return Node(Kind.MAPPING, (), self.source, start, at + 1)
        while True:
            match = _KEY.match(self.text, at)
            if match:
                key, at = Node(Kind.STRING, match[1], self.source, at, match.end(1) + 1), match.end()
            else:
                key, at = self.odd_key(at)
            value = self.value(at, room)
            pairs.append((key, value))
            after = _AFTER_PAIR.match(self.text, value.end)
            if after is None:
                self.stop(faults.no_next(self.source, value.end, self.open))
            if after[1] == "}":
                break
            at = after.end()
        for fault in repeated_keys(pairs, "json-duplicate-key"):
            self.note(fault)
        return Node(Kind.MAPPING, tuple(pairs), self.source, start, after.end(1))

    def sequence(self, start: int, room: int) -> Node:
        items: list[Node] = []
        at = self.skip(start + 1)
        if self.text.startswith("]", at):
            return Node(Kind.SEQUENCE, (), self.source, start, at + 1)
        while True:
            item = self.value(at, room)
            items.append(item)
            after = _AFTER_ITEM.match(self.text, item.end)
            if after is None:
                self.stop(faults.no_next(self.source, item.end, self.open))
            if after[1] == "]":
                return Node(Kind.SEQUENCE, tuple(items), self.source, start, after.end(1))
            at = after.end()

    def odd_key(self, at: int) -> tuple[Node, int]:
        """Read a key that has escapes in it; return it and where its value starts."""
        if not self.text.startswith('"', at):
            self.stop(faults.no_key(self.source, at, self.open))
        key = self.escaped(at)
        colon = _COLON.match(self.text, key.end)
        if colon is None:
            self.stop(faults.no_colon(self.source, key, self.open))
        return key, colon.end()

    def escaped(self, start: int) -> Node:
        """Read a text that has escapes in it or a fault; one without was read by its pattern alone."""
        parts: list[str] = []
        at = start + 1
        while True:
            run = _RUN.match(self.text, at)
            assert run is not None  # it matches the empty text too
            parts.append(run[0])
            at = run.end()
            if self.text.startswith('"', at):
                return Node(Kind.STRING, "".join(parts), self.source, start, at + 1)
            escape = _ESCAPE.match(self.text, at)
            if escape is None:
                self.stop(faults.bad_text(self.source, start, at))
            parts.append(_unescape(escape))
            at = escape.end()


def _unescape(escape: re.Match[str]) -> str:
    letter, high, low, code = escape.groups()
    if letter:
        return _CHARACTERS.get(letter, letter)
    if code:
        return chr(int(code, 16))
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))
