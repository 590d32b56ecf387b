"""A check is a row: a code, how bad it is, what it is called, and the function that finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from simulator.analyse.lint.facts import Facts, Named
    from simulator.errors import Severity
    from simulator.policy.model import Policy, Statement
    from simulator.suites.load import Loaded

__all__ = [
    "Check",
    "Finding",
    "Place",
    "PolicyCheck",
    "PolicySubject",
    "StatementCheck",
    "StatementSubject",
    "SuiteCheck",
    "SuiteSubject",
]


class Place(Protocol):
    """Whatever stands somewhere in the policy: an entry, a condition, a value, a statement."""

    @property
    def start(self) -> int:
        """Where it begins."""
        ...

    @property
    def end(self) -> int:
        """Where it has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and what to do; `severity` None is the check's own."""

    place: Place
    message: str
    help: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class PolicySubject:
    """A policy under check."""

    policy: Policy
    facts: Facts

    @property
    def statements(self) -> tuple[StatementSubject, ...]:
        """Its statements, each by itself."""
        return tuple(StatementSubject(self.policy, statement, self.facts) for statement in self.policy.statements)


@dataclass(frozen=True, slots=True)
class StatementSubject:
    """A statement under check."""

    policy: Policy
    statement: Statement
    facts: Facts

    @property
    def named(self) -> tuple[Named, ...]:
        """What the entries of its Action or NotAction element name, in order."""
        actions = self.statement.actions
        return tuple(self.facts.named(entry.text) for entry in actions.entries) if actions is not None else ()


@dataclass(frozen=True, slots=True)
class SuiteSubject:
    """The suites of a run; `controls` are the names that the catalogue of controls has, none when nobody asks."""

    loaded: Loaded
    facts: Facts
    controls: frozenset[str] = frozenset()


PolicyCheck: TypeAlias = Callable[[PolicySubject], Iterable[Finding]]
StatementCheck: TypeAlias = Callable[[StatementSubject], Iterable[Finding]]
SuiteCheck: TypeAlias = Callable[[SuiteSubject], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """A row of the table; exactly one of the functions is there.  What `of_suites` finds stands at nodes.

    `code` is stable: ``docs/diagnostics/CODE.md`` explains it, and configurations silence it by that name.
    """

    code: str
    severity: Severity
    title: str
    of_statement: StatementCheck | None = None
    of_policy: PolicyCheck | None = None
    of_suites: SuiteCheck | None = None
