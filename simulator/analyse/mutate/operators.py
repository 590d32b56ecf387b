"""The table of operators, and all mutants of a policy.

Each row is a way in which policies go wrong unnoticed.  A mutant that reads like the original, or like
an earlier mutant, is left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from simulator.analyse.mutate import conditions, elements
from simulator.analyse.mutate.model import Mutant, Setting
from simulator.policy.model import StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.mutate.model import Changed, Operator
    from simulator.policy.model import Policy, Statement

__all__ = ["OLD_VERSION", "OPERATORS", "VERSION", "mutants"]

OLD_VERSION = "2008-10-17"
VERSION = "old-version"  #: the operator that changes the whole policy


def drop_statement(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Drop the statement."""
    del setting
    yield f"drop the statement {statement.label}", None


def flip_effect(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Allow what was denied, deny what was allowed."""
    del setting
    old = statement.effect
    new = StatementEffect.ALLOW if old is StatementEffect.DENY else StatementEffect.DENY
    yield f"write {new.value} for {old.value}", replace(statement, effect=new)


OPERATORS: Final[dict[str, Operator]] = {
    "drop-statement": drop_statement,
    "flip-effect": flip_effect,
    "swap-action": elements.swap("actions"),
    "drop-action": elements.drop("actions"),
    "widen-action": elements.widen_actions,
    "narrow-action": elements.narrow_actions,
    "swap-resource": elements.swap("resources"),
    "drop-resource": elements.drop("resources"),
    "widen-resource": elements.widen_resources,
    "change-variable": elements.change_variables,
    "swap-type": elements.swap_types,
    "fix-or-open-arn": elements.fix_open_parts,
    "swap-principal": elements.swap_principals,
    "drop-principal": elements.drop_principals,
    "widen-principal": elements.widen_principals,
    "drop-condition": conditions.drop_conditions,
    "drop-conditions": conditions.drop_all_conditions,
    "negate-condition": conditions.negate_conditions,
    "if-exists": conditions.change_if_exists,
    "set-operator": conditions.change_set_operators,
    "likeness": conditions.change_likeness,
    "drop-value": conditions.drop_values,
    "widen-value": conditions.widen_values,
    "edge": conditions.change_edges,
    "value-variable": conditions.change_value_variables,
    "ask-for-mfa": conditions.ask_for_mfa,
}
"""Name to operator, in the order in which mutants are made."""


def mutants(policy: Policy, setting: Setting = Setting()) -> Iterator[Mutant]:  # noqa: B008  # a frozen value
    """Yield every mutant of *policy*, each once."""
    for place, statement in enumerate(policy.statements):
        seen: set[tuple[Any, ...] | None] = {_reading(statement)}
        for name, operator in OPERATORS.items():
            for words, new in operator(statement, setting):
                reading = None if new is None else _reading(new)
                if reading not in seen:
                    seen.add(reading)
                    yield Mutant(name, words, policy, statement, {place: new})
    yield from _old_version(policy)


def _old_version(policy: Policy) -> Iterator[Mutant]:
    """Write the Version that knows no variables, where some are used."""
    changes: dict[int, Statement | None] = {}
    for place, statement in enumerate(policy.statements):
        values = [value.text for condition in statement.conditions for value in condition.values]
        texts = [*(statement.resources.texts if statement.resources is not None else ()), *values]
        if statement.variables and any("${" in text for text in texts):
            conditions_ = tuple(replace(one, variables=False) for one in statement.conditions)
            changes[place] = replace(statement, variables=False, conditions=conditions_)
    if changes:
        words = f"write Version {OLD_VERSION}, which knows no variables"
        first = policy.statements[next(iter(changes))]
        yield Mutant(VERSION, words, policy, first, changes, OLD_VERSION)


def _reading(statement: Statement) -> tuple[Any, ...]:
    """Return what a statement says, but for the order in which it says it."""
    elements_ = tuple(
        None if one is None else (one.negated, "*" if "*" in one.texts else frozenset(one.texts))
        for one in (statement.actions, statement.resources)
    )
    principals = statement.principals
    named = None if principals is None else (principals.negated, frozenset((k, e.text) for k, e in principals.entries))
    asked = frozenset(
        (one.operator, one.key.lower(), frozenset(value.text for value in one.values)) for one in statement.conditions
    )
    return (statement.effect, elements_, named, asked)
