"""Access in two versions: what somebody may do, over the catalogue, in every session, on own and others' things.

The targets and decisions are the sweep's.  A statement that both versions have decides alike in both, so only the
actions are looked at that statements name in one of them and not in the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from simulator.analyse.diff.model import Access, Row
from simulator.analyse.sweep import places
from simulator.catalogue import LEVELS
from simulator.decide.keys import statement_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.accounts.model import Account, Principal
    from simulator.analyse.diff.model import Proof
    from simulator.analyse.sweep import Compared, Sweeper
    from simulator.catalogue import Catalogue
    from simulator.decide.request import Stack
    from simulator.policy.actions import ActionTable
    from simulator.policy.model import Element, Policy, Principals, Statement
    from simulator.suites.model import Session

__all__ = ["Subject", "compare_access", "touched"]

_Moved: TypeAlias = "dict[int, dict[str, dict[str, None]]]"
"""Action (its place) -> session -> targets."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody in two versions, and others who are alike; *alone* is made up, and has the policy `who` only."""

    who: tuple[str, ...]
    account: Account | None
    old: Principal
    new: Principal
    sessions: Sequence[Session]
    alone: bool = False


def compare_access(subject: Subject, sweeper: Sweeper, proofs: tuple[Proof, ...] = ()) -> Access:
    """Return what changes for *subject*."""
    possible = touched(subject, sweeper)
    moved: tuple[_Moved, _Moved, _Moved, _Moved] = ({}, {}, {}, {})
    for session in subject.sessions if possible else ():
        for one in sweeper.compare(subject.account, subject.old, subject.new, session, possible=possible):
            for place, bits in zip(moved, _shifts(one), strict=True):
                _note(place, bits, session.name, one.label)
    gained, lost, lifted, forbidden = (_rows(one, sweeper.catalogue) for one in moved)
    return Access(subject.who, subject.alone, gained, lost, lifted, forbidden, proofs, _unstated(subject))


def _shifts(one: Compared) -> tuple[int, int, int, int]:
    """Return the actions gained, lost, no longer forbidden (and not allowed), and forbidden (and not allowed before)."""
    old, new = one.old, one.new
    return (
        new.allowed & ~old.allowed,
        old.allowed & ~new.allowed,
        old.denied & ~new.denied & ~new.allowed,
        new.denied & ~old.denied & ~old.allowed,
    )


def _note(moved: _Moved, bits: int, session: str, label: str) -> None:
    for place in places(bits):
        moved.setdefault(place, {}).setdefault(session, {})[label] = None


def _rows(moved: _Moved, catalogue: Catalogue) -> tuple[Row, ...]:
    levels = _levels(catalogue) if moved else {}
    names = catalogue.table.names
    return tuple(
        Row(
            names[place],
            levels.get(place, ""),
            tuple((session, tuple(labels)) for session, labels in where.items()),
        )
        for place, where in sorted(moved.items())
    )


@lru_cache(maxsize=1)
def _levels(catalogue: Catalogue) -> dict[int, str]:
    """Return the access level of each action, by its place."""
    return {place: level for level in LEVELS for place in places(catalogue.level_mask(level))}


# --- what can have changed ----------------------------------------------------------------------


def touched(subject: Subject, sweeper: Sweeper) -> int:
    """Return the actions that may be decided otherwise."""
    old, new = subject.old.stack(), subject.new.stack()
    everything = sweeper.catalogue.table.all
    if _outline(old) != _outline(new) or subject.old.derived_context() != subject.new.derived_context():
        return everything
    before, after = (_named(stack, sweeper.workspace.table) for stack in (old, new))
    mask = 0
    for key in {*before, *after}:
        mask |= before.get(key, 0) ^ after.get(key, 0)
    return mask


@dataclass(frozen=True, slots=True)
class _Key:
    """All of a statement that bears on decisions but its actions, and the layer in which it stands."""

    layer: str
    effect: str
    resources: Element | None
    principals: Principals | None
    conditions: frozenset[tuple[str, str, frozenset[str]]]
    variables: bool


def _outline(stack: Stack) -> tuple[object, ...]:
    """Return which limiting layers there are: a new one bears on what no statement names."""
    return stack.boundary is None, bool(stack.session), len(stack.scps), len(stack.rcps)


def _named(stack: Stack, table: ActionTable) -> dict[_Key, int]:
    """Return the actions that statements name which are alike otherwise: together they are one statement."""
    found: dict[_Key, int] = {}
    for key, statement in _statements(stack):
        found[key] = found.get(key, 0) | table.element(statement.actions)
    return found


def _statements(stack: Stack) -> Iterator[tuple[_Key, Statement]]:
    boundary = () if stack.boundary is None else (stack.boundary,)
    layers: list[tuple[str, Iterable[Policy]]] = [("identity", stack.identity), ("boundary", boundary)]
    layers += [("session", stack.session)]
    layers += [(f"scp.{n}", level) for n, level in enumerate(stack.scps)]
    layers += [(f"rcp.{n}", level) for n, level in enumerate(stack.rcps)]
    for layer, policies in layers:
        for statement in (statement for policy in policies for statement in policy.statements):
            yield _key(layer, statement), statement


def _key(layer: str, statement: Statement) -> _Key:
    conditions = (
        (str(one.operator), one.key.lower(), frozenset(value.text for value in one.values))
        for one in statement.conditions
    )
    return _Key(
        layer,
        statement.effect.value,
        statement.resources,
        statement.principals,
        frozenset(conditions),
        statement.variables,
    )


def _unstated(subject: Subject) -> tuple[str, ...]:
    """Return the keys of changed statements that no session states: the lists are decided without, the proofs not."""
    before, after = (dict(_conditions(one.stack())) for one in (subject.old, subject.new))
    changed = [s for texts, s in (*before.items(), *after.items()) if texts not in before or texts not in after]
    stated = {name.lower() for name in subject.new.derived_context()}
    stated |= {name for session in subject.sessions for name in session.context}
    return tuple(sorted({key for statement in changed for key in statement_keys(statement)} - stated))


def _conditions(stack: Stack) -> Iterator[tuple[tuple[_Key, Element | None], Statement]]:
    return (((key, statement.actions), statement) for key, statement in _statements(stack))
