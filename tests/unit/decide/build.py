"""Short ways to build what the tests of the evaluator need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.decide.context import Context
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.layers import SIMULATOR
from simulator.decide.request import Caller, Stack
from simulator.policy.model import Policy, PolicyKind
from simulator.policy.parse import parse_policy_text

if TYPE_CHECKING:
    from simulator.decide.decision import Decision
    from simulator.decide.layers import LiveRule
    from simulator.decide.live import LiveFacts

__all__ = ["USER", "allow", "decide", "deny", "evaluator", "policy"]

ACCOUNT = "123456789012"
USER = Caller.of_arn(f"arn:aws:iam::{ACCOUNT}:user/team/bob")


def allow(action: str = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return an Allow statement; *more* are further elements, None takes one away."""
    return _statement("Allow", action, resource, more)


def deny(action: str = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return a Deny statement."""
    return _statement("Deny", action, resource, more)


def _statement(effect: str, action: str, resource: Any, more: dict[str, Any]) -> dict[str, Any]:
    whole = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return {name: value for name, value in whole.items() if value is not None}


def policy(*statements: dict[str, Any], kind: PolicyKind = PolicyKind.IDENTITY, name: str = "p") -> Policy:
    """Return a policy of *statements*."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return parse_policy_text(json.dumps(document), name=name, kind=kind)


def resource_policy(*statements: dict[str, Any]) -> Policy:
    """Return a resource policy of *statements*."""
    return policy(*statements, kind=PolicyKind.RESOURCE, name="r")


def evaluator(
    stack: Stack,
    *,
    caller: Caller | None = USER,
    actions: tuple[str, ...] = ("s3:GetObject", "s3:PutObject"),
    rules: frozenset[LiveRule] = SIMULATOR,
    facts: LiveFacts | None = None,
) -> Evaluator:
    """Return an evaluator without the resource-type gate."""
    return Evaluator(stack, caller or Caller(), Workspace(actions), rules=rules, facts=facts)


def decide(
    stack: Stack,
    action: str = "s3:GetObject",
    resource: str = "arn:aws:s3:::b/k",
    context: dict[str, str | tuple[str, ...]] | None = None,
    *,
    caller: Caller | None = USER,
    owner: str | None = None,
    rules: frozenset[LiveRule] = SIMULATOR,
    facts: LiveFacts | None = None,
) -> Decision:
    """Decide one request."""
    found = evaluator(stack, caller=caller, actions=(action, "x:Other"), rules=rules, facts=facts)
    return found.decide(action, resource, Context.of(context), owner=owner)
