"""Changes that turn a decision: the small ones are found, and each does what is said of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from simulator.analyse.changes import ContextChange, TargetChange, applied
from simulator.analyse.edits import Edit, statement_text, with_edits
from simulator.catalogue import load
from simulator.catalogue.gate import Gate
from simulator.decide.decision import Effect
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.policy.model import Policy, PolicyKind
from simulator.policy.parse import parse_policy_text
from tests.unit.analyse.asking import BOB, allow, ask, deny, flips, policy

if TYPE_CHECKING:
    from simulator.analyse.explain import Explanation
    from simulator.analyse.flips import Flip

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
FRESH = {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}
ROLE = "arn:aws:iam::123456789012:role/r"


def contexts(found: Explanation) -> list[dict[str, Any]]:
    """Return the context that each flip sets."""
    return [
        {name: value for change in flip.changes if isinstance(change, ContextChange) for name, value in change.values}
        for flip in flips(found, "context")
    ]


def edits(found: Explanation) -> list[tuple[str, str]]:
    """Return kind and words of each change of statements."""
    return [
        (one.change, one.words) for flip in flips(found, "statement") for one in flip.changes if isinstance(one, Edit)
    ]


def test_a_key_that_is_missing_is_set() -> None:
    assert contexts(ask(allow(Condition=MFA))) == [{"aws:MultiFactorAuthPresent": "true"}]


def test_a_key_is_removed() -> None:
    found = ask(
        deny(Condition={"Null": {"aws:MultiFactorAuthAge": "false"}}), allow(), context={"aws:MultiFactorAuthAge": "9"}
    )
    assert contexts(found) == [{"aws:MultiFactorAuthAge": None}]


def test_what_aws_always_sends_is_never_removed() -> None:
    found = ask(
        allow(), deny(Condition={"Bool": {"aws:SecureTransport": "false"}}), context={"aws:SecureTransport": "false"}
    )
    assert contexts(found) == [{"aws:SecureTransport": "true"}]


def test_two_keys_are_changed_where_one_is_not_enough() -> None:
    assert contexts(ask(allow(Condition=MFA | FRESH))) == [
        {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "3599"}
    ]


def test_as_many_keys_as_it_takes() -> None:
    needs = {"StringEquals": {f"aws:RequestTag/{name}": "v" for name in "abcd"}}
    (found,) = contexts(ask(allow(Condition=needs)))
    assert found == {f"aws:RequestTag/{name}": "v" for name in "abcd"}


def test_a_variable_in_the_resource_is_a_key_to_change() -> None:
    found = ask(allow(resource="arn:aws:s3:::home/${aws:username}/*"), resource="arn:aws:s3:::home/eve/x")
    assert contexts(found) == [{"aws:username": "eve"}]


def test_a_list_typed_key_gets_a_list() -> None:
    found = ask(allow(Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "cost"}}))
    assert contexts(found) == [{"aws:TagKeys": ("cost",)}]


def test_another_target_is_one_that_the_policy_names() -> None:
    found = ask(allow(resource="arn:aws:s3:::home/${aws:username}/*"), resource="arn:aws:s3:::home/eve/x")
    changes = [change for flip in flips(found, "target") for change in flip.changes]
    assert changes == [TargetChange("arn:aws:s3:::home/bob/example")]


def test_behind_the_gate_a_fitting_target_is_found() -> None:
    found = ask(allow("*"), action="iam:GetUser", resource="arn:aws:s3:::b")
    changes = [change for flip in flips(found, "target") for change in flip.changes]
    assert changes == [TargetChange("arn:aws:iam::123456789012:user/example-user-name")]


@pytest.mark.parametrize(
    ("statements", "context", "first"),
    [
        ((allow("s3:PutObject"),), {}, ("edit", "add `s3:GetObject` to Action")),
        ((allow(resource="arn:aws:s3:::c"),), {}, ("edit", "add `arn:aws:s3:::b/k` to Resource")),
        ((allow(Condition=MFA),), {}, ("edit", "write `BoolIfExists` for `Bool` at aws:MultiFactorAuthPresent")),
        (
            (allow(Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),),
            {"aws:RequestedRegion": "us-east-1"},
            ("edit", "add `us-east-1` to the values of StringEquals aws:RequestedRegion"),
        ),
        (
            (allow(), deny("*", Condition=NO_MFA)),
            {},
            ("edit", "write `BoolIfExists` for `Bool` at aws:MultiFactorAuthPresent"),
        ),
        ((allow(["s3:GetObject", "s3:PutObject"]),), {}, ("edit", "take `s3:GetObject` out of Action")),
        (
            (allow(), {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}),
            {},
            ("edit", "add `s3:GetObject` to NotAction"),
        ),
        (
            (allow(), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::c"}),
            {},
            ("edit", "add `arn:aws:s3:::b/k` to NotResource"),
        ),
    ],
)
def test_the_smallest_edit_comes_first(
    statements: tuple[dict[str, Any], ...], context: dict[str, Any], first: tuple[str, str]
) -> None:
    assert edits(ask(*statements, context=context))[0] == first


def test_a_statement_is_dropped() -> None:
    assert ("drop", "drop it") in edits(ask(allow(), deny()))


def test_all_that_decided_are_dropped_where_one_is_not_enough() -> None:
    found = ask(allow(), deny(Sid="A"), deny("s3:*", Sid="B"))
    dropped = [flip for flip in flips(found, "statement") if len(flip.changes) == 2]
    assert [[one.old.sid for one in flip.changes if isinstance(one, Edit) and one.old] for flip in dropped] == [
        ["A", "B"]
    ]


def test_a_statement_is_added_to_every_silent_layer() -> None:
    found = ask(allow("s3:PutObject"), boundary=policy(allow("s3:PutObject"), kind=PolicyKind.BOUNDARY))
    (flip,) = [flip for flip in flips(found, "statement") if len(flip.changes) == 2]
    assert [one.layer for one in flip.changes if isinstance(one, Edit)] == ["identity", "boundary"]


def test_who_has_no_policy_gets_one() -> None:
    found = ask()
    assert edits(found) == [
        ("add", 'add {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}')
    ]


def test_what_is_added_means_the_resource_and_nothing_else() -> None:
    found = ask(resource="arn:aws:s3:::b/*?${aws:username}")
    (add,) = [one for flip in flips(found, "statement") for one in flip.changes if isinstance(one, Edit)]
    assert add.new is not None
    assert add.new.resources is not None
    assert add.new.resources.texts == ("arn:aws:s3:::b/${*}${?}${$}{aws:username}",)


def test_a_resource_policy_gets_a_principal() -> None:
    other = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    found = ask(bucket=policy(other, kind=PolicyKind.RESOURCE))
    assert ("edit", f"add `{BOB}` to Principal") in edits(found)


def test_an_explicit_deny_without_any_allow_takes_two_changes() -> None:
    found = ask(allow("s3:PutObject"), deny("*", Condition=NO_MFA), context={"aws:MultiFactorAuthPresent": "false"})
    first = found.flips[0].changes
    assert first[0] == ContextChange((("aws:MultiFactorAuthPresent", "true"),))
    assert isinstance(first[1], Edit)
    assert first[1].change == "add"


WORLDS: tuple[dict[str, Any], ...] = (
    {"identity": (allow(Condition=MFA),)},
    {"identity": (allow(), deny("s3:*", Condition=NO_MFA))},
    {"identity": (deny("s3:*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),)},
    {"identity": (allow(), {"Effect": "Deny", "NotAction": ["s3:Put*"], "NotResource": "arn:aws:s3:::b/x"})},
    {"identity": (allow("s3:PutObject"),), "boundary": policy(allow("s3:PutObject"), kind=PolicyKind.BOUNDARY)},
    {"identity": (allow(),), "scps": ((policy(allow("ec2:*"), kind=PolicyKind.SCP),),)},
    {"identity": (), "bucket": policy({**allow(), "Principal": {"AWS": ROLE}}, kind=PolicyKind.RESOURCE)},
    {"identity": (allow(Condition={"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"]}}),)},
    {"identity": (allow(Condition={"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}),)},
    {"identity": (allow(Condition={"StringNotLike": {"s3:prefix": ["home/${aws:username}/*", "x?"]}}), deny())},
)


@pytest.mark.parametrize("world", WORLDS)
def test_every_change_does_what_is_said_of_it_when_all_is_read_and_decided_anew(world: dict[str, Any]) -> None:
    layers = dict(world)
    found = ask(*layers.pop("identity"), **layers)
    assert found.flips
    for flip in found.flips:
        assert decided_anew(found, flip) is flip.decision.effect
        assert (flip.decision.effect is Effect.ALLOWED) is not (found.decision.effect is Effect.ALLOWED)


def decided_anew(found: Explanation, flip: Flip) -> Effect:
    """Decide the changed request from the texts of its policies."""
    request = found.question.request
    resource, context, stack = request.resource, request.context, request.stack
    for change in flip.changes:
        match change:
            case ContextChange():
                context = applied(request, *(one for one in flip.changes if isinstance(one, ContextChange))).context
            case TargetChange(arn):
                resource = arn
            case Edit():
                stack = with_edits(stack, (change,))
    reread = type(stack)(
        identity=tuple(map(read_again, stack.identity)),
        boundary=stack.boundary and read_again(stack.boundary),
        resource=stack.resource and read_again(stack.resource),
        scps=tuple(tuple(map(read_again, level)) for level in stack.scps),
    )
    workspace = Workspace((request.action,), gate=lambda table: Gate(load(), table).mask)
    return Evaluator(reread, request.caller, workspace).decide(request.action, resource, context).effect


def read_again(policy: Policy) -> Policy:
    """Write a policy as JSON and read it."""
    statements = [json.loads(statement_text(one)) for one in policy.statements]
    text = json.dumps({"Version": policy.version, "Statement": statements})
    return parse_policy_text(text, name=policy.name, kind=policy.kind)
