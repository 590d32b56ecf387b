"""Small policies and requests that the tests of the backends share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNT = "123456789012"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/staff/alice"
A, B = "arn:aws:s3:::sample/a", "arn:aws:s3:::sample/b"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def statement(effect: str = "Allow", action: str = "s3:GetObject", resource: str = "*", **more: Any) -> dict[str, Any]:
    """Make a statement."""
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> str:
    """Make a document of *statements*."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


ALLOW = policy(statement())
ALLOW_ALL = policy(statement(action="*"))
DENY = policy(statement("Deny"))
OTHER = policy(statement(action="s3:PutObject"))
NEEDS_KEY = policy(statement(Condition={"StringEquals": {"stack:missing": "yes"}}))


def entry(name: str, *values: str, kind: str = "string") -> dict[str, Any]:
    """Make a context entry."""
    return {"ContextKeyName": name, "ContextKeyValues": list(values), "ContextKeyType": kind}


def shared_policy(principal: str = ALICE, effect: str = "Allow") -> str:
    """Make a resource policy over the sample bucket."""
    return policy(statement(effect, resource="arn:aws:s3:::sample/*", Principal={"AWS": principal}))


def asks(*actions: str, policies: Sequence[str] = (ALLOW,), **more: Any) -> dict[str, Any]:
    """Make the parameters of SimulateCustomPolicy."""
    return {"PolicyInputList": list(policies), "ActionNames": list(actions or ("s3:GetObject",)), **more}
