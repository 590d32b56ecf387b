"""Results on their way between processes: what was decided of a cell, without what the suites state.

Both ends have read the suites, so only the rest travels; cells that were decided alike have it in common,
and it is written and read once for all of them.  It is JSON, plain data as reports have it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from reports.json import stretch_encoder
from reports.read import parse, read
from simulator.suites.result import (  # noqa: TC001  # the reader looks the types of fields up
    Actual,
    CellResult,
    Deciding,
    Difference,
    Layer,
    Live,
    Miss,
    Outcome,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Decided", "reader", "writer"]

_MEMO = 4096  # texts read; a full memo starts anew


@dataclass(frozen=True, slots=True)
class Decided:
    """The fields of a `CellResult` that no suite states, of the same names and types."""

    actual: Actual | None
    outcome: Outcome
    message: str | None
    live: Live | None
    vacuous: str | None
    default_only: bool
    warnings: tuple[str, ...]
    deciding: tuple[Deciding, ...]
    layers: tuple[Layer, ...]
    near: tuple[Miss, ...]
    differing: tuple[Difference, ...]
    missing_context: tuple[str, ...]
    requests: int
    source_answer: Actual | None


_NAMES = tuple(field.name for field in fields(Decided))


def writer() -> Callable[[CellResult], str]:
    """Return a function that writes what was decided."""
    values, encode = attrgetter(*_NAMES), stretch_encoder(_NAMES)
    return lambda cell: f"{{{encode(values(cell))}}}"


def reader() -> Callable[[str, CellResult], CellResult]:
    """Return a function that puts what was decided into the result of a cell that did not run."""
    memo: dict[str, dict[str, object]] = {}

    def decode(text: str, stated: CellResult) -> CellResult:
        found = memo.get(text)
        if found is None:
            if len(memo) >= _MEMO:
                memo.clear()
            decided = read(Decided, parse(text))
            found = memo[text] = {name: getattr(decided, name) for name in _NAMES}
        return replace(stated, **found)  # type: ignore[arg-type]  # the types are those of the same fields

    return decode
