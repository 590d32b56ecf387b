"""Policies as frozen values that know where they stand.

Offsets point into the policy's `Source`; spans are computed when somebody asks.  The texts are as
written: what they match is the business of `simulator.decide`.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.errors import Span
    from simulator.policy.conditions import Condition
    from simulator.text.source import Source

__all__ = ["Element", "Entry", "Policy", "PolicyKind", "Principals", "Statement", "StatementEffect"]


class PolicyKind(Enum):
    """What a document is attached to; it fixes which elements are allowed (G12, G13)."""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"
    RESOURCE = "resource"
    SCP = "scp"
    RCP = "rcp"
    TRUST = "trust"


class StatementEffect(Enum):
    """What a matching statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a list, and its offsets."""

    text: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Element:
    """Action, NotAction, Resource or NotResource."""

    entries: tuple[Entry, ...]
    negated: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The entries' texts."""
        return tuple(entry.text for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Principals:
    """Principal or NotPrincipal: (type, value) pairs; ``"*"`` is ``("AWS", "*")`` (E8)."""

    entries: tuple[tuple[str, Entry], ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement; equal only to itself, so that evidence tells twins apart.

    `index` counts from 1.  `actions` or `resources` is None only in kinds that may lack it (and in
    documents read leniently).  `start`/`end` are its braces; `aws_start`/`aws_end` the (line, column)
    that AWS's simulator reports for it (A7).
    """

    index: int
    sid: str | None
    effect: StatementEffect
    actions: Element | None
    resources: Element | None
    principals: Principals | None
    conditions: tuple[Condition, ...]
    variables: bool
    start: int
    end: int
    aws_start: tuple[int, int]
    aws_end: tuple[int, int]

    @property
    def label(self) -> str:
        """The Sid, or ``#3`` for the third statement without one."""
        return self.sid or f"#{self.index}"


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """One document; equal only to itself."""

    name: str
    kind: PolicyKind
    version: str | None
    statements: tuple[Statement, ...]
    source: Source = field(repr=False)

    def span(self, statement: Statement) -> Span:
        """Where *statement* stands, braces included."""
        return self.source.span(statement.start, statement.end)

    def entry_span(self, entry: Entry) -> Span:
        """Where an entry of an element stands."""
        return self.source.span(entry.start, entry.end)

    def quote(self, statement: Statement) -> str:
        """The statement's text as written."""
        return self.source.text[statement.start : statement.end]
