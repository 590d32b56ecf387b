"""Cells that decide alike: ten thousand cells are few questions.

The users of a group have the same statements, and the same of them apply.  What bears on a judgement,
beside the cell's own action and expectation, is a `Standing`; equal standings are one number, and
cells with that number, action and expectation share what was found of the first of them.

What quotes an ARN or a context is not shared: whoever is asked must hear of his own request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from simulator.suites.model import EACH_TYPE

if TYPE_CHECKING:
    from simulator.decide.evaluate import LayerMasks
    from simulator.decide.index import StatementSet
    from simulator.decide.layers import Planes
    from simulator.suites.cells import Cell
    from simulator.suites.engine import Engine
    from simulator.suites.model import Mode
    from simulator.suites.where import Where

__all__ = ["Alike", "Key"]

Key: TypeAlias = "tuple[int, int, int, int]"
"""A standing, an action, an expectation and a scenario; the last three by identity."""

_ALONE = -1


class Standing(NamedTuple):
    """All that bears on a judgement but the cell's action and expectation, and the text of ARNs and contexts."""

    sets: tuple[tuple[str, StatementSet], ...]  #: the statements, layer by layer
    spots: tuple[tuple[LayerMasks, Planes, Planes], ...]
    missing: tuple[str, ...]
    mode: Mode
    resources: int
    literal_star: bool


class Alike:
    """Numbers the standings of the cells of one run.

    INVARIANT: the cells outlive it, so that an identity stays one object's.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._of_where: dict[Where, int] = {}
        self._numbers: dict[Standing, int] = {}

    def key(self, cell: Cell) -> Key | None:
        """Return what cells that decide alike have in common; None for a cell that is judged by itself."""
        if cell.asked.literal is None:
            return None
        number = self._of_where.get(cell.where)
        if number is None:
            number = self._of_where[cell.where] = self._number(cell)
        return None if number == _ALONE else (number, id(cell.asked), id(cell.expected), id(cell.scenario))

    def _number(self, cell: Cell) -> int:
        bound = cell.where.bound
        if bound.label == EACH_TYPE:
            return _ALONE
        ground = self._engine.ground(cell)
        spots = self._engine.spots(cell, ground, bound.resources)
        # What is unknown may be a question of the single resource and context.
        if any(spot.unknown for spot in spots):
            return _ALONE
        standing = Standing(
            ground.evaluator.layer_sets,
            tuple((spot.masks, spot.simulated, spot.live) for spot in spots),
            ground.missing_in(cell.context),
            bound.mode,
            len(bound.resources),
            "*" in bound.resources,
        )
        return self._numbers.setdefault(standing, len(self._numbers))
