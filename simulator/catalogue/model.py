"""What the catalogue says of an action, a type of resource, a context key and a managed policy.

All are plain values.  ARN formats keep AWS's own variables (``${Partition}``, ``${Account}``,
``${UserNameWithPath}`` …); names keep AWS's letter case, though AWS compares them without it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from simulator.values import dataclass

__all__ = [
    "LEVELS",
    "PROVIDERS",
    "VALUE_TYPES",
    "Action",
    "ContextKey",
    "Level",
    "Provider",
    "ResourceType",
    "ValueType",
]

Level: TypeAlias = Literal["List", "Read", "Write", "Permissions management", "Tagging"]
"""AWS's access levels."""

ValueType: TypeAlias = Literal["string", "boolean", "numeric", "date", "ip", "arn", "binary"]
"""What the values of a context key are, in the API's words, and `arn` for texts that are ARNs."""

Provider: TypeAlias = Literal["principal", "session", "network", "request", "resource"]
"""Where the value of a context key comes from."""

LEVELS: tuple[Level, ...] = get_args(Level)
VALUE_TYPES: tuple[ValueType, ...] = get_args(ValueType)
PROVIDERS: tuple[Provider, ...] = get_args(Provider)


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource that a service's actions take; `service` is the one that declares it.

    The ARN formats may be another service's: ``sts`` declares ``role`` with an ``iam`` ARN.
    """

    service: str
    name: str
    arns: tuple[str, ...]
    condition_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """An action; without resource types only the resource ``*`` grants it.

    `required` names the resource types that AWS stars.  Several starred types do not always mean
    all at once (``iam:ListPoliciesGrantingServiceAccess`` takes one of three, ``ec2:RunInstances``
    all five): the data can't tell.  `ungated` marks an action of an overlay whose resources are not
    known: any ARN may be asked of it.
    """

    name: str
    level: Level
    resource_types: tuple[ResourceType, ...] = ()
    required: frozenset[str] = frozenset()
    condition_keys: tuple[str, ...] = ()
    ungated: bool = False

    @property
    def service(self) -> str:
        """The part before the colon."""
        return self.name.partition(":")[0]


@dataclass(frozen=True, slots=True)
class ContextKey:
    """A context key: `always` when AWS sends it with every signed request of a principal.

    `multivalued` keys are lists in the API (``stringList``) and want ``ForAnyValue`` or
    ``ForAllValues``.  `availability` says in words when a request carries the key.
    """

    name: str
    type: ValueType
    multivalued: bool = False
    provider: Provider = "request"
    always: bool = False
    availability: str = ""

    @property
    def api_type(self) -> str:
        """The ``ContextKeyType`` of the simulator API."""
        word = "string" if self.type == "arn" else self.type
        return f"{word}List" if self.multivalued else word
