"""Cells in two versions: which flip.

A cell is judged with the resources together that no policy tells apart: which of them differ from what is expected
is for the run to tell, here it is enough whether they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.analyse.diff.model import CellChanges, Flip
from simulator.suites.alike import Alike
from simulator.suites.engine import Engine
from simulator.suites.findings import judge_together, open_questions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.catalogue import Catalogue
    from simulator.suites.alike import Key
    from simulator.suites.cells import Cell
    from simulator.suites.model import Expected

__all__ = ["Decided", "compare_cells", "decide_cells"]

_UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a cell: the word, whether it is as expected, and the actions that are not."""

    word: str
    holds: bool
    differing: frozenset[str] = frozenset()


def decide_cells(cells: Sequence[Cell], catalogue: Catalogue) -> dict[str, tuple[Cell, Decided]]:
    """Decide *cells*, but for those that are skipped; cells that decide alike once."""
    engine = Engine(cells, catalogue)
    alike = Alike(engine)
    known: dict[Key, Decided] = {}
    found: dict[str, tuple[Cell, Decided]] = {}
    for cell in cells:
        if cell.scenario.skip is not None:
            continue
        key = alike.key(cell)
        decided = known.get(key) if key is not None else None
        if decided is None:
            decided = _decide(cell, engine)
            if key is not None:
                known[key] = decided
        found[cell.id] = (cell, decided)
    return found


def _decide(cell: Cell, engine: Engine) -> Decided:
    ground = engine.ground(cell)
    finding = judge_together(cell, engine, ground)
    if open_questions(finding, ground):
        return Decided(_UNDECIDED, holds=False)
    bits = 0
    for ask in finding.asks:
        bits |= ask.differing
    return Decided(finding.effect.word, finding.holds, frozenset(ground.evaluator.table.members(bits)))


def compare_cells(
    old: Mapping[str, tuple[Cell, Decided]], new: Mapping[str, tuple[Cell, Decided]], *, beside: int = 0
) -> CellChanges:
    """Pair cells by their id; what was denied and is allowed comes first, then what is not as expected.

    *beside* counts the cells of both versions that nothing that changed bears on.
    """
    pairs = [(old[id_], pair) for id_, pair in new.items() if id_ in old]
    flips = [_flip(before, after) for before, after in pairs if before[1] != after[1]]
    flips.sort(key=lambda flip: (not flip.opened, flip.holds))
    return CellChanges(len(pairs) + beside, tuple(flips), len(new) - len(pairs), len(old) - len(pairs))


def _flip(before: tuple[Cell, Decided], after: tuple[Cell, Decided]) -> Flip:
    (cell, decided), (was, was_decided) = after, before
    expected, file, line = cell.expected, cell.suite.file, cell.scenario.line
    edited = _words(was.expected) if was.expected != expected else ""
    words = was_decided.word, decided.word
    return Flip(cell.id, file, line, expected.verdict.value, *words, holds=decided.holds, was_expected=edited)


def _words(expected: Expected) -> str:
    return expected.verdict.value + (f" by {expected.by}" if expected.by is not None else "")
