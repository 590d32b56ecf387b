"""``PolicyExclusionList``: which attached policies a simulation leaves out.

An identifier names a type, a managed policy's ARN or an inline policy.  ARNs are compared without the
policy's path, one ``*`` and any ``?`` may stand in the name, and an identifier that fits nothing is
ignored; only a type ever leaves out a boundary or the organization's policies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.backends.faults import Fault
from simulator.policy.arn import Arn
from simulator.policy.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.backends.directory import Attachment
    from simulator.backends.shapes import InlinePolicyIdentifier, PolicyIdentifier

__all__ = ["Exclusions"]

_BOUNDARY, _SCP = "permission-boundary", "scp"


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What to leave out."""

    types: frozenset[str] = frozenset()
    arns: tuple[Pattern, ...] = ()
    inline: tuple[tuple[str, str, Pattern], ...] = ()  #: policy name, kind of holder, holder's name

    @classmethod
    def read(cls, identifiers: Sequence[PolicyIdentifier]) -> Exclusions:
        """Read the identifiers; raise `Fault` at a malformed one."""
        return cls(
            frozenset(item["PolicyType"] for item in identifiers if "PolicyType" in item),
            tuple(_arn_pattern(item["PolicyArn"]) for item in identifiers if "PolicyArn" in item),
            tuple(_inline(item["InlinePolicyIdentifier"]) for item in identifiers if "InlinePolicyIdentifier" in item),
        )

    @property
    def boundary(self) -> bool:
        """Whether the attached boundary is left out."""
        return _BOUNDARY in self.types

    @property
    def organization(self) -> bool:
        """Whether the service control policies are left out."""
        return _SCP in self.types

    def drops(self, attachment: Attachment) -> bool:
        """Tell whether *attachment* is left out."""
        if attachment.origin in self.types:
            return True
        if attachment.arn is not None:
            return any(pattern.matches(attachment.arn) for pattern in self.arns)
        kind, name = attachment.holder
        return any(
            (policy, holder) == (attachment.name, kind) and pattern.matches(name)
            for policy, holder, pattern in self.inline
        )


def _arn_pattern(text: str) -> Pattern:
    arn = Arn.parse(text)
    kind, _, name = arn.resource.partition("/") if arn is not None else ("", "", "")
    if arn is None or arn.service != "iam" or kind != "policy" or not name:
        raise Fault.bad_exclusion(text)
    head = text.removesuffix(name)
    if "*" in head or "?" in head:
        raise Fault.bad_exclusion(text)
    return _one_run(text)


def _inline(identifier: InlinePolicyIdentifier) -> tuple[str, str, Pattern]:
    return identifier["PolicyName"], identifier["AttachmentType"], _one_run(identifier["AttachmentName"])


def _one_run(text: str) -> Pattern:
    if text.count("*") > 1:
        raise Fault.bad_exclusion(text)
    return Pattern.parse(text)
