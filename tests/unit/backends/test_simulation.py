"""The service refuses what AWS refuses, in AWS's words (``docs/semantics.md``, "Errors of the API")."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.backends.directory import Nobody
from simulator.backends.faults import Fault
from simulator.backends.service import Service
from simulator.backends.simulation import read_custom
from simulator.catalogue import load
from tests.unit.backends.samples import ALICE, ALLOW, ROOT, A, B, asks, entry, policy, shared_policy, statement

SERVICE = Service(Nobody(), load())
LONG = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_"


def refusal(params: dict[str, Any], operation: str = "SimulateCustomPolicy") -> tuple[str, str]:
    """Return code and message of the fault that *params* meet."""
    with pytest.raises(Fault) as caught:
        SERVICE.answer(operation, params)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (asks(policies=["{"]), "Policy input list item 1 has invalid content"),
        (asks(policies=[ALLOW, "[]"]), "Policy input list item 2 has invalid content"),
        (
            asks(policies=['{"Version":"2099-01-01","Statement":[]}']),
            "Policy input list item 1 has invalid content",
        ),
        (
            asks(PermissionsBoundaryPolicyInputList=[ALLOW, ALLOW]),
            "The list of Permissions Boundary policies cannot exceed 1 items.",
        ),
        (
            asks(OrderedOrganizationPolicyInputList=[{"ServiceControlPolicyInputList": []}]),
            "Organization policy at index 1 must contain at least one service control policy",
        ),
        (asks("GetObject"), "The action is invalid since it is missing names"),
        (asks(ResourceArns=["not-an-arn"]), "ResourceNames are not in a valid ARN format: not-an-arn."),
        (asks(ResourceArns=["arn:aws:s3:::"]), "ResourceNames are not in a valid ARN format: arn:aws:s3:::."),
        (asks(ResourceArns=[A, "*"]), "ResourceNames are not in a valid ARN format: *."),
        (
            asks("s3:GetObject", "s3:MadeUp", ResourceArns=[A]),
            "Invalid Input Actions: [s3:GetObject] and [s3:MadeUp] require different authorization information. ",
        ),
        (
            asks("s3:GetObject", "s3:*", ResourceArns=["*", A]),
            "Invalid Input Actions: [s3:GetObject] and [s3:*] require different authorization information. ",
        ),
        (
            asks(ResourcePolicy=shared_policy(), CallerArn=ALICE),
            "Invalid Entity Arn: * does not clearly define entity type and name.",
        ),
        (
            asks(ResourcePolicy=shared_policy(), ResourceArns=[A]),
            "Invalid caller - Caller cannot be null or empty.",
        ),
        (
            asks(ResourcePolicy=shared_policy(), ResourceArns=[A], CallerArn=ROOT),
            "Invalid caller - Caller must be an IAM user, role or group in this context.",
        ),
        (
            asks(CallerArn="arn:aws:sts::123456789012:assumed-role/fictional/session"),
            "Invalid caller - Caller must be an IAM user, role or group in this context.",
        ),
        (
            asks(ResourcePolicy=policy(statement(Principal="*")), ResourceArns=[A], CallerArn=ALICE),
            "ResourceNames are not in a valid ARN format: *.",
        ),
        (asks(ResourceOwner="999999999999"), "'999999999999' is not a valid as a Resource Owner."),
        (
            asks(ResourceArns=[A], ResourceHandlingOption="EC2-VPC-EBS"),
            (
                "Invalid input resource handling options. Action does not support resource handling options: "
                f"s3:GetObject. Please refer to the documentation for more details: {LONG}SimulateCustomPolicy.html"
            ),
        ),
        (asks(Marker="not-a-simulation-marker"), "Invalid marker for pagination."),
        (asks(ContextEntries=[entry("a:bcd", "x"), entry("A:BCD", "y")]), "Duplicate context key: A:BCD."),
    ],
)
def test_a_bad_request_is_refused(params: dict[str, Any], message: str) -> None:
    """With AWS's text."""
    assert refusal(params) == ("InvalidInput", message)


@pytest.mark.parametrize(
    "params",
    [
        asks(policies=[]),
        asks("madeup:Action", "s3:GetObject"),
        asks("s3:"),
        asks("s3:Get Object"),
        asks(ResourceHandlingOption="nonsense"),
        asks(CallerArn="arn:aws:iam::123456789012:user/nobody"),
        asks(ContextEntries=[entry("nocolon", "x"), {}]),
        asks(ContextEntries=[entry("a:bool", "yes", kind="boolean")]),
        asks(ResourceArns=["*"]),
        asks(OrderedOrganizationPolicyInputList=[]),
        asks(ResourceOwner="arn:aws:iam::123456789012:user/bob"),
        asks(
            "ec2:RunInstances",
            ResourceArns=["arn:aws:ec2:us-east-1::image/ami-1"],
            ResourceHandlingOption="EC2-VPC-EBS",
        ),
    ],
)
def test_a_strange_request_is_answered(params: dict[str, Any]) -> None:
    """AWS does not mind."""
    assert SERVICE.answer("SimulateCustomPolicy", params)["IsTruncated"] is False


def test_a_violated_constraint_comes_first() -> None:
    """Before anything is read."""
    code, message = refusal(asks(policies=["{"], MaxItems=1001))
    assert (code, message.startswith("1 validation error detected: Value at 'maxItems'")) == ("ValidationError", True)


def test_the_fault_of_a_document_is_noted() -> None:
    """AWS says only which document; the notes say where and what."""
    with pytest.raises(Fault) as caught:
        SERVICE.answer("SimulateCustomPolicy", asks(policies=['{"Statement": {"Effect": "allow"}}']))
    assert any(note.startswith("PolicyInputList.1:1:") and "Effect" in note for note in caught.value.notes)


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (None, {"aws:PrincipalAccount": "123456789012", "aws:userid": "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"}),
        (
            ALICE,
            {
                "aws:PrincipalArn": ALICE,
                "aws:PrincipalAccount": "123456789012",
                "aws:userid": ALICE,
                "aws:username": "alice",
            },
        ),
        (
            "arn:aws:iam::999999999999:role/x/admin",
            {
                "aws:PrincipalArn": "arn:aws:iam::999999999999:role/x/admin",
                "aws:PrincipalAccount": "999999999999",
                "aws:userid": "arn:aws:iam::999999999999:role/x/admin",
            },
        ),
    ],
)
def test_the_simulator_fills_in_who_calls(caller: str | None, expected: dict[str, str]) -> None:
    """And nothing else (A16)."""
    params: Any = asks(**({} if caller is None else {"CallerArn": caller}))
    assert dict(read_custom(params, Nobody(), load()).context.items()) == expected


def test_a_stated_key_wins_over_a_filled_in_one() -> None:
    """Whatever its letter case."""
    params: Any = asks(CallerArn=ALICE, ContextEntries=[entry("AWS:UserName", "bob")])
    simulation = read_custom(params, Nobody(), load())
    assert simulation.context.get("aws:username") == "bob"
    assert dict(simulation.stated.items()) == {"AWS:UserName": "bob"}


def test_a_trust_policy_is_read_and_ignored() -> None:
    """It names no resource, and the identity side decides (A18)."""
    trust = policy({"Effect": "Deny", "Principal": {"AWS": ALICE}, "Action": "sts:AssumeRole"})
    params = asks(
        "sts:AssumeRole",
        policies=[policy(statement(action="sts:*"))],
        ResourceArns=["arn:aws:iam::123456789012:role/r"],
        CallerArn=ALICE,
        ResourcePolicy=trust,
    )
    (result,) = SERVICE.answer("SimulateCustomPolicy", params)["EvaluationResults"]
    assert result["EvalDecision"] == "allowed"


def test_only_the_page_is_decided() -> None:
    """Markers count actions; the page behind the last is empty."""
    actions = ["s3:GetObject", "s3:PutObject", "s3:GetObject"]
    first = SERVICE.answer("SimulateCustomPolicy", asks(*actions, MaxItems=2))
    assert [r["EvalActionName"] for r in first["EvaluationResults"]] == actions[:2]
    assert first["IsTruncated"] is True
    rest = SERVICE.answer("SimulateCustomPolicy", asks(*actions, MaxItems=2, Marker=first["Marker"]))
    assert [r["EvalActionName"] for r in rest["EvaluationResults"]] == actions[2:]
    assert "Marker" not in rest
    beyond = SERVICE.answer("SimulateCustomPolicy", asks("s3:GetObject", ResourceArns=[A, B], Marker=first["Marker"]))
    assert beyond == {"EvaluationResults": [], "IsTruncated": False}
