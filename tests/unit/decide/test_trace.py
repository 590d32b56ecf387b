"""Near misses: which statement nearly changed the decision, and what it missed."""

from __future__ import annotations

from simulator.decide.context import Context
from simulator.decide.decision import Effect
from simulator.decide.request import Stack
from simulator.decide.trace import near_misses, trace
from simulator.policy.model import StatementEffect
from tests.unit.decide.build import allow, deny, evaluator, policy

POLICY = policy(
    allow(Sid="Elsewhere", resource="arn:aws:s3:::other/*"),
    allow("s3:PutObject", Sid="OtherAction"),
    allow(Sid="WithMfa", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    deny(Sid="Old", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    allow("x:Other", "arn:aws:s3:::other/*", Sid="Far"),
)


def test_an_implicit_deny_is_nearest_to_an_allow_that_missed_one_set() -> None:
    found = near_misses(
        evaluator(Stack(identity=(POLICY,))),
        "s3:GetObject",
        "arn:aws:s3:::b/k",
        Context.of(),
        actual=Effect.IMPLICIT_DENY,
    )
    assert [(step.ref.statement.sid, step.missed) for step in found] == [
        ("Elsewhere", ("resource",)),
        ("WithMfa", ("condition",)),
        ("OtherAction", ("action",)),
    ]


def test_a_denial_that_was_to_be_explicit_is_nearest_to_a_deny_and_first_to_the_one_named() -> None:
    document = policy(
        deny("s3:GetObject", Sid="Nearer", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        deny("x:Other", "arn:aws:s3:::other/*", Sid="Named"),
        allow("s3:PutObject", Sid="OtherAction"),
    )
    found = near_misses(
        evaluator(Stack(identity=(document,))),
        "s3:GetObject",
        "arn:aws:s3:::b/k",
        Context.of(),
        actual=Effect.IMPLICIT_DENY,
        wanted=StatementEffect.DENY,
        named=lambda ref: ref.statement.sid == "Named",
    )
    assert [step.ref.statement.sid for step in found] == ["Named", "Nearer"]


def test_the_trace_tells_of_every_condition_whether_it_held() -> None:
    steps = trace(
        evaluator(Stack(identity=(POLICY,))),
        "s3:GetObject",
        "arn:aws:s3:::b/k",
        Context.of({"aws:MultiFactorAuthPresent": "true"}),
    )
    assert [[held for _, held in step.conditions] for step in steps] == [[], [], [True], [True], []]
    assert [step.applied for step in steps] == [False, False, True, True, False]
