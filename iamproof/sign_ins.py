"""The sessions in which two versions are compared: the states of MFA, and those that suites declare.

A suite's `context` is part of each of its sessions.  Sessions that say the same of every key that the policies refer
to decide alike: each keeps its name, and they are decided once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.accounts.context import merge
from simulator.analyse.diff import said_of
from simulator.errors import Collector
from simulator.suites.model import ANY_SIGN_IN, Session
from simulator.suites.sessions import MFA_SESSIONS, built_in, concrete, read_sessions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.suites.model import Suite

__all__ = ["sessions_for"]


def sessions_for(
    kind: str, suites: Iterable[Suite], keys: frozenset[str], *, most: int
) -> tuple[tuple[Session, ...], int]:
    """Return the sessions of a user or a role (*kind*), and how many are left out.

    They decide in *most* different ways at most, which *keys* tell apart.  What a suite calls like another does, and
    says otherwise of *keys*, gets the suite's file behind its name.
    """
    found: dict[str, Session] = {}
    told: set[tuple[str, object]] = set()
    ways: set[object] = set()
    left_out = 0
    for session, file in (*_states(kind), *_declared(kind, suites)):
        content = said_of(session, keys)
        if (session.name, content) in told:
            continue
        told.add((session.name, content))
        if content not in ways and len(ways) >= most:
            left_out += 1
            continue
        called = session.name
        while called in found:
            called = f"{called} ({file})"
        found[called] = Session(called, session.context)
        ways.add(content)
    return tuple(found.values()), left_out


def _states(kind: str) -> Iterator[tuple[Session, str]]:
    """Yield the states of MFA, which are nobody's own."""
    for one in concrete(MFA_SESSIONS, read_sessions({}, Collector())):
        if one.for_roles or kind == "user":
            yield one, ""


def _declared(kind: str, suites: Iterable[Suite]) -> Iterator[tuple[Session, str]]:
    """Yield the sessions of suites, the built-in ones too where the suite's context is in them."""
    for suite in suites:
        for one in suite.sessions.values():
            own = not built_in(one)
            nothing = one.stands_for or one.name == ANY_SIGN_IN or not suite.context
            if (own or not nothing) and (one.for_roles or kind == "user"):
                yield Session(one.name, merge((suite.context, one.context))), suite.file
