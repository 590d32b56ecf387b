"""What cells asked, from the decisions that they share: a few lookups a cell.

Which process decided a cell does not matter: every one has the same suites, and whoever puts results together asks
the engine for the spots of all cells that have one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.coverage.gather import Touch, gather

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.coverage.hits import Hits
    from simulator.suites.cells import Cell
    from simulator.suites.engine import Engine

__all__ = ["hits_of"]


def hits_of(cells: Iterable[Cell], engine: Engine, policies: Iterable[LoadedPolicy]) -> Hits:
    """Return what the requests of *cells* made of the statements of *policies*."""
    touched: dict[tuple[int, int, bool], tuple[Touch, int]] = {}
    for cell in cells:
        ground, live = engine.ground(cell), cell.suite.semantics == "live"
        for asked, spots in engine.operations(cell, ground):
            for spot in spots:
                # The touch keeps spot and ground, so that their ids stay theirs.
                key = (id(spot), id(ground), live)
                touch, wanted = touched.get(key) or (Touch(ground, spot, cell.where, live), 0)
                touched[key] = (touch, wanted | asked)
    return gather(touched.values(), policies)
