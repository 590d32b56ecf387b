"""AWS's global context keys: no service's list has them, so they stand here.

`always` marks what AWS sends with every signed request of a principal of an account; a decision that
hangs on such a key, unstated, is undetermined.  Rules K4 to K6 of ``docs/semantics.md``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from simulator.catalogue.model import ContextKey

if TYPE_CHECKING:
    from simulator.catalogue.model import Provider, ValueType

__all__ = ["LONGEST", "global_key", "global_keys", "issuer_key", "spelled"]

LONGEST = 512  #: longer names are no key: AWS takes 256 characters
_ALWAYS = "always"
_TAGGING = "calls that pass tags"
_ENDPOINT = "calls through a VPC endpoint"
_ON_BEHALF = "calls that an AWS service makes with the caller's credentials"
_SERVICE = "calls that an AWS service makes by itself"
_RESOURCE = "always, except for a few actions and for resources of AWS itself"
_MEMBER = "accounts of an organization"
_INSTANCE = "credentials that EC2 delivered to an instance"

_CLAIMS = frozenset({"amr", "app_id", "aud", "email", "id", "oaud", "sub", "user_id"})
"""Claims that any OpenID Connect issuer may send; AWS's list has the issuers it names itself."""

_ROWS: tuple[tuple[Provider, ValueType, str, str], ...] = (
    # A list-typed key ends in `[]`.
    ("principal", "arn", "aws:PrincipalArn", _ALWAYS),
    ("principal", "string", "aws:PrincipalAccount", _ALWAYS),
    ("principal", "string", "aws:PrincipalType", _ALWAYS),
    ("principal", "string", "aws:userid", _ALWAYS),
    ("principal", "boolean", "aws:PrincipalIsAWSService", _ALWAYS),
    ("principal", "string", "aws:username", "IAM users"),
    ("principal", "string", "aws:PrincipalTag/${TagKey}", "principals and sessions with that tag"),
    ("principal", "string", "aws:PrincipalOrgID", _MEMBER),
    ("principal", "string", "aws:PrincipalOrgPaths[]", _MEMBER),
    ("principal", "string", "aws:PrincipalServiceName", _SERVICE),
    ("principal", "string", "aws:PrincipalServiceNamesList[]", _SERVICE),
    ("session", "boolean", "aws:MultiFactorAuthPresent", "temporary credentials of a user; not with access keys"),
    ("session", "numeric", "aws:MultiFactorAuthAge", "temporary credentials obtained with MFA"),
    ("session", "date", "aws:TokenIssueTime", "temporary credentials"),
    ("session", "string", "aws:FederatedProvider", "sessions of a federated identity"),
    ("session", "string", "aws:SourceIdentity", "role sessions that set one"),
    ("session", "string", "aws:AssumedRoot", "root sessions of `sts:AssumeRoot`"),
    ("session", "arn", "aws:ChatbotSourceArn", "sessions of Amazon Q in chat applications"),
    ("session", "arn", "aws:SignInSessionArn", "credentials of a sign-in session"),
    ("session", "string", "aws:Ec2InstanceSourceVpc", _INSTANCE),
    ("session", "ip", "aws:Ec2InstanceSourcePrivateIPv4", _INSTANCE),
    ("session", "numeric", "ec2:RoleDelivery", _INSTANCE),
    ("session", "arn", "ec2:SourceInstanceArn", _INSTANCE),
    ("session", "string", "glue:RoleAssumedBy", "sessions that AWS Glue opened"),
    ("session", "string", "glue:CredentialIssuingService", "sessions that AWS Glue opened"),
    ("session", "string", "identitystore:UserId", "sessions of IAM Identity Center"),
    ("session", "arn", "lambda:SourceFunctionArn", "calls of a Lambda function"),
    ("session", "arn", "ssm:SourceInstanceArn", "credentials that Systems Manager delivered to an instance"),
    ("network", "ip", "aws:SourceIp", "always, except through a VPC endpoint"),
    ("network", "boolean", "aws:SecureTransport", _ALWAYS),
    ("network", "string", "aws:SourceVpc", _ENDPOINT),
    ("network", "arn", "aws:SourceVpcArn", _ENDPOINT),
    ("network", "string", "aws:SourceVpce", _ENDPOINT),
    ("network", "ip", "aws:VpcSourceIp", _ENDPOINT),
    ("network", "string", "aws:VpceAccount", _ENDPOINT),
    ("network", "string", "aws:VpceOrgID", _ENDPOINT),
    ("network", "string", "aws:VpceOrgPaths[]", _ENDPOINT),
    ("resource", "string", "aws:ResourceAccount", _RESOURCE),
    ("resource", "string", "aws:ResourceOrgID", "resources of an account in an organization"),
    ("resource", "string", "aws:ResourceOrgPaths[]", "resources of an account in an organization"),
    ("resource", "string", "aws:ResourceTag/${TagKey}", "resources with that tag, where the action supports it"),
    ("request", "date", "aws:CurrentTime", _ALWAYS),
    ("request", "date", "aws:EpochTime", _ALWAYS),
    ("request", "string", "aws:RequestedRegion", _ALWAYS),
    ("request", "string", "aws:UserAgent", _ALWAYS),
    ("request", "boolean", "aws:ViaAWSService", _ALWAYS),
    ("request", "string", "aws:CalledVia[]", _ON_BEHALF),
    ("request", "string", "aws:CalledViaFirst", _ON_BEHALF),
    ("request", "string", "aws:CalledViaLast", _ON_BEHALF),
    ("request", "boolean", "aws:ViaAWSMCPService", "calls through an MCP server that AWS runs"),
    ("request", "string", "aws:CalledViaAWSMCP", "calls through an MCP server that AWS runs"),
    ("request", "string", "aws:referer", "calls of a browser that sends it"),
    ("request", "string", "aws:RequestTag/${TagKey}", _TAGGING),
    ("request", "string", "aws:TagKeys[]", _TAGGING),
    ("request", "arn", "aws:SourceArn", _SERVICE),
    ("request", "string", "aws:SourceAccount", _SERVICE),
    ("request", "string", "aws:SourceOwner", _SERVICE),
    ("request", "string", "aws:SourceOrgID", _SERVICE),
    ("request", "string", "aws:SourceOrgPaths[]", _SERVICE),
)


@cache
def global_keys() -> tuple[ContextKey, ...]:
    """Return all global keys, by where their values come from."""
    return tuple(
        ContextKey(name.removesuffix("[]"), kind, name.endswith("[]"), provider, words.startswith(_ALWAYS), words)
        for provider, kind, name, words in _ROWS
    )


@cache
def _by_name() -> dict[str, ContextKey]:
    return {key.name.lower(): key for key in global_keys()}


def global_key(name: str) -> ContextKey | None:
    """Return a global key, letter case ignored; `aws:requesttag/Team` gives `aws:RequestTag/Team`."""
    found = _by_name().get(name.lower())
    if found is not None or len(name) > LONGEST:
        return found
    head, slash, tag = name.partition("/")
    found = _by_name().get(f"{head.lower()}/${{tagkey}}") if slash and tag else None
    return None if found is None else spelled(found, found.name.partition("/")[0] + slash + tag)


def issuer_key(name: str) -> ContextKey | None:
    """Return the key of an OpenID Connect claim, as ``login.example.com/path:sub``."""
    issuer, _, claim = name.rpartition(":")
    if claim.lower() not in _CLAIMS or "." not in issuer.partition("/")[0] or len(name) > LONGEST:
        return None
    # A token lists its authentication methods, whoever issued it.
    listed = claim.lower() == "amr"
    return ContextKey(f"{issuer}:{claim.lower()}", "string", listed, "session", availability="web identity sessions")


def spelled(key: ContextKey, name: str) -> ContextKey:
    """Return *key*, a template such as ``aws:RequestTag/${TagKey}``, under the *name* that was asked for."""
    return ContextKey(name, key.type, key.multivalued, key.provider, key.always, key.availability)
