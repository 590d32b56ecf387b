"""From a cell to what was decided of it: which actions differ from what is expected, and why.

A cell of many actions is judged on bits: the actions that differ are one integer.
Contract: ``docs/scenario-format.md``, "Expectations" and "Semantics".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.decide.decision import Effect
from simulator.decide.unknown import undetermined
from simulator.suites.engine import Split
from simulator.suites.judge import named_by
from simulator.suites.model import Verdict
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.decide.decision import StatementRef
    from simulator.suites.cells import Cell
    from simulator.suites.engine import Engine, Ground, Spot

__all__ = ["Ask", "Finding", "ask_of", "deciding", "judge", "judge_together", "open_questions"]

_ORDER = (Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY, Effect.ALLOWED)
_ACCEPTED = {verdict: tuple(e for e in Effect if e.value in verdict.accepts) for verdict in Verdict}


@dataclass(frozen=True, slots=True)
class Ask:
    """Actions (as bits) asked on spots as one operation, and what came of it.

    Of several spots (`together`) an action is allowed only if each allows it.
    """

    wanted: int
    spots: tuple[Spot, ...]
    split: Split
    simulated: Split
    live: Split
    differing: int

    @property
    def resources(self) -> int:
        """How many requests an action makes here."""
        return sum(len(spot.resources) for spot in self.spots)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was decided of a cell."""

    asks: tuple[Ask, ...]
    requests: int  #: how many decisions the cell stands for

    @property
    def holds(self) -> bool:
        """Tell whether every decision is as expected."""
        return not any(ask.differing for ask in self.asks)

    @property
    def effect(self) -> Effect:
        """The decision: of the first request that differs, else the most restrictive one."""
        for ask in self.asks:
            if ask.differing:
                return ask.split.effect(ask.differing & -ask.differing)
        return next(e for e in _ORDER if any(ask.split.of(e) for ask in self.asks))


def judge(cell: Cell, engine: Engine, ground: Ground) -> Finding:
    """Decide the cell and compare with its expectation; only a difference needs every resource by itself."""
    merged = judge_together(cell, engine, ground)
    return merged if merged.holds else _finding(cell, engine, ground, merge=False)


def judge_together(cell: Cell, engine: Engine, ground: Ground) -> Finding:
    """Decide the cell with the resources together that no policy can tell apart."""
    return _finding(cell, engine, ground, merge=True)


def _finding(cell: Cell, engine: Engine, ground: Ground, *, merge: bool) -> Finding:
    operations = engine.operations(cell, ground, merge=merge)
    asks = tuple(ask_of(cell, ground, wanted, spots) for wanted, spots in operations)
    return Finding(asks, cell.where.bound.requests(cell.asked))


def ask_of(cell: Cell, ground: Ground, wanted: int, spots: tuple[Spot, ...]) -> Ask:
    """Compare what is decided of one operation with what the cell expects."""
    simulated = Split.together((spot.simulated for spot in spots), wanted)
    live = Split.together((spot.live for spot in spots), wanted)
    split = live if cell.suite.semantics == "live" else simulated
    accepted = sum(map(split.of, _ACCEPTED[cell.expected.verdict]))
    if cell.expected.by is not None:
        accepted &= _named(cell.expected.by, ground, spots, split)
    return Ask(wanted, spots, split, simulated, live, wanted & ~accepted)


def _named(by: str, ground: Ground, spots: Sequence[Spot], split: Split) -> int:
    """Return the actions of which a statement that *by* names is among the deciding ones."""
    bits = 0
    for spot in spots:
        for deny, decided in ((True, split.explicit), (False, split.allowed)):
            for layer, mask in ground.evaluator.layer_masks(spot.masks):
                wanted = mask & (layer.deny if deny else ~layer.deny)
                for i, ref in enumerate(layer.refs):
                    if wanted >> i & 1 and named_by(by, ref):
                        bits |= layer.actions[i] & decided
    return bits


def deciding(finding: Finding, ground: Ground) -> tuple[StatementRef, ...]:
    """Return the statements that decided the cell's requests, each once; of a failure those first that differ."""
    found: dict[StatementRef, None] = {}
    for ask in finding.asks if not finding.holds else ():
        found.update(dict.fromkeys(_deciding(ask, ask.differing, ground)))
    for ask in finding.asks:
        found.update(dict.fromkeys(_deciding(ask, ask.wanted, ground)))
    return tuple(found)


def _deciding(ask: Ask, wanted: int, ground: Ground) -> Iterator[StatementRef]:
    for spot in ask.spots:
        for effect in (Effect.EXPLICIT_DENY, Effect.ALLOWED):
            bits = ask.split.of(effect) & wanted
            if bits:
                planes = spot.simulated if ask.split is ask.simulated else spot.live
                yield from ground.evaluator.deciding(effect, bits, spot.masks, planes)


def open_questions(finding: Finding, ground: Ground) -> tuple[str, ...]:
    """Return the keys that AWS always sends, nobody stated, and with which a decision would change."""
    found: set[str] = set()
    for ask in finding.asks:
        for spot in (spot for spot in ask.spots if spot.unknown):
            for action in ground.evaluator.table.members(ask.wanted):
                found.update(undetermined(ground.evaluator, action, spot.resources[0], spot.context, spot.unknown))
    return tuple(sorted(found))
