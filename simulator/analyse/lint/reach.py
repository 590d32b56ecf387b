"""Statements that can never decide anything.

Only what holds for every request is told: patterns are compared with patterns, and conditions of one
key with the few values that could satisfy them.  Rules: C1 to C3, C30, E1, E2, M6 of ``docs/semantics.md``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from simulator.analyse.lint.globs import action_glob, action_steps, resource_glob, resource_steps
from simulator.analyse.lint.model import Finding
from simulator.policy.model import StatementEffect
from simulator.policy.pattern import Wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.analyse.lint.globs import Glob, Step
    from simulator.analyse.lint.model import PolicySubject, StatementSubject
    from simulator.policy.conditions import Condition
    from simulator.policy.model import Element, Policy, Statement

__all__ = ["contradictory", "names_no_action", "overruled", "redundant"]

_MOST_STATEMENTS = 200  # each is compared with each; a policy of AWS's size has room for fewer
_MOST_ENTRIES = 400
_FINITE = ("StringEquals", "Bool", "NumericEquals", "DateEquals")  # each value that satisfies them stands in the policy
_ALWAYS_NAMED = frozenset({"*", "*:*"})


def names_no_action(subject: StatementSubject) -> Iterator[Finding]:
    """NotAction ``*``: nothing is left (M6)."""
    actions = subject.statement.actions
    if actions is not None and actions.negated:
        for entry in actions.entries:
            if entry.text in _ALWAYS_NAMED:
                yield Finding(entry, f"`NotAction` with `{entry.text}` leaves no action: the statement never applies")


def contradictory(subject: StatementSubject) -> Iterator[Finding]:
    """Conditions on one key that no value satisfies together."""
    conditions = subject.statement.conditions
    for key in dict.fromkeys(condition.key.lower() for condition in conditions):
        on_key = [condition for condition in conditions if condition.key.lower() == key]
        if len(on_key) > 1 and _impossible(on_key):
            operators = " and ".join(f"`{condition.operator}`" for condition in on_key)
            message = f"no value of `{on_key[0].key}` satisfies {operators}: the statement never applies"
            yield Finding(on_key[-1], message, "all conditions of a statement must hold together")


def _impossible(conditions: list[Condition]) -> bool:
    if any(c.operator.qualifier or not c.values or (c.variables and _has_variable(c)) for c in conditions):
        return False
    candidates = _candidates(conditions)
    if candidates is None:
        return False
    return not any(all(c.holds(lambda _, v=value: v) for c in conditions) for value in candidates)  # type: ignore[misc]  # a lookup of one key


def _has_variable(condition: Condition) -> bool:
    return any("${" in value.text for value in condition.values)


def _candidates(conditions: list[Condition]) -> set[str | None] | None:
    """Return values one of which satisfies all conditions if any value does; None when they can't be listed."""
    values: set[str | None] = {None}  # the missing key
    for condition in conditions:
        operator = condition.operator
        if operator.base == "Null" and condition.values[0].text.lower() == "true" and len(condition.values) == 1:
            return values
        if operator.base in _FINITE and not operator.negated:
            found = ("true", "false") if operator.base == "Bool" else (value.text for value in condition.values)
            return values | set(found)
    return None


def redundant(subject: PolicySubject) -> Iterator[Finding]:
    """A statement that says nothing beyond an earlier or later one of the same effect."""
    for statement in _compared(subject.policy):
        for other in subject.policy.statements:
            if other is statement or other.effect is not statement.effect or not _covers(other, statement):
                continue
            if other.index > statement.index and _covers(statement, other):
                continue  # equal ones: the later is told
            message = f"the statement says nothing that `{other.label}` in line {_line(subject, other)} does not say"
            yield Finding(statement, message, "remove the one or the other")
            break


def overruled(subject: PolicySubject) -> Iterator[Finding]:
    """An Allow of which a Deny in the same policy leaves nothing."""
    for statement in _compared(subject.policy):
        if statement.effect is StatementEffect.DENY:
            continue
        for other in subject.policy.statements:
            if other.effect is StatementEffect.DENY and _covers(other, statement):
                message = f"`{other.label}` in line {_line(subject, other)} denies all that the statement allows"
                yield Finding(statement, message, "the statement has no effect as long as the Deny stands")
                break


def _compared(policy: Policy) -> tuple[Statement, ...]:
    return policy.statements if len(policy.statements) <= _MOST_STATEMENTS else ()


def _line(subject: PolicySubject, statement: Statement) -> int:
    return subject.policy.source.position(statement.start)[0]


def _covers(wide: Statement, narrow: Statement) -> bool:
    """Tell whether *wide* surely applies to every request that *narrow* applies to."""
    return (
        wide.principals == narrow.principals
        and wide.variables is narrow.variables
        and _conditions_cover(wide, narrow)
        and _element_covers(wide.actions, narrow.actions, _ACTIONS)
        and _element_covers(wide.resources, narrow.resources, _RESOURCES[wide.variables])
    )


def _conditions_cover(wide: Statement, narrow: Statement) -> bool:
    """Tell whether the conditions of *narrow* include those of *wide*, spelled alike."""
    have = {_said(condition) for condition in narrow.conditions}
    return all(_said(condition) in have for condition in wide.conditions)


def _said(condition: Condition) -> tuple[str, str, frozenset[str]]:
    return str(condition.operator), condition.key.lower(), frozenset(value.text for value in condition.values)


def _element_covers(wide: Element | None, narrow: Element | None, language: _Language) -> bool:
    if wide is None or narrow is None:
        return wide is None
    if len(wide.entries) > _MOST_ENTRIES or len(narrow.entries) > _MOST_ENTRIES:
        return False
    steps, glob = language
    if wide.negated and narrow.negated:
        return all(any(glob(n).covers(steps(w)) for n in narrow.texts) for w in wide.texts)
    if wide.negated:
        return not any(glob(w).meets(steps(n)) for w in wide.texts for n in narrow.texts)
    if narrow.negated:
        return any(steps(w) == (Wildcard.RUN,) for w in wide.texts)
    return all(any(glob(w).covers(steps(n)) for w in wide.texts) for n in narrow.texts)


_Language: TypeAlias = "tuple[Callable[[str], tuple[Step, ...]], Callable[[str], Glob]]"
"""How the texts of an element are read: as steps, and as a glob."""

_ACTIONS: _Language = (action_steps, action_glob)
_RESOURCES: dict[bool, _Language] = {
    flag: (partial(resource_steps, variables=flag), partial(resource_glob, variables=flag)) for flag in (False, True)
}
