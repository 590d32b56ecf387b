"""Facts that must not change: when one does, the source is broken, not AWS.

In July 2026 AWS rebuilt its reference pages and one data set shrank from 21,425 actions to 271 with
the list of services intact.  The rows are read off the catalogue of 2026-10-27 and agree with two
other sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.catalogue.refresh.facts import Facts

__all__ = ["broken_sentinels"]

_IAM: dict[str, str] = {
    "mfa*": "CreateVirtualMFADevice ListMFADeviceTags TagMFADevice UntagMFADevice",
    "mfa sms-mfa": "DeleteVirtualMFADevice",
    "user": "ListMFADevices",
    "user*": """
        AttachUserPolicy ChangePassword CreateAccessKey CreateLoginProfile CreateServiceSpecificCredential CreateUser
        DeactivateMFADevice DeleteAccessKey DeleteLoginProfile DeleteServiceSpecificCredential DeleteSigningCertificate
        DeleteSSHPublicKey DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy DetachUserPolicy EnableMFADevice
        GetAccessKeyLastUsed GetLoginProfile GetMFADevice GetSSHPublicKey GetUser GetUserPolicy ListAccessKeys
        ListAttachedUserPolicies ListGroupsForUser ListServiceSpecificCredentials ListSigningCertificates
        ListSSHPublicKeys ListUserPolicies ListUserTags PutUserPermissionsBoundary PutUserPolicy
        ResetServiceSpecificCredential ResyncMFADevice TagUser UntagUser UpdateAccessKey UpdateLoginProfile
        UpdateServiceSpecificCredential UpdateSigningCertificate UpdateSSHPublicKey UpdateUser UploadSigningCertificate
        UploadSSHPublicKey""",
    "group role user": "GetContextKeysForPrincipalPolicy SimulatePrincipalPolicy",
    "group* role* user*": "ListPoliciesGrantingServiceAccess",
    "group* policy* role* user*": "GenerateServiceLastAccessedDetails",
    "": """
        CreateAccountAlias DeleteAccountAlias DeleteAccountPasswordPolicy DeleteCloudFrontPublicKey
        DisableOrganizationsRootCredentialsManagement DisableOrganizationsRootSessions
        DisableOutboundWebIdentityFederation EnableOrganizationsRootCredentialsManagement
        EnableOrganizationsRootSessions EnableOutboundWebIdentityFederation GenerateCredentialReport
        GetAccountAuthorizationDetails GetAccountEmailAddress GetAccountName GetAccountPasswordPolicy
        GetAccountProperties GetAccountSummary GetCloudFrontPublicKey GetContextKeysForCustomPolicy GetCredentialReport
        GetOrganizationsAccessReport GetOutboundWebIdentityFederationInfo GetServiceLastAccessedDetails
        GetServiceLastAccessedDetailsWithEntities ListAccountAliases ListCloudFrontPublicKeys ListDelegationRequests
        ListGroups ListInstanceProfiles ListOpenIDConnectProviders ListOrganizationsFeatures ListPolicies ListRoles
        ListSAMLProviders ListServerCertificates ListSTSRegionalEndpointsStatus ListUsers ListVirtualMFADevices
        PutAccountProperties SetSecurityTokenServicePreferences SetSTSRegionalEndpointStatus SimulateCustomPolicy
        UpdateAccountEmailAddress UpdateAccountName UpdateAccountPasswordPolicy UpdateCloudFrontPublicKey
        UploadCloudFrontPublicKey""",
}
_ARNS = {
    "user": "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}",
    "mfa": "arn:${Partition}:iam::${Account}:mfa/${MfaTokenIdWithPath}",
    "sms-mfa": "arn:${Partition}:iam::${Account}:sms-mfa/${MfaTokenIdWithPath}",
}
_OTHERS = {
    "sts:GetSessionToken": "",
    "sts:GetCallerIdentity": "",
    "sts:AssumeRole": "role*",
    "sts:GetFederationToken": "federated-user",
}
_LAUNCH = frozenset({"image", "instance", "network-interface", "security-group", "subnet"})


def broken_sentinels(facts: Facts) -> Iterator[str]:
    """Yield a sentence for each fact that does not hold."""
    wanted = {f"iam:{name}": types for types, names in _IAM.items() for name in names.split()} | _OTHERS
    for name, types in wanted.items():
        found = _types(facts, name)
        if found != types:
            yield f"`{name}` takes `{found}`, not `{types}`"
    iam = facts.by_name.get("iam")
    arns = {kind.name: " ".join(kind.arns) for kind in iam.types} if iam else {}
    yield from (f"`iam` has `{name}` as `{arns.get(name)}`" for name, arn in _ARNS.items() if arns.get(name) != arn)
    launch = facts.actions.get("ec2:runinstances")
    if launch is None or launch.required != _LAUNCH:
        yield f"`ec2:RunInstances` requires {sorted(launch.required) if launch else None}"


def _types(facts: Facts, name: str) -> str | None:
    action = facts.actions.get(name.lower())
    if action is None:
        return None
    return " ".join(kind.name + "*" * (kind.name in action.required) for kind in action.resource_types)
