"""What AWS takes as the text of an action and of a resource.

Both functions return None for a good text, else what is wrong and what to do.

Rules: ``docs/semantics.md``, G30, G40, G41.
"""

from __future__ import annotations

import re

__all__ = ["PARTITIONS", "action_fault", "resource_fault", "resource_parts"]

PARTITIONS = (
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-eusc",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
)
_VENDOR = re.compile(r"[A-Za-z0-9.-]+|\*", re.ASCII)
_IAM_TYPES = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
    # Newer than the recorded list: formats that AWS documents, and its managed policies use.
    "assumed-role/",
    "delegation-request/",
    "role-template/",
)
_REGIONLESS = ("iam", "s3")
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def action_fault(text: str) -> tuple[str, str] | None:
    """Check the text of an Action or NotAction entry (G30)."""
    if text == "*":
        return None
    vendor, colon, name = text.partition(":")
    if not colon:
        return f"the action `{text}` names no service", "write it as `service:Name`, for example `iam:GetUser`"
    if ":" in name:
        return f"the action `{text}` has more than one colon", "write it as `service:Name`"
    if not _VENDOR.fullmatch(vendor):
        return f"the service `{vendor}` of the action `{text}` is not valid", "wildcards can't stand in the service"
    return None


def resource_fault(text: str) -> tuple[str, str] | None:
    """Check the text of a Resource or NotResource entry (G40, G41)."""
    if text == "*":
        return None
    if ":" not in text:
        return f"the resource `{text}` is no ARN", 'write an ARN or "*"'
    parts = resource_parts(text)
    if len(parts) == 1:
        return f"the resource `{text}` is no ARN", 'write an ARN or "*"'
    if parts[1] not in (*PARTITIONS, "*"):
        return f"the partition `{parts[1]}` of `{text}` is not valid", f"partitions are {', '.join(PARTITIONS)} and *"
    if len(parts) == 2 or not parts[2]:
        return f"the resource `{text}` names no service", "an ARN is arn:partition:service:region:account:resource"
    if len(parts) == 5 and not parts[3] and not re.search(r"[*?]|\$\{|^\d+$", parts[4]):
        return f"the resource `{text}` is one colon short", "an ARN has five colons: arn:aws:s3:::bucket"
    return _service_fault(text, parts)


def resource_parts(text: str) -> list[str]:
    """Split the text of a resource at its first five colons; those in ``${aws:username}`` don't count."""
    if "${" not in text:
        return text.split(":", 5)
    parts = _VARIABLE.sub(lambda found: "$" * len(found[0]), text).split(":", 5)
    found, start = [], 0
    for part in parts:
        found.append(text[start : start + len(part)])
        start += len(part) + 1
    return found


def _service_fault(text: str, parts: list[str]) -> tuple[str, str] | None:
    """Check what AWS knows of the ARNs of IAM and S3."""
    service = parts[2]
    region = parts[3] if len(parts) > 3 else ""
    resource = parts[5] if len(parts) > 5 else ""
    if service in _REGIONLESS and region not in ("", "*") and not resource.startswith("accesspoint"):
        return f"the resource `{text}` names a region", f"ARNs of {service} have none: leave it empty"
    if service == "iam" and resource not in ("", "*", "root") and not resource.startswith(_IAM_TYPES):
        return (
            f"the resource `{text}` is of no type that IAM knows",
            f"it starts with one of {', '.join(_IAM_TYPES)}",
        )
    return None
