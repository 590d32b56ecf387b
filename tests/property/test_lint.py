"""The laws of checks: they take any policy, and what they call dead can go without changing a decision."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import event, given
from hypothesis import strategies as st

from simulator.analyse.lint import CHECKS, Facts, lint_policy
from simulator.catalogue import load
from simulator.catalogue.examples import example_arn
from simulator.decide.context import Context
from simulator.decide.index import ResourceMatcher
from simulator.errors import InputError
from simulator.policy.parse import parse_policy_text
from tests.oracles.statements import decide
from tests.property.profile import law
from tests.property.strategies import policies, requests

if TYPE_CHECKING:
    from simulator.errors import Diagnostic
    from simulator.policy.model import Policy
    from tests.oracles.statements import Document

FACTS = Facts(load())
DEAD = ("statement-redundant", "statement-overruled", "statement-contradiction", "statement-no-action")
ACTIONS = (
    "iam:EnableMFADevice",
    "iam:CreateVirtualMFADevice",
    "iam:ListUsers",
    "s3:GetObject",
    "s3:ListBucket",
    "ec2:RunInstances",
)


def statements_of(policy: Document) -> list[dict[str, Any]]:
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]


@st.composite
def kindred(draw: st.DrawFn) -> Document:
    """A policy some of whose statements are wider or narrower copies of others."""
    policy = draw(policies())
    statements = list(statements_of(policy))
    for statement in draw(st.lists(st.sampled_from(statements), min_size=1, max_size=3)):
        changes = st.fixed_dictionaries(
            {},
            optional={
                "Effect": st.sampled_from(["Allow", "Deny"]),
                "Condition": st.sampled_from(
                    [{}, {"StringEquals": {"key:a": "a"}}, {"StringEquals": {"KEY:a": ["a", "b"]}}]
                ),
            },
        )
        copy = {**statement, **draw(changes)}
        if draw(st.booleans()):
            copy = {key: value for key, value in copy.items() if key not in {"Resource", "NotResource"}} | {
                "Resource": "*"
            }
        if draw(st.booleans()):
            copy = {key: value for key, value in copy.items() if key not in {"Action", "NotAction"}} | {"Action": "*"}
        statements.append(copy)
    return {**policy, "Statement": draw(st.permutations(statements))}


def told(policy: Policy, codes: tuple[str, ...] = DEAD) -> list[tuple[str, int]]:
    """Return code and number of the statements that checks call dead."""
    checks = [CHECKS[code] for code in codes]
    return [(found.code, _number(policy, found)) for found in lint_policy(policy, FACTS, checks=checks)]


def _number(policy: Policy, found: Diagnostic) -> int:
    assert found.span is not None
    spans = [policy.span(statement) for statement in policy.statements]
    at = (found.span.line, found.span.column)
    return max(n for n, span in enumerate(spans) if (span.line, span.column) <= at)


@law
@given(policies())
def test_checks_take_any_policy(policy: Document) -> None:
    parsed = parse_policy_text(json.dumps(policy, indent=1), name="p")
    for found in lint_policy(parsed, FACTS):
        assert found.code in CHECKS
        assert found.span is not None
        assert found.message[0].islower() or found.message.startswith(("`", "AWS", "Version"))
        assert not found.message.endswith(".")


@law
@given(kindred(), st.lists(requests, min_size=6, max_size=6))
def test_a_statement_called_dead_can_go(policy: Document, asked: list[Any]) -> None:
    parsed = parse_policy_text(json.dumps(policy), name="p")
    for code, number in told(parsed):
        event(code)
        rest = [statement for n, statement in enumerate(statements_of(policy)) if n != number]
        for request in asked:
            before = decide([policy], request).effect
            after = decide([{**policy, "Statement": rest}], request).effect
            assert after == before, (code, number, request)


@st.composite
def arn_patterns(draw: st.DrawFn) -> str:
    """An ARN of some action's resource type, parts of it replaced by wildcards."""
    kinds = [kind for name in ACTIONS if (action := load().action(name)) for kind in action.resource_types]
    arn = example_arn(draw(st.sampled_from(kinds)))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(8, len(arn)))
        arn = arn[:place] + draw(st.sampled_from(["*", "?", "x", "/*"])) + arn[place + draw(st.integers(0, 9)) :]
    return arn


@law
@given(st.sampled_from(ACTIONS), arn_patterns())
def test_an_action_that_is_accused_never_meets_an_arn_of_its_types(name: str, pattern: str) -> None:
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": name, "Resource": pattern}}
    try:
        policy = parse_policy_text(json.dumps(document), name="p")
    except InputError:  # a part of the pattern that AWS refuses
        return
    if told(policy, ("action-takes-no-resource", "resource-type")):
        event("accused")
        action = load().action(name)
        assert action is not None
        matcher = ResourceMatcher(policy.statements[0].resources, variables=True)
        for kind in action.resource_types:
            assert not matcher.matches(example_arn(kind), Context.of())
