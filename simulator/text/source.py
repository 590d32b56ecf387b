"""Sources and the trees read from them.

A `Source` is a whole text with a name; a `Node` is one value of it with the offsets between which it
stands.  JSON and YAML give the same nodes, so that a policy reads alike from either.  Lines and
columns are computed from offsets on demand: counting from 1, a line ends at LF, CRLF or a lone CR,
and every character, a tab too, is one column (AWS counts this way: rule A7).
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from dataclasses import field
from enum import Enum
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from simulator.errors import Diagnostic, Severity, Span
from simulator.values import dataclass

__all__ = ["Kind", "Node", "Source", "Value"]

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Source:
    """A text and the name under which messages show it; `sha256` is of the file's bytes."""

    name: str
    text: str = field(repr=False)
    sha256: str = ""

    @classmethod
    def of_text(cls, text: str, *, name: str = "<text>") -> Source:
        """Make a source of *text* that stands in no file."""
        return cls(name, text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())

    @cached_property
    def _starts(self) -> list[int]:
        if "\r" in self.text:
            return [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        return list(accumulate((len(line) + 1 for line in self.text.split("\n")[:-1]), initial=0))

    @cached_property
    def _quotes(self) -> dict[int, str]:
        return {}

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of the character at *offset*, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """Return the span from offset *start* to just before *end*."""
        return Span(self.name, *self.position(start), *self.position(end))

    def line(self, number: int) -> str:
        """Return line *number* (from 1) without its line end; empty when there is none."""
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[self._starts[number - 1] : end].rstrip("\r\n")

    def lines(self, first: int, last: int) -> tuple[str, ...]:
        """Return the lines from *first* to *last*, both included."""
        return tuple(self.line(number) for number in range(first, last + 1))

    def fault(
        self,
        code: str,
        message: str,
        start: int,
        end: int | None = None,
        *,
        help: str = "",  # noqa: A002  # the field's name
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """Make a diagnostic that points at offsets *start* to *end* and quotes the line."""
        span = self.span(start, start + 1 if end is None else end)
        # INVARIANT: faults of one line share its text.  A hostile file is one long line with a thousand faults.
        if span.line not in self._quotes:
            self._quotes[span.line] = self.line(span.line)
        return Diagnostic(code, message, span, help, severity, self._quotes[span.line])


class Kind(Enum):
    """What a node is, in JSON's words."""

    MAPPING = "mapping"
    SEQUENCE = "list"
    STRING = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"


Value: TypeAlias = "tuple[tuple[Node, Node], ...] | tuple[Node, ...] | str | bool | None"
"""Of a mapping its (key, value) pairs, of a list its items, of a text or number its text, else itself."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a source.

    A number's value is its text as written: ids keep their zeros, ``1.0`` is not ``1``.
    """

    kind: Kind
    value: Value
    source: Source = field(repr=False, compare=False)
    start: int = field(compare=False)
    end: int = field(compare=False)

    @property
    def span(self) -> Span:
        """Where the node stands."""
        return self.source.span(self.start, self.end)

    @property
    def pairs(self) -> tuple[tuple[Node, Node], ...]:
        """The (key, value) pairs of a mapping, in order; empty for anything else."""
        return self.value if self.kind is Kind.MAPPING else ()  # type: ignore[return-value]  # the kind fixes it

    @property
    def items(self) -> tuple[Node, ...]:
        """The items of a list; empty for anything else."""
        return self.value if self.kind is Kind.SEQUENCE else ()  # type: ignore[return-value]  # the kind fixes it

    @property
    def text(self) -> str:
        """The text of a scalar: ``true``/``false`` for a boolean, ``null`` for null, empty for the rest."""
        match self.kind:
            case Kind.STRING | Kind.NUMBER:
                return str(self.value)
            case Kind.BOOLEAN:
                return "true" if self.value else "false"
            case Kind.NULL:
                return "null"
            case _:
                return ""

    def get(self, key: str) -> Node | None:
        """Return the value under *key* of a mapping, or None."""
        for name, value in self.pairs:  # a loop: every element of every statement is looked up here
            if name.value == key:
                return value
        return None

    def fault(
        self,
        code: str,
        message: str,
        *,
        help: str = "",  # noqa: A002  # the field's name
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """Make a diagnostic that points at this node."""
        return self.source.fault(code, message, self.start, self.end, help=help, severity=severity)
