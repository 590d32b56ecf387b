"""Who asks, and which policies bear on the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.policy.arn import Arn
from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.policy.model import Policy

__all__ = ["Caller", "CallerKind", "Stack"]

CallerKind: TypeAlias = Literal["user", "group", "role", "assumed-role", "federated-user", "root"]

_IAM_KINDS: dict[str, CallerKind] = {"user": "user", "group": "group", "role": "role"}
_STS_KINDS: dict[str, CallerKind] = {"assumed-role": "assumed-role", "federated-user": "federated-user"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends the request; all None when nobody is named.

    `role_arn` is the role behind an assumed-role session, for matching principals (E5).
    """

    arn: str | None = None
    account: str | None = None
    partition: str = "aws"
    kind: CallerKind | None = None
    name: str = ""  #: the last part of the path
    role_arn: str | None = None

    @classmethod
    def of_arn(cls, text: str, *, role_arn: str | None = None) -> Caller | None:
        """Read an IAM or STS principal's ARN; None when it is none."""
        arn = Arn.parse(text)
        if arn is None or arn.service not in ("iam", "sts"):
            return None
        if arn.service == "iam" and arn.resource == "root":
            return cls(text, arn.account, arn.partition, "root", "root")
        kind_text, _, rest = arn.resource.partition("/")
        kind = (_IAM_KINDS if arn.service == "iam" else _STS_KINDS).get(kind_text)
        name = rest.rpartition("/")[2]
        return cls(text, arn.account, arn.partition, kind, name, role_arn) if kind and name else None


@dataclass(frozen=True, slots=True)
class Stack:
    """The policies that bear on one principal, and on one resource.

    Without session policies a session is not limited.  `scps` and `rcps` hold one tuple a level, the
    root first; every level must allow.
    """

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] = ()
    resource: Policy | None = None
    scps: tuple[tuple[Policy, ...], ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] = ()

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy, in the order identity, boundary, session, resource, SCPs, RCPs."""
        boundary = () if self.boundary is None else (self.boundary,)
        resource = () if self.resource is None else (self.resource,)
        levels = (policy for level in (*self.scps, *self.rcps) for policy in level)
        return (*self.identity, *boundary, *self.session, *resource, *levels)
