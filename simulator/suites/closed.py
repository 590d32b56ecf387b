"""Closed suites: no cell of principals × sessions × actions × targets is left unspoken of.

A cell counts as spoken of when some scenario asks its actions on its resources, under whatever name.
Pairs that the resource-type gate decides by itself (an action on an ARN of a type that it doesn't take,
``*`` for one that takes resources) are no cells here, and neither is ``each type``.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from simulator.suites.model import ANY_SIGN_IN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.accounts.model import Principal
    from simulator.errors import Collector
    from simulator.suites.actions import Asked
    from simulator.suites.cell import Cell
    from simulator.suites.model import Session, Suite
    from simulator.suites.types import TypeTable
    from simulator.suites.where import Where

__all__ = ["check_closed"]

_SHOWN = 3


def check_closed(
    suite: Suite,
    cells: Iterable[Cell],
    product: Iterable[tuple[Principal, Session, Where, Asked]],
    types: TypeTable,
    faults: Collector,
) -> None:
    """Report how many cells of the suite's product no scenario speaks about."""
    spoken = _spoken(cells)
    missing = 0
    first: list[str] = []
    for who, session, where, asked in product:
        wanted = {name.lower() for name in asked.actions if _possible(name, where, types)}
        if all(_covers(spoken, who, session.name, place, wanted) for place in _places(where)):
            continue
        missing += 1
        if len(first) < _SHOWN:
            first.append(f"`{who.label}` [{session.name}] `{asked.text}` on `{where.bound.label}`")
    if missing:
        node = next((key for key, _ in suite.node.pairs if key.text == "closed"), suite.node)
        more = f" and {missing - len(first)} more" if missing > len(first) else ""
        message = f"the suite is closed, and no scenario speaks about {missing} cells: {'; '.join(first)}{more}"
        faults.add(node.fault("closed", message, help="state what is expected of them, or take `closed` away"))


def _places(where: Where) -> tuple[str, ...]:
    """Return the resources of a target; of one operation on several, all of them as one."""
    bound = where.bound
    return (f"together {bound.label}",) if bound.mode == "together" else bound.resources


def _spoken(cells: Iterable[Cell]) -> dict[tuple[Principal, str, str], set[str]]:
    """Return the actions asked, in lower case, by principal, session and resource."""
    found: dict[tuple[Principal, str, str], set[str]] = defaultdict(set)
    for cell in cells:
        for actions, arns in cell.asks:
            for place in arns if cell.mode != "together" else _places(cell.where):
                found[cell.principal, cell.session, place].update(name.lower() for name in actions)
    return found


def _covers(
    spoken: dict[tuple[Principal, str, str], set[str]], who: Principal, session: str, place: str, wanted: set[str]
) -> bool:
    # Any sign-in is what a principal has whose policies know no MFA: it stands for all of them.
    asked = spoken.get((who, session, place), set()) | spoken.get((who, ANY_SIGN_IN, place), set())
    return wanted <= asked


def _possible(action: str, where: Where, types: TypeTable) -> bool:
    """Tell whether the simulator's gate lets *action* be asked of the target at all."""
    if not types.knows(action):
        return True
    kinds = frozenset(types.of_action(action))
    if where.bound.resources == ("*",):
        return not kinds
    return all(kinds.intersection(types.of_arn(arn)) for arn in where.bound.resources)
