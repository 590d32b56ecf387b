"""Resources of a suite: ARNs with variables, grouped into targets.

Two are built in, ``user`` and ``mfa device``; their targets follow from the account and the caller
(`simulator.suites.targets`).  Format: ``docs/scenario-format.md``, "Resources and targets".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.accounts.load import read_tags
from simulator.policy.arn import Arn
from simulator.policy.model import PolicyKind
from simulator.suites.model import Resource, Target
from simulator.text.source import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.accounts.files import Files
    from simulator.accounts.policies import LoadedPolicy, Shelf
    from simulator.suites.model import Mode
    from simulator.text.source import Node

__all__ = ["BUILT_IN", "MFA_DEVICE", "OTHERS", "OWN", "USER", "read_resources", "without_variables"]

USER = "user"
MFA_DEVICE = "mfa device"
BUILT_IN = (USER, MFA_DEVICE)
OWN, OTHERS = "own", "others"  #: targets of the built-in resources

_MODES: dict[str, Mode] = {"together": "together", "each": "each"}
_ROLE = re.compile(r"arn:[^:]*:iam:[^:]*:[^:]*:role/")
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def without_variables(arn: str) -> str:
    """Put ``x`` in place of each variable, so that the colons in it are not taken for the ARN's."""
    return _VARIABLE.sub("x", arn)


def read_resources(
    declared: Mapping[str, tuple[Node, Node]], files: Files, shelf: Shelf, policies: Mapping[str, Node]
) -> dict[str, Resource]:
    """Return the built-in resources and the suite's own, which may replace them."""
    reader = _Reader(files, shelf, policies)
    own = {name: reader.resource(name, node) for name, (_, node) in declared.items()}
    return {name: Resource(name, built_in=True) for name in BUILT_IN} | own


class _Reader:
    """Reads resources whose shape was checked."""

    def __init__(self, files: Files, shelf: Shelf, policies: Mapping[str, Node]) -> None:
        self.files = files
        self.shelf = shelf
        self.policies = policies

    def resource(self, name: str, node: Node) -> Resource:
        if node.kind is Kind.MAPPING and all(node.get(key) is None for key in ("arn", *_MODES)):
            return Resource(
                name, tuple(self.target(f"{name}/{key.text}", key.text, value) for key, value in node.pairs)
            )
        return Resource(name, (self.target(name, None, node),))

    def target(self, label: str, name: str | None, node: Node) -> Target:
        if node.kind is not Kind.MAPPING:
            return Target(label, name, "single", (node,))
        mode: Mode = next((_MODES[key] for key in _MODES if node.get(key) is not None), "single")
        value = node.get("arn" if mode == "single" else mode)
        arns = () if value is None else value.items if value.kind is Kind.SEQUENCE else (value,)
        owner, policy = node.get("owner"), node.get("policy")
        if owner is not None:
            self.check_owner(owner, arns)
        return Target(
            label,
            name,
            mode,
            arns,
            owner=None if owner is None else owner.text,
            policy=None if policy is None else self.policy(policy, label, arns),
            tags=read_tags(node.get("tags"), self.files.faults),
        )

    def policy(self, node: Node, label: str, arns: tuple[Node, ...]) -> LoadedPolicy | None:
        """A role's is its trust policy, which names no resource."""
        kind = PolicyKind.TRUST if arns and all(_ROLE.match(arn.text) for arn in arns) else PolicyKind.RESOURCE
        return self.shelf.take(node, kind, name=f"{label} policy", declared=self.policies)

    def check_owner(self, owner: Node, arns: tuple[Node, ...]) -> None:
        """An ARN that shows an account says who owns it."""
        for node in arns:
            arn = Arn.parse(without_variables(node.text))
            if arn is not None and arn.account.isdigit() and arn.account != owner.text:
                message = f"`{node.text}` belongs to account {arn.account}, not to {owner.text}"
                self.files.faults.add(
                    owner.fault("resource-owner", message, help="leave `owner` out: the ARN shows it")
                )
