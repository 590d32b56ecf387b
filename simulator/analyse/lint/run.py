"""Policies and suites through the table of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.lint.model import PolicySubject
from simulator.analyse.lint.table import CHECKS
from simulator.text.source import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.analyse.lint.facts import Facts
    from simulator.analyse.lint.model import Check, Finding, SuiteSubject
    from simulator.errors import Diagnostic
    from simulator.policy.model import Policy

__all__ = ["lint_policy", "lint_suites"]

_MOST = 1000  # more of them help nobody, and a hostile policy has thousands
_LONGEST = 200_000  # characters; AWS's longest own policy has 175,000, a customer's may have 6,144


def lint_policy(
    policy: Policy, facts: Facts, *, checks: Iterable[Check] = tuple(CHECKS.values())
) -> tuple[Diagnostic, ...]:
    """Return what *checks* find in *policy*, in the order of its text, each thing once."""
    statements = policy.statements
    if statements and statements[-1].end - statements[0].start > _LONGEST:
        checks = [CHECKS["policy-size"]]
    found = sorted(_found(PolicySubject(policy, facts), checks), key=lambda pair: pair[1].place.start)
    return tuple(dict.fromkeys(_diagnostic(policy, check, finding) for check, finding in found[:_MOST]))


def lint_suites(subject: SuiteSubject) -> tuple[Diagnostic, ...]:
    """Return what the checks of suites find."""
    found: dict[Diagnostic, None] = {}
    for check in CHECKS.values():
        for finding in check.of_suites(subject) if check.of_suites is not None else ():
            assert isinstance(finding.place, Node), "what is found in suites stands at a node"
            severity = finding.severity or check.severity
            found[finding.place.fault(check.code, finding.message, help=finding.help, severity=severity)] = None
    return tuple(found)


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
