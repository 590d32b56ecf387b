"""Words for what is wrong with a YAML text.

PyYAML's own messages speak of tokens and scalars, and its two parsers word them differently.  Each
row of the table below stands for one of them, found by a piece that both have.  Faults point at the
place where reading stopped; where the cause is what was opened earlier, the message names that place.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from simulator.errors import nearest
from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.errors import Diagnostic
    from simulator.text.source import Source

__all__ = [
    "bad_code",
    "bomb",
    "endless",
    "merge_key",
    "no_anchor",
    "odd_key",
    "second_document",
    "syntax",
    "tag",
    "tag_directives",
    "tag_mismatch",
    "too_deep",
    "too_many",
    "unprintable",
]

_SYNTAX = "yaml-syntax"
_TAGS = "tag:yaml.org,2002:"
_CORE_TAGS = frozenset(f"{_TAGS}{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq"))
_ANCHORS_LOOKED_AT = 200  # to find the name that was meant

_TAG_DIRECTIVE = re.compile(r"(?:\A|[\r\n])%TAG")
_MOST_TAG_DIRECTIVES = 16  # libyaml compares each with all before it
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

# A piece of the parser's "context: problem", the message and the help.  `{char}` is what stands at the
# place, `{opened}` is where that stands which the parser gives as context.  The first row that fits counts.
# They are compiled when a fault is there to be told, not at import.
_ROWS = (
    (
        r"tab character|found character '\\t'",
        "a tab in the indentation",
        "indent with spaces",
    ),
    (
        r"scanning an alias",
        "`*` starts an alias, but no name follows",
        'text that starts with `*` stands in quotes, as `"*"`',
    ),
    (
        r"scanning an anchor",
        "`&` starts an anchor, but no name follows",
        'text that starts with `&` stands in quotes, as `"&"`',
    ),
    (
        r"cannot start any token",
        "plain text can't start with `{char}`",
        "put the whole text in quotes",
    ),
    (
        r"mapping values are not allowed",
        "a `:` can't stand here",
        "put text that holds `: ` in quotes; a key starts in the column of those beside it, a blank after its `:`",
    ),
    (
        r"unexpected end of stream|unexpected document (?:indicator|separator)",
        "the quote opened at {opened} is never closed",
        'close it; inside double quotes a `"` is written `\\"`, inside single quotes a `\'` is written twice',
    ),
    (
        r"',' or '\]'",
        "expected `,` or `]`: the list opened at {opened} goes on",
        "close it with `]`; text that holds `: `, `,` or a bracket stands in quotes there",
    ),
    (
        r"',' or '\}'",
        "expected `,` or `}}`: the mapping opened at {opened} goes on",
        "close it with `}`; text that holds `: `, `,` or a bracket stands in quotes there",
    ),
    (
        r"could not find expected ':'",
        "the key at {opened} has no `:`",
        "put `: ` and a value behind it; if it goes on from the line above, indent it deeper",
    ),
    (
        r"parsing a block mapping",
        "expected a key of the mapping that starts at {opened}",
        "keys start in the same column; nothing follows the closing quote or bracket of a value",
    ),
    (
        r"parsing a block collection",
        "expected an item `- …` of the list that starts at {opened}",
        "items start in the same column; so do the keys of an item",
    ),
    (
        r"sequence entries are not allowed",
        "an item `- …` can't start here",
        "start the list on a line below its key; text that starts with `- ` stands in quotes",
    ),
    (
        r"mapping keys are not allowed",
        "a `?` can't stand here",
        "text that starts with `? ` stands in quotes",
    ),
    (
        r"node content",
        "expected a value, found `{char}`",
        "text that starts with such a character stands in quotes",
    ),
    (
        r"unknown escape character",
        "a `\\` in double quotes starts an escape, and this is none",
        "write `\\\\` for the backslash itself, or put the text in single quotes",
    ),
    (
        r"hexa?decimal",
        "an escape lacks digits",
        "`\\x`, `\\u` and `\\U` are followed by 2, 4 and 8 hexadecimal digits",
    ),
    (
        r"invalid Unicode",
        "no character has this code",
        "write the character itself, or its one code, as `\\U0001f600`",
    ),
    (
        r"scanning a block scalar",
        "`|` or `>` starts text on the lines below, but something follows on its line",
        "start the text on the next line; text that starts with `|` or `>` stands in quotes",
    ),
    (
        r"directive|%YAML|%TAG|incompatible YAML|version",
        "a line that starts with `%` tells which YAML it is, and this is not known",
        "remove the line: files are read as YAML 1.2; text that starts with `%` stands in quotes",
    ),
    (
        r"document start",
        "text after the end of the document",
        "a quoted text ends at its second quote: quote all of it; keys start in the same column",
    ),
    (
        r"tag",
        "`!` starts a tag, and this is none",
        "text that starts with `!` stands in quotes",
    ),
)


def syntax(source: Source, place: int, context: int, words: str) -> Diagnostic:
    """Say what the parser means by *words*, its "context: problem", at *place*."""
    text = source.text
    char = text[place : place + 1]
    opened = "{}:{}".format(*source.position(context))
    for piece, message, help_ in _ROWS:
        if re.search(piece, words) or (char == "\t" and piece is _ROWS[0][0]):
            said = message.format(char=printable(char) or "the end", opened=opened)
            return source.fault(_SYNTAX, said, place, _end(text, place), help=help_)
    return source.fault(
        _SYNTAX,
        printable(words.removeprefix(": ")),
        place,
        _end(text, place),
        help="quote text that holds signs of YAML",
    )


def _end(text: str, place: int) -> int:
    return place if text[place : place + 1] in ("", "\n", "\r") else place + 1


def unprintable(source: Source) -> Diagnostic:
    """Say which character of *source* YAML does not allow."""
    match = _UNPRINTABLE.search(source.text)
    place = match.start() if match else 0
    shown = printable(source.text[place : place + 1])
    return source.fault(
        _SYNTAX,
        f"character `{shown}` can't stand in YAML as it is",
        place,
        help="remove it"
        if shown[:3] == "\\ud"
        else f'remove it, or write it as an escape in double quotes, as `"{shown}"`',
    )


def bad_code(source: Source, place: int) -> Diagnostic:
    """Say that an escape near *place* names no character."""
    return syntax(source, min(place, len(source.text)), 0, "invalid Unicode")


def tag_directives(source: Source) -> Diagnostic | None:
    """Say that there are too many `%TAG` lines, if so."""
    if source.text.count("%TAG") <= _MOST_TAG_DIRECTIVES:
        return None
    places = [match.end() for match in islice(_TAG_DIRECTIVE.finditer(source.text), _MOST_TAG_DIRECTIVES + 1)]
    if len(places) <= _MOST_TAG_DIRECTIVES:
        return None
    return source.fault(
        _SYNTAX, "too many `%TAG` lines", places[-1] - 4, places[-1], help="remove them: no tag needs one"
    )


def second_document(source: Source, start: int) -> Diagnostic:
    """Say that a second document starts."""
    return source.fault(
        "yaml-documents", "a second document starts here", start, help="a file holds one document: remove the `---`"
    )


def merge_key(source: Source, start: int, end: int) -> Diagnostic:
    """Say that there are no merge keys in YAML 1.2."""
    return source.fault(
        "yaml-merge-key",
        "merge key `<<` does not exist in YAML 1.2",
        start,
        end,
        help="write the keys out; a whole value can be shared, by an anchor and an alias as its value",
    )


def odd_key(source: Source, start: int, end: int) -> Diagnostic:
    """Say that a key is a list or mapping."""
    return source.fault(
        "yaml-key",
        "a list or mapping can't be a key",
        start,
        end,
        help="text that starts with `{` or `[` stands in quotes",
    )


def tag(source: Source, name: str | None, start: int, end: int) -> Diagnostic:
    """Say that a tag is not known, or not for this kind of value."""
    shown = _shown(name)
    if name in _CORE_TAGS:
        return source.fault("yaml-tag", f"tag `{shown}` does not fit this value", start, end, help="remove the tag")
    return source.fault(
        "yaml-tag",
        f"unknown tag `{shown}`",
        start,
        end,
        help="remove it, or put text that starts with `!` in quotes; only tags of YAML's core schema are known",
    )


def tag_mismatch(source: Source, name: str, text: str, start: int, end: int) -> Diagnostic:
    """Say that *text* is not of the type that its tag states."""
    return source.fault(
        "yaml-tag",
        f"`{printable(text)}` is not of the type that tag `{_shown(name)}` states",
        start,
        end,
        help="remove the tag",
    )


def _shown(name: str | None) -> str:
    text = name or "!"
    return printable("!!" + text.removeprefix(_TAGS) if text.startswith(_TAGS) else text)


def no_anchor(source: Source, name: str, anchors: Iterable[str], start: int, end: int) -> Diagnostic:
    """Say that an alias names nothing."""
    near = nearest(name, islice(anchors, _ANCHORS_LOOKED_AT))
    meant = f"did you mean `*{printable(near)}`? " if near else ""
    return source.fault(
        "yaml-alias",
        f"no anchor `&{printable(name)}` stands before this alias",
        start,
        end,
        help=f'{meant}text that starts with `*` stands in quotes, as `"*{printable(name)}"`',
    )


def endless(source: Source, name: str, start: int, end: int) -> Diagnostic:
    """Say that an alias stands inside of what it names."""
    return source.fault(
        "yaml-alias",
        f"alias `*{printable(name)}` stands inside of what it names",
        start,
        end,
        help="such a value would never end",
    )


def bomb(source: Source, most: int, start: int, end: int) -> Diagnostic:
    """Say that aliases would write out too much."""
    return source.fault(
        "yaml-bomb",
        f"this is a YAML bomb: with this alias, aliases stand for more than {most} values",
        start,
        end,
        help="aliases of aliases multiply; write out what is needed",
    )


def too_deep(source: Source, most: int, start: int, end: int) -> Diagnostic:
    """Say that lists and mappings stand too deep in each other."""
    return source.fault(
        "yaml-depth",
        f"lists and mappings stand more than {most} deep in each other",
        start,
        end,
        help="no suite needs that; is a bracket missing before?",
    )


def too_many(source: Source, most: int, start: int) -> Diagnostic:
    """Say that the file has too many values."""
    return source.fault("yaml-size", f"the file has more than {most} values", start, help="split it")
