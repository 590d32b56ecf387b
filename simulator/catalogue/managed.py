"""AWS managed policies, by ARN or name: the version current at the file's date.

The text is the document laid out as AWS lays out its own (tabs, one value a line); its digest is of
that text.  A policy's ARN may name any partition: the document is the commercial one's.
"""

from __future__ import annotations

import hashlib
from dataclasses import field
from functools import cache

from simulator.catalogue.store import DATA, Packed
from simulator.errors import nearest
from simulator.policy.arn import Arn
from simulator.values import dataclass

__all__ = ["ManagedPolicy", "managed_date", "managed_names", "managed_policy", "managed_sha256", "nearest_managed"]

_OWNER = "aws"
_KIND = "policy"


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """An AWS managed policy; `created` and `updated` are ISO times, `sha256` is of `text`."""

    arn: str
    name: str
    version: str
    created: str
    updated: str
    text: str = field(repr=False)
    sha256: str


@cache
def _packed() -> Packed:
    return Packed(DATA / "managed.bin")


def managed_date() -> str:
    """Return the date of the newest update among the policies."""
    return str(_packed().index["date"])


def managed_sha256() -> str:
    """Return the digest of the shipped file."""
    return _packed().sha256


@cache
def managed_names() -> tuple[str, ...]:
    """Return the names of all policies, sorted."""
    return tuple(_packed().index["policies"])


def managed_policy(arn_or_name: str) -> ManagedPolicy | None:
    """Return a policy by its ARN (path included) or its name, or None when there is none."""
    name, partition, path = _parts(arn_or_name)
    row = _packed().index["policies"].get(name)
    if row is None or (path is not None and path != row[0]):
        return None
    own_path, version, created, updated, offset, length = row
    text = _packed().text(offset, length)
    arn = f"arn:{partition}:iam::{_OWNER}:{_KIND}{own_path}{name}"
    return ManagedPolicy(arn, name, version, created, updated, text, hashlib.sha256(text.encode()).hexdigest())


def _parts(arn_or_name: str) -> tuple[str, str, str | None]:
    """Return name, partition and path; a bare name has no path, and a foreign ARN is nobody's name."""
    arn = Arn.parse(arn_or_name)
    if arn is None:
        return arn_or_name, "aws", None
    kind, slash, rest = arn.resource.partition("/")
    if (arn.service, arn.region, arn.account, kind) != ("iam", "", _OWNER, _KIND):
        return "", arn.partition, None
    path, _, name = f"{slash}{rest}".rpartition("/")
    return name, arn.partition, f"{path}/"


def nearest_managed(arn_or_name: str) -> str | None:
    """Return the ARN of the policy that *arn_or_name* was meant to be, or None."""
    name, partition, _ = _parts(arn_or_name)
    like = nearest(name, managed_names(), cutoff=0.8) if name else None
    found = managed_policy(like) if like else None
    return None if found is None else found.arn.replace("arn:aws:", f"arn:{partition}:", 1)
