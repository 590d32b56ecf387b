"""Made-up ARNs: one for any resource type, to ask an action of.

The names are readable and stay the same, so that reports can be compared: a user is
``user/example-user-name``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.catalogue.model import ResourceType

__all__ = ["example_arn"]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SAID_ALREADY = re.compile(r"(WithPath|WithoutLeadingSlash)$")


def example_arn(
    resource_type: ResourceType,
    *,
    partition: str = "aws",
    account: str = "111111111111",
    region: str = "us-east-1",
) -> str:
    """Return an ARN of *resource_type* in *account*; where it has several formats, of the first that names a service."""
    format_ = next((arn for arn in resource_type.arns if "$" not in arn.split(":", 3)[2]), resource_type.arns[0])
    _, _, service, own_region, own_account, resource = format_.split(":", 5)
    known = {"Partition": partition, "Region": region, "Account": account, "AccountId": account}
    return ":".join(
        (
            "arn",
            partition,
            resource_type.service if _open(service) else service,
            region if _open(own_region) else own_region,
            account if _open(own_account) else own_account,
            _VARIABLE.sub(lambda match: known.get(match[1]) or _readable(match[1]), resource).replace("*", "example"),
        )
    )


def _open(part: str) -> bool:
    return "$" in part or "*" in part


def _readable(variable: str) -> str:
    words = _WORD.findall(_SAID_ALREADY.sub("", variable))
    return "-".join(("example", *(word.lower() for word in words)))
