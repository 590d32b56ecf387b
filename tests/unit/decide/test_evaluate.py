"""Who wins among the layers, and the evidence for it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.decide.context import Context
from simulator.decide.decision import Effect
from simulator.decide.layers import LIVE, LiveRule
from simulator.decide.live import LiveFacts
from simulator.decide.request import Caller, Stack
from simulator.decide.variant import Variation
from simulator.policy.model import PolicyKind
from tests.unit.decide.build import USER, allow, decide, deny, evaluator, policy, resource_policy

ALLOWED, IMPLICIT, EXPLICIT = Effect.ALLOWED, Effect.IMPLICIT_DENY, Effect.EXPLICIT_DENY
ROLE = Caller.of_arn("arn:aws:iam::123456789012:role/r")
BOB = {"AWS": "arn:aws:iam::123456789012:user/team/bob"}
ROOT = {"AWS": "123456789012"}
NOTHING = policy(allow("x:Other"))
A = policy(allow())
D = policy(deny())


def test_nothing_is_allowed_by_default() -> None:
    assert decide(Stack()).effect is IMPLICIT


def test_deny_trumps_allow_and_both_name_their_statements() -> None:
    both = decide(Stack(identity=(A, policy(deny(Sid="No"), name="q"))))
    assert (both.effect, both.layer) == (EXPLICIT, "identity")
    assert [(ref.policy.name, ref.statement.label) for ref in both.deciding] == [("q", "No")]


@pytest.mark.parametrize(
    ("stack", "expected", "layer"),
    [
        (Stack(identity=(A,), boundary=A), ALLOWED, "identity"),
        (Stack(identity=(A,), boundary=NOTHING), IMPLICIT, "boundary"),
        (Stack(identity=(A,), boundary=D), EXPLICIT, "boundary"),
        (Stack(boundary=A), IMPLICIT, "identity"),
        (Stack(identity=(A,), session=(NOTHING,)), IMPLICIT, "session"),
        (Stack(identity=(A,), session=(A,)), ALLOWED, "identity"),
        (Stack(identity=(A,), scps=((A,), (NOTHING,))), IMPLICIT, "scp.2"),
        (Stack(identity=(A,), scps=((A, NOTHING), (A,))), ALLOWED, "identity"),
        (Stack(identity=(A,), scps=((A, D),)), EXPLICIT, "scp.1"),
        (Stack(identity=(D,), scps=((NOTHING,),)), IMPLICIT, "scp.1"),
        (Stack(identity=(D,), scps=((A, D),), rcps=((A, D),)), EXPLICIT, "scp.1"),
        (Stack(identity=(D,), scps=((A,), (A, D)), rcps=((A,),)), EXPLICIT, "scp.2"),
        (Stack(identity=(A,), rcps=((NOTHING,),)), IMPLICIT, "rcp.1"),
        (Stack(identity=(A,), rcps=((A, policy(deny(), name="rcp")),)), EXPLICIT, "rcp.1"),
    ],
)
def test_limits_only_limit(stack: Stack, expected: Effect, layer: str) -> None:
    found = decide(stack)
    assert (found.effect, found.layer) == (expected, layer)


@pytest.mark.parametrize(
    ("principal", "identity", "boundary", "expected"),
    [
        (BOB, (), None, ALLOWED),
        (ROOT, (), None, ALLOWED),
        ("*", (), None, ALLOWED),
        (BOB, (), NOTHING, ALLOWED),
        (ROOT, (), NOTHING, ALLOWED),
        (BOB, (A,), D, EXPLICIT),
        ({"AWS": "arn:aws:iam::123456789012:user/other"}, (), None, IMPLICIT),
        ({"AWS": "arn:aws:iam::123456789012:user/other"}, (A,), None, ALLOWED),
        ({"Service": "s3.amazonaws.com"}, (), None, IMPLICIT),
    ],
)
def test_resource_policies_in_the_same_account(principal: Any, identity: Any, boundary: Any, expected: Effect) -> None:
    stack = Stack(identity=identity, boundary=boundary, resource=resource_policy(allow(Principal=principal)))
    assert decide(stack).effect is expected


def test_an_allow_that_names_the_role_is_limited_by_its_boundary() -> None:
    names_role = resource_policy(allow(Principal={"AWS": "arn:aws:iam::123456789012:role/r"}))
    assert decide(Stack(resource=names_role), caller=ROLE).effect is ALLOWED
    assert decide(Stack(resource=names_role, boundary=NOTHING), caller=ROLE).effect is IMPLICIT


@pytest.mark.parametrize(
    ("identity", "resource", "expected"),
    [
        ((A,), None, IMPLICIT),
        ((A,), resource_policy(allow(Principal=ROOT)), ALLOWED),
        ((), resource_policy(allow(Principal=BOB)), IMPLICIT),
        ((A,), resource_policy(deny(Principal=BOB)), EXPLICIT),
        ((A,), resource_policy(allow("s3:PutObject", Principal=BOB)), IMPLICIT),
    ],
)
def test_across_accounts_both_sides_must_allow(identity: Any, resource: Any, expected: Effect) -> None:
    found = decide(Stack(identity=identity, resource=resource), owner="999999999999")
    assert found.effect is expected
    assert dict(found.sides or ()).keys() == {"IAM Policy", "Resource Policy"}


def test_a_deny_with_not_principal_hits_everyone_who_has_a_boundary() -> None:
    spare_bob = resource_policy(allow(Principal="*"), deny(NotPrincipal=BOB))
    assert decide(Stack(resource=spare_bob)).effect is ALLOWED
    assert decide(Stack(resource=spare_bob, boundary=A)).effect is EXPLICIT
    assert decide(Stack(resource=spare_bob), caller=ROLE).effect is EXPLICIT


def test_the_simulator_ignores_trust_policies() -> None:
    trust = resource_policy(deny("sts:AssumeRole", Principal="*"))
    arn = "arn:aws:iam::123456789012:role/x"
    stack = Stack(identity=(policy(allow("sts:AssumeRole")),), resource=trust)
    assert decide(stack, "sts:AssumeRole", arn).effect is ALLOWED
    assert decide(stack, "sts:AssumeRole", arn, rules=LIVE).effect is EXPLICIT


@pytest.mark.parametrize(
    ("stack", "action", "resource", "rule", "expected"),
    [
        (Stack(identity=(policy(deny("*")),)), "sts:GetCallerIdentity", "*", LiveRule.CALLER_IDENTITY, ALLOWED),
        (Stack(identity=(policy(deny("*")),)), "sts:GetSessionToken", "*", LiveRule.SESSION_TOKEN, ALLOWED),
        (
            Stack(identity=(policy(allow("*")),)),
            "iam:DeletePolicy",
            "arn:aws:iam::aws:policy/X",
            LiveRule.AWS_OWNED,
            IMPLICIT,
        ),
        (Stack(), "iam:ChangePassword", USER.arn if USER else "", LiveRule.PASSWORD_SETTING, ALLOWED),
        (
            Stack(resource=resource_policy(allow(Principal=ROOT))),
            "s3:GetObject",
            "arn:aws:s3:::b/k",
            LiveRule.ROOT_DELEGATES,
            IMPLICIT,
        ),
        (
            Stack(identity=(D,), scps=((NOTHING,),)),
            "s3:GetObject",
            "arn:aws:s3:::b/k",
            LiveRule.DENY_OUTRANKS_SCP,
            EXPLICIT,
        ),
    ],
)
def test_a_live_rule_changes_the_decision_by_itself(
    stack: Stack, action: str, resource: str, rule: LiveRule, expected: Effect
) -> None:
    facts = LiveFacts(changing=lambda table: table.bit("iam:DeletePolicy"), users_change_password=True)
    simulated = decide(stack, action, resource, facts=facts).effect
    assert simulated is not expected
    assert decide(stack, action, resource, rules=frozenset({rule}), facts=facts).effect is expected
    assert decide(stack, action, resource, rules=LIVE, facts=facts).effect is expected


@pytest.mark.parametrize(
    ("granted", "rules", "caller", "expected"),
    [
        (True, LIVE, USER, ALLOWED),
        (False, LIVE, USER, IMPLICIT),
        (True, LIVE - {LiveRule.PASSWORD_SETTING}, USER, IMPLICIT),
        (True, LIVE, ROLE, IMPLICIT),
    ],
)
def test_the_accounts_setting_lets_users_and_nobody_else_change_their_password(
    granted: bool,  # noqa: FBT001  # a column
    rules: frozenset[LiveRule],
    caller: Caller,
    expected: Effect,
) -> None:
    facts = LiveFacts(users_change_password=granted)
    own = caller.arn or ""
    assert decide(Stack(), "iam:ChangePassword", own, caller=caller, rules=rules, facts=facts).effect is expected


def test_variables_and_conditions_read_the_context() -> None:
    own = policy(
        allow(resource="arn:aws:s3:::h/${aws:username}/*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    )
    context: dict[str, str | tuple[str, ...]] = {"aws:username": "bob", "aws:MultiFactorAuthPresent": "true"}
    assert decide(Stack(identity=(own,)), resource="arn:aws:s3:::h/bob/x", context=context).effect is ALLOWED
    assert decide(Stack(identity=(own,)), resource="arn:aws:s3:::h/al/x", context=context).effect is IMPLICIT
    assert (
        decide(Stack(identity=(own,)), resource="arn:aws:s3:::h/bob/x", context={"aws:username": "bob"}).effect
        is IMPLICIT
    )


@pytest.mark.parametrize(
    ("layer", "effect"),
    [
        ("identity", IMPLICIT),
        ("boundary", IMPLICIT),
        ("scp.1", ALLOWED),
        ("scp.2", IMPLICIT),
        ("rcp.1", IMPLICIT),
        ("rcp.2", ALLOWED),
    ],
)
def test_of_a_layer_statements_can_be_left_out(layer: str, effect: Effect) -> None:
    both = policy(allow(), allow("x:Other"))
    stack = Stack(identity=(A,), boundary=A, scps=((both, A), (A,)), rcps=((A,), (both, A)))
    asked = evaluator(stack)
    masks = asked.masks("*", Context.of())
    left = asked.planes_of(masks.without(layer, 0b1), "*")
    assert asked.effect(left, asked.table.bit("s3:GetObject")) is effect
    assert masks == asked.masks("*", Context.of())


@pytest.mark.parametrize("layer", ["identity", "boundary", "session", "resource", "scps", "rcps"])
def test_who_has_a_changed_statement_is_decided_as_with_the_changed_policy(layer: str) -> None:
    kept: dict[str, Any] = {"identity": (A,), "boundary": A, "session": (A,), "scps": ((A,),), "rcps": ((A,),)}
    kinds = {"boundary": PolicyKind.BOUNDARY, "resource": PolicyKind.RESOURCE, "scps": PolicyKind.SCP}
    whom = {"Principal": BOB} if layer == "resource" else {}
    old, new = (policy(allow(name, **whom), kind=kinds.get(layer, PolicyKind.IDENTITY)) for name in ("s3:*", "x:*"))
    shapes: dict[str, Any] = {
        "identity": lambda p: (p,),
        "session": lambda p: (p,),
        "scps": lambda p: ((p,),),
        "rcps": lambda p: ((p,),),
    }
    before, after = (Stack(**{**kept, layer: shapes.get(layer, lambda p: p)(one)}) for one in (old, new))
    varied = evaluator(before).varied(Variation({old.statements[0]: new.statements[0]}))
    for owner in (None, "999999999999"):
        found = [one.planes("arn:aws:s3:::b/k", Context.of(), owner=owner) for one in (varied, evaluator(after))]
        assert found[0] == found[1]
        assert found[0] != evaluator(before).planes("arn:aws:s3:::b/k", Context.of(), owner=owner)
