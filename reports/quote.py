"""Quotes: the statement that decided, with the line numbers it has in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.locate import Deciders
from simulator.text.source import Source
from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.suites.result import Deciding, PolicyInfo, Run

__all__ = ["Quote", "Quotes"]

_YAML = (".yaml", ".yml")
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
        policy = self._policies.of(deciding)
        if policy is None or not policy.text:
            return None
        source, before = self._source(policy), policy.line - 1
        first = deciding.line - before
        # In JSON a statement begins with its brace: else these are lines of another text.  In YAML it need not.
        begins = source.line(first)[deciding.column - 1 : deciding.column]
        if begins != "{" and not (begins.strip() and deciding.file.lower().endswith(_YAML)):
            return None
        last = min(deciding.end_line, deciding.line + _MOST_LINES - 1)
        lines = zip(range(deciding.line, last + 1), source.lines(first, last - before), strict=True)
        shown = tuple((number, _cut(text)) for number, text in lines)
        return Quote(deciding.file, shown, deciding.end_line - last)

    def _source(self, policy: PolicyInfo) -> Source:
        if policy.path not in self._sources:
            self._sources[policy.path] = Source.of_text(policy.text, name=policy.path)
        return self._sources[policy.path]


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"
