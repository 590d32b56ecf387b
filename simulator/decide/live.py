"""What the live services decide without asking, or against, the policies.

These rules depend on the resource, so they amend the combined planes afterwards.  They hold in live
semantics only; AWS's simulator knows none of them (X10).

Rules: ``docs/semantics.md``, "Two modes", L1 to L4.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.decide.layers import LiveRule
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.decide.layers import Planes
    from simulator.decide.request import Caller
    from simulator.policy.actions import ActionTable

__all__ = ["Amendment", "LiveFacts"]

_AWS_OWNED = re.compile(
    r"arn:[^:]+:iam::aws:policy/.+"
    r"|arn:[^:]+:iam::\d*:role/(?:aws-reserved/sso\.amazonaws\.com|aws-service-role)/.+"
    r"|arn:[^:]+:kms:[^:]*:\d*:alias/aws/.+"
)
_CACHE_LIMIT = 100_000
_SERVICE_LINKED_EDITS = ("iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:UpdateRoleDescription")


def _nothing(_table: ActionTable) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """What live rules need to know beside the policies.

    `changing` gives the actions that change their resource (access level Write, Tagging or Permissions
    management) as bits over a table; `users_change_password` is the account's password setting.
    """

    changing: Callable[[ActionTable], int] = _nothing
    users_change_password: bool = False


class Amendment:
    """The live rules of one caller, as bits over the table."""

    def __init__(self, table: ActionTable, caller: Caller, rules: frozenset[LiveRule], facts: LiveFacts) -> None:
        self._caller = caller
        self._password = facts.users_change_password and LiveRule.PASSWORD_SETTING in rules and caller.kind == "user"
        self._free: dict[str, int] = {}
        if LiveRule.CALLER_IDENTITY in rules:
            self._free[LiveRule.CALLER_IDENTITY.value] = table.bit("sts:GetCallerIdentity")
        if LiveRule.SESSION_TOKEN in rules and caller.kind == "user":
            self._free[LiveRule.SESSION_TOKEN.value] = table.bit("sts:GetSessionToken")
        self._all_free = 0
        for bits in self._free.values():
            self._all_free |= bits
        self._table = table
        self._facts = facts if LiveRule.AWS_OWNED in rules else None
        self._applied: dict[tuple[int, int, int], tuple[Planes, Planes]] = {}
        self._own_password = table.bit("iam:ChangePassword")
        self._password_policy = table.bit("iam:GetAccountPasswordPolicy")

    def apply(self, planes: Planes, resource: str) -> Planes:
        """Return *planes* as the live services decide."""
        frozen, granted = self.key(resource)
        key = (id(planes), frozen, granted)
        found = self._applied.get(key)
        if found is None:
            if len(self._applied) >= _CACHE_LIMIT:
                self._applied.clear()
            # The planes are kept beside the answer, so that their id stays theirs.
            found = self._applied[key] = (planes, self._amended(planes, frozen, granted))
        return found[1]

    def _amended(self, planes: Planes, frozen: int, granted: int) -> Planes:
        allowed = (planes.allowed | granted & ~planes.explicit) & ~frozen | self._all_free
        explicit = planes.explicit & ~self._all_free
        if allowed == planes.allowed:
            return planes  # what is denied explicitly no more is allowed
        return dataclasses.replace(planes, allowed=allowed, explicit=explicit)

    def rule(self, bit: int, resource: str) -> str | None:
        """Return the id of the rule that decides *bit* by itself, None when the policies decide."""
        for rule, bits in self._free.items():
            if bits & bit:
                return rule
        return LiveRule.AWS_OWNED.value if self._frozen(resource) & bit else None

    def ruled(self, resource: str) -> int:
        """Return the actions that such a rule decides by itself, whatever the policies say."""
        return self._all_free | self._frozen(resource)

    def key(self, resource: str) -> tuple[int, int]:
        """Return what of *resource* matters here: resources with equal keys are amended alike."""
        return self._frozen(resource), self._granted(resource)

    def _frozen(self, resource: str) -> int:
        return self._changing if self._facts is not None and _AWS_OWNED.fullmatch(resource) else 0

    @cached_property
    def _changing(self) -> int:
        """The actions that change what they are asked of, but for those on service-linked roles."""
        bits = self._facts.changing(self._table) if self._facts is not None else 0
        for name in _SERVICE_LINKED_EDITS:
            bits &= ~self._table.bit(name)
        return bits

    def _granted(self, resource: str) -> int:
        if not self._password:
            return 0
        own = self._own_password if resource == self._caller.arn else 0
        return own | self._password_policy
