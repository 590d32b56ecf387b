"""Claims decided: the shipped policy and its bad copies, each kind of claim, and what is not decided."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from simulator.analyse.prove import (
    LITERAL_STAR,
    SESSIONS,
    Claim,
    Counterexample,
    Domain,
    Domains,
    Proved,
    Unknown,
    allows,
    claims_about,
    decide_claim,
    denies,
    disjoint,
    guard,
    never,
    no_new_access,
    principal_domains,
    request_set,
)
from simulator.analyse.prove.claim import NO_ONE
from simulator.analyse.prove.domains import default_domain
from simulator.catalogue import load
from simulator.catalogue.gate import Gate
from simulator.decide.decision import Effect
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.request import Caller, Stack
from simulator.errors import DefectError
from simulator.policy.model import PolicyKind
from tests.unit.analyse.prove.build import allow, deny, managed, policy, shipped, stack

if TYPE_CHECKING:
    from simulator.policy.model import Policy

EXEMPT = (
    "iam:ChangePassword",
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetAccountPasswordPolicy",
    "iam:GetAccountSummary",
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListUsers",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
)
PEOPLE = ("arn:*:iam::*:user/*", "arn:*:iam::*:mfa/*")
OWN = (
    "arn:*:iam::*:user/${aws:username}",
    "arn:*:iam::*:user/*/${aws:username}",
    "arn:*:iam::*:mfa/${aws:username}",
    "arn:*:iam::*:mfa/${aws:username}/*",
)
A_USER = Domains.of(
    {"aws:username": Domain(absent=False, alphabet="abcdefghijklmnopqrstuvwxyz_@", shortest=1, longest=64)}
)
WITHOUT = tuple(A_USER.joined(state) for state in SESSIONS["without MFA"])
CALLER = Caller.of_arn("arn:aws:iam::123456789012:user/bob") or Caller()


def somebody(*policies: Policy) -> Stack:
    """Return who has policies beside AmazonEC2FullAccess."""
    return Stack(identity=(*policies, managed("AmazonEC2FullAccess")))


def replayed(claim: Claim, found: object, caller: Caller = NO_ONE) -> Counterexample:
    """Ask an evaluator of its own whether a counterexample is one."""
    assert isinstance(found, Counterexample), found
    workspace = Workspace([found.action], gate=lambda names: Gate(load(), names).mask)
    for said, wanted in [*((one, True) for one in claim.has), *((one, False) for one in claim.lacks)]:
        decision = Evaluator(said.stack, caller, workspace).decide(found.action, found.resource, found.as_context())
        effect = Effect.ALLOWED if said.verdict == "allowed" else Effect.EXPLICIT_DENY
        assert (decision.effect is effect) is wanted
    return found


# --- the shipped policy -----------------------------------------------------------------------------

outside_exempt = request_set(excepted=EXEMPT, domains=WITHOUT)
of_others = request_set(actions=["iam:*"], resources=PEOPLE, spared=OWN, domains=(A_USER,))


@pytest.mark.parametrize("universe", ["catalogue", "any"])
@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(denies(somebody(shipped()), outside_exempt), id="nothing but the exempted without MFA"),
        pytest.param(denies(somebody(shipped()), of_others), id="nobody else's user or device"),
        pytest.param(
            denies(Stack(identity=(shipped(), managed("AdministratorAccess"))), outside_exempt),
            id="nothing but the exempted without MFA, even for administrators",
        ),
        pytest.param(
            denies(
                Stack(identity=(shipped(), managed("AdministratorAccess"))),
                request_set(actions=EXEMPT, resources=PEOPLE, spared=OWN, domains=WITHOUT),
            ),
            id="others' users and devices stay closed without MFA, even to administrators",
        ),
        pytest.param(
            no_new_access(
                somebody(shipped()), Stack(identity=(managed("AmazonEC2FullAccess"), managed("IAMFullAccess")))
            ),
            id="within the two services",
        ),
    ],
)
def test_the_shipped_policy_keeps_its_promises(claim: Claim, universe: Any) -> None:
    assert isinstance(decide_claim(claim, universe=universe), Proved)


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [
        pytest.param("BoolIfExists", "Bool", outside_exempt, id="Bool for BoolIfExists"),
        pytest.param('mfa/${aws:username}"', 'mfa/*"', of_others, id="anybody's device"),
        pytest.param('mfa/${aws:username}"', 'mfa/${aws:username}*"', of_others, id="devices that begin alike"),
        pytest.param('"iam:GetUser",', '"iam:GetUser*",', outside_exempt, id="a wildcard in the exemption"),
        pytest.param('"Effect": "Deny"', '"Effect": "Allow"', outside_exempt, id="an Allow for a Deny"),
    ],
)
def test_a_bad_copy_is_refuted_by_a_request(old: str, new: str, claim: Claim) -> None:
    broken = denies(somebody(shipped(old, new)), claim)
    replayed(broken, decide_claim(broken))


def test_a_user_whose_name_begins_alike_is_found() -> None:
    broken = denies(somebody(shipped('mfa/${aws:username}"', 'mfa/${aws:username}*"')), of_others)
    found = replayed(broken, decide_claim(broken))
    name = dict(found.context)["aws:username"]
    assert isinstance(name, str)
    assert found.resource.rpartition("/")[2].startswith(name)


def test_service_policies_add_access() -> None:
    claim = no_new_access(Stack(identity=(managed("PowerUserAccess"),)), somebody(shipped()))
    replayed(claim, decide_claim(claim))


# --- kinds of claims ----------------------------------------------------------------------------------


def test_equal_policies_add_nothing_to_each_other() -> None:
    one = stack(allow(["iam:GetUser", "iam:GetUserPolicy"], "arn:aws:iam::*:user/b*"))
    other = stack(allow("iam:GetUser", "arn:aws:iam::*:user/b*"), allow("iam:GetUserP*", "arn:aws:iam::*:user/b*"))
    assert isinstance(decide_claim(no_new_access(one, other)), Proved)
    assert isinstance(decide_claim(no_new_access(other, one)), Proved)
    assert isinstance(decide_claim(no_new_access(other, one), universe="any"), Counterexample)


def test_disjoint_policies_allow_nothing_in_common() -> None:
    one, other = stack(allow("s3:*", "arn:aws:s3:::a*")), stack(allow("s3:Get*", "arn:aws:s3:::b*"))
    assert isinstance(decide_claim(disjoint(one, other)), Proved)
    both = stack(allow("*", "arn:aws:s3:::*b"))
    claim = disjoint(one, both)
    assert replayed(claim, decide_claim(claim)).resource.startswith("arn:aws:s3:::a")


def test_what_every_request_is_allowed() -> None:
    asked = request_set(actions=["s3:GetObject"], resources=["arn:aws:s3:::b/*"])
    assert isinstance(decide_claim(allows(stack(allow("s3:Get*", "arn:aws:s3:::b*")), asked)), Proved)
    claim = allows(stack(allow("s3:Get*", "arn:aws:s3:::b/a*")), asked)
    replayed(claim, decide_claim(claim))


def test_one_request_that_is_not_allowed_is_enough() -> None:
    claim = allows(stack(allow("*", "arn:aws:s3:::b")))
    replayed(claim, decide_claim(claim))


def test_an_explicit_denial_is_more_than_none() -> None:
    closed = stack(allow("s3:*"), deny("s3:Put*"))
    puts, gets = request_set(actions=["s3:Put*"]), request_set(actions=["s3:Get*"])
    assert isinstance(decide_claim(never(closed, "explicitDeny", puts)), Proved)
    assert isinstance(decide_claim(never(closed, "noExplicitDeny", gets)), Proved)
    assert isinstance(decide_claim(never(closed, "explicitDeny", gets)), Counterexample)
    assert isinstance(decide_claim(never(closed, "noExplicitDeny", puts)), Counterexample)


def test_the_request_without_a_resource_is_a_set_of_its_own() -> None:
    asked = request_set(actions=["s3:ListAllMyBuckets"], resources=[LITERAL_STAR])
    assert isinstance(decide_claim(allows(stack(allow("s3:*", "*")), asked)), Proved)
    assert isinstance(decide_claim(denies(stack(allow("s3:*", "arn:aws:s3:::*")), asked)), Proved)


def test_sets_may_have_conditions() -> None:
    asked = Claim(guards=(guard(conditions={"StringLike": {"s3:prefix": ["home/*"]}}),))
    restricted = stack(allow("s3:*", StringEquals={"s3:prefix": "other"}))
    assert isinstance(decide_claim(denies(restricted, asked)), Proved)


def test_conditions_of_sets_may_hold_variables() -> None:
    asked = Claim(guards=(guard(conditions={"StringEquals": {"k:s": ["${aws:username}"]}}),))
    others = stack(allow("s3:*", StringNotEquals={"k:s": "${aws:username}"}))
    assert isinstance(decide_claim(denies(others, asked)), Proved)


def test_a_set_that_no_request_lies_in_proves_everything() -> None:
    asked = Claim(guards=(guard(not_resources=["*"]),))
    assert isinstance(decide_claim(denies(stack(allow("*")), asked)), Proved)


# --- what must not be left out ----------------------------------------------------------------------------


@pytest.mark.parametrize("swapped", [False, True])
def test_resources_of_every_class_are_tried(swapped: bool) -> None:  # noqa: FBT001  # a column
    # Of two Denies that share all resources one applies wherever the Allow does, and the other need not.
    sure: dict[str, Any] = {"Null": {"k:s": "false"}}
    maybe: dict[str, Any] = {"StringEquals": {"k:t": "x"}}
    inside, outside = (maybe, sure) if swapped else (sure, maybe)
    spared = deny("*", "arn:aws:s3:::a*", **outside)
    spared["NotResource"] = spared.pop("Resource")
    whole = stack(
        allow("s3:GetObject", "arn:aws:s3:::*", StringEquals={"k:s": "x"}),
        deny("*", "arn:aws:s3:::a*", **inside),
        spared,
    )
    claim = denies(whole, request_set(resources=["arn:aws:s3:::*"]))
    found = replayed(claim, decide_claim(claim))
    assert found.resource.startswith("arn:aws:s3:::a") is swapped


@pytest.mark.parametrize("left", [0, 1])
def test_what_two_denials_close_together_one_of_them_leaves_open(left: int) -> None:
    # The Allows differ in their actions only: what is found of the first is kept for the second.
    both, one = "s3:GetObject", "s3:PutObject"
    named = [[both], [both]]
    named[left].append(one)
    outside = deny(named[1], "arn:aws:s3:::a*")
    outside["NotResource"] = outside.pop("Resource")
    allowed = (allow(action, "arn:aws:s3:::*") for action in (both, one))
    claim = denies(stack(*allowed, deny(named[0], "arn:aws:s3:::a*"), outside))
    found = replayed(claim, decide_claim(claim))
    assert (found.action, found.resource.startswith("arn:aws:s3:::a")) == (one, bool(left))


@pytest.mark.parametrize("resources", [["arn:aws:s3:::b", "b"], ["b", "arn:aws:s3:::b"]])
def test_a_resource_beside_one_that_no_request_has_is_tried(resources: list[str]) -> None:
    claim = denies(stack(allow("s3:*")), Claim(guards=(guard(resources=resources),)))
    assert replayed(claim, decide_claim(claim)).resource == "arn:aws:s3:::b"


@pytest.mark.parametrize("negated", [False, True])
def test_a_resource_is_none_of_several_that_a_denial_names(negated: bool) -> None:  # noqa: FBT001  # a column
    # The first that comes to mind, `x`, is named, or is not where it has to be.
    names = ("y", "z") if negated else ("y", "x")
    denial = deny("*", [f"arn:aws:s3:::{name}*" for name in names])
    if negated:
        denial["NotResource"] = denial.pop("Resource")
    claim = denies(stack(allow("s3:*"), denial), request_set(resources=["arn:aws:s3:::*"]))
    found = replayed(claim, decide_claim(claim)).resource
    assert found.startswith(tuple(f"arn:aws:s3:::{name}" for name in names)) is negated


def test_a_text_that_is_no_arn_is_of_its_own_kind_to_arn_operators() -> None:
    arns = {"k:a": "arn:aws:s3:::b"}
    whole = stack(
        allow("s3:GetObject"),
        deny(ArnLike=arns),
        deny(ArnNotLike=arns),
        deny(Null={"k:a": "true"}),
    )
    claim = denies(whole)
    assert not str(dict(replayed(claim, decide_claim(claim)).context)["k:a"]).startswith("arn:")


@pytest.mark.parametrize(
    ("moment", "later"),
    [
        ("-0044-03-15T00:00:00Z", "-0044-03-15T00:00:01Z"),
        ("9999-12-31T23:59:59Z", "+10000-01-01T00:00:00Z"),
        ("31556889864403100", "31556889864403102"),
    ],
)
def test_a_moment_of_any_year_is_found(moment: str, later: str) -> None:
    claim = denies(stack(allow(DateGreaterThan={"k:d": moment}), deny(DateGreaterThanEquals={"k:d": later})))
    replayed(claim, decide_claim(claim))


def test_the_second_after_a_moment_that_no_year_can_say_is_found() -> None:
    claim = denies(stack(allow(DateGreaterThan={"k:d": "31556889864403100"})))
    replayed(claim, decide_claim(claim))


@pytest.mark.parametrize(("low", "high"), [("0.5", "0.75"), ("1", "2"), ("1", "3"), ("-0.75", "-0.5"), ("7.9", "8.1")])
def test_a_number_between_two_is_found(low: str, high: str) -> None:
    between = {"NumericGreaterThan": {"k:n": low}, "NumericLessThan": {"k:n": high}}
    claim = denies(stack(allow(**between)))
    replayed(claim, decide_claim(claim))


@pytest.mark.parametrize(
    ("out", "others"),
    [("0.0.0.0/8", "::/0"), ("128.0.0.0/1", "::/0"), ("::/1", "0.0.0.0/0"), ("8000::/1", "0.0.0.0/0")],
)
def test_an_address_beside_a_range_is_found(out: str, others: str) -> None:
    beside = {"NotIpAddress": {"aws:SourceIp": [out, others]}, "Null": {"aws:SourceIp": "false"}}
    claim = denies(stack(allow(**beside)))
    replayed(claim, decide_claim(claim))


def test_a_number_of_more_digits_than_are_kept_is_no_proof() -> None:
    for number in ("1" * 501, "0." + "1" * 501, "1." + "0" * 500 + "1"):
        answer = decide_claim(denies(stack(allow(NumericEquals={"k:n": number}))))
        assert isinstance(answer, Unknown)
        assert "digits" in answer.reason


def test_nothing_is_proved_past_the_most_combinations_of_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.analyse.prove.resources._PICKS", 2)
    few, many = (
        stack(
            allow("s3:GetObject", [f"arn:aws:s3:::{name}" for name in names], StringEquals={"k:s": "x"}),
            deny("*", "arn:aws:s3:::?*", Null={"k:s": "false"}),
        )
        for names in ("ab", "abc")
    )
    assert isinstance(decide_claim(denies(few), gate=False), Proved)
    answer = decide_claim(denies(many), gate=False)
    assert isinstance(answer, Unknown)
    assert answer.reason == "more than 2 combinations of resources"


def test_a_variable_may_have_to_be_what_another_pattern_names() -> None:
    own = stack(allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}"))
    claim = denies(own, request_set(resources=["arn:aws:iam::*:user/adm"]))
    assert dict(replayed(claim, decide_claim(claim)).context)["aws:username"] == "adm"


def test_a_key_may_have_to_equal_a_variable() -> None:
    claim = denies(stack(allow("s3:GetObject", StringEquals={"aws:userid": "${aws:username}"})))
    values = dict(replayed(claim, decide_claim(claim)).context)
    assert values["aws:userid"] == values["aws:username"]


def test_a_variables_key_may_have_to_be_a_list() -> None:
    any_, all_ = ({f"For{quantity}:StringEquals": {"k:u": "a"}} for quantity in ("AnyValue", "AllValues"))
    claim = denies(stack(allow("s3:GetObject", **any_), deny("*", **all_), deny("s3:GetObject", "arn:aws:s3:::${k:u}")))
    assert isinstance(dict(replayed(claim, decide_claim(claim)).context)["k:u"], tuple)


def test_a_star_in_a_variables_value_is_a_star() -> None:
    own = stack(allow("s3:GetObject", "arn:aws:s3:::${k:u}", StringEquals={"k:u": "a*"}))
    claim = denies(own, request_set(resources=["arn:aws:s3:::*"]))
    assert replayed(claim, decide_claim(claim)).resource == "arn:aws:s3:::a*"
    assert isinstance(decide_claim(denies(own, request_set(resources=["arn:aws:s3:::ab"]))), Proved)


# --- layers -------------------------------------------------------------------------------------------


def test_every_layer_has_to_allow() -> None:
    full = policy(allow("*"))
    boundary = policy(allow("s3:*"), kind=PolicyKind.BOUNDARY)
    session = policy(allow(["s3:Get*", "ec2:*"]), kind=PolicyKind.SESSION)
    scps = ((policy(allow("*"), deny("s3:GetObjectAcl"), kind=PolicyKind.SCP),),)
    whole = Stack(identity=(full,), boundary=boundary, session=(session,), scps=scps)
    within = request_set(actions=["s3:Get*"], excepted=["s3:GetObjectAcl"])
    assert isinstance(decide_claim(allows(whole, within)), Proved)
    assert isinstance(decide_claim(denies(whole, request_set(excepted=["s3:Get*"]))), Proved)
    assert isinstance(decide_claim(denies(whole, request_set(actions=["s3:GetObjectAcl"]))), Proved)
    assert isinstance(decide_claim(never(whole, "explicitDeny", request_set(actions=["s3:GetObjectAcl"]))), Proved)


def test_a_boundary_less_is_access_more() -> None:
    bounded = Stack(identity=(policy(allow("*")),), boundary=policy(allow("s3:*"), kind=PolicyKind.BOUNDARY))
    claim = no_new_access(stack(allow("*")), bounded)
    assert not replayed(claim, decide_claim(claim)).action.startswith("s3:")
    assert isinstance(decide_claim(no_new_access(bounded, stack(allow("s3:*")))), Proved)


def test_a_resource_policy_is_not_modelled() -> None:
    shared = {**allow("s3:*"), "Principal": "*"}
    open_ = Stack(resource=policy(shared, kind=PolicyKind.RESOURCE))
    answer = decide_claim(denies(open_))
    assert isinstance(answer, Unknown)
    assert "policy on the resource" in answer.reason


# --- the gate, accounts, actions ------------------------------------------------------------------------


def test_the_gate_keeps_actions_to_resources_of_their_types() -> None:
    claim = denies(stack(allow("ec2:*")), request_set(resources=PEOPLE))
    assert isinstance(decide_claim(claim), Proved)
    assert isinstance(decide_claim(claim, gate=False), Counterexample)
    assert isinstance(decide_claim(claim, universe="any"), Counterexample)


def test_a_type_is_found_where_the_first_resource_does_not_fit() -> None:
    claim = denies(stack(allow("*", "arn:*:*:*:*:*x*y*")), Claim())
    found = replayed(claim, decide_claim(claim))
    assert found.resource != "*"


def test_another_accounts_resources_are_closed_anyway() -> None:
    elsewhere = request_set(resources=["arn:aws:iam::999999999999:user/*"], caller=CALLER)
    assert isinstance(decide_claim(denies(stack(allow("*")), elsewhere)), Proved)
    own = request_set(actions=["iam:GetUser"], resources=["arn:aws:iam::*:user/*"], caller=CALLER)
    claim = denies(stack(allow("*")), own)
    assert ":123456789012:" in replayed(claim, decide_claim(claim), CALLER).resource


def test_a_counterexample_names_a_resource_of_the_account_as_people_would() -> None:
    caller = Caller(account="999988887777")
    claim = denies(stack(allow("iam:GetUser")), request_set(resources=["arn:aws:iam::*:user/*"], caller=caller))
    assert replayed(claim, decide_claim(claim), caller).resource == "arn:aws:iam::999988887777:user/x"


@pytest.mark.parametrize(
    ("pattern", "universe", "proved"),
    [
        ("x:Foo", "catalogue", True),
        ("x:Foo", "any", False),
        ("*:Foo", "any", False),
        ("s3:GetObjec?", "any", False),
        ("iam:*ser", "any", False),
    ],
)
def test_unknown_actions_are_asked_for_on_demand(pattern: str, universe: Any, proved: bool) -> None:  # noqa: FBT001  # a column
    known = request_set(excepted=load().match(pattern))
    answer = decide_claim(denies(stack(allow(pattern)), known), universe=universe)
    assert isinstance(answer, Proved) is proved
    if isinstance(answer, Counterexample):
        assert load().place(answer.action) is None


@pytest.mark.parametrize("key", ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:username", "aws:userid", "k:u"])
def test_variables_get_values_that_their_keys_may_have(key: str) -> None:
    for allowed in (
        allow("s3:GetObject", f"arn:aws:s3:::b/${{{key}}}"),
        allow("s3:GetObject", StringEquals={"s3:prefix": f"${{{key}}}"}),
    ):
        claim = denies(stack(allowed))
        found = replayed(claim, decide_claim(claim))
        value = dict(found.context)[key]
        assert default_domain(load(), key.lower()).admits(value)
        assert value in (found.resource.removeprefix("arn:aws:s3:::b/"), dict(found.context).get("s3:prefix"))


@pytest.mark.parametrize("shape", ["?*:*", "*:?*", "?*:?*"])
def test_an_unknown_action_has_a_service_and_a_name(shape: str) -> None:
    assert isinstance(decide_claim(denies(stack(allow("*")), request_set(excepted=[shape])), universe="any"), Proved)


@pytest.mark.parametrize("negated", [False, True])
def test_an_unknown_action_is_found_that_no_denial_names(negated: bool) -> None:  # noqa: FBT001  # a column
    denial = deny("x:*b")
    if negated:
        denial["NotAction"] = denial.pop("Action")
    claim = denies(stack(allow("x:*"), denial))
    found = replayed(claim, decide_claim(claim, universe="any"))
    assert found.action.endswith("b") is negated


@pytest.mark.parametrize("negated", [False, True])
def test_an_unknown_action_is_found_that_the_others_denial_names(negated: bool) -> None:  # noqa: FBT001  # a column
    denial = deny("x:*b")
    if negated:
        denial["NotAction"] = denial.pop("Action")
    claim = no_new_access(stack(allow("x:*")), stack(allow("x:*"), denial))
    found = replayed(claim, decide_claim(claim, universe="any"))
    assert found.action.endswith("b") is not negated


# --- what is told -----------------------------------------------------------------------------------------


def test_a_proof_tells_its_assumptions() -> None:
    answer = decide_claim(denies(somebody(shipped()), outside_exempt), universe="any")
    assert isinstance(answer, Proved)
    assert "aws:MultiFactorAuthPresent in {false} or in {absent}" in answer.assumptions
    assert any("all actions that it does not know" in words for words in answer.assumptions)
    assert any("no policy of its own" in words for words in answer.assumptions)


def test_a_counterexample_holds_no_key_that_is_not_needed() -> None:
    claim = denies(stack(allow("s3:GetObject", StringEqualsIfExists={"k:a": "x"}, StringNotEquals={"k:b": "y"})))
    assert decide_claim(claim) == Counterexample("s3:GetObject", "*", ())


def test_a_counterexample_is_not_made_smaller_by_leaving_out_what_is_never_missing() -> None:
    # Without the principal's ARN the second statement would apply; no request is without it.
    arn = "arn:aws:iam::123456789012:user/bob"
    policies = stack(
        allow("s3:GetObject", Null={"k:a": "false"}), allow("s3:GetObject", StringNotLike={"aws:PrincipalArn": "arn:*"})
    )
    claim = denies(policies, Claim(domains=(Domains.of({"aws:PrincipalArn": arn}),)))
    found = replayed(claim, decide_claim(claim))
    assert "k:a" in dict(found.context)


def test_keys_are_spelled_as_the_catalogue_or_the_policy_does() -> None:
    claim = denies(stack(allow("s3:GetObject", StringEquals={"AWS:UserName": "x", "k:Some": "y"})))
    found = decide_claim(claim)
    assert isinstance(found, Counterexample)
    assert dict(found.context) == {"aws:username": "x", "k:Some": "y"}


@pytest.mark.parametrize(
    ("statements", "asked", "reason"),
    [
        pytest.param(
            (allow(StringLike={"k:a": "1*"}, NumericLessThan={"k:a": "5"}),),
            "arn:aws:s3:::*",
            "several ways",
            id="a key as text and number",
        ),
        pytest.param(
            (allow("*", "arn:aws:s3:::${k:a}b"),), "arn:aws:s3:::a${k:a}", "overlap", id="values that overlap"
        ),
        pytest.param((allow("*", "arn:aws:s3:::\ue000"),), "arn:aws:s3:::*", "private use", id="marks in a pattern"),
        pytest.param((allow(StringLike={"k:a": "\ue000*"}),), "arn:aws:s3:::*", "private use", id="marks in a value"),
        pytest.param(
            (allow(StringNotEqualsIgnoreCase={"k:a": "ΑΣ"}, StringEquals={"k:a": "ας"}),),
            "arn:aws:s3:::*",
            "case",
            id="letters whose case depends on others",
        ),
    ],
)
def test_what_cant_be_decided_is_said(statements: tuple[dict[str, Any], ...], asked: str, reason: str) -> None:
    answer = decide_claim(denies(stack(*statements), request_set(resources=[asked])))
    assert isinstance(answer, Unknown)
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("value", "outcome"),
    [("${k:u}", Counterexample), ("tru${k:u}", Unknown), ("false", Proved), ("${*}", Proved), ("${}", Proved)],
)
def test_a_variable_in_a_boolean_is_tried_or_told(value: str, outcome: type) -> None:
    asked = Claim(guards=(guard(conditions={"Bool": {"k:f": ["true"]}}),))
    answer = decide_claim(denies(stack(allow(Bool={"k:f": value})), asked))
    assert isinstance(answer, outcome)
    if isinstance(answer, Counterexample):
        assert {str(value).lower() for _, value in answer.context} == {"true"}
    if isinstance(answer, Unknown):
        assert "part of a value of Bool" in answer.reason


def test_a_principal_has_what_follows_from_it_and_anyone_like_it_has_any_name() -> None:
    derived = {"aws:username": "bob", "aws:userid": "AIDA", "aws:PrincipalAccount": "1" * 12, "aws:PrincipalTag/t": "x"}
    one, anyone = principal_domains(derived), principal_domains(derived, anyone=True)

    def values(domains: Domains, key: str) -> object:
        found = domains.of_key(key, load())
        return (found.absent, found.values)

    assert values(one, "aws:username") == (False, ("bob",))
    assert values(anyone, "aws:username") == (False, None)
    assert values(one, "aws:principaltag/other") == (True, ())
    assert values(anyone, "aws:principaltag/t") != (False, ("x",))
    assert values(anyone, "aws:principalaccount") == (False, ("1" * 12,))
    assert values(principal_domains({"aws:userid": "AROA"}), "aws:username") == (True, ())


def test_a_claim_s_sessions_are_contexts_or_domains_and_what_is_stated_wins() -> None:
    states: list[Any] = [{"k:a": "x", "k:b": "x"}, Domains.of({"k:a": "y", "k:b": "y"})]
    (claim,) = claims_about(Stack(), "deny", caller=NO_ONE, sessions=states, context={"k:b": "z"})
    values = [[domains.of_key(key, load()).values for key in ("k:a", "k:b")] for domains in claim.domains]
    assert values == [[("x",), ("z",)], [("y",), ("z",)]]
    assert len(claims_about(Stack(), "implicitDeny", caller=NO_ONE)) == 2


def test_a_spent_budget_is_no_proof() -> None:
    claim = no_new_access(somebody(shipped()), somebody(shipped("BoolIfExists", "Bool")))
    answer = decide_claim(claim, limit=1)
    assert isinstance(answer, Unknown)
    assert "steps" in answer.reason


def test_a_witness_that_does_not_hold_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.analyse.prove.witness.Witness._breaks", lambda *_args: False)
    # A variable that the request has no value for is no excuse.
    for more in ((), (deny("s3:GetObject", "arn:aws:s3:::${k:u}"),)):
        with pytest.raises(DefectError, match="does not hold"):
            decide_claim(denies(stack(allow("s3:GetObject"), *more)))


def test_default_domains_are_those_of_the_table() -> None:
    assert partial(default_domain, load())("aws:username").longest == 64
