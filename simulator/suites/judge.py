"""Does a decision hold what the scenario expects?

Contract: ``docs/scenario-format.md``, "Expectations".
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from simulator.decide.decision import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.decide.decision import StatementRef

__all__ = ["VERDICTS", "Verdict", "by_holds", "holds", "strictest"]

Verdict: TypeAlias = Literal["allow", "deny", "implicitDeny", "explicitDeny", "noExplicitDeny"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

_SATISFIED_BY: dict[Verdict, frozenset[Effect]] = {
    "allow": frozenset({Effect.ALLOWED}),
    "deny": frozenset({Effect.IMPLICIT_DENY, Effect.EXPLICIT_DENY}),
    "implicitDeny": frozenset({Effect.IMPLICIT_DENY}),
    "explicitDeny": frozenset({Effect.EXPLICIT_DENY}),
    "noExplicitDeny": frozenset({Effect.ALLOWED, Effect.IMPLICIT_DENY}),
}
_STRICTNESS = (Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY, Effect.ALLOWED)


def holds(verdict: Verdict, effect: Effect) -> bool:
    """Tell whether *effect* is what *verdict* expects."""
    return effect in _SATISFIED_BY[verdict]


def by_holds(by: str, deciding: Iterable[StatementRef]) -> bool:
    """Tell whether the statement that *by* names is among the deciding ones.

    *by* is a Sid, or ``POLICY#SID``, or ``POLICY#3`` for the third statement; POLICY is the policy's name
    or its file's.
    """
    policy, hash_, label = by.rpartition("#")
    for ref in deciding:
        named = label in (ref.statement.sid, str(ref.statement.index)) if hash_ else label == ref.statement.sid
        if named and (not hash_ or policy in _names(ref)):
            return True
    return False


def _names(ref: StatementRef) -> tuple[str, ...]:
    file = ref.policy.source.name
    return ref.policy.name, file, PurePath(file).name


def strictest(effects: Iterable[Effect]) -> Effect:
    """Return the most restrictive of *effects*: one operation on several resources needs each."""
    found = set(effects)
    return next(effect for effect in _STRICTNESS if effect in found)
