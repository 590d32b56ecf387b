"""Words for what is wrong with a text that isn't JSON.

The scanner knows what it expected and where; each function here looks at what stands there instead
and makes the diagnostic.  A closed list of habits from other languages (comments, single quotes,
``True``, ``012``) gets help of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.errors import Diagnostic
    from simulator.text.source import Node, Source

__all__ = ["bad_text", "no_colon", "no_document", "no_key", "no_next", "no_value", "too_deep", "too_many", "trailing"]

_SYNTAX = "json-syntax"
_BLANKS = " \t\n\r"
_NO_BLANK = re.compile(f"[^{_BLANKS}]")
_CLOSER = {"{": "}", "[": "]"}

# What people write from habit, whatever was expected: pattern, message, help.
_HABITS = tuple(
    (re.compile(pattern), message, help_)
    for pattern, message, help_ in (
        (r"//|/\*|#", "comments do not exist in JSON", "remove it; a `Sid` can say what a statement is for"),
        (r"['`\u2018-\u201f\u00ab\u00bb]", "text stands in double quotes, not in `{}`", 'write `"` in its place'),
        (
            r"[^\S \t\n\r]|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]",
            "`{}` is no blank in JSON",
            "put a space in its place, or remove it",
        ),
    )
)
_WORD = re.compile(r"-?[^\W\d][\w$.:*/-]*+")
_NUMBER = re.compile(r"[-+.]*+[0-9][\w.+-]*+")
_VALUES = "a value is a text in double quotes, a number, true, false, null, a list or an object"
_VALUE_START = re.compile(r'["{\[\-0-9]|true\b|false\b|null\b')
_ODD_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,4}|.|\Z)", re.DOTALL)
_INSTEAD = {"true": "true", "false": "false", "null": "null", "none": "null", "nil": "null", "undefined": "null"}
_NO_NUMBERS = frozenset({"nan", "-nan", "infinity", "-infinity", "inf", "-inf"})


def no_document(source: Source) -> Diagnostic:
    """Say that the text starts with a byte order mark or holds nothing."""
    if source.text.startswith("\ufeff"):
        return source.fault(
            _SYNTAX,
            "the file starts with a byte order mark",
            0,
            help="save it as UTF-8 without a BOM; AWS refuses a policy that has one",
        )
    return source.fault(_SYNTAX, "the file is empty", 0, 0, help="one JSON value must stand in it")


def trailing(source: Source, at: int) -> Diagnostic:
    """Say that something follows the value at *at*."""
    shown = printable(source.text[at])
    if source.text[at] in "}]":
        return source.fault(
            _SYNTAX, f"`{shown}` closes nothing", at, help="remove it, or open the bracket that it closes"
        )
    return _habit(source, at) or source.fault(
        _SYNTAX,
        f"text after the end of the JSON value: `{shown}`",
        at,
        help="a file holds one JSON value; remove what follows it",
    )


def too_deep(source: Source, at: int, depth: int) -> Diagnostic:
    """Say that the bracket at *at* stands too deep in others."""
    return source.fault(
        "json-depth",
        f"brackets stand more than {depth} deep in each other",
        at,
        help="no policy needs that; is a bracket missing before?",
    )


def too_many(source: Source) -> Diagnostic:
    """Say that the text holds more than anyone reads."""
    return source.fault("json-size", "the file has too many values", 0, 0, help="is it the file that you mean?")


def no_value(source: Source, at: int, opened: Sequence[int]) -> Diagnostic:
    """Say why no value starts at *at*."""
    char = source.text[at : at + 1]
    if not char:
        return _unclosed(source, opened)
    if char in "}],":
        return _missing(source, at, "a value")
    if match := _NUMBER.match(source.text, at):
        return source.fault(
            _SYNTAX,
            f"`{printable(match[0])}` is not a number of JSON",
            at,
            match.end(),
            help='an id stands in double quotes, as `"012345678901"`; a number has no leading zero or `+`',
        )
    if match := _WORD.match(source.text, at):
        return _odd_word(source, match)
    return _habit(source, at) or source.fault(_SYNTAX, f"expected a value, found `{printable(char)}`", at, help=_VALUES)


def _odd_word(source: Source, match: re.Match[str]) -> Diagnostic:
    word, folded = printable(match[0]), match[0].lower()
    if folded in _NO_NUMBERS:
        return source.fault(
            _SYNTAX, f"`{word}` does not exist in JSON", *match.span(), help="a number is finite in JSON"
        )
    instead = _INSTEAD.get(folded, f'"{word}"')
    return source.fault(
        _SYNTAX,
        f"`{word}` is not a value of JSON",
        *match.span(),
        help=f"write `{instead}`" + ("; text stands in double quotes" if instead[0] == '"' else ""),
    )


def no_key(source: Source, at: int, opened: Sequence[int]) -> Diagnostic:
    """Say why no key starts at *at*."""
    char = source.text[at : at + 1]
    if not char:
        return _unclosed(source, opened)
    if char in "}],":
        return _missing(source, at, "a key")
    if match := _WORD.match(source.text, at) or _NUMBER.match(source.text, at):
        name = match[0].rstrip(":")
        return source.fault(
            _SYNTAX,
            f"key `{printable(name)}` does not stand in double quotes",
            at,
            at + len(name),
            help=f'write `"{printable(name)}"`',
        )
    return _habit(source, at) or source.fault(
        _SYNTAX, f"expected a key in double quotes, found `{printable(char)}`", at, help='as `"KEY": …`'
    )


def no_colon(source: Source, key: Node, opened: Sequence[int]) -> Diagnostic:
    """Say that no colon follows *key*."""
    at = _skip(source, key.end)
    if at == len(source.text):
        return _unclosed(source, opened)
    if source.text[at] in ",}":
        return source.fault(
            _SYNTAX,
            f"key `{printable(key.text)}` has no value",
            key.start,
            key.end,
            help="put `:` and a value behind it",
        )
    if _VALUE_START.match(source.text, at):
        return source.fault(
            _SYNTAX,
            f"missing colon after key `{printable(key.text)}`",
            key.end,
            key.end,
            help="put a `:` between the key and its value",
        )
    return _habit(source, at) or source.fault(
        _SYNTAX, f"expected `:` after the key, found `{printable(source.text[at])}`", at, help='as `"KEY": …`'
    )


def no_next(source: Source, end: int, opened: Sequence[int]) -> Diagnostic:
    """Say that neither a comma nor the closing bracket follows the value that ends at *end*."""
    at = _skip(source, end)
    if at == len(source.text):
        return _unclosed(source, opened)
    char, closer = source.text[at], _CLOSER[source.text[opened[-1]]]
    if char in "}]":
        return source.fault(
            _SYNTAX, f"`{char}` does not close {_opened(source, opened)}", at, help=f"close that with `{closer}` first"
        )
    if _VALUE_START.match(source.text, at):
        return source.fault(_SYNTAX, "missing comma between two values", end, end, help="put a `,` here")
    return _habit(source, at) or source.fault(
        _SYNTAX,
        f"expected `,` or `{closer}`, found `{printable(char)}`",
        at,
        help=f"remove it, or close with `{closer}`",
    )


def bad_text(source: Source, start: int, at: int) -> Diagnostic:
    """Say why the text that starts at *start* can't go on with the character at *at*."""
    char = source.text[at : at + 1]
    if char in ("", "\n", "\r"):
        return source.fault(
            _SYNTAX,
            "text is not closed on its line",
            start,
            at,
            help='put `"` where it ends; a line break inside text is written `\\n`',
        )
    if match := _ODD_ESCAPE.match(source.text, at):
        if len(match[0]) == 6:
            return source.fault(
                _SYNTAX,
                f"`{match[0]}` is half of a character",
                at,
                match.end(),
                help="surrogates stand in pairs, as `\\ud83d\\ude00`",
            )
        return source.fault(
            _SYNTAX,
            f"`{printable(match[0])}` is no escape of JSON",
            at,
            match.end(),
            help="a backslash itself is written `\\\\`, a character by its code `\\u0041`",
        )
    if char >= "\ud800":
        return source.fault(_SYNTAX, f"`{printable(char)}` is half of a character", at, help="remove it")
    return source.fault(
        _SYNTAX, f"control character `{printable(char)}` inside text", at, help=f"write it as `{printable(char)}`"
    )


def _skip(source: Source, at: int) -> int:
    match = _NO_BLANK.search(source.text, at)
    return match.start() if match else len(source.text)


def _habit(source: Source, at: int) -> Diagnostic | None:
    for pattern, message, help_ in _HABITS:
        if match := pattern.match(source.text, at):
            return source.fault(_SYNTAX, message.format(printable(match[0])), *match.span(), help=help_)
    return None


def _missing(source: Source, at: int, wanted: str) -> Diagnostic:
    """Say that *wanted* is missing before a comma or a closing bracket."""
    before = len(source.text[:at].rstrip(_BLANKS)) - 1
    char = source.text[at]
    if char != "," and source.text[before] == ",":
        return source.fault(_SYNTAX, f"trailing comma before `{char}`", before, help="remove the comma")
    return source.fault(
        _SYNTAX,
        f"{wanted} is missing before `{char}`",
        at,
        help=f"put it there, or remove the `{char}`" if char == "," else "put it there",
    )


def _unclosed(source: Source, opened: Sequence[int]) -> Diagnostic:
    end = len(source.text.rstrip(_BLANKS))
    closer = _CLOSER[source.text[opened[-1]]]
    return source.fault(
        _SYNTAX,
        f"the text ends before {_opened(source, opened)} is closed",
        end,
        end,
        help=f"put `{closer}` where it ends",
    )


def _opened(source: Source, opened: Sequence[int]) -> str:
    line, column = source.position(opened[-1])
    return f"the `{source.text[opened[-1]]}` at {line}:{column}"
