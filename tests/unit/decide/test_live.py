"""What the live services decide by themselves, and which resources they treat alike."""

from __future__ import annotations

import pytest

from simulator.decide.layers import LIVE, LiveRule
from simulator.decide.live import LiveFacts
from simulator.decide.request import Caller, Stack
from tests.unit.decide.build import USER, allow, decide, deny, evaluator, policy, resource_policy

assert USER is not None
OWN = USER.arn or ""
OTHER = "arn:aws:iam::123456789012:user/eve"
OWNED = "arn:aws:iam::aws:policy/X"
LINKED = "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/R"
FACTS = LiveFacts(changing=lambda table: table.mask("iam:*"), users_change_password=True)
ACTIONS = ("iam:ChangePassword", "iam:DeletePolicy", "iam:DeleteServiceLinkedRole", "sts:GetCallerIdentity")


def test_resources_that_live_rules_treat_apart_are_of_different_kinds() -> None:
    found = evaluator(Stack(), actions=ACTIONS, rules=LIVE, facts=FACTS)
    kinds = [found.kind_of(resource, None) for resource in (OWN, OTHER, OWNED)]
    assert len(set(kinds)) == 3
    assert found.kind_of("arn:aws:iam::123456789012:group/g", None) == kinds[1]
    assert found.kind_of("arn:aws:kms:eu-west-1:123456789012:alias/aws/s3", None) == kinds[2]


@pytest.mark.parametrize(
    ("rules", "caller", "layer"),
    [
        (LIVE, USER, "L2"),
        (LIVE, Caller.of_arn("arn:aws:iam::123456789012:role/r"), "identity"),
        (LIVE - {LiveRule.SESSION_TOKEN}, USER, "identity"),
    ],
)
def test_session_tokens_heed_no_policy_where_a_user_asks(
    rules: frozenset[LiveRule], caller: Caller, layer: str
) -> None:
    denied = Stack(identity=(policy(deny("*")),))
    assert decide(denied, "sts:GetSessionToken", "*", caller=caller, rules=rules).layer == layer


def test_what_aws_owns_is_changed_by_nobody_but_service_linked_roles_by_their_own_actions() -> None:
    everything = Stack(identity=(policy(allow("iam:*")),))
    found = evaluator(everything, actions=ACTIONS, rules=LIVE, facts=FACTS)
    assert found.table.members(found.ruled(LINKED)) == ("iam:ChangePassword", "iam:DeletePolicy", ACTIONS[3])
    assert found.table.members(found.ruled(OTHER)) == (ACTIONS[3],)


def test_a_password_that_the_accounts_setting_lets_change_is_no_resource_policys_doing() -> None:
    silent, granting = (resource_policy(allow(name, Principal="*")) for name in ("iam:GetUser", "iam:ChangePassword"))
    layers = [
        decide(Stack(resource=one), "iam:ChangePassword", OWN, rules=LIVE, facts=FACTS).layer
        for one in (None, silent, granting)
    ]
    assert layers == ["L4", "L4", "resource"]


def test_an_explicit_denial_outranks_the_accounts_setting() -> None:
    denied = Stack(identity=(policy(deny("iam:ChangePassword")),))
    assert decide(denied, "iam:ChangePassword", OWN, rules=LIVE, facts=FACTS).effect.word == "explicitDeny"
