"""The ARN template that stands for several resources in an answer's ``EvalResourceName`` (A2).

AWS names one template a service, whatever the action takes: ``iam:ListUsers``, which takes no
resource, has the same as ``iam:GetUser``.  The recorded ones stand in a table.  Any other service's
is derived from its ARN formats the way the recorded ones look:

* region and account are variables where one of the service's formats has them, else empty;
* a service with one format keeps that format's resource part;
* else the resource part is ``${ResourceType}/${ResourcePath}`` or ``${ResourceType}:${ResourceId}``,
  by the separator behind the leading word of most formats (the slash on a tie);
* an unknown action, or a service without resource types, gives ``*``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.catalogue.gate import ANY_RESOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.catalogue.load import Catalogue
    from simulator.catalogue.service import Service

__all__ = ["template"]

_RECORDED = {
    "dynamodb": "dynamodb:${Region}:${Account}:${ResourceType}/${ResourcePath}",
    "ec2": "ec2:${Region}:${Account}:${ResourceType}/${ResourcePath}",
    "iam": "iam::${Account}:${ResourceType}/${ResourceName}",
    "kms": "kms:${Region}:${Account}:${ResourceType}/${Id}",
    "lambda": "lambda:${Region}:${Account}:${ResourceType}:${ResourceId}",
    "s3": "s3:::${BucketName}/${KeyName}",
    "sqs": "sqs:${Region}:${Account}:${QueueName}",
    "sts": "iam::${Account}:${RelativeId}",
}
_VARIABLES = {3: "${Region}", 4: "${Account}"}
_BY_SEPARATOR = {"/": "${ResourceType}/${ResourcePath}", ":": "${ResourceType}:${ResourceId}"}
_LEADING = re.compile(r"/?[^/:$]+([/:])")


def template(action: str, partition: str = "aws", *, catalogue: Catalogue | None = None) -> str:
    """Return the template for *action* in a partition; AWS takes that of the request's first ARN."""
    if catalogue is None:
        from simulator.catalogue.load import load  # noqa: PLC0415  # only where the caller has none

        catalogue = load()
    service = None if catalogue.place(action) is None else catalogue.service(action.partition(":")[0])
    rest = None if service is None else _RECORDED.get(service.name) or _derived(service)
    return ANY_RESOURCE if rest is None else f"arn:{partition}:{rest}"


def _derived(service: Service) -> str | None:
    formats = [arn.split(":", 5) for kind in service.types for arn in kind.arns]
    own = [parts for parts in formats if parts[2] == service.name] or formats
    if not own:
        return None
    region, account = (word if any(parts[place] for parts in own) else "" for place, word in _VARIABLES.items())
    return f"{own[0][2]}:{region}:{account}:{_resource([parts[5] for parts in own])}"


def _resource(parts: Sequence[str]) -> str:
    if len(set(parts)) == 1:
        return parts[0]
    separators = [match[1] for match in map(_LEADING.match, parts) if match]
    return _BY_SEPARATOR[max("/:", key=separators.count)]
