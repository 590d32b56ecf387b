"""Answers have AWS's shape: what is there, what is left out, and what stands on top (A1 to A11)."""

from __future__ import annotations

from typing import Any

from simulator.backends.directory import Nobody
from simulator.backends.service import Service
from simulator.catalogue import load
from tests.unit.backends.samples import (
    ALICE,
    ALLOW,
    ALLOW_ALL,
    DENY,
    NEEDS_KEY,
    OTHER,
    A,
    B,
    asks,
    entry,
    policy,
    shared_policy,
    statement,
)

FOREIGN = "arn:aws:iam::999999999999:root"
LEVEL = {"ServiceControlPolicyInputList": [ALLOW_ALL]}


def answer(params: dict[str, Any]) -> dict[str, Any]:
    """Return the one result of *params*."""
    (result,) = Service(Nobody(), load()).answer("SimulateCustomPolicy", params)["EvaluationResults"]
    assert isinstance(result, dict)
    return result


def sources(result: dict[str, Any]) -> set[str]:
    """Return the ids of the policies whose statements are listed."""
    return {matched["SourcePolicyId"] for matched in result.get("MatchedStatements", [])}


def test_without_arns_nothing_is_told_of_resources() -> None:
    """The resource is a star; lists are there and empty."""
    assert answer(asks("s3:PutObject")) == {
        "EvalActionName": "s3:PutObject",
        "EvalResourceName": "*",
        "EvalDecision": "implicitDeny",
        "MatchedStatements": [],
        "MissingContextValues": [],
    }


def test_one_arn_is_named_and_several_give_the_template() -> None:
    """The partition is the first one's; an unknown action has none."""
    assert answer(asks(ResourceArns=[A]))["EvalResourceName"] == A
    several = asks(ResourceArns=["arn:aws-cn:s3:::x/y", A])
    assert answer(several)["EvalResourceName"] == "arn:aws-cn:s3:::${BucketName}/${KeyName}"
    assert answer(asks("made:Up", ResourceArns=[A, A]))["EvalResourceName"] == "*"


def test_the_most_restrictive_decision_stands_on_top() -> None:
    """With the statements of every resource, so that a denial may list what allows another."""
    limited = policy(statement(resource=A))
    result = answer(asks(policies=[limited], ResourceArns=[A, B]))
    assert result["EvalDecision"] == "implicitDeny"
    assert sources(result) == {"PolicyInputList.1"}
    first, second = result["ResourceSpecificResults"]
    assert (first["EvalResourceDecision"], second) == (
        "allowed",
        {"EvalResourceName": B, "EvalResourceDecision": "implicitDeny"},
    )
    denied = answer(asks(policies=[limited, policy(statement("Deny", resource=B))], ResourceArns=[A, B]))
    assert denied["EvalDecision"] == "explicitDeny"
    assert sources(denied) == {"PolicyInputList.1", "PolicyInputList.2"}


def test_a_statement_is_listed_once_however_many_resources_it_matches() -> None:
    """Resources, too, keep their duplicates."""
    result = answer(asks(ResourceArns=[A, A]))
    assert len(result["MatchedStatements"]) == 1
    assert len(result["ResourceSpecificResults"]) == 2


def test_missing_keys_are_told_of_implicit_denials_only() -> None:
    """All keys that the policies name and the request does not state, whatever their letter case."""
    result = answer(asks(policies=[NEEDS_KEY], ResourceArns=[A]))
    assert result["MissingContextValues"] == ["stack:missing"]
    assert result["ResourceSpecificResults"][0]["MissingContextValues"] == ["stack:missing"]
    stated = answer(asks(policies=[NEEDS_KEY], ContextEntries=[entry("STACK:Missing", "no")]))
    assert stated["MissingContextValues"] == []
    assert answer(asks(policies=[ALLOW, NEEDS_KEY]))["MissingContextValues"] == []
    assert answer(asks(policies=[DENY, NEEDS_KEY]))["MissingContextValues"] == []
    assert answer(asks(policies=[], PermissionsBoundaryPolicyInputList=[NEEDS_KEY]))["MissingContextValues"] == [
        "stack:missing"
    ]


def test_a_boundary_is_told_of_on_top_and_by_resource() -> None:
    """Its allowing statements are never listed, its denying ones are."""
    allowed = answer(asks(PermissionsBoundaryPolicyInputList=[ALLOW], ResourceArns=[A]))
    assert allowed["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    assert sources(allowed) == {"PolicyInputList.1"}
    silent = answer(asks(PermissionsBoundaryPolicyInputList=[OTHER], ResourceArns=[A]))
    assert silent["EvalDecision"] == "implicitDeny"
    assert silent["ResourceSpecificResults"][0]["PermissionsBoundaryDecisionDetail"] == {
        "AllowedByPermissionsBoundary": False
    }
    denied = answer(asks(PermissionsBoundaryPolicyInputList=[DENY]))
    assert denied["EvalDecision"] == "explicitDeny"
    assert denied["MatchedStatements"][0]["SourcePolicyType"] == "Permissions Boundary Policy"


def test_an_organization_that_denies_ends_the_evaluation() -> None:
    """Nothing else is told, per resource not even that."""
    deny = {"ServiceControlPolicyInputList": [DENY, ALLOW_ALL]}
    result = answer(
        asks(
            policies=[NEEDS_KEY],
            ResourceArns=[A],
            OrderedOrganizationPolicyInputList=[LEVEL, deny],
            PermissionsBoundaryPolicyInputList=[ALLOW],
        )
    )
    assert result == {
        "EvalActionName": "s3:GetObject",
        "EvalResourceName": A,
        "EvalDecision": "explicitDeny",
        "MatchedStatements": [],
        "MissingContextValues": [],
        "OrganizationsDecisionDetail": {"AllowedByOrganizations": False},
        "EvalDecisionDetails": {},
        "ResourceSpecificResults": [{"EvalResourceName": A, "EvalResourceDecision": "explicitDeny"}],
    }


def test_an_organization_that_allows_is_told_of() -> None:
    """On top alone."""
    result = answer(asks(ResourceArns=[A], OrderedOrganizationPolicyInputList=[LEVEL]))
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    assert "OrganizationsDecisionDetail" not in result["ResourceSpecificResults"][0]


def test_across_accounts_each_side_is_told() -> None:
    """On top the most restrictive over the resources, and by resource."""
    limited = policy(statement(resource=A))
    result = answer(
        asks(
            policies=[limited],
            ResourceArns=[A, B],
            CallerArn=ALICE,
            ResourcePolicy=shared_policy(),
            ResourceOwner=FOREIGN,
        )
    )
    assert result["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    first, second = result["ResourceSpecificResults"]
    assert first["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    assert second["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}


def test_within_an_account_no_side_is_told() -> None:
    """The map is there and empty, on top alone."""
    result = answer(asks(policies=[], ResourceArns=[A], CallerArn=ALICE, ResourcePolicy=shared_policy()))
    assert (result["EvalDecision"], result["EvalDecisionDetails"]) == ("allowed", {})
    assert sources(result) == {"ResourcePolicy"}
    assert "EvalDecisionDetails" not in result["ResourceSpecificResults"][0]


def test_the_resource_type_gate_closes_for_everybody() -> None:
    """A known action on an ARN that it can't take is denied by nobody."""
    user = "arn:aws:iam::123456789012:user/x"
    for policies in ([ALLOW_ALL], [DENY]):
        result = answer(asks(policies=policies, ResourceArns=[user]))
        assert (result["EvalDecision"], result["MatchedStatements"]) == ("implicitDeny", [])
