"""The policy documents of a request: read once, named as AWS names their statements' sources (A6).

A document that can't be read is answered as AWS answers it; what is wrong with it, which AWS keeps to
itself, goes into the fault's notes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.backends.faults import Fault
from simulator.errors import InputError
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.backends.shapes import OrganizationLevel
    from simulator.policy.model import Policy

__all__ = [
    "read_attached",
    "read_boundary",
    "read_identity",
    "read_leniently",
    "read_organization",
    "read_resource_policy",
]

_KEPT = 256  # documents; each has at most 131,072 characters
_IDENTITY = "PolicyInputList"
_BOUNDARY = "PermissionsBoundaryPolicyInputList"
_RESOURCE = "ResourcePolicy"


def read_identity(texts: Sequence[str]) -> tuple[Policy, ...]:
    """Read ``PolicyInputList``."""
    return tuple(
        _read(text, f"{_IDENTITY}.{number}", PolicyKind.IDENTITY, f"Policy input list item {number}")
        for number, text in enumerate(texts, start=1)
    )


def read_leniently(texts: Sequence[str]) -> tuple[Policy, ...]:
    """Read documents as the GetContextKeys calls do: incomplete statements are taken (K9)."""
    return tuple(
        _read(text, f"{_IDENTITY}.{number}", PolicyKind.IDENTITY, f"Policy input list item {number}", lenient=True)
        for number, text in enumerate(texts, start=1)
    )


def read_boundary(texts: Sequence[str]) -> Policy | None:
    """Read ``PermissionsBoundaryPolicyInputList``, which holds one document at most."""
    if len(texts) > 1:
        raise Fault.too_many_boundaries()
    where = "Permissions Boundary policy input list item 1"
    return _read(texts[0], f"{_BOUNDARY}.1", PolicyKind.BOUNDARY, where) if texts else None


def read_organization(levels: Iterable[OrganizationLevel]) -> tuple[tuple[Policy, ...], ...]:
    """Read ``OrderedOrganizationPolicyInputList``, the root first."""
    found: list[tuple[Policy, ...]] = []
    for number, level in enumerate((level for level in levels if level), start=1):
        texts = level.get("ServiceControlPolicyInputList") or ()
        if not texts:
            raise Fault.empty_level(number)
        where = f"Organization policy at index {number}"
        found.append(
            tuple(_read(text, f"{where}, document {n}", PolicyKind.SCP, where) for n, text in enumerate(texts))
        )
    return tuple(found)


def read_resource_policy(text: str) -> Policy:
    """Read ``ResourcePolicy``; a role's trust policy, which names no resource, is taken too (A18)."""
    try:
        return _parse(text, _RESOURCE, PolicyKind.RESOURCE)
    except InputError as error:
        refused = error
    try:
        return _parse(text, _RESOURCE, PolicyKind.TRUST)
    except InputError:
        raise Fault.invalid_policy("Resource policy", _notes(refused)) from None


def read_attached(text: str, name: str, kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
    """Read a stored policy; *name* is the id under which answers list its statements."""
    try:
        return _parse(text, name, kind)
    except InputError as error:
        raise Fault.unusable_policy(name, _notes(error)) from None


def _read(text: str, name: str, kind: PolicyKind, where: str, *, lenient: bool = False) -> Policy:
    try:
        return _parse(text, name, kind, lenient=lenient)
    except InputError as error:
        raise Fault.invalid_policy(where, _notes(error)) from None


@lru_cache(maxsize=_KEPT)
def _parse(text: str, name: str, kind: PolicyKind, *, lenient: bool = False) -> Policy:
    return parse_policy_text(text, name=name, kind=kind, lenient=lenient)


def _notes(error: InputError) -> Iterable[str]:
    return (f"{fault.span}: {fault.message}" if fault.span else fault.message for fault in error.diagnostics)
