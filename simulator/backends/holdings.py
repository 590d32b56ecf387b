"""The policies of an account's principals as IAM would store them: names, kinds, documents.

An account file attaches documents; IAM attaches managed policies and holds inline ones.  What the file
declares under ``policies:`` or names as a file is a customer managed policy, an AWS ARN is an AWS
managed one, and what stands inline is inline.  The embedded client and moto read the same holdings, so
that both list the same ids (A6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.backends.directory import Attachment, PolicySource, inline_id
from simulator.backends.documents import read_attached
from simulator.policy.model import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.accounts.model import Account, Group, Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.backends.directory import HolderKind, Origin
    from simulator.policy.model import Policy

__all__ = ["AccountDirectory", "Holding", "boundary_of", "holdings_of", "pathless"]

_AWS_MANAGED = re.compile(r"arn:[^:]+:iam::aws:policy/")
_INLINE = re.compile(r".*:\d+:\d+")  # the place of a document that stands inside another file
_REFUSED = re.compile(r"[^\w+=,.@-]+", re.ASCII)
_ENDING = re.compile(r"\.(?:json|ya?ml)$", re.IGNORECASE)
_NAME_LIMIT = 128


@dataclass(frozen=True, slots=True)
class Holding:
    """A stored policy; `arn` is a managed policy's own, path included."""

    origin: Origin
    name: str
    document: str
    arn: str | None = None

    def attachment(self, holder: tuple[HolderKind, str]) -> Attachment:
        """Return the policy as attached to *holder*."""
        identifier = inline_id(holder, self.name) if self.arn is None else self.name
        policy = read_attached(self.document, identifier)
        return Attachment(policy, self.origin, self.name, holder, None if self.arn is None else pathless(self.arn))


def pathless(arn: str) -> str:
    """Return a policy's ARN without the policy's path."""
    head, _, rest = arn.partition("/")
    return f"{head}/{rest.rpartition('/')[2]}"


def holdings_of(account: Account, policies: Iterable[LoadedPolicy]) -> Iterator[Holding]:
    """Yield *policies*, which are attached to somebody in *account*, as IAM would store them."""
    for loaded in policies:
        yield _holding(account, loaded)


def boundary_of(account: Account, principal: Principal) -> Holding | None:
    """Return a principal's boundary, which IAM takes as a managed policy only."""
    loaded = principal.boundary
    if loaded is None:
        return None
    found = _holding(account, loaded)
    return found if found.arn is not None else _managed(account, _valid(loaded.name), loaded)


def _holding(account: Account, loaded: LoadedPolicy) -> Holding:
    if _AWS_MANAGED.match(loaded.path):
        return Holding("aws-managed", loaded.name, loaded.document, loaded.path)
    if loaded.name in account.policies:
        return _managed(account, _valid(loaded.name), loaded)
    if _INLINE.fullmatch(loaded.path):
        return Holding("inline", _valid(loaded.name), loaded.document)
    return _managed(account, _valid(_ENDING.sub("", loaded.name)), loaded)


def _managed(account: Account, name: str, loaded: LoadedPolicy) -> Holding:
    arn = f"arn:{account.partition}:iam::{account.id}:policy/{name}"
    return Holding("user-managed", name, loaded.document, arn)


def _valid(name: str) -> str:
    """Return *name* with what IAM refuses in names replaced."""
    return _REFUSED.sub("-", name)[:_NAME_LIMIT] or "policy"


@dataclass(frozen=True, slots=True)
class AccountDirectory:
    """A declared account, as the calls about principals see it."""

    declared: Account

    @property
    def account(self) -> str:
        """The account's id."""
        return self.declared.id

    @property
    def organization(self) -> tuple[tuple[Policy, ...], ...] | None:
        """The service control policies by level; an account that declares none is in no organization."""
        levels = self.declared.organization.scps
        return tuple(tuple(loaded.policy for loaded in level) for level in levels) or None

    def find(self, kind: HolderKind, name: str) -> PolicySource | None:
        """Return a principal with its own policies, its groups' and its boundary."""
        if kind == "group":
            group = self.declared.groups.get(name)
            return None if group is None else PolicySource(kind, name, _once(self._of_group(group)))
        holders = self.declared.users if kind == "user" else self.declared.roles
        principal = holders.get(name)
        if principal is None:
            return None
        own = [item.attachment((kind, name)) for item in holdings_of(self.declared, principal.policies)]
        shared = [item for group in principal.groups for item in self._of_group(group)]
        return PolicySource(kind, name, _once([*own, *shared]), self._boundary(principal))

    def _of_group(self, group: Group) -> list[Attachment]:
        return [item.attachment(("group", group.name)) for item in holdings_of(self.declared, group.policies)]

    def _boundary(self, principal: Principal) -> Policy | None:
        holding = boundary_of(self.declared, principal)
        return None if holding is None else read_attached(holding.document, holding.name, PolicyKind.BOUNDARY)


def _once(attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Keep one of each managed policy, however often it is attached (A17)."""
    kept: dict[str, Attachment] = {}
    for item in attachments:
        kept.setdefault(item.arn or item.policy.name, item)
    return tuple(kept.values())
