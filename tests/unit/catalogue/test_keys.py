"""Context keys: the global ones, the services' own, and any text in their variable parts."""

from __future__ import annotations

import pytest

from simulator.catalogue import ContextKey, key, load
from simulator.catalogue.global_keys import global_keys

CATALOGUE = load()


@pytest.mark.parametrize(
    ("name", "spelled", "type_"),
    [
        ("AWS:multifactorauthpresent", "aws:MultiFactorAuthPresent", "boolean"),
        ("aws:calledvia", "aws:CalledVia", "stringList"),
        ("aws:requesttag/Team:x", "aws:RequestTag/Team:x", "string"),
        ("aws:RequestTag/${TagKey}", "aws:RequestTag/${TagKey}", "string"),
        ("aws:principaltag/a/b", "aws:PrincipalTag/a/b", "string"),
        ("aws:SourceVpcArn", "aws:SourceVpcArn", "string"),
        ("EC2:resourcetag/My Tag", "ec2:ResourceTag/My Tag", "string"),
        ("s3:existingobjecttag/x", "s3:ExistingObjectTag/x", "string"),
        ("iam:awsservicename", "iam:AWSServiceName", "string"),
        ("iam:PassedToService", "iam:PassedToService", "string"),
        ("saml:sub", "saml:sub", "string"),
        ("events:Metadata/x/Matcher", "events:Metadata/x/Matcher", "string"),
        ("token.actions.githubusercontent.com:sub", "token.actions.githubusercontent.com:sub", "string"),
        ("login.example.com/tenant:AMR", "login.example.com/tenant:amr", "stringList"),
        ("agent.acme.buildkite.dev:cluster_id", "agent.acme.buildkite.dev:cluster_id", "string"),
        ("sts:TransitiveTagKeys", "sts:TransitiveTagKeys", "stringList"),
        ("s3:max-keys", "s3:max-keys", "numeric"),
    ],
)
def test_a_key_is_found_in_any_letter_case(name: str, spelled: str, type_: str) -> None:
    found = key(name)
    assert found is not None
    assert (found.name, found.api_type) == (spelled, type_)


@pytest.mark.parametrize(
    "name",
    ["aws:Nope", "aws:RequestTag/", "aws:RequestTag", "nope:X", "iam", "", "example:sub", "ec2:" + "x" * 100_000],
)
def test_what_is_no_known_key(name: str) -> None:
    assert key(name) is None


def test_the_type_of_an_arn_is_known() -> None:
    assert CATALOGUE.key("aws:PrincipalArn") == ContextKey(
        "aws:PrincipalArn", "arn", False, "principal", True, "always"
    )  # the whole value


def test_what_aws_always_sends() -> None:
    assert {found.name for found in global_keys() if found.always} == {
        "aws:CurrentTime",
        "aws:EpochTime",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalIsAWSService",
        "aws:PrincipalType",
        "aws:RequestedRegion",
        "aws:ResourceAccount",
        "aws:SecureTransport",
        "aws:SourceIp",
        "aws:UserAgent",
        "aws:ViaAWSService",
        "aws:userid",
    }


def test_the_list_typed_global_keys() -> None:
    assert {found.name for found in global_keys() if found.multivalued} == {
        "aws:CalledVia",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalServiceNamesList",
        "aws:ResourceOrgPaths",
        "aws:SourceOrgPaths",
        "aws:TagKeys",
        "aws:VpceOrgPaths",
    }


def test_global_keys_are_named_once_and_said_when() -> None:
    names = [found.name.lower() for found in global_keys()]
    assert len(set(names)) == len(names) >= 59
    assert all(found.availability for found in global_keys())


def test_keys_of_an_action_are_its_own_its_types_and_the_global_ones() -> None:
    action = CATALOGUE.action("iam:EnableMFADevice")
    assert action is not None
    keys = CATALOGUE.keys_of(action)
    assert {"iam:RegisterSecurityKey", "iam:ResourceTag/${TagKey}", "aws:MultiFactorAuthAge"} <= set(keys)
    assert len(set(keys)) == len(keys)


def test_every_key_of_every_service_can_be_read() -> None:
    keys = [found for name in CATALOGUE.services() for found in getattr(CATALOGUE.service(name), "keys", ())]
    assert sum(found.multivalued for found in keys) > 500
    resource = CATALOGUE.key("ec2:ResourceTag/x")
    assert resource is not None
    assert resource.provider == "resource"
