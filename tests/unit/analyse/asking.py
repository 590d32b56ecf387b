"""Short ways to ask questions about policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.analyse.explain import explain
from simulator.analyse.question import Question, Request
from simulator.catalogue import load
from simulator.decide.context import Context
from simulator.decide.layers import SIMULATOR
from simulator.decide.request import Caller, Stack
from simulator.policy.model import Policy, PolicyKind
from simulator.policy.parse import parse_policy_text

if TYPE_CHECKING:
    from simulator.analyse.explain import Explanation
    from simulator.analyse.flips import Flip
    from simulator.decide.context import ContextValue
    from simulator.decide.layers import LiveRule

__all__ = ["BOB", "OBJECT", "allow", "ask", "deny", "flips", "policy", "words"]

BOB = "arn:aws:iam::123456789012:user/bob"
OBJECT = "arn:aws:s3:::b/k"


def allow(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return an Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return a Deny statement."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any], kind: PolicyKind = PolicyKind.IDENTITY, name: str = "p") -> Policy:
    """Return a policy."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return parse_policy_text(json.dumps(document), name=name, kind=kind)


def ask(
    *identity: dict[str, Any],
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    context: dict[str, ContextValue] | None = None,
    caller: str = BOB,
    owner: str | None = None,
    rules: frozenset[LiveRule] = SIMULATOR,
    **layers: Any,
) -> Explanation:
    """Explain one request under *identity* and further layers of a stack; *bucket* is the resource's policy."""
    who = Caller.of_arn(caller)
    assert who is not None
    layers["resource"] = layers.pop("bucket", None)
    stack = Stack(identity=(policy(*identity),) if identity else (), **layers)
    stated = context or {}
    filled: dict[str, ContextValue] = {"aws:username": who.name} if who.kind == "user" else {}
    request = Request(stack, who, action, resource, Context.of({**filled, **stated}), owner)
    question = Question(request, caller, stated, filled, {}, (), rules, derives=False)
    return explain(question, load())


def flips(found: Explanation, kind: str) -> list[Flip]:
    """Return the flips of one kind."""
    return [flip for flip in found.flips if flip.kind == kind]


def words(found: Explanation) -> dict[str, list[tuple[str, bool, str]]]:
    """Return the parts of each statement by its label."""
    return {
        line.ref.statement.label: [(part.part, part.held, part.words) for part in line.parts]
        for layer in found.layers
        for line in layer.statements
    }
