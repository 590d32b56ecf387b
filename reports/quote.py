"""Quotes: the statement that decided, with the line numbers it has in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.locate import Deciders
from simulator.text.source import Source
from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.suites.result import Deciding, Run

__all__ = ["Quote", "Quotes"]

_MOST_LINES = 40
_MOST_TEXT = 400  # of one line: minified policies stand on one


@dataclass(frozen=True, slots=True)
class Quote:
    """Lines of a file: (number, text), and whether more follow."""

    file: str
    lines: tuple[tuple[int, str], ...]
    more: int = 0


class Quotes:
    """The policies of a run, to quote from; each is split into lines once."""

    def __init__(self, run: Run) -> None:
        self._policies = Deciders(run)
        self._sources: dict[str, Source] = {}

    def statement(self, deciding: Deciding) -> Quote | None:
        """Quote a deciding statement, or None when its text isn't at hand."""
        source = self._source(deciding)
        # An inline document's lines are those of the suite, not of its own text: then there is no brace.
        if source is None or source.line(deciding.line)[deciding.column - 1 : deciding.column] != "{":
            return None
        last = min(deciding.end_line, deciding.line + _MOST_LINES - 1)
        lines = zip(range(deciding.line, last + 1), source.lines(deciding.line, last), strict=True)
        shown = tuple((number, _cut(text)) for number, text in lines)
        return Quote(deciding.file, shown, deciding.end_line - last)

    def _source(self, deciding: Deciding) -> Source | None:
        found = self._policies.of(deciding)
        if found is None or not found.text:
            return None
        if found.path not in self._sources:
            self._sources[found.path] = Source.of_text(found.text, name=deciding.file)
        return self._sources[found.path]


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"
