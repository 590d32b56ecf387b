"""Show diagnostics to people: file, position, message, the quoted line with carets, help.

Everything that comes from a file is untrusted: a name with a right-to-left override could make a
report lie, an escape sequence could drive the terminal.  So whatever is shown goes through
`printable`, the quoted lines and the file names too.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from simulator.errors import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["printable", "show"]

_LIMIT = 200  # of a name in a message; the longest action and most ARNs are shorter
_MESSAGE_LIMIT = 4000
_WIDTH = 100  # columns of a quoted line
_BEFORE = 60  # columns of them that stand before the span when the line is cut
_TAB = "    "

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

# Characters that Python calls printable and that show as nothing, or as a plain blank.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}


def printable(text: str, *, limit: int | None = _LIMIT) -> str:
    r"""Return *text* with everything invisible escaped, as ``\u202e``, and cut to *limit* with ``…``.

    Control, bidi and zero-width characters, blanks other than the space, line and paragraph
    separators, surrogates and unassigned characters are escaped; with *limit* None nothing is cut.
    """
    head = text if limit is None else text[:limit]
    if head.isprintable() and not _INVISIBLE.search(head):
        return head if len(head) == len(text) else f"{head[:-1]}…"
    pieces = [_escape(char) for char in head]
    if limit is None or (len(head) == len(text) and sum(map(len, pieces)) <= limit):
        return "".join(pieces)
    return _cut(pieces, limit - 1) + "…"


def _escape(char: str) -> str:
    if char.isprintable() and not _INVISIBLE.match(char):
        return char
    return _SHORT.get(char) or (f"\\u{ord(char):04x}" if char <= "\uffff" else f"\\U{ord(char):08x}")


def _cut(pieces: list[str], room: int) -> str:
    """Join as many *pieces* as fit: an escape is never cut in two."""
    ends = list(accumulate(map(len, pieces)))
    return "".join(pieces[: bisect_right(ends, room)])


def show(diagnostics: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """Return all *diagnostics* as text: grouped by file, in the order of their positions, each once.

    Files come in the order in which they are first named; what stands in no file comes first.
    """
    unique = dict.fromkeys(diagnostics)
    files = {file: place for place, file in enumerate(dict.fromkeys(d.span.file for d in unique if d.span))}
    ordered = sorted(unique, key=lambda d: (files[d.span.file], d.span.line, d.span.column) if d.span else (-1, 0, 0))
    return "\n\n".join(_block(diagnostic, colour=colour) for diagnostic in ordered)


def _block(diagnostic: Diagnostic, *, colour: bool) -> str:
    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    shade = _COLOURS[diagnostic.severity]
    span = diagnostic.span
    label = paint(f"{diagnostic.severity.value}[{diagnostic.code}]", shade)
    head = f"{label}: {printable(diagnostic.message, limit=_MESSAGE_LIMIT)}"
    lines = [head]
    if span:
        where = f"{printable(span.file, limit=None)}:{span.line}:{span.column}"
        lines = [f"{paint(where, '1')}: {head}"]
    if span and diagnostic.quote.strip():
        end = span.end_column if span.end_line == span.line else len(diagnostic.quote.rstrip()) + 1
        quoted, carets = _excerpt(diagnostic.quote, span.column - 1, end - 1)
        lines += [f"{span.line:>5} | {quoted}".rstrip(), f"      | {paint(carets, shade)}"]
    if diagnostic.help:
        lines.append(f"  help: {printable(diagnostic.help, limit=_MESSAGE_LIMIT)}")
    return "\n".join(lines)


def _excerpt(quote: str, start: int, end: int) -> tuple[str, str]:
    """Return what to show of a line, and the carets for its characters from *start* to *end*."""
    left = _left(quote, start)
    line, under, used = ("…", " ", 1) if left else ("", "", 0)
    for offset in range(left, len(quote)):
        shown = _TAB if quote[offset] == "\t" else _escape(quote[offset])
        # A mark that combines with the character before has no column of its own; a caret needs one, and a
        # thousand marks on one character still fill the line.
        width = max(_columns(shown), offset == start)
        used += width or 1
        if used > _WIDTH and offset > start:
            line += "…"
            break
        line += shown
        under += ("^" if start <= offset < max(end, start + 1) else " ") * width
    return line, under.rstrip() if "^" in under else f"{under}^"


def _left(quote: str, start: int) -> int:
    """Return the offset at which the shown part of a line begins: 0 when all of it fits."""
    if len(quote) <= _WIDTH and sum(_columns(_escape(char)) for char in quote.expandtabs(len(_TAB))) <= _WIDTH:
        return 0
    left, used = min(start, len(quote)), 0
    while left and used < _BEFORE:
        left -= 1
        used += len(_TAB) if quote[left] == "\t" else _columns(_escape(quote[left])) or 1
    return left


def _columns(shown: str) -> int:
    """Return how many columns a terminal gives to *shown*."""
    if shown.isascii():
        return len(shown)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else not unicodedata.combining(char) for char in shown)
