"""Keys that policies refer to, as the two GetContextKeys calls and MissingContextValues report them."""

from __future__ import annotations

from simulator.decide.context import Context
from simulator.decide.keys import missing_keys, referenced_keys
from tests.unit.decide.build import allow, policy

POLICY = policy(
    allow(
        resource=["arn:aws:s3:::h/${aws:username}/${*}", "arn:aws:s3:::d/${aws:PrincipalTag/team, 'none'}"],
        Condition={"StringEquals": {"aws:SourceVpc": "${aws:PrincipalTag/Vpc}"}},
    ),
    allow("x:Other", Condition={"StringLike": {"AWS:SourceVpc": "a"}}),
)


def test_spellings_stay_apart_and_specials_are_listed() -> None:
    assert sorted(referenced_keys(POLICY)) == sorted(
        ["aws:SourceVpc", "AWS:SourceVpc", "aws:username", "*", "aws:PrincipalTag/team", "aws:PrincipalTag/Vpc"]
    )


def test_missing_are_those_that_the_request_did_not_state() -> None:
    stated = Context.of({"AWS:USERNAME": "bob", "aws:sourcevpc": "vpc-1"})
    assert set(missing_keys([POLICY], stated)) == {"aws:PrincipalTag/Vpc", "aws:PrincipalTag/team"}


def test_an_old_document_contributes_no_variables() -> None:
    from simulator.policy.parse import parse_policy_text

    old = parse_policy_text(
        '{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}"}}', name="o"
    )
    assert referenced_keys(old) == ()
