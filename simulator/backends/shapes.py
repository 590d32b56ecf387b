"""The names and types of the four calls' requests and responses, as botocore's IAM model spells them.

Types only: what the service accepts is in `params`, what it answers in `answer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NotRequired, Required, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AwsDecision",
    "ContextEntry",
    "EvaluationResult",
    "GetContextKeysForCustomPolicyParams",
    "GetContextKeysForPrincipalPolicyParams",
    "GetContextKeysResponse",
    "InlinePolicyIdentifier",
    "MatchedStatement",
    "OrganizationLevel",
    "PolicyIdentifier",
    "Position",
    "ResourceSpecificResult",
    "SimulateCustomPolicyParams",
    "SimulatePolicyResponse",
    "SimulatePrincipalPolicyParams",
]

AwsDecision = Literal["allowed", "implicitDeny", "explicitDeny"]


class ContextEntry(TypedDict, total=False):
    """A context key, its type and its values."""

    ContextKeyName: str
    ContextKeyValues: Sequence[str]
    ContextKeyType: Literal[
        "string", "stringList", "numeric", "numericList", "boolean", "booleanList",
        "ip", "ipList", "binary", "binaryList", "date", "dateList",
    ]  # fmt: skip


class OrganizationLevel(TypedDict, total=False):
    """The service control policies of one level: the root, a unit, or the account."""

    ServiceControlPolicyInputList: Sequence[str]


class InlinePolicyIdentifier(TypedDict):
    """An inline policy by its name and the principal that it stands in."""

    PolicyName: str
    AttachmentType: Literal["user", "group", "role"]
    AttachmentName: str


class PolicyIdentifier(TypedDict, total=False):
    """Policies to leave out; exactly one of the three."""

    PolicyType: Literal["inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp"]
    PolicyArn: str
    InlinePolicyIdentifier: InlinePolicyIdentifier


class _Simulation(TypedDict, total=False):
    """The parameters that both simulations take."""

    PermissionsBoundaryPolicyInputList: Sequence[str]
    ActionNames: Required[Sequence[str]]
    ResourceArns: Sequence[str]
    ResourcePolicy: str
    ResourceOwner: str
    CallerArn: str
    ContextEntries: Sequence[ContextEntry]
    ResourceHandlingOption: str
    MaxItems: int
    Marker: str


class SimulateCustomPolicyParams(_Simulation, total=False):
    """The parameters of ``SimulateCustomPolicy``."""

    PolicyInputList: Required[Sequence[str]]
    OrderedOrganizationPolicyInputList: Sequence[OrganizationLevel]


class SimulatePrincipalPolicyParams(_Simulation, total=False):
    """The parameters of ``SimulatePrincipalPolicy``."""

    PolicySourceArn: Required[str]
    PolicyInputList: Sequence[str]
    PolicyExclusionList: Sequence[PolicyIdentifier]


class GetContextKeysForCustomPolicyParams(TypedDict):
    """The parameters of ``GetContextKeysForCustomPolicy``."""

    PolicyInputList: Sequence[str]


class GetContextKeysForPrincipalPolicyParams(TypedDict, total=False):
    """The parameters of ``GetContextKeysForPrincipalPolicy``."""

    PolicySourceArn: Required[str]
    PolicyInputList: Sequence[str]


class Position(TypedDict):
    """A place in a policy's text, counted from 1."""

    Line: int
    Column: int


class MatchedStatement(TypedDict):
    """A statement that decided, by its policy and place."""

    SourcePolicyId: str
    SourcePolicyType: str
    StartPosition: Position
    EndPosition: Position


class _OrganizationsDetail(TypedDict):
    AllowedByOrganizations: bool


class _BoundaryDetail(TypedDict):
    AllowedByPermissionsBoundary: bool


class ResourceSpecificResult(TypedDict):
    """The decision on one resource."""

    EvalResourceName: str
    EvalResourceDecision: AwsDecision
    MatchedStatements: NotRequired[list[MatchedStatement]]
    MissingContextValues: NotRequired[list[str]]
    EvalDecisionDetails: NotRequired[dict[str, AwsDecision]]
    PermissionsBoundaryDecisionDetail: NotRequired[_BoundaryDetail]


class EvaluationResult(TypedDict):
    """The decision on one action, over all resources of the request."""

    EvalActionName: str
    EvalResourceName: str
    EvalDecision: AwsDecision
    MatchedStatements: list[MatchedStatement]
    MissingContextValues: list[str]
    OrganizationsDecisionDetail: NotRequired[_OrganizationsDetail]
    PermissionsBoundaryDecisionDetail: NotRequired[_BoundaryDetail]
    EvalDecisionDetails: NotRequired[dict[str, AwsDecision]]
    ResourceSpecificResults: NotRequired[list[ResourceSpecificResult]]


class _Metadata(TypedDict, total=False):
    RequestId: str
    HTTPStatusCode: int
    HTTPHeaders: dict[str, str]
    RetryAttempts: int


class SimulatePolicyResponse(TypedDict):
    """The answer of both simulations."""

    EvaluationResults: list[EvaluationResult]
    IsTruncated: bool
    Marker: NotRequired[str]
    ResponseMetadata: NotRequired[_Metadata]


class GetContextKeysResponse(TypedDict):
    """The answer of both ``GetContextKeys`` calls."""

    ContextKeyNames: list[str]
    ResponseMetadata: NotRequired[_Metadata]
