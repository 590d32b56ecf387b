"""Sessions: the sign-in states built in, and those that a suite declares.

There are three states of MFA, not two: with it, temporary credentials without it, and access keys,
which send no MFA key at all.  ``without MFA`` stands for the last two.  Rules: F1 to F3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.accounts.context import Stated, read_context
from simulator.decide.keys import statement_keys
from simulator.suites.model import ACCESS_KEY, ANY_SIGN_IN, CONSOLE, WITH_MFA, WITHOUT_MFA, Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.accounts.context import Layer
    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.catalogue import Catalogue
    from simulator.errors import Collector
    from simulator.policy.model import Policy
    from simulator.text.source import Node

__all__ = ["MFA_SESSIONS", "Usual", "built_in", "concrete", "names_mfa", "of_caller", "read_sessions"]

MFA_SESSIONS = (WITH_MFA, WITHOUT_MFA)  #: in which a scenario runs by default

_PRESENT, _AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"


def _mfa(present: str | None, age: str | None) -> Layer:
    stated = (Stated(_PRESENT, present, "boolean"), Stated(_AGE, age, "numeric"))
    return {one.name.lower(): one for one in stated}


def _built_in() -> tuple[Session, ...]:
    return (
        Session(WITH_MFA, _mfa("true", "60")),
        Session(CONSOLE, _mfa("false", None)),
        Session(ACCESS_KEY, _mfa(None, None), for_roles=False),
        Session(WITHOUT_MFA, {}, stands_for=(CONSOLE, ACCESS_KEY)),
        Session(ANY_SIGN_IN, {}),
    )


def read_sessions(
    declared: Mapping[str, tuple[Node, Node]], faults: Collector, catalogue: Catalogue | None = None
) -> dict[str, Session]:
    """Return the built-in sessions and the suite's own, which add to them or replace them."""
    own = {name: Session(name, read_context(context, faults, catalogue)) for name, (_, context) in declared.items()}
    return {session.name: session for session in _built_in()} | own


def built_in(session: Session) -> bool:
    """Tell whether *session* is one of those built in, not a suite's own of that name."""
    return any(one.name == session.name and one.context == session.context for one in _built_in())


def concrete(names: Iterable[str], sessions: Mapping[str, Session]) -> tuple[Session, ...]:
    """Return the sessions behind *names*, each once."""
    found = (sessions[one] for name in names for one in (sessions[name].stands_for or (name,)))
    return tuple(dict.fromkeys(found))


def of_caller(who: Principal, names: Iterable[str], sessions: Mapping[str, Session]) -> tuple[Session, ...]:
    """Return the sessions behind *names* that a principal can have."""
    found = concrete(names, sessions)
    return found if who.kind == "user" else tuple(one for one in found if one.for_roles)


class Usual:
    """Tells in which sessions a principal asks where none is named: those of MFA, if a policy near it knows MFA."""

    def __init__(self) -> None:
        self._near: dict[tuple[Principal, tuple[LoadedPolicy, ...]], bool] = {}

    def names(self, who: Principal, policies: tuple[LoadedPolicy, ...]) -> tuple[str, ...]:
        """Return the names of the sessions; *policies* are those of the targets."""
        key = (who, policies)
        if key not in self._near:
            self._near[key] = names_mfa(loaded.policy for loaded in (*who.loaded_policies, *policies))
        return MFA_SESSIONS if self._near[key] else (ANY_SIGN_IN,)


def names_mfa(policies: Iterable[Policy]) -> bool:
    """Tell whether one of *policies* names an MFA key."""
    keys = {_PRESENT.lower(), _AGE.lower()}
    return any(keys & statement_keys(statement) for policy in policies for statement in policy.statements)
