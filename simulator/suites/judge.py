"""Does a decision hold what the scenario expects?

Verdicts are `simulator.suites.model.Verdict`; here is the rest: ``by:``, and how several decisions
of one operation become one.  Contract: ``docs/scenario-format.md``, "Expectations".
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from simulator.decide.decision import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.decide.decision import StatementRef

__all__ = ["named_by", "strictest"]

_STRICTNESS = (Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY, Effect.ALLOWED)


def named_by(by: str, ref: StatementRef) -> bool:
    """Tell whether *by* names the statement: a Sid, ``POLICY#SID``, or ``POLICY#3`` for the third one.

    POLICY is the policy's name in the account, or its file's name.
    """
    policy, hash_, label = by.rpartition("#")
    if not hash_:
        return label == ref.statement.sid
    file = ref.policy.source.name
    if policy not in (ref.policy.name, file, PurePath(file).name):
        return False
    return label in (ref.statement.sid, str(ref.statement.index))


def strictest(effects: Iterable[Effect]) -> Effect:
    """Return the most restrictive of *effects*: one operation on several resources needs each."""
    found = set(effects)
    return next(effect for effect in _STRICTNESS if effect in found)
