"""The parameters of the four calls and what each may hold: one table, read by everyone who needs it.

`check` reads it to refuse what botocore and the service refuse, `query` to read a posted form.
Source: botocore's ``iam/2010-05-08/service-2.json`` of the 2026 generation, with the order in which the
service itself lists the members of an enum where that was recorded (``docs/semantics.md``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["METHODS", "OPERATIONS", "PAGINATED", "Fields", "Many", "Shape", "Text", "Whole"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text: length limits, the pattern as the service prints it, or the words of an enum."""

    shortest: int | None = None
    longest: int | None = None
    pattern: str = ""
    enum: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two limits."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Many:
    """A list of one kind of member."""

    member: Shape
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """A structure; `union` when exactly one member may be set.

    `quoted` tells whether the service repeats a refused value in its message: it does for parameters
    that are new in the 2026 generation only.
    """

    members: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    union: bool = False
    quoted: bool = field(default=False, kw_only=True)


Shape: TypeAlias = Text | Whole | Many | Fields


def _fields(*required: str, members: dict[str, Shape], union: bool = False, quoted: bool = False) -> Fields:
    return Fields(MappingProxyType(members), required, union, quoted=quoted)


_NAME = r"[\w+=,.@-]+"
_DOCUMENT = Text(1, 131072, r"[\u0009\u000A\u000D\u0020-\u00FF]+")
_DOCUMENTS = Many(_DOCUMENT)
_RESOURCE = Text(1, 2048)
_SOURCE_ARN = Text(20, 2048)

_ENTRY = _fields(
    members={
        "ContextKeyName": Text(5, 256),
        "ContextKeyValues": Many(Text()),
        "ContextKeyType": Text(
            enum=(
                "binary", "ipList", "booleanList", "ip", "boolean", "numericList",
                "dateList", "numeric", "date", "stringList", "string", "binaryList",
            ),
        ),
    },
)  # fmt: skip

_INLINE = _fields(
    "PolicyName",
    "AttachmentType",
    "AttachmentName",
    quoted=True,
    members={
        "PolicyName": Text(1, 128, _NAME),
        "AttachmentType": Text(enum=("user", "role", "group")),
        # The model's pattern has no wildcards, the model's documentation of this member does.
        "AttachmentName": Text(1, 128, r"[\w+=,.@*?-]+"),
    },
)

_EXCLUSION = _fields(
    union=True,
    quoted=True,
    members={
        "PolicyType": Text(enum=("inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp")),
        "PolicyArn": _SOURCE_ARN,
        "InlinePolicyIdentifier": _INLINE,
    },
)

_LEVEL = _fields(members={"ServiceControlPolicyInputList": _DOCUMENTS})

_BOTH: dict[str, Shape] = {
    "ActionNames": Many(Text(3, 128)),
    "ResourceArns": Many(_RESOURCE),
    "ResourcePolicy": _DOCUMENT,
    "ResourceOwner": _RESOURCE,
    "CallerArn": _RESOURCE,
    "ContextEntries": Many(_ENTRY),
    "ResourceHandlingOption": Text(1, 64),
    "MaxItems": Whole(1, 1000),
    "Marker": Text(1, 320, r"[\u0020-\u00FF]+"),
}

OPERATIONS: Mapping[str, Fields] = MappingProxyType(
    {
        "SimulateCustomPolicy": _fields(
            "PolicyInputList",
            "ActionNames",
            members={
                "PolicyInputList": _DOCUMENTS,
                "PermissionsBoundaryPolicyInputList": _DOCUMENTS,
                "OrderedOrganizationPolicyInputList": Many(_LEVEL, 7),
                **_BOTH,
            },
        ),
        "SimulatePrincipalPolicy": _fields(
            "PolicySourceArn",
            "ActionNames",
            members={
                "PolicySourceArn": _SOURCE_ARN,
                "PolicyInputList": _DOCUMENTS,
                "PermissionsBoundaryPolicyInputList": _DOCUMENTS,
                "PolicyExclusionList": Many(_EXCLUSION, 256),
                **_BOTH,
            },
        ),
        "GetContextKeysForCustomPolicy": _fields("PolicyInputList", members={"PolicyInputList": _DOCUMENTS}),
        "GetContextKeysForPrincipalPolicy": _fields(
            "PolicySourceArn",
            members={"PolicySourceArn": _SOURCE_ARN, "PolicyInputList": _DOCUMENTS},
        ),
    }
)
"""The parameters of each call, members in the order of the model."""

METHODS: Mapping[str, str] = MappingProxyType(
    {
        "simulate_custom_policy": "SimulateCustomPolicy",
        "simulate_principal_policy": "SimulatePrincipalPolicy",
        "get_context_keys_for_custom_policy": "GetContextKeysForCustomPolicy",
        "get_context_keys_for_principal_policy": "GetContextKeysForPrincipalPolicy",
    }
)
"""The client's methods and the calls behind them."""

PAGINATED = frozenset({"simulate_custom_policy", "simulate_principal_policy"})
"""The methods that botocore paginates."""
