"""Policies through the table of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.lint.model import PolicySubject
from simulator.analyse.lint.table import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.analyse.lint.facts import Facts
    from simulator.analyse.lint.model import Check, Finding
    from simulator.errors import Diagnostic
    from simulator.policy.model import Policy

__all__ = ["lint_policy"]

_MOST = 1000  # more of them help nobody, and a hostile policy has thousands


def lint_policy(
    policy: Policy, facts: Facts, *, checks: Iterable[Check] = tuple(CHECKS.values())
) -> tuple[Diagnostic, ...]:
    """Return what *checks* find in *policy*, in the order of its text, each thing once."""
    found = sorted(_found(PolicySubject(policy, facts), checks), key=lambda pair: pair[1].place.start)
    return tuple(dict.fromkeys(_diagnostic(policy, check, finding) for check, finding in found[:_MOST]))


def _found(subject: PolicySubject, checks: Iterable[Check]) -> Iterator[tuple[Check, Finding]]:
    statements = subject.statements
    for check in checks:
        if check.of_policy is not None:
            yield from ((check, finding) for finding in check.of_policy(subject))
        if check.of_statement is not None:
            yield from ((check, finding) for statement in statements for finding in check.of_statement(statement))


def _diagnostic(policy: Policy, check: Check, finding: Finding) -> Diagnostic:
    place, severity = finding.place, finding.severity or check.severity
    return policy.source.fault(
        check.code, finding.message, place.start, place.end, help=finding.help, severity=severity
    )
