"""moto's users, groups, roles, policies and organizations, as the calls about principals see them.

Also the other way round: a declared account put into moto.  What moto lacks is kept where its own
objects would have it: a user's permissions boundary is an attribute of the user, a declared organization
one of the account's backend, and an AWS managed policy comes into the backend when somebody names it,
from the catalogue.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.iam.models import AWSManagedPolicy, ManagedPolicy, Role, User, iam_backends

from simulator.backends.directory import Attachment, PolicySource, inline_id
from simulator.backends.documents import read_attached
from simulator.backends.faults import Fault
from simulator.backends.holdings import AccountDirectory, boundary_of, holdings_of, pathless
from simulator.catalogue.managed import managed_names, managed_policy
from simulator.policy.model import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moto.iam.models import Group, IAMBackend

    from simulator.accounts.model import Account, Principal
    from simulator.backends.directory import HolderKind
    from simulator.backends.holdings import Holding
    from simulator.policy.model import Policy

__all__ = ["BOUNDARY", "MotoDirectory", "boundary_detail", "load_account", "load_managed", "make_attachable"]

BOUNDARY = "permissions_boundary"  #: the attribute that moto's own roles have
_DECLARED = "declared_organization"  # of an account file; moto's own are made by clients
_ORGANIZATIONS = "moto.organizations.models"
_SCP = "SERVICE_CONTROL_POLICY"
_TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}'
)


@dataclass(frozen=True, slots=True)
class MotoDirectory:
    """One account of moto's."""

    backend: IAMBackend

    @property
    def account(self) -> str:
        """The account's id."""
        return self.backend.account_id

    @property
    def organization(self) -> tuple[tuple[Policy, ...], ...] | None:
        """The service control policies of moto's organizations; of a declared account else, its own."""
        found = _organization(self.account)
        return vars(self.backend).get(_DECLARED) if found is None else found

    def find(self, kind: HolderKind, name: str) -> PolicySource | None:
        """Return a principal with its own policies, its groups' and its boundary."""
        holder = self._holder(kind, name)
        if holder is None:
            return None
        attachments = list(_attachments(kind, holder))
        if isinstance(holder, User):
            for group in self.backend.groups.values():
                if holder in group.users:
                    attachments.extend(_attachments("group", group))
        kept: dict[str, Attachment] = {}
        for item in attachments:
            kept.setdefault(item.arn or item.policy.name, item)
        return PolicySource(kind, name, tuple(kept.values()), self._boundary(holder))

    def _holder(self, kind: HolderKind, name: str) -> User | Group | Role | None:
        match kind:
            case "user":
                return self.backend.users.get(name)
            case "group":
                return self.backend.groups.get(name)
            case "role":
                return next((role for role in self.backend.roles.values() if role.name == name), None)

    def _boundary(self, holder: User | Group | Role) -> Policy | None:
        detail: dict[str, str] | None = getattr(holder, BOUNDARY, None)
        if not detail:
            return None
        arn = detail["PermissionsBoundaryArn"]
        make_attachable(self.backend, arn)
        found = self.backend.managed_policies.get(arn)
        if found is None:
            raise Fault.unusable_policy(arn)
        return read_attached(_document(found), found.name, PolicyKind.BOUNDARY)


def boundary_detail(arn: str) -> dict[str, str]:
    """Return what ``GetUser`` and ``GetRole`` answer for a boundary."""
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}


def _attachments(kind: HolderKind, holder: User | Group | Role) -> Iterator[Attachment]:
    owner = (kind, holder.name)
    for name, document in holder.policies.items():
        yield Attachment(read_attached(document, inline_id(owner, name)), "inline", name, owner)
    for policy in holder.managed_policies.values():
        origin = "aws-managed" if isinstance(policy, AWSManagedPolicy) else "user-managed"
        read = read_attached(_document(policy), policy.name)
        yield Attachment(read, origin, policy.name, owner, pathless(policy.arn))  # type: ignore[arg-type]  # one of two words


def _document(policy: ManagedPolicy) -> str:
    """Return the default version's text."""
    if isinstance(policy, AWSManagedPolicy):
        # moto's own copy is squeezed into one line: positions would not be AWS's.
        shipped = managed_policy(policy.arn)
        if shipped is not None and shipped.version == policy.default_version_id:
            return shipped.text
    document: str = next(v.document for v in policy.versions if v.version_id == policy.default_version_id)
    return document


def _organization(account: str) -> tuple[tuple[Policy, ...], ...] | None:
    return next((_levels(backend, member) for backend, member in _memberships(account)), None)


def _memberships(account: str) -> Iterator[tuple[Any, Any]]:
    """Yield the organization that *account* is in, and its place there."""
    models = sys.modules.get(_ORGANIZATIONS)
    if models is None:
        return  # whoever makes an organization imports the module
    for of_master in list(models.organizations_backends.values()):
        for backend in list(of_master.values()):
            yield from ((backend, member) for member in backend.accounts if member.id == account)


def _levels(backend: Any, member: Any) -> tuple[tuple[Policy, ...], ...]:
    """Return the policies from the root down; the management account heeds none."""
    if member.id == backend.account_id:
        return ()
    units = {unit.id: unit for unit in backend.ou}
    chain, parent = [member], units.get(member.parent_id)
    while parent is not None and parent not in chain:
        chain.append(parent)
        parent = units.get(parent.parent_id)
    levels = [tuple(_scps(target)) for target in reversed(chain)]
    # AWS attaches FullAWSAccess to every level by itself, moto to the root alone.
    return tuple(level for level in levels if level)


def _scps(target: Any) -> Iterator[Policy]:
    return (read_attached(p.content, p.name, PolicyKind.SCP) for p in target.attached_policies if p.type == _SCP)


# --- into moto ----------------------------------------------------------------------------------


def make_attachable(backend: IAMBackend, arn: str) -> None:
    """Put the AWS managed policy *arn* into *backend* unless it is there or nobody knows it."""
    if arn in backend.managed_policies:
        return
    shipped = managed_policy(arn)
    if shipped is None or shipped.arn != arn:
        return
    policy = AWSManagedPolicy(  # type: ignore[abstract]  # moto makes it so itself
        shipped.name,
        account_id=backend.account_id,
        region=backend.region_name,
        default_version_id=shipped.version,
        path=shipped.arn.partition(":policy")[2].removesuffix(shipped.name),
        document=shipped.text,
        create_date=_moment(shipped.created),
        update_date=_moment(shipped.updated),
    )
    backend.managed_policies[policy.arn] = policy
    backend.aws_managed_policies.append(policy)


def load_managed(backend: IAMBackend) -> None:
    """Put every AWS managed policy into *backend*, for clients that list them."""
    for name in managed_names():
        shipped = managed_policy(name)
        assert shipped is not None, "a listed policy can be read"
        make_attachable(backend, shipped.arn.replace("arn:aws:", f"arn:{backend.partition}:", 1))


def load_account(account: Account) -> IAMBackend:
    """Create the users, groups, roles and policies of *account* in moto, and return its backend.

    What moto held of that account before is gone, the organization that it was in as well.  moto's own checks of
    documents are passed by: what the account file takes is right already.
    """
    backend = iam_backends[account.id][account.partition]
    backend.reset()
    for organization, _ in list(_memberships(account.id)):
        organization.reset()
    vars(backend)[_DECLARED] = AccountDirectory(account).organization
    for group in account.groups.values():
        made = backend.create_group(group.name, group.path)
        _give(backend, made, holdings_of(account, group.policies))
    for principal in account.users.values():
        user = backend.create_user(backend.region_name, principal.name, principal.path, _tags(principal))
        user.id = principal.unique_id
        for group in principal.groups:
            backend.add_user_to_group(group.name, principal.name)
        _give(backend, user, holdings_of(account, principal.policies))
        _bound(backend, user, boundary_of(account, principal))
    for principal in account.roles.values():
        role = _role(backend, principal)
        _give(backend, role, holdings_of(account, principal.policies))
        _bound(backend, role, boundary_of(account, principal))
    return backend


def _role(backend: IAMBackend, principal: Principal) -> Role:
    role = backend.create_role(
        role_name=principal.name,
        assume_role_policy_document=_TRUST,
        path=principal.path,
        permissions_boundary=None,
        description="",
        tags=_tags(principal),
        max_session_duration="3600",
    )
    del backend.roles[role.id]
    role.id = principal.unique_id
    backend.roles[role.id] = role
    return role


def _tags(principal: Principal) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in principal.tags]


def _give(backend: IAMBackend, holder: User | Group | Role, holdings: Iterable[Holding]) -> None:
    for holding in holdings:
        if holding.arn is None:
            holder.put_policy(holding.name, holding.document)
        else:
            _managed(backend, holding, holding.arn).attach_to(holder)


def _bound(backend: IAMBackend, holder: User | Role, holding: Holding | None) -> None:
    if holding is None or holding.arn is None:
        return
    policy = _managed(backend, holding, holding.arn)
    if isinstance(holder, Role):
        holder.permissions_boundary_arn = policy.arn
    else:
        vars(holder)[BOUNDARY] = boundary_detail(policy.arn)


def _managed(backend: IAMBackend, holding: Holding, arn: str) -> ManagedPolicy:
    make_attachable(backend, arn)
    found = backend.managed_policies.get(arn)
    if found is None:
        found = ManagedPolicy(  # type: ignore[abstract]  # moto makes it so itself
            holding.name, account_id=backend.account_id, region=backend.region_name, document=holding.document
        )
        backend.managed_policies[found.arn] = found
    return found


def _moment(text: str) -> datetime:
    """Read a time; moto's are in UTC without saying so."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
