"""Decisions: AWS's three words and the evidence for them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.policy.model import Policy, Statement

__all__ = ["Decision", "Effect", "LayerEffect", "StatementRef", "Word"]


Word: TypeAlias = Literal["allowed", "implicitDeny", "explicitDeny"]
"""AWS's three words, as plain data has them."""


class Effect(Enum):
    """What becomes of a request, in AWS's words."""

    ALLOWED = "allowed"
    IMPLICIT_DENY = "implicitDeny"
    EXPLICIT_DENY = "explicitDeny"

    @property
    def word(self) -> Word:
        """AWS's word for it."""
        word: Word = self.value
        return word


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement and the policy in which it stands."""

    policy: Policy
    statement: Statement


@dataclass(frozen=True, slots=True)
class LayerEffect:
    """What one layer says by itself: identity, boundary, session, resource, scp.N or rcp.N (from 1)."""

    layer: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on one action, and why.

    `layer` is the one that decided: a layer's name, ``gate`` (the resource-type gate Z1) or the live
    rule's id.  `deciding` are the matching statements of the deciding effect: for an allow those of
    identity and resource policies, for an explicit deny the Deny statements, else none.
    `allowed_by_boundary` and `allowed_by_organizations` are None where there is no such layer.
    `sides` holds AWS's ``EvalDecisionDetails`` across accounts, else None.
    """

    effect: Effect
    layer: str
    deciding: tuple[StatementRef, ...] = ()
    layers: tuple[LayerEffect, ...] = ()
    allowed_by_boundary: bool | None = None
    allowed_by_organizations: bool | None = None
    sides: tuple[tuple[str, Effect], ...] | None = None
