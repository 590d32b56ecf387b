"""Short ways to build what the tests of the prover need."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from simulator.catalogue.managed import managed_policy
from simulator.decide.request import Stack
from simulator.policy.model import Policy, PolicyKind
from simulator.policy.parse import parse_policy_text

__all__ = ["SHIPPED", "allow", "deny", "managed", "policy", "shipped", "stack"]

SHIPPED = (Path(__file__).parents[4] / "policies" / "IAMUsersMFAManagement.json").read_text("utf-8")


def allow(action: Any = "s3:GetObject", resource: Any = "*", **condition: Any) -> dict[str, Any]:
    """Return an Allow statement."""
    return _statement("Allow", action, resource, condition)


def deny(action: Any = "s3:GetObject", resource: Any = "*", **condition: Any) -> dict[str, Any]:
    """Return a Deny statement."""
    return _statement("Deny", action, resource, condition)


def _statement(effect: str, action: Any, resource: Any, condition: dict[str, Any]) -> dict[str, Any]:
    found = {"Effect": effect, "Action": action, "Resource": resource}
    return {**found, "Condition": condition} if condition else found


def policy(*statements: dict[str, Any], kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
    """Return a policy of *statements*."""
    return parse_policy_text(json.dumps({"Version": "2012-10-17", "Statement": statements}), name="p", kind=kind)


def stack(*statements: dict[str, Any]) -> Stack:
    """Return somebody with one policy of *statements*."""
    return Stack(identity=(policy(*statements),))


@cache
def managed(name: str) -> Policy:
    """Return a policy that AWS manages."""
    found = managed_policy(name)
    assert found is not None
    return parse_policy_text(found.text, name=name)


def shipped(old: str = "", new: str = "") -> Policy:
    """Return the shipped policy, or one with *old* exchanged for *new*."""
    assert old in SHIPPED
    return parse_policy_text(SHIPPED.replace(old, new) if old else SHIPPED, name="shipped")
