"""Access in two versions: what somebody may do, over the catalogue, in every session, on own and others' things.

The targets and decisions are the sweep's.  A statement that both versions have decides alike in both, so only the
actions are looked at that statements name in one of them and not in the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.analyse.bits import places
from simulator.analyse.diff.model import EXPLICIT, IMPLICIT, Access, Row
from simulator.analyse.sweep import OF_MFA
from simulator.catalogue import LEVELS
from simulator.decide.keys import statement_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from simulator.accounts.model import Account, Principal
    from simulator.analyse.diff.model import Proof
    from simulator.analyse.sweep import Compared, Sweeper
    from simulator.catalogue import Catalogue
    from simulator.decide.context import ContextValue
    from simulator.decide.request import Stack
    from simulator.policy.actions import ActionTable
    from simulator.policy.model import Element, Policy, Principals, Statement
    from simulator.suites.model import Session

__all__ = ["Subject", "compare_access", "keys_of", "meaning", "said_of", "touched"]


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody in two versions, and others who are alike; *alone* is made up, and has the policy `who` only.

    `account` is that of the new version, `was` that of the old one where it is another.
    """

    who: tuple[str, ...]
    account: Account | None
    old: Principal
    new: Principal
    sessions: Sequence[Session]
    alone: bool = False
    left_out: int = 0  #: sessions beyond the most that are compared
    was: Account | None = None

    @property
    def moved(self) -> tuple[str, ...]:
        """The keys that policies ask for and that say something else of the principal, or the account, than before."""
        before, after = _own(self.old, self.was or self.account), _own(self.new, self.account)
        asked = {*before, *after} & keys_of(self.old, self.new)
        nothing = ("", None)
        differing = [key for key in asked if before.get(key, nothing)[1] != after.get(key, nothing)[1]]
        return tuple(sorted((after.get(key) or before[key])[0] for key in differing))


def keys_of(old: Principal, new: Principal) -> frozenset[str]:
    """Return the keys that the policies of either refer to, in lower case."""
    policies = {policy for one in (old, new) for policy in one.stack().policies}
    return frozenset(key for policy in policies for one in policy.statements for key in statement_keys(one))


def _own(principal: Principal, account: Account | None) -> dict[str, tuple[str, ContextValue | None]]:
    """Return what is stated of every request of a principal, by lower-case name: the name, and the value."""
    derived = principal.derived_context().items()
    stated = account.context if account is not None else {}
    found: dict[str, tuple[str, ContextValue | None]] = {name.lower(): (name, value) for name, value in derived}
    return found | {key: (one.name, one.value) for key, one in stated.items()}


def said_of(session: Session, keys: frozenset[str]) -> frozenset[tuple[str, ContextValue | None]]:
    """Return what *session* says of *keys*; sessions that say the same decide alike."""
    return frozenset((name, one.value) for name, one in session.context.items() if name in keys)


def compare_access(subject: Subject, sweeper: Sweeper, proofs: tuple[Proof, ...] = ()) -> Access:
    """Return what changes for *subject*; sessions that decide alike are decided once, and told by all of their names."""
    possible = touched(subject, sweeper)
    kinds = tuple(_Kind() for _ in range(4))
    alike = _alike(subject) if possible else {}
    for first, *_ in alike.values():
        before, after = (subject.was or subject.account, subject.old), (subject.account, subject.new)
        for one in sweeper.compare(before, after, first, possible=possible):
            for kind, (bits, denied) in zip(kinds, _shifts(one), strict=True):
                kind.note(bits, denied, first.name, one.label)
    names = {same[0].name: tuple(one.name for one in same) for same in alike.values()}
    gained, lost, lifted, forbidden = (tuple(_rows(one, names, sweeper.catalogue)) for one in kinds)
    return Access(
        subject.who,
        subject.alone,
        gained,
        lost,
        lifted,
        forbidden,
        proofs,
        _unstated(subject),
        sessions_left_out=subject.left_out,
    )


@dataclass(slots=True)
class _Kind:
    """What moved in one way; and which of it the other version denies explicitly, which implicitly."""

    spots: list[tuple[str, str]] = field(default_factory=list)  #: sessions and targets, in the order of their decision
    moved: dict[int, list[int]] = field(default_factory=dict)  #: spots of each action, by its place
    explicit: int = 0
    implicit: int = 0

    def note(self, bits: int, denied: int, session: str, label: str) -> None:
        """Add the actions *bits* of a session and a target; *denied* are explicitly denied in the other version."""
        if not bits:
            return
        self.explicit |= bits & denied
        self.implicit |= bits & ~denied
        spot = len(self.spots)
        self.spots.append((session, label))
        for place in places(bits):
            self.moved.setdefault(place, []).append(spot)


def _alike(subject: Subject) -> dict[object, list[Session]]:
    """Return the sessions by what they say of the keys that the policies refer to."""
    keys = keys_of(subject.old, subject.new)
    found: dict[object, list[Session]] = {}
    for session in subject.sessions:
        found.setdefault(said_of(session, keys), []).append(session)
    return found


def _shifts(one: Compared) -> Iterator[tuple[int, int]]:
    """Yield the actions gained, lost, no longer forbidden (and not allowed), and forbidden (and not allowed before).

    With each come the explicit denials of the version in which it is not allowed.
    """
    old, new = one.old, one.new
    yield new.allowed & ~old.allowed, old.denied
    yield old.allowed & ~new.allowed, new.denied
    yield old.denied & ~new.denied & ~new.allowed, old.denied
    yield new.denied & ~old.denied & ~old.allowed, new.denied


def _rows(kind: _Kind, sessions: Mapping[str, tuple[str, ...]], catalogue: Catalogue) -> Iterator[Row]:
    levels = _levels(catalogue) if kind.moved else {}
    names = catalogue.table.names
    denials = [(word, frozenset(places(mask))) for word, mask in ((EXPLICIT, kind.explicit), (IMPLICIT, kind.implicit))]
    known: dict[tuple[int, ...], tuple[tuple[str, tuple[str, ...]], ...]] = {}
    for place, spots in sorted(kind.moved.items()):
        key = tuple(spots)
        where = known.get(key)
        if where is None:
            where = known[key] = _where((kind.spots[spot] for spot in spots), sessions)
        yield Row(names[place], levels.get(place, ""), where, tuple(word for word, some in denials if place in some))


def _where(
    spots: Iterable[tuple[str, str]], sessions: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the targets of each session; *sessions* are all the names under which one was decided."""
    labels: dict[str, dict[str, None]] = {}
    for session, label in spots:
        labels.setdefault(session, {})[label] = None
    told = ((sessions[first], tuple(found)) for first, found in labels.items())
    return tuple((session, found) for names, found in told for session in names)


@lru_cache(maxsize=1)
def _levels(catalogue: Catalogue) -> dict[int, str]:
    """Return the access level of each action, by its place."""
    return {place: level for level in LEVELS for place in places(catalogue.level_mask(level))}


# --- what can have changed ----------------------------------------------------------------------


def touched(subject: Subject, sweeper: Sweeper) -> int:
    """Return the actions that may be decided otherwise."""
    old, new = subject.old.stack(), subject.new.stack()
    everything = sweeper.catalogue.table.all
    same = subject.old.derived_context() == subject.new.derived_context()
    if _outline(old) != _outline(new) or not same or subject.moved:
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


@lru_cache(maxsize=4096)
def meaning(policy: Policy) -> frozenset[object]:
    """Return what *policy* says: equal for two that differ in layout, order, repetition and Sids only."""
    return frozenset(
        (
            statement.effect,
            _texts(statement.actions),
            _texts(statement.resources),
            statement.principals,
            _conditions_of(statement),
            statement.variables,
        )
        for statement in policy.statements
    )


def _texts(element: Element | None) -> tuple[frozenset[str], bool] | None:
    return None if element is None else (frozenset(element.texts), element.negated)


def _statements(stack: Stack) -> Iterator[tuple[_Key, Statement]]:
    boundary = () if stack.boundary is None else (stack.boundary,)
    layers: list[tuple[str, Iterable[Policy]]] = [("identity", stack.identity), ("boundary", boundary)]
    layers += [("session", stack.session)]
    layers += [(f"scp.{n}", level) for n, level in enumerate(stack.scps)]
    layers += [(f"rcp.{n}", level) for n, level in enumerate(stack.rcps)]
    for layer, policies in layers:
        for statement in (statement for policy in policies for statement in policy.statements):
            yield _key(layer, statement), statement


def _conditions_of(statement: Statement) -> frozenset[tuple[str, str, frozenset[str]]]:
    return frozenset(
        (str(one.operator), one.key.lower(), frozenset(value.text for value in one.values))
        for one in statement.conditions
    )


def _key(layer: str, statement: Statement) -> _Key:
    return _Key(
        layer,
        statement.effect.value,
        statement.resources,
        statement.principals,
        _conditions_of(statement),
        statement.variables,
    )


def _unstated(subject: Subject) -> tuple[str, ...]:
    """Return the keys of changed statements that a session does not state: it is decided without, the proofs are not.

    Those of MFA are left out: to be without them is a state of its own.
    """
    before, after = (dict(_conditions(one.stack())) for one in (subject.old, subject.new))
    changed = [s for texts, s in (*before.items(), *after.items()) if texts not in before or texts not in after]
    derived = {name.lower() for name in subject.new.derived_context()}
    derived |= set(subject.account.context) if subject.account is not None else set()
    everywhere = set.intersection(*(set(session.context) for session in subject.sessions))
    asked = {key for statement in changed for key in statement_keys(statement) if not key.startswith(OF_MFA)}
    return tuple(sorted(asked - derived - everywhere))


def _conditions(stack: Stack) -> Iterator[tuple[tuple[_Key, Element | None], Statement]]:
    return (((key, statement.actions), statement) for key, statement in _statements(stack))
