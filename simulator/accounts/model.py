"""An account as declared: who exists, in which groups, with which policies.

A principal knows the policies that bear on it (`Principal.stack`), how it signs its calls
(`Principal.caller`) and which context keys follow from what it is (`Principal.derived_context`).
Rules: K3, E5 of ``docs/semantics.md``; format: ``docs/scenario-format.md``, "Account".
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.decide.request import Caller, Stack
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.accounts.context import Layer
    from simulator.accounts.policies import LoadedPolicy
    from simulator.policy.model import Policy

__all__ = ["Account", "Group", "Organization", "Principal", "PrincipalKind"]

PrincipalKind: TypeAlias = Literal["user", "role"]

_SESSION = "iamproof"  #: the session of a role that declares none, for ``aws:userid``
_ID_PREFIX: dict[PrincipalKind, str] = {"user": "AIDA", "role": "AROA"}
_ID_LETTERS = 17  # behind the prefix, as in AWS's own ids


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A group of users."""

    name: str
    path: str
    policies: tuple[LoadedPolicy, ...]


@dataclass(frozen=True, slots=True)
class Organization:
    """What the organization allows the account: policies by level, the root first."""

    scps: tuple[tuple[LoadedPolicy, ...], ...] = ()
    rcps: tuple[tuple[LoadedPolicy, ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Principal:
    """A user or a role; equal only to itself.

    `label` is how reports and scenarios call it: the name, or ``user/x`` where a role has that name too.
    """

    name: str
    kind: PrincipalKind
    label: str
    account_id: str
    partition: str
    path: str = "/"
    declared_id: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    groups: tuple[Group, ...] = ()
    policies: tuple[LoadedPolicy, ...] = ()
    boundary: LoadedPolicy | None = None
    session_name: str | None = None
    session_policies: tuple[LoadedPolicy, ...] = ()
    organization: Organization = field(default_factory=Organization)

    @property
    def arn(self) -> str:
        """The user's or role's own ARN, path included."""
        return f"arn:{self.partition}:iam::{self.account_id}:{self.kind}{self.path}{self.name}"

    @property
    def caller_arn(self) -> str:
        """The ARN that signs the calls: of the session, where a role declares one."""
        if self.session_name is None:
            return self.arn
        return f"arn:{self.partition}:sts::{self.account_id}:assumed-role/{self.name}/{self.session_name}"

    @property
    def unique_id(self) -> str:
        """The declared id, else a made-up one in AWS's form that stays the same from run to run."""
        if self.declared_id is not None:
            return self.declared_id
        digest = hashlib.sha256(f"{self.account_id}/{self.kind}/{self.name}".encode()).digest()
        return _ID_PREFIX[self.kind] + base64.b32encode(digest)[:_ID_LETTERS].decode()

    @property
    def loaded_policies(self) -> tuple[LoadedPolicy, ...]:
        """All policies that bear on the principal, each once: identity, boundary, session, SCPs, RCPs."""
        levels = (policy for level in (*self.organization.scps, *self.organization.rcps) for policy in level)
        boundary = () if self.boundary is None else (self.boundary,)
        return tuple(dict.fromkeys((*self._identity(), *boundary, *self.session_policies, *levels)))

    def _identity(self) -> tuple[LoadedPolicy, ...]:
        of_groups = (policy for group in self.groups for policy in group.policies)
        return tuple(dict.fromkeys((*self.policies, *of_groups)))

    def stack(self, resource: LoadedPolicy | None = None) -> Stack:
        """Return the policies as the evaluator takes them: own before those of groups, each once."""
        return Stack(
            identity=_policies(self._identity()),
            boundary=None if self.boundary is None else self.boundary.policy,
            session=_policies(self.session_policies),
            resource=None if resource is None else resource.policy,
            scps=tuple(_policies(level) for level in self.organization.scps),
            rcps=tuple(_policies(level) for level in self.organization.rcps),
        )

    def caller(self) -> Caller:
        """Return who signs the calls."""
        found = Caller.of_arn(self.caller_arn, role_arn=self.arn if self.kind == "role" else None)
        # A name that no ARN can hold is still a name in the declaration.
        return found or Caller(self.caller_arn, self.account_id, self.partition, self.kind, self.name)

    def derived_context(self) -> dict[str, str]:
        """Return the keys that AWS sends with each of the principal's requests, as far as they follow from it."""
        session = f":{self.session_name or _SESSION}" if self.kind == "role" else ""
        context = {
            "aws:PrincipalArn": self.arn,
            "aws:PrincipalAccount": self.account_id,
            "aws:PrincipalType": "User" if self.kind == "user" else "AssumedRole",
            "aws:userid": self.unique_id + session,
            "aws:PrincipalIsAWSService": "false",
            "aws:ViaAWSService": "false",
            "aws:SecureTransport": "true",
        }
        if self.kind == "user":
            context["aws:username"] = self.name
        return context | {f"aws:PrincipalTag/{key}": value for key, value in self.tags}


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """An account; declared in a file, not read from AWS.  Equal only to itself."""

    id: str
    partition: str
    context: Layer
    policies: Mapping[str, LoadedPolicy]  #: the declared ones, by name
    groups: Mapping[str, Group]
    users: Mapping[str, Principal]
    roles: Mapping[str, Principal]
    organization: Organization
    allow_users_to_change_password: bool
    path: str  #: the file, or where it stands inline
    sha256: str

    @property
    def principals(self) -> Mapping[str, Principal]:
        """Users and roles by label."""
        return {principal.label: principal for principal in (*self.users.values(), *self.roles.values())}

    def members(self, group: Group) -> tuple[Principal, ...]:
        """Return the users in *group*, in the order in which they are declared."""
        return tuple(user for user in self.users.values() if group in user.groups)

    @property
    def loaded_policies(self) -> tuple[LoadedPolicy, ...]:
        """All policies that bear on somebody, each once."""
        of_principals = (policy for one in self.principals.values() for policy in one.loaded_policies)
        of_groups = (policy for group in self.groups.values() for policy in group.policies)
        return tuple(dict.fromkeys((*of_principals, *of_groups)))


def _policies(loaded: Iterable[LoadedPolicy]) -> tuple[Policy, ...]:
    return tuple(policy.policy for policy in loaded)
