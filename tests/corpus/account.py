"""The account that the recordings of SimulatePrincipalPolicy were made in, as their notes describe it.

A user in a group, a role beside them, an inline policy each and one managed policy for all three; the account is in
an organization.  `LATER` is its state at the last recording: out of the group, the managed policy changed.  The Sids
are ours: the recordings show only that the statements were as long as with them.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.backends.directory import DEFAULT_ACCOUNT, Attachment, PolicySource, inline_id
from simulator.backends.documents import read_attached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.backends.directory import HolderKind, Origin
    from simulator.policy.model import Policy

__all__ = ["LATER", "RecordedAccount", "changed", "provision"]

LATER = "principal/principal_group_membership_removed"

_STEM = "sample-sim-fixture000"
_PATH = "/simulation/"
_MANAGED = f"{_STEM}-managed"
_MANAGED_ARN = f"arn:aws:iam::{DEFAULT_ACCOUNT}:policy{_PATH}{_MANAGED}"
USER, GROUP, ROLE = f"{_STEM}-user", f"{_STEM}-group", f"{_STEM}-role"


def _document(effect: str, action: str, resource: str = "*") -> dict[str, Any]:
    statement = {"Sid": "FourteenLetter", "Effect": effect, "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


_INLINE: dict[tuple[HolderKind, str], tuple[str, dict[str, Any]]] = {
    ("user", USER): ("UserInline", _document("Allow", "s3:GetObject", "arn:aws:s3:::sample-simulation/a")),
    ("group", GROUP): ("GroupInline", _document("Allow", "s3:PutObject", "arn:aws:s3:::sample-simulation/b")),
    ("role", ROLE): ("RoleInline", _document("Allow", "s3:GetObject")),
}
_MANAGED_TEXT = json.dumps(_document("Allow", "s3:DeleteObject"), indent=2)
_LATER_TEXT = json.dumps(_document("Deny", "s3:DeleteObject"), separators=(",", ":"))


def _inline_text(holder: tuple[HolderKind, str]) -> str:
    return json.dumps(_INLINE[holder][1], indent=2)


@dataclass(frozen=True)
class RecordedAccount:
    """The account as a directory for the embedded client."""

    later: bool = False
    account: str = DEFAULT_ACCOUNT
    organization: tuple[tuple[Policy, ...], ...] | None = ()

    def find(self, kind: HolderKind, name: str) -> PolicySource | None:
        """Return one of the three principals."""
        holder = (kind, name)
        if holder not in _INLINE:
            return None
        groups: list[tuple[HolderKind, str]] = [("group", GROUP)] if kind == "user" and not self.later else []
        holders = [holder, *groups]
        inline = [self._attachment("inline", _INLINE[one][0], _inline_text(one), one) for one in holders]
        managed = self._attachment("user-managed", _MANAGED, _LATER_TEXT if self.later else _MANAGED_TEXT, holder)
        return PolicySource(kind, name, (*inline, managed))

    def _attachment(self, origin: Origin, name: str, text: str, holder: tuple[HolderKind, str]) -> Attachment:
        identifier = inline_id(holder, name) if origin == "inline" else name
        return Attachment(read_attached(text, identifier), origin, name, holder)


def provision(iam: Any, organizations: Any) -> None:
    """Make the account by the calls of IAM."""
    organizations.create_organization(FeatureSet="ALL")
    iam.create_user(Path=_PATH, UserName=USER)
    iam.create_group(Path=_PATH, GroupName=GROUP)
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
        }
    )
    iam.create_role(Path=_PATH, RoleName=ROLE, AssumeRolePolicyDocument=trust)
    iam.create_policy(Path=_PATH, PolicyName=_MANAGED, PolicyDocument=_MANAGED_TEXT)
    for holder, (name, _) in _INLINE.items():
        kind = holder[0].title()
        who = {f"{kind}Name": holder[1]}
        getattr(iam, f"put_{holder[0]}_policy")(**who, PolicyName=name, PolicyDocument=_inline_text(holder))
        getattr(iam, f"attach_{holder[0]}_policy")(**who, PolicyArn=_MANAGED_ARN)
    iam.add_user_to_group(GroupName=GROUP, UserName=USER)


@contextmanager
def changed(iam: Any) -> Iterator[None]:
    """Bring the account into its later state, and back."""
    version = iam.create_policy_version(PolicyArn=_MANAGED_ARN, PolicyDocument=_LATER_TEXT, SetAsDefault=True)
    iam.remove_user_from_group(GroupName=GROUP, UserName=USER)
    yield
    iam.add_user_to_group(GroupName=GROUP, UserName=USER)
    iam.set_default_policy_version(PolicyArn=_MANAGED_ARN, VersionId="v1")
    iam.delete_policy_version(PolicyArn=_MANAGED_ARN, VersionId=version["PolicyVersion"]["VersionId"])
