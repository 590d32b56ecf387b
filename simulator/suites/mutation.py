"""What changing the policies showed: plain frozen data, a part of a `Run`.

A mutant is a policy with one thing in it changed.  Scenarios kill it when one of their cells fails; it is
equivalent when it is proved that no request is decided otherwise; invariants kill what is left when one that
is proved of the policies is refuted of the mutant; the others survive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Claimed", "Effects", "MutatedPolicy", "Mutation", "Survivor"]

Effects: TypeAlias = Literal["widens", "loses a denial", "narrows", "adds a denial", "unknown"]
"""What a mutant does, the worst of it; `unknown` where neither a request nor a proof was found."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change that nothing in the suites notices.

    `diff` has the lines of a unified diff.  `scenario` is YAML that would notice it, for the file `suite`;
    `before` and `after` are the decisions on its request.  `asked` is a cell that sees another decision
    already, and accepts both.  `reason` says why nothing is known.
    """

    policy: str
    file: str
    line: int
    statement: str
    operator: str
    change: str
    effect: Effects
    diff: tuple[str, ...]
    action: str | None = None
    resource: str | None = None
    context: dict[str, str | tuple[str, ...]] | None = None
    before: Literal["allowed", "implicitDeny", "explicitDeny"] | None = None
    after: Literal["allowed", "implicitDeny", "explicitDeny"] | None = None
    request: str | None = None  #: the scenario in words: principal, sign-in state, action, target
    scenario: str | None = None
    suite: str | None = None
    asked: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A change that invariants alone notice: their ids, and the request that refutes the first of them."""

    policy: str
    file: str
    line: int
    statement: str
    operator: str
    change: str
    invariants: tuple[str, ...]
    action: str
    resource: str
    context: dict[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class MutatedPolicy:
    """The counts of one policy; `claimed` are those of the killed that invariants alone notice."""

    name: str
    path: str
    mutants: int
    killed: int
    equivalent: int
    claimed: int = 0


@dataclass(frozen=True, slots=True)
class Mutation:
    """The counts over all policies, the survivors, what widens first, and what invariants alone notice.

    `idle` counts cells that can notice nothing: they fail, or are left out, with the policies as they are.
    `idle_invariants` are not proved then; they are looked at only where cells leave something to be noticed.
    """

    policies: tuple[MutatedPolicy, ...]
    survivors: tuple[Survivor, ...]
    idle: int = 0
    claimed: tuple[Claimed, ...] = ()
    idle_invariants: int = 0

    @property
    def mutants(self) -> int:
        """How many mutants there are."""
        return sum(policy.mutants for policy in self.policies)

    @property
    def killed(self) -> int:
        """How many a scenario or an invariant notices."""
        return sum(policy.killed for policy in self.policies)

    @property
    def equivalent(self) -> int:
        """How many are proved to decide every request as the original does."""
        return sum(policy.equivalent for policy in self.policies)

    @property
    def counted(self) -> int:
        """How many decide something otherwise, as far as is known."""
        return self.mutants - self.equivalent

    @property
    def score(self) -> int:
        """The percentage of these that something notices, rounded down: 100 is all."""
        return 100 if not self.counted else 100 * self.killed // self.counted
