"""Who exists: what the calls about principals need to know of an account.

A `Directory` answers by kind and name, as the service does: the path in an ARN is ignored (A17).  Its
policies bear the names under which answers list their statements (A6): a managed policy's own name,
``user_alice_Inline`` for an inline one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from simulator.policy.model import Policy

__all__ = [
    "DEFAULT_ACCOUNT",
    "Attachment",
    "Directory",
    "HolderKind",
    "Nobody",
    "Origin",
    "PolicySource",
    "inline_id",
]

DEFAULT_ACCOUNT = "123456789012"  #: whose credentials a caller is taken to hold when nothing says otherwise

HolderKind: TypeAlias = Literal["user", "group", "role"]
Origin: TypeAlias = Literal["inline", "aws-managed", "user-managed"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A policy that bears on a principal, and where it comes from.

    `name` is the policy's own; `holder` the user, group or role that it is attached to; `arn` a managed
    policy's ARN without its path, which is what an exclusion is compared with.
    """

    policy: Policy
    origin: Origin
    name: str
    holder: tuple[HolderKind, str]
    arn: str | None = None


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A principal with all that bears on it: its own policies, its groups' and its boundary."""

    kind: HolderKind
    name: str
    attachments: tuple[Attachment, ...]
    boundary: Policy | None = None


class Directory(Protocol):
    """An account, as far as the calls about principals look."""

    @property
    def account(self) -> str:
        """The id of the account whose credentials the caller holds."""
        ...

    @property
    def organization(self) -> tuple[tuple[Policy, ...], ...] | None:
        """The service control policies by level, the root first; None outside an organization."""
        ...

    def find(self, kind: HolderKind, name: str) -> PolicySource | None:
        """Return a principal, or None when there is none of that kind and name."""
        ...


@dataclass(frozen=True, slots=True)
class Nobody:
    """An account without principals, for the calls that bring their own policies."""

    account: str = DEFAULT_ACCOUNT
    organization: tuple[tuple[Policy, ...], ...] | None = None

    def find(self, kind: HolderKind, name: str) -> PolicySource | None:  # noqa: ARG002  # the protocol's signature
        """Return None."""
        return None


def inline_id(holder: tuple[HolderKind, str], policy_name: str) -> str:
    """Return the id of an inline policy in answers."""
    kind, name = holder
    return f"{kind}_{name}_{policy_name}"
