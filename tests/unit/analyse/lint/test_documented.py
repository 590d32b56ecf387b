"""Policies by which AWS's documentation lets users manage their own MFA: nothing is wrong with them.

They stand here as tables of actions, in the order of the documentation's statements.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.analyse.lint import Facts, lint_policy
from simulator.catalogue import load
from simulator.policy.parse import parse_policy_text

USER, OWN_DEVICE, ANY_DEVICE = (
    f"arn:aws:iam::*:{part}" for part in ("user/${aws:username}", "mfa/${aws:username}", "mfa/*")
)
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}


def allow(actions: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [f"iam:{name}" for name in actions.split()], "Resource": resource, **more}


def deny_but(actions: str, *more: str) -> dict[str, Any]:
    exempt = [*(f"iam:{name}" for name in actions.split()), *more]
    return {"Effect": "Deny", "NotAction": exempt, "Resource": "*", "Condition": WITHOUT_MFA}


CREDENTIALS = (
    allow("ChangePassword GetUser", USER),
    allow("CreateAccessKey DeleteAccessKey ListAccessKeys UpdateAccessKey GetAccessKeyLastUsed", USER),
    allow("DeleteSigningCertificate ListSigningCertificates UpdateSigningCertificate UploadSigningCertificate", USER),
    allow("DeleteSSHPublicKey GetSSHPublicKey ListSSHPublicKeys UpdateSSHPublicKey UploadSSHPublicKey", USER),
    allow("CreateServiceSpecificCredential ListServiceSpecificCredentials ResetServiceSpecificCredential", USER),
)
MANAGE = "DeactivateMFADevice EnableMFADevice GetMFADevice ListMFADevices ResyncMFADevice"
SETUP = "CreateVirtualMFADevice EnableMFADevice GetUser ListMFADevices ListVirtualMFADevices ResyncMFADevice"
POLICIES = {
    "credentials and MFA": (
        allow("GetAccountPasswordPolicy ListVirtualMFADevices", "*"),
        *CREDENTIALS,
        allow("CreateVirtualMFADevice", ANY_DEVICE),
        allow(MANAGE, USER),
        deny_but(f"{SETUP} GetMFADevice", "sts:GetSessionToken"),
    ),
    "MFA only": (
        allow("ListVirtualMFADevices", "*"),
        allow("CreateVirtualMFADevice", ANY_DEVICE),
        allow(f"{MANAGE} GetUser", USER),
        deny_but(SETUP, "sts:GetSessionToken"),
    ),
    "MFA by API": (
        allow("ListUsers ListVirtualMFADevices", "*"),
        allow("CreateVirtualMFADevice", ANY_DEVICE),
        allow("EnableMFADevice GetMFADevice ListMFADevices ResyncMFADevice", USER),
        allow("DeactivateMFADevice", USER, Condition=WITH_MFA),
        deny_but(
            "CreateVirtualMFADevice EnableMFADevice ListMFADevices ListUsers ListVirtualMFADevices ResyncMFADevice"
        ),
    ),
    "MFA, until 2022": (
        allow("CreateVirtualMFADevice DeleteVirtualMFADevice", OWN_DEVICE),
        allow(MANAGE, USER),
        deny_but(SETUP, "sts:GetSessionToken"),
    ),
    "credentials without MFA": (allow("GetAccountPasswordPolicy GetAccountSummary", "*"), *CREDENTIALS),
}


@pytest.mark.parametrize("name", POLICIES)
def test_nothing_is_found(name: str) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": POLICIES[name]})
    assert lint_policy(parse_policy_text(text, name=name), Facts(load())) == ()
