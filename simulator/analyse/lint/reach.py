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
    from simulator.policy.model import Element, Statement

__all__ = ["contradictory", "names_no_action", "overruled", "redundant"]

_MOST_COMPARISONS = 100_000  # of entries with entries, for one policy; each costs some microseconds
_MOST_VALUES = 400  # each is tried with each condition
_LONGEST = 2048  # of an entry: what the API takes for an ARN
_KINDS = ("Numeric", "Date")
_ALWAYS_NAMED = frozenset({"*", "*:*"})


def names_no_action(subject: StatementSubject) -> Iterator[Finding]:
    """NotAction ``*``: nothing is left (M6)."""
    actions = subject.statement.actions
    if actions is not None and actions.negated:
        for entry in actions.entries:
            if entry.text in _ALWAYS_NAMED:
                message = f"`NotAction` with `{entry.text}` leaves no action: the statement never applies"
                yield Finding(entry, message, "name the actions that are exempt, or write `Action`")


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
    if sum(len(condition.values) for condition in conditions) > _MOST_VALUES:
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
    if any(c.operator.base == "Null" and [value.text.lower() for value in c.values] == ["true"] for c in conditions):
        return values
    bases = {condition.operator.base for condition in conditions} - {"Null"}
    if bases <= {"Bool"}:
        return values | {"true", "false"}
    # A number has many spellings, which only operators of its own kind take for one.
    kinds = {kind for kind in _KINDS if all(base.startswith(kind) for base in bases)}
    for condition in conditions:
        base = condition.operator.base
        if not condition.operator.negated and (base == "StringEquals" or base in {f"{kind}Equals" for kind in kinds}):
            return values | {value.text for value in condition.values}
    return None


def redundant(subject: PolicySubject) -> Iterator[Finding]:
    """A statement that says nothing beyond an earlier or later one of the same effect."""
    comparer = _Comparer()
    for statement in subject.policy.statements:
        for other in subject.policy.statements:
            if other is statement or other.effect is not statement.effect or not comparer.covers(other, statement):
                continue
            if other.index > statement.index and comparer.covers(statement, other):
                continue  # equal ones: the later is told
            message = f"the statement says nothing that `{other.label}` in line {_line(subject, other)} does not say"
            yield Finding(statement, message, "remove the one or the other")
            break


def overruled(subject: PolicySubject) -> Iterator[Finding]:
    """An Allow of which a Deny in the same policy leaves nothing."""
    comparer = _Comparer()
    denies = [statement for statement in subject.policy.statements if statement.effect is StatementEffect.DENY]
    for statement in subject.policy.statements:
        for other in denies if statement.effect is StatementEffect.ALLOW else ():
            if comparer.covers(other, statement):
                message = f"`{other.label}` in line {_line(subject, other)} denies all that the statement allows"
                yield Finding(statement, message, "the statement has no effect as long as the Deny stands")
                break


def _line(subject: PolicySubject, statement: Statement) -> int:
    return subject.policy.source.position(statement.start)[0]


class _Comparer:
    """Compares statements; when it has had enough, nothing covers anything."""

    def __init__(self) -> None:
        self._left = _MOST_COMPARISONS

    def covers(self, wide: Statement, narrow: Statement) -> bool:
        """Tell whether *wide* surely applies to every request that *narrow* applies to."""
        return (
            wide.principals == narrow.principals
            and wide.variables is narrow.variables
            and _conditions_cover(wide, narrow)
            and self._element_covers(wide.actions, narrow.actions, _ACTIONS)
            and self._element_covers(wide.resources, narrow.resources, _RESOURCES[wide.variables])
        )

    def _element_covers(self, wide: Element | None, narrow: Element | None, language: _Language) -> bool:
        if wide is None or narrow is None:
            return wide is None
        if any(len(text) > _LONGEST for text in (*wide.texts, *narrow.texts)):
            return False
        steps, _ = language
        if wide.negated and narrow.negated:
            return all(any(self._one_covers(n, w, language) for n in narrow.texts) for w in wide.texts)
        if wide.negated:
            return not any(self._one_meets(w, n, language) for w in wide.texts for n in narrow.texts)
        if narrow.negated:
            return any(steps(w) == (Wildcard.RUN,) for w in wide.texts)
        return all(any(self._one_covers(w, n, language) for w in wide.texts) for n in narrow.texts)

    def _one_covers(self, wide: str, narrow: str, language: _Language) -> bool:
        self._left -= 1
        steps, glob = language
        return self._left > 0 and glob(wide).covers(steps(narrow))

    def _one_meets(self, one: str, other: str, language: _Language) -> bool:
        self._left -= 1
        steps, glob = language
        return self._left <= 0 or glob(one).meets(steps(other))


def _conditions_cover(wide: Statement, narrow: Statement) -> bool:
    """Tell whether the conditions of *narrow* include those of *wide*, spelled alike."""
    have = {_said(condition) for condition in narrow.conditions}
    return all(_said(condition) in have for condition in wide.conditions)


def _said(condition: Condition) -> tuple[str, str, frozenset[str]]:
    return str(condition.operator), condition.key.lower(), frozenset(value.text for value in condition.values)


_Language: TypeAlias = "tuple[Callable[[str], tuple[Step, ...]], Callable[[str], Glob]]"
"""How the texts of an element are read: as steps, and as a glob."""

_ACTIONS: _Language = (action_steps, action_glob)
_RESOURCES: dict[bool, _Language] = {
    flag: (partial(resource_steps, variables=flag), partial(resource_glob, variables=flag)) for flag in (False, True)
}
