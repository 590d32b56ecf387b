"""Noting what is asked while cells are judged: a few lookups a cell, no decision of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.coverage.gather import Touch, gather

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.coverage.hits import Hits
    from simulator.suites.cells import Cell
    from simulator.suites.engine import Ground
    from simulator.suites.findings import Finding

__all__ = ["Observer"]


class Observer:
    """Gathers for each spot the union of the actions that cells asked there; an `EmbeddedRunner` calls it."""

    def __init__(self) -> None:
        self._touched: dict[tuple[int, int, bool], tuple[Touch, int]] = {}

    def __call__(self, cell: Cell, ground: Ground, finding: Finding) -> None:
        """Note the requests of a cell that was decided."""
        live = cell.suite.semantics == "live"
        for ask in finding.asks:
            for spot in ask.spots:
                # The touch keeps spot and ground, so that their ids stay theirs.
                key = (id(spot), id(ground), live)
                known = self._touched.get(key)
                touch, wanted = known or (Touch(ground, spot, cell.where, live), 0)
                self._touched[key] = (touch, wanted | ask.wanted)

    def hits(self, policies: Iterable[LoadedPolicy]) -> Hits:
        """Return what the requests made of the statements of *policies*."""
        return gather(self._touched.values(), policies)
