"""Who wins: the layers of policies, combined for all actions at once.

A `Plane` is what one layer says: the actions that it allows and those that it denies, as bits.
`combine` puts the planes of all layers together, as AWS's simulator does or with live rules.

Rules: ``docs/semantics.md``, section "Evaluation logic" (7.2, 7.3, E5, E6), X4, Z11, Z12, A10, A11.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LIVE", "SIMULATOR", "LiveRule", "Plane", "Planes", "ResourcePlane", "combine"]


class LiveRule(Enum):
    """What the live services do otherwise than AWS's simulator; the value is the rule's id.

    ``docs/semantics.md``, "Two modes", has a paragraph for each.
    """

    CALLER_IDENTITY = "L1"  #: sts:GetCallerIdentity is always allowed
    SESSION_TOKEN = "L2"  # noqa: S105  # a rule's id; #: sts:GetSessionToken heeds no policy
    AWS_OWNED = "L3"  #: AWS-owned objects can't be changed by the account
    PASSWORD_SETTING = "L4"  # noqa: S105  # a rule's id; #: the account's setting grants ChangePassword
    ROOT_DELEGATES = "L5"  #: an account principal in a resource policy delegates, it does not grant
    TRUST_MUST_ALLOW = "L6"  #: trust policies and KMS key policies must allow
    DENY_OUTRANKS_SCP = "L7"  #: an explicit deny outranks a silent SCP
    NO_TYPE_GATE = "L8"  #: a live call carries a fitting ARN


SIMULATOR: Final[frozenset[LiveRule]] = frozenset()
LIVE: Final[frozenset[LiveRule]] = frozenset(LiveRule)


@dataclass(frozen=True, slots=True)
class Plane:
    """What a layer says: bits of the actions that its statements allow and deny."""

    allow: int
    deny: int

    def gated(self, gate: int) -> Plane:
        """Return the plane with only the actions in *gate*: behind it no statement matches (A13)."""
        return Plane(self.allow & gate, self.deny & gate)

    @property
    def granted(self) -> int:
        """The actions that the layer allows and does not deny."""
        return self.allow & ~self.deny


@dataclass(frozen=True, slots=True)
class ResourcePlane:
    """What a resource policy says, its Allows apart by how they name the caller (E5)."""

    direct: int
    role: int
    account: int
    deny: int

    @property
    def allow(self) -> int:
        """The actions allowed, however the caller is named."""
        return self.direct | self.role | self.account

    @property
    def granted(self) -> int:
        """The actions allowed and not denied."""
        return self.allow & ~self.deny


@dataclass(frozen=True, slots=True)
class Planes:
    """The decision on every action of the table, and what each layer said.

    `allowed` and `explicit` are disjoint; what is in neither is implicitly denied.
    """

    allowed: int
    explicit: int
    gate: int
    cross: bool
    identity: Plane
    boundary: Plane | None
    session: Plane | None
    resource: ResourcePlane | None
    scps: tuple[Plane, ...]
    rcps: tuple[Plane, ...]


def combine(
    *,
    all_actions: int,
    gate: int,
    cross: bool,
    identity: Plane,
    boundary: Plane | None,
    session: Plane | None,
    resource: ResourcePlane | None,
    scps: tuple[Plane, ...],
    rcps: tuple[Plane, ...],
    rules: frozenset[LiveRule] = SIMULATOR,
    must_allow: int = 0,
) -> Planes:
    """Combine the layers for the caller's own account, or across accounts (*cross*).

    *must_allow* are actions whose resource policy must allow by itself (`LiveRule.TRUST_MUST_ALLOW`).
    """
    limits = _both(boundary, all_actions) & _both(session, all_actions)
    chain = identity.allow & limits
    if cross:
        granted = chain & (resource.allow if resource is not None else 0)
    else:
        granted = chain
        if resource is not None:
            bypass = resource.direct if LiveRule.ROOT_DELEGATES in rules else resource.direct | resource.account
            granted = (chain & ~must_allow) | (chain & resource.allow) | bypass | (resource.role & limits)
    inside = _levels(scps, all_actions) & _levels(rcps, all_actions)
    denied = identity.deny | _union(boundary, session, *rcps) | (resource.deny if resource is not None else 0)
    organization = _union(*scps)
    if LiveRule.DENY_OUTRANKS_SCP in rules:
        explicit = denied | organization
    else:
        # The simulator asks the SCPs first; where they don't allow it ends there (X4).
        explicit = organization | (denied & _levels(scps, all_actions))
    return Planes(
        allowed=granted & inside & ~(denied | organization),
        explicit=explicit,
        gate=gate,
        cross=cross,
        identity=identity,
        boundary=boundary,
        session=session,
        resource=resource,
        scps=scps,
        rcps=rcps,
    )


def _both(plane: Plane | None, all_actions: int) -> int:
    """What a limiting layer lets through: everything when there is none."""
    return all_actions if plane is None else plane.allow


def _levels(levels: Iterable[Plane], all_actions: int) -> int:
    """What every level of an organization allows."""
    allowed = all_actions
    for level in levels:
        allowed &= level.allow
    return allowed


def _union(*planes: Plane | None) -> int:
    """What any of *planes* denies."""
    denied = 0
    for plane in planes:
        if plane is not None:
            denied |= plane.deny
    return denied
