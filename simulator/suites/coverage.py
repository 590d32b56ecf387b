"""Coverage as plain data: what the requests of a run made of each statement of its policies.

It is a part of the `Run` (``Run.coverage``), so the rule of `simulator.suites.result` holds: nothing that can't be
written as JSON.  What counts as covered is said in ``docs/how-to/coverage.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "ConditionCoverage",
    "Coverage",
    "EntryCoverage",
    "LeftOut",
    "Missed",
    "PolicyCoverage",
    "Reach",
    "Seen",
    "StatementCoverage",
]

Reach: TypeAlias = Literal["decisive", "matched", "near", "never"]
"""How far requests came: they rest on the statement, it applied, it missed by one set, or none of it."""

Missed: TypeAlias = Literal["action", "resource", "condition", "principal", "gate"]
"""The one set by which a statement was missed; `gate`: the action takes no such resource."""

Seen: TypeAlias = Literal["true", "false", "absent"]
"""What became of a condition: it held or not, with its key in the request, or the key was missing."""


@dataclass(frozen=True, slots=True)
class EntryCoverage:
    """An action or resource pattern; of a Not element, `used` says that a request hit just what it exempts."""

    text: str
    line: int
    used: bool


@dataclass(frozen=True, slots=True)
class ConditionCoverage:
    """A condition: which outcomes were seen, of those that can occur."""

    operator: str
    key: str
    line: int
    seen: tuple[Seen, ...]
    possible: tuple[Seen, ...]

    @property
    def missing(self) -> tuple[Seen, ...]:
        """The outcomes that can occur and were not seen."""
        return tuple(one for one in self.possible if one not in self.seen)


@dataclass(frozen=True, slots=True)
class StatementCoverage:
    """A statement; `alone` says that some decision would be another one without it.

    `missed` is filled where the statement was nearly matched and never matched.
    """

    sid: str | None
    index: int
    effect: Literal["Allow", "Deny"]
    line: int
    end_line: int
    reach: Reach
    missed: tuple[Missed, ...]
    alone: bool
    conditions: tuple[ConditionCoverage, ...]
    actions: tuple[EntryCoverage, ...]
    resources: tuple[EntryCoverage, ...]
    not_actions: bool = False
    not_resources: bool = False

    @property
    def entries(self) -> tuple[EntryCoverage, ...]:
        """The action and resource patterns."""
        return (*self.actions, *self.resources)


@dataclass(frozen=True, slots=True)
class PolicyCoverage:
    """A policy; `file` is where its lines are, which of an inline policy is the file around it."""

    name: str
    path: str
    sha256: str
    file: str
    statements: tuple[StatementCoverage, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A policy that is not counted: one of AWS's own, which nobody here can change."""

    name: str
    path: str
    statements: int
    decisive: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of a run's policies; with `since` only statements that changed since that revision."""

    policies: tuple[PolicyCoverage, ...]
    left_out: tuple[LeftOut, ...] = ()
    since: str | None = None
