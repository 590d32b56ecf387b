"""Finding a cell by its id, and the request of a cell of many that is worth explaining.

Ids are long, so what was nearly typed is recognised: the id without its file, another case, a slip,
the name of a scenario.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.decide.decision import Effect
from simulator.errors import Diagnostic, InputError, nearest
from simulator.suites.engine import Engine
from simulator.suites.findings import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.catalogue import Catalogue
    from simulator.decide.decision import Word
    from simulator.suites.cells import Cell
    from simulator.suites.engine import Ground
    from simulator.suites.findings import Ask, Finding

__all__ = ["Group", "Summary", "find_cell", "requests_of", "summary_of"]

_NEAR = 3
_LOOKED_AT = 5000  # ids compared for a slip
_CUTOFF = 0.6
_SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Group:
    """How many actions of a cell are decided so, some by name; `differs` from what is expected."""

    effect: Word
    count: int
    actions: tuple[str, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a cell of many requests, and the request to explain: the first that differs, else the first."""

    requests: int
    groups: tuple[Group, ...]
    action: str
    resource: str


def find_cell(cells: Sequence[Cell], text: str) -> Cell:
    """Return the cell called *text*; raise `InputError` with the nearest ids when there is none."""
    exact = [cell for cell in cells if cell.id == text]
    found = exact or [cell for cell in cells if _tail(cell.id) == text] or _folded(cells, text)
    if len(found) == 1:
        return found[0]
    raise InputError([_several(found, text) if found else _unknown(cells, text)])


def _tail(identity: str) -> str:
    return identity.partition("::")[2]


def _folded(cells: Iterable[Cell], text: str) -> list[Cell]:
    wanted = text.strip().lower().removeprefix("./")
    return [cell for cell in cells if wanted in (cell.id.lower(), _tail(cell.id).lower())]


def _several(found: Sequence[Cell], text: str) -> Diagnostic:
    listed = ", ".join(f"`{cell.id}`" for cell in found[:_NEAR])
    return Diagnostic("cell", f"`{text}` is the id of {len(found)} cells", help=f"write one of {listed}")


def _unknown(cells: Sequence[Cell], text: str) -> Diagnostic:
    of_scenario = [cell for cell in cells if text in (cell.scenario.id, cell.scenario.name)]
    if of_scenario:
        listed = ", ".join(f"`{cell.id}`" for cell in of_scenario[:_NEAR])
        message = f"`{text}` is a scenario of {len(of_scenario)} cells, not a cell"
        return Diagnostic("cell", message, help=f"write the id of one of them, as {listed}")
    near = _nearest([cell.id for cell in cells], text)
    advice = f"did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""
    return Diagnostic(
        "cell", f"there is no cell `{text}`", help=advice or "`iamproof test --list` prints the ids of all cells"
    )


def _nearest(ids: Sequence[str], text: str) -> list[str]:
    """Return the ids most like *text*, which may lack the file."""
    own = [identity for identity in ids if identity.partition("::")[0] == text.partition("::")[0]]
    whole = "::" in text
    named = {(one if whole else _tail(one)).lower(): one for one in (own or ids)[:_LOOKED_AT]}
    return [named[one] for one in difflib.get_close_matches(text.lower(), named, n=_NEAR, cutoff=_CUTOFF)]


# --- cells of many --------------------------------------------------------------------------------


def summary_of(cell: Cell, catalogue: Catalogue) -> Summary:
    """Decide the cell, and choose the request to explain."""
    engine = Engine([cell], catalogue)
    ground = engine.ground(cell)
    finding = judge(cell, engine, ground)
    groups = tuple(_groups(finding, ground))
    action, resource = _chosen(cell, finding, ground)
    return Summary(finding.requests, groups, action, resource)


def requests_of(cell: Cell, summary: Summary, *, action: str | None, resource: str | None) -> Summary:
    """Return *summary* with the request chosen by hand; raise `InputError` when the cell does not ask it."""
    if action is None and resource is None:
        return summary
    pairs = [
        (one, arn)
        for actions, resources in cell.asks
        for one in actions
        if action is None or one.lower() == action.lower()
        for arn in resources
        if resource is None or arn == resource
    ]
    if not pairs:
        asked = f"`{action or 'any action'}` on `{resource or 'any resource'}`"
        near = nearest(action, cell.actions) if action is not None else None
        advice = f"did you mean `{near}`?" if near and near.lower() != str(action).lower() else ""
        known = f"it asks {_listed(cell.actions)} on {_listed(cell.resources)}"
        raise InputError([Diagnostic("cell", f"the cell does not ask {asked}", help=advice or known)])
    chosen = pairs[0] if (summary.action, summary.resource) not in pairs else (summary.action, summary.resource)
    return replace(summary, action=chosen[0], resource=chosen[1])


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - _SAMPLE
    return ", ".join(f"`{text}`" for text in texts[:_SAMPLE]) + (f" and {more} more" if more > 0 else "")


def _groups(finding: Finding, ground: Ground) -> Iterator[Group]:
    bits: dict[tuple[bool, Effect], int] = {}
    for ask in finding.asks:
        for effect in Effect:
            for differs, among in ((True, ask.differing), (False, ask.wanted & ~ask.differing)):
                bits[differs, effect] = bits.get((differs, effect), 0) | (ask.split.of(effect) & among)
    for (differs, effect), mask in sorted(bits.items(), key=lambda item: not item[0][0]):
        if mask:
            names = ground.evaluator.table.members(mask)
            yield Group(effect.word, len(names), names[:_SAMPLE], differs)


def _chosen(cell: Cell, finding: Finding, ground: Ground) -> tuple[str, str]:
    """Return the first request that differs, else the first."""
    for ask in finding.asks:
        if ask.differing:
            bit = ask.differing & -ask.differing
            return ground.evaluator.table.members(bit)[0], _deciding_resource(ask, bit)
    actions, resources = cell.asks[0]
    if cell.mode != "together":
        return actions[0], resources[0]
    return actions[0], _deciding_resource(finding.asks[0], ground.evaluator.table.bit(actions[0]))


def _deciding_resource(ask: Ask, bit: int) -> str:
    """Return the resource that decides an operation on several: the first that is not allowed as the others are."""
    effect = ask.split.effect(bit)
    judged = (spot.simulated if ask.split is ask.simulated else spot.live for spot in ask.spots)
    for spot, planes in zip(ask.spots, judged, strict=True):
        explicit, allowed = planes.explicit & bit, planes.allowed & bit
        found = Effect.EXPLICIT_DENY if explicit else Effect.ALLOWED if allowed else Effect.IMPLICIT_DENY
        if found is effect:
            return spot.resources[0]
    return ask.spots[0].resources[0]
