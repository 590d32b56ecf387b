"""Parameters are refused in botocore's words before sending, and in the service's words behind that."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from simulator.backends.check import client_report, service_report
from simulator.backends.params import OPERATIONS, Fields, Many, Text, Whole

GOOD: dict[str, Any] = {"PolicyInputList": ["{}"], "ActionNames": ["s3:GetObject"]}
ENTRY = {"ContextKeyName": "aws:a", "ContextKeyValues": ["x"], "ContextKeyType": "string"}
SOURCE = "arn:aws:iam::123456789012:user/alice"


@pytest.fixture(scope="module")
def model() -> Any:
    """The model of IAM that the installed botocore has."""
    return botocore.session.Session().get_service_model("iam")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("SimulateCustomPolicy", {}),
        ("SimulateCustomPolicy", {"Nonsense": 1, **GOOD}),
        ("SimulateCustomPolicy", {**GOOD, "ActionNames": "s3:GetObject"}),
        ("SimulateCustomPolicy", {**GOOD, "ActionNames": ["s3", "", 3]}),
        ("SimulateCustomPolicy", {**GOOD, "ActionNames": None}),
        ("SimulateCustomPolicy", {"PolicyInputList": ["", {}], "ActionNames": ("s3:GetObject",)}),
        ("SimulateCustomPolicy", {**GOOD, "MaxItems": 0}),
        ("SimulateCustomPolicy", {**GOOD, "MaxItems": "5"}),
        ("SimulateCustomPolicy", {**GOOD, "MaxItems": 1001}),
        ("SimulateCustomPolicy", {**GOOD, "Marker": "", "CallerArn": 7}),
        ("SimulateCustomPolicy", {**GOOD, "ContextEntries": [{}, {"ContextKeyName": "abc"}, {"Name": "abcde"}, "x"]}),
        ("SimulateCustomPolicy", {**GOOD, "ContextEntries": [{**ENTRY, "ContextKeyValues": [1, "", None]}]}),
        ("SimulateCustomPolicy", {**GOOD, "OrderedOrganizationPolicyInputList": [{}] * 9}),
        ("SimulateCustomPolicy", {**GOOD, "OrderedOrganizationPolicyInputList": [{"Policies": []}, []]}),
        ("SimulatePrincipalPolicy", {"PolicySourceArn": "short", "ActionNames": []}),
        ("SimulatePrincipalPolicy", {"PolicySourceArn": SOURCE, "ActionNames": [], "PolicyExclusionList": [{}]}),
        (
            "SimulatePrincipalPolicy",
            {
                "PolicySourceArn": SOURCE,
                "ActionNames": [],
                "PolicyExclusionList": [
                    {"PolicyType": "scp", "PolicyArn": SOURCE},
                    {"InlinePolicyIdentifier": {"PolicyName": ""}},
                    {"PolicyType": "nonsense"},
                ],
            },
        ),
        ("GetContextKeysForCustomPolicy", {"PolicyInputList": {"a": 1}}),
        ("GetContextKeysForCustomPolicy", {"ActionNames": []}),
        ("GetContextKeysForPrincipalPolicy", {}),
    ],
)
def test_the_client_reports_what_botocore_reports(operation: str, params: dict[str, Any], model: Any) -> None:
    """Fault for fault and in the same order."""
    expected = ParamValidator().validate(params, model.operation_model(operation).input_shape).generate_report()
    assert client_report(params, OPERATIONS[operation]) == expected


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_the_table_is_botocores_model(operation: str, model: Any) -> None:
    """Members, their order, what is required, limits and words; patterns apart."""
    _compare(OPERATIONS[operation], model.operation_model(operation).input_shape)


def _compare(shape: Any, expected: Any) -> None:
    limits = expected.metadata
    match shape:
        case Fields():
            assert list(shape.members) == list(expected.members)
            assert list(shape.required) == list(expected.required_members)
            assert shape.union is expected.is_tagged_union
            for name, member in shape.members.items():
                _compare(member, expected.members[name])
        case Many():
            assert shape.longest == limits.get("max")
            _compare(shape.member, expected.member)
        case Text():
            assert (shape.shortest, shape.longest) == (limits.get("min"), limits.get("max"))
            assert sorted(shape.enum) == sorted(getattr(expected, "enum", []))
        case Whole():
            assert (shape.least, shape.most) == (limits["min"], limits["max"])


def test_a_good_request_is_not_reported() -> None:
    """Neither by the client nor by the service."""
    shape = OPERATIONS["SimulateCustomPolicy"]
    params = {**GOOD, "ContextEntries": [ENTRY], "MaxItems": 1000}
    assert (client_report(params, shape), service_report(params, shape)) == ("", "")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (
            {"MaxItems": 1001},
            "Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
        ),
        (
            {"ContextEntries": [{**ENTRY, "ContextKeyType": "text"}]},
            (
                "Value at 'contextEntries.1.member.contextKeyType' failed to satisfy constraint: Member must satisfy enum "
                "value set: [binary, ipList, booleanList, ip, boolean, numericList, dateList, numeric, date, stringList, "
                "string, binaryList]"
            ),
        ),
        (
            {"ActionNames": ["s3"]},
            (
                "Value at 'actionNames' failed to satisfy constraint: Member must satisfy constraint: [Member must have "
                "length less than or equal to 128, Member must have length greater than or equal to 3]"
            ),
        ),
        (
            {"OrderedOrganizationPolicyInputList": [{}] * 8},
            (
                "Value at 'orderedOrganizationPolicyInputList' failed to satisfy constraint: Member must have length less "
                "than or equal to 7"
            ),
        ),
        (
            {"Marker": "\u0142"},
            (
                "Value at 'marker' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                r"[\u0020-\u00FF]+"
            ),
        ),
    ],
)
def test_the_service_names_the_constraint(params: dict[str, Any], expected: str) -> None:
    """One violation, with its place in the service's spelling."""
    report = service_report({**GOOD, **params}, OPERATIONS["SimulateCustomPolicy"])
    assert report == f"1 validation error detected: {expected}"


def test_a_character_beyond_latin_1_violates_a_document() -> None:
    """The text of a policy ends at U+00FF."""
    report = service_report({**GOOD, "PolicyInputList": ['{"Id":"\u0142"}']}, OPERATIONS["SimulateCustomPolicy"])
    assert report.startswith("1 validation error detected: Value at 'policyInputList' failed to satisfy constraint")


def test_several_violations_are_counted() -> None:
    """Missing parameters are violations, too, when no client has looked."""
    assert service_report({}, OPERATIONS["SimulateCustomPolicy"]) == (
        "2 validation errors detected: "
        "Value at 'policyInputList' failed to satisfy constraint: Member must not be null; "
        "Value at 'actionNames' failed to satisfy constraint: Member must not be null"
    )


def test_the_new_parameters_quote_the_value() -> None:
    """As recorded for an inline policy's attachment type."""
    inline = {"PolicyName": "UserInline", "AttachmentType": "bogus", "AttachmentName": "alice"}
    params = {
        "PolicySourceArn": SOURCE,
        "ActionNames": ["s3:GetObject"],
        "PolicyExclusionList": [{"InlinePolicyIdentifier": inline}],
    }
    assert service_report(params, OPERATIONS["SimulatePrincipalPolicy"]) == (
        "1 validation error detected: Value 'bogus' at 'policyExclusionList.1.member.inlinePolicyIdentifier"
        ".attachmentType' failed to satisfy constraint: Member must satisfy enum value set: [user, role, group]"
    )
