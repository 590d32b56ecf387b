"""Mutants as values: a policy with something in it changed, and how the change reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from simulator.policy.model import Policy, Statement

__all__ = ["Changed", "Mutant", "Operator", "Setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """The account in which a policy is used: what an operator may write in the place of something open."""

    user: str = "somebody"
    account: str = "123456789012"
    partition: str = "aws"


Changed: TypeAlias = "tuple[str, Statement | None]"
"""What an operator did, in words, and the statement after it; None is none."""

Operator: TypeAlias = Callable[["Statement", Setting], Iterator["Changed"]]
"""A kind of change: yields the ways to make it in a statement."""


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One change of one policy.

    `statement` is the one that changed, the first where all did; `changes` maps the place of a statement
    in the policy to what stands there after it.  `version` is the policy's new Version, where that changed.
    """

    operator: str
    words: str
    policy: Policy
    statement: Statement
    changes: dict[int, Statement | None]
    version: str | None = None

    @property
    def line(self) -> int:
        """The line of what changed, as far as that is one place."""
        source, new = self.policy.source, next(iter(self.changes.values()))
        if self.version is not None:
            return source.position(max(0, source.text.find('"Version"')))[0]
        return source.position(self.statement.start if new is None else _place(self.statement, new))[0]


def _place(old: Statement, new: Statement) -> int:
    """Return the offset of the first entry or condition that is not the same, else of the statement."""
    for before, after in ((old.actions, new.actions), (old.resources, new.resources)):
        if before is not None and after is not None:
            if before.negated != after.negated and before.entries:
                return before.entries[0].start
            kept = {(entry.start, entry.text) for entry in after.entries}
            for entry in before.entries:
                if (entry.start, entry.text) not in kept:
                    return entry.start
    left = {condition.start: condition for condition in new.conditions}
    for condition in old.conditions:
        if left.get(condition.start) != condition:
            return condition.start
    return old.start
