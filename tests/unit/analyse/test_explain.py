"""Explanations: every statement in order, what exactly missed, which layer decided."""

from __future__ import annotations

import pytest

from simulator.decide.decision import Effect
from simulator.decide.layers import LIVE
from simulator.policy.model import PolicyKind
from tests.unit.analyse.asking import OBJECT, allow, ask, deny, policy, words

MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
HOME = "arn:aws:s3:::home/${aws:username}/*"


def test_every_statement_is_told_in_order() -> None:
    found = ask(allow(Sid="One"), deny("s3:PutObject", Sid="Two"), allow(Sid="Three"))
    assert [line.ref.statement.sid for line in found.layers[0].statements] == ["One", "Two", "Three"]


def test_a_pattern_that_missed_is_named() -> None:
    found = ask(allow("s3:Put*", Sid="A"))
    assert words(found)["A"][0] == ("action", False, "its Action `s3:Put*` does not name `s3:GetObject`")


def test_a_pattern_that_matched_is_named() -> None:
    found = ask(allow(["s3:Put*", "s3:Get*"], Sid="A"))
    assert words(found)["A"][0] == ("action", True, "its Action `s3:Get*` names it")


def test_variables_are_told_with_their_values() -> None:
    found = ask(allow(resource=HOME, Sid="A"), resource="arn:aws:s3:::home/eve/x")
    expected = f"its Resource `{HOME}` does not name `arn:aws:s3:::home/eve/x` (`${{aws:username}}` is `bob`)"
    assert words(found)["A"][1] == ("resource", False, expected)


def test_a_variable_without_a_value_is_named() -> None:
    found = ask(allow(resource=HOME, Sid="A"), caller="arn:aws:iam::123456789012:role/r")
    assert words(found)["A"][1][2].endswith("(`${aws:username}` has no value)")


def test_a_variable_without_a_value_takes_nothing_out() -> None:
    statement = {"Sid": "A", "Effect": "Deny", "Action": "*", "NotResource": HOME}
    found = ask(statement, caller="arn:aws:iam::123456789012:role/r")
    part = words(found)["A"][1]
    assert part[1]
    assert "`${aws:username}` has no value, so that entry takes nothing out" in part[2]


@pytest.mark.parametrize(
    ("context", "held", "said"),
    [
        ({}, True, "BoolIfExists aws:MultiFactorAuthPresent wants `false`, it is absent"),
        (
            {"aws:MultiFactorAuthPresent": "true"},
            False,
            "BoolIfExists aws:MultiFactorAuthPresent wants `false`, it is `true`",
        ),
    ],
)
def test_a_condition_is_told_with_the_key_s_value_or_absence(context: dict[str, str], held: bool, said: str) -> None:  # noqa: FBT001  # a row
    found = ask(deny(Sid="A", Condition=MFA), context=dict(context))
    assert words(found)["A"][2] == ("condition", held, said)


def test_the_layer_that_decided_is_told_and_what_others_would_have_done() -> None:
    boundary = policy(allow("s3:PutObject"), kind=PolicyKind.BOUNDARY)
    scp = policy(allow("*"), kind=PolicyKind.SCP)
    found = ask(allow("*"), boundary=boundary, scps=((scp,),))
    assert [(layer.name, layer.says, layer.role) for layer in found.layers] == [
        ("scp.1", "allowed", "would have allowed it"),
        ("identity", "allowed", "would have allowed it"),
        ("boundary", "implicitDeny", "decides"),
    ]


def test_a_second_deny_would_have_denied_too() -> None:
    boundary = policy(allow("*"), deny(Sid="B"), kind=PolicyKind.BOUNDARY)
    found = ask(allow("*"), deny(Sid="I"), boundary=boundary)
    assert [(layer.name, layer.role) for layer in found.layers] == [
        ("identity", "decides"),
        ("boundary", "would have denied it too"),
    ]


def test_an_outranked_allow_is_told_so() -> None:
    found = ask(allow(Sid="A"), deny(Sid="D"))
    assert [line.role for line in found.layers[0].statements] == [
        "allows it, but an explicit deny outranks it",
        "decides",
    ]


def test_the_gate_is_named_and_no_statement_counts_behind_it() -> None:
    found = ask(allow("*", Sid="A"), resource="arn:aws:iam::123456789012:user/bob")
    assert found.decision.layer == "gate"
    assert found.gate is not None
    assert found.gate.startswith("s3:GetObject takes resources of type ")
    assert found.layers[0].statements[0].role == "would apply, but behind the gate no statement counts"
    assert found.layers[0].role == "is not asked behind the gate"


def test_the_live_answer_is_told_with_its_rule() -> None:
    found = ask(deny("*"), action="sts:GetCallerIdentity", resource="*")
    assert found.live is not None
    assert (found.live.effect, found.live.rule) == (Effect.ALLOWED, "L1")
    assert found.live.words == "sts:GetCallerIdentity is always allowed"


def test_where_the_live_answer_is_judged_the_simulator_s_is_the_other() -> None:
    found = ask(deny("*"), action="sts:GetCallerIdentity", resource="*", rules=LIVE)
    assert found.decision.effect is Effect.ALLOWED
    assert found.live is not None
    assert found.live.effect is Effect.EXPLICIT_DENY


def test_keys_asked_for_and_not_sent_are_listed() -> None:
    found = ask(allow(Condition=MFA), allow("s3:Put*", Condition={"Bool": {"aws:ViaAWSService": "true"}}))
    assert found.absent == ("aws:MultiFactorAuthPresent",)


def test_a_key_that_aws_always_sends_leaves_the_decision_undetermined() -> None:
    found = ask(allow(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}))
    assert found.open_keys == ("aws:SourceIp",)


def test_an_unknown_action_and_a_literal_star_are_noted() -> None:
    assert ask(allow("*"), action="s3:GetObjekt").notes == (
        "the catalogue knows no action `s3:GetObjekt`: it is evaluated literally; did you mean `s3:GetObject`?",
    )
    assert ask(allow("*"), resource="*").notes[0].startswith("`*` is the literal text")


def test_a_trust_policy_does_not_count_in_the_simulator() -> None:
    trust = policy(
        {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}, kind=PolicyKind.RESOURCE
    )
    found = ask(allow("s3:*"), action="sts:AssumeRole", resource="arn:aws:iam::123456789012:role/r", bucket=trust)
    assert found.decision.effect is Effect.IMPLICIT_DENY
    assert [line.role for layer in found.layers for line in layer.statements if line.applied] == [
        "does not count: AWS's simulator leaves trust policies aside"
    ]


def test_a_cross_account_request_needs_both_sides() -> None:
    found = ask(allow("*"), resource=OBJECT, owner="222222222222")
    assert found.decision.effect is Effect.IMPLICIT_DENY
    assert found.layers[0].role == "would have allowed it"
