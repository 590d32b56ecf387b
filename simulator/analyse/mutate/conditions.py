"""Operators on conditions: dropped, negated, asked of missing keys and of lists otherwise, moved at their edge."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from simulator.analyse.mutate.elements import variable_texts
from simulator.policy.conditions import Condition, ConditionValue, Operator
from simulator.policy.operators import NEGATIONS, parse_date, parse_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from simulator.analyse.mutate.model import Changed, Setting
    from simulator.policy.conditions import Qualifier
    from simulator.policy.model import Statement

    _Rewriter: TypeAlias = Callable[[Condition], Iterable[tuple[str, Condition]]]

__all__ = [
    "ask_for_mfa",
    "change_edges",
    "change_if_exists",
    "change_likeness",
    "change_set_operators",
    "change_value_variables",
    "drop_all_conditions",
    "drop_conditions",
    "drop_values",
    "negate_conditions",
    "widen_values",
]

_MFA = "aws:MultiFactorAuthPresent"
_OPPOSITES = {
    "LessThan": "GreaterThanEquals",
    "GreaterThanEquals": "LessThan",
    "LessThanEquals": "GreaterThan",
    "GreaterThan": "LessThanEquals",
}
_EDGES = {
    "LessThan": "LessThanEquals",
    "LessThanEquals": "LessThan",
    "GreaterThan": "GreaterThanEquals",
    "GreaterThanEquals": "GreaterThan",
}
_ORDERED = re.compile(r"(Numeric|Date)((?:Less|Greater)Than(?:Equals)?)")
_LIKENESS = {
    "StringEquals": ("StringEqualsIgnoreCase",),
    "StringEqualsIgnoreCase": ("StringEquals",),
    "StringLike": ("StringEquals",),
}
_SETS: tuple[Qualifier | None, ...] = (None, "ForAnyValue", "ForAllValues")
_WILD = ("StringLike", "ArnLike", "ArnEquals")
_FLAGS = ("Bool", "Null")
_SECOND = timedelta(seconds=1)
_YEARS = (1000, 9998)  # that a date can be written in, and moved


# --- the condition as a whole -----------------------------------------------------------------------


def drop_conditions(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Drop each condition."""
    del setting
    for place, condition in enumerate(statement.conditions):
        left = (*statement.conditions[:place], *statement.conditions[place + 1 :])
        yield f"drop the condition {condition.operator} {condition.key}", replace(statement, conditions=left)


def drop_all_conditions(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Drop all conditions at once."""
    del setting
    if len(statement.conditions) > 1:
        yield "drop all conditions", replace(statement, conditions=())


def ask_for_mfa(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Ask for MFA where nothing asks for it: an Allow gets narrower, a Deny weaker."""
    del setting
    if any(condition.key.lower() == _MFA.lower() for condition in statement.conditions):
        return
    value = ConditionValue("true", 0, 0)
    asked = Condition(Operator("Bool"), _MFA, (value,), statement.variables, 0, 0)
    yield f"add the condition Bool {_MFA} `true`", replace(statement, conditions=(*statement.conditions, asked))


# --- its operator -----------------------------------------------------------------------------------


def negate_conditions(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Turn each condition round."""
    del setting
    return _rewritten(statement, _negated)


def _negated(condition: Condition) -> Iterator[tuple[str, Condition]]:
    operator = condition.operator
    ordered = _ORDERED.fullmatch(operator.base)
    if operator.base in _FLAGS:
        yield from _values(condition, lambda text: ("false" if text.lower() == "true" else "true",))
    elif ordered is not None:
        yield _with_operator(condition, replace(operator, base=ordered[1] + _OPPOSITES[ordered[2]]))
    elif operator.base in NEGATIONS.values():
        yield _with_operator(condition, replace(operator, negated=not operator.negated))


def change_if_exists(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Add ``…IfExists``, or take it away."""
    del setting
    return _rewritten(statement, _other_existence)


def _other_existence(condition: Condition) -> Iterator[tuple[str, Condition]]:
    if condition.operator.base != "Null":
        yield _with_operator(condition, replace(condition.operator, if_exists=not condition.operator.if_exists))


def change_set_operators(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Put each other set operator, or none, before the operator, with and without ``…IfExists``."""
    del setting
    return _rewritten(statement, _other_sets)


def _other_sets(condition: Condition) -> Iterator[tuple[str, Condition]]:
    operator = condition.operator
    if operator.base == "Null":
        return
    for qualifier in _SETS:
        for if_exists in (operator.if_exists, not operator.if_exists):
            if qualifier != operator.qualifier:
                yield _with_operator(condition, replace(operator, qualifier=qualifier, if_exists=if_exists))


def change_likeness(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Compare with, or without, regard to case and wildcards."""
    del setting
    return _rewritten(statement, _other_likeness)


def _other_likeness(condition: Condition) -> Iterator[tuple[str, Condition]]:
    for base in _LIKENESS.get(condition.operator.base, ()):
        yield _with_operator(condition, replace(condition.operator, base=base))


# --- its values -------------------------------------------------------------------------------------


def drop_values(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Take each of several values out."""
    del setting
    return _rewritten(statement, _fewer_values)


def _fewer_values(condition: Condition) -> Iterator[tuple[str, Condition]]:
    if len(condition.values) > 1:
        for value in condition.values:
            left = tuple(one for one in condition.values if one is not value)
            yield f"take `{value.text}` out of {_named(condition)}", replace(condition, values=left)


def widen_values(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Let a text be any, an ARN any, a range of addresses twice as large and all there are."""
    del setting
    return _rewritten(statement, _wider_values)


def _wider_values(condition: Condition) -> Iterator[tuple[str, Condition]]:
    operator = condition.operator
    match operator.base:
        case "StringEquals" | "StringEqualsIgnoreCase" if condition.values:
            value = replace(condition.values[0], text="*")
            like = replace(operator, base="StringLike")
            yield f"write {like} `*` for {_named(condition)}", replace(condition, operator=like, values=(value,))
        case "StringLike" | "ArnLike" | "ArnEquals":
            yield from _values(condition, lambda text: ("*",) if text != "*" else ())
        case "IpAddress":
            yield from _values(condition, _wider_ranges)
        case _:
            return


def _wider_ranges(text: str) -> Iterator[str]:
    address, _, prefix = text.partition("/")
    whole = 128 if ":" in address else 32
    bits = int(prefix) if prefix.isdecimal() else whole
    if 0 < bits <= whole:
        yield f"{address}/{bits - 1}"
        yield "::/0" if whole > 32 else "0.0.0.0/0"  # noqa: PLR2004, RUF100  # bits of an address


def change_edges(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Move a number or a date by the least there is: its operator's edge, one more, one less."""
    del setting
    return _rewritten(statement, _other_edges)


def _other_edges(condition: Condition) -> Iterator[tuple[str, Condition]]:
    base = condition.operator.base
    ordered = _ORDERED.fullmatch(base)
    if ordered is not None:
        yield _with_operator(condition, replace(condition.operator, base=ordered[1] + _EDGES[ordered[2]]))
    if base.startswith("Numeric"):
        yield from _values(condition, _near_numbers)
    elif base.startswith("Date"):
        yield from _values(condition, _near_dates)


def _near_numbers(text: str) -> Iterator[str]:
    number = parse_number(text)
    if number is not None and abs(number.adjusted()) < 20:  # noqa: PLR2004, RUF100  # digits that can be counted on
        yield format(number + 1, "f")
        yield format(number - 1, "f")


def _near_dates(text: str) -> Iterator[str]:
    moment = parse_date(text)
    if moment is None:
        return
    if text.isdecimal():
        yield from (str(int(text) + step) for step in (1, -1) if int(text) + step >= 0)
        return
    years = moment // 31_556_952_000 + 1970
    if _YEARS[0] <= years <= _YEARS[1]:
        date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)
        yield from ((date + step).strftime("%Y-%m-%dT%H:%M:%SZ") for step in (_SECOND, -_SECOND))


def change_value_variables(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Write ``*``, a fixed value or another variable for a variable in a value."""
    if not statement.variables:
        return
    for condition in statement.conditions:
        texts_of = partial(variable_texts, setting=setting, wild=condition.operator.base in _WILD)
        yield from _placed(statement, condition, _values(condition, texts_of))


# --- any condition ----------------------------------------------------------------------------------


def _rewritten(statement: Statement, change: _Rewriter) -> Iterator[Changed]:
    for condition in statement.conditions:
        yield from _placed(statement, condition, change(condition))


def _placed(
    statement: Statement, condition: Condition, changed: Iterable[tuple[str, Condition]]
) -> Iterator[tuple[str, Statement]]:
    """Put what became of *condition* in its place; no key may stand twice under one operator."""
    for words, new in changed:
        conditions = tuple(new if one is condition else one for one in statement.conditions)
        names = [(one.operator, one.key.lower()) for one in conditions]
        if len(set(names)) == len(names):
            yield words, replace(statement, conditions=conditions)


def _with_operator(condition: Condition, operator: Operator) -> tuple[str, Condition]:
    return f"write {operator} for {_named(condition)}", replace(condition, operator=operator)


def _values(condition: Condition, texts_of: Callable[[str], Iterable[str]]) -> Iterator[tuple[str, Condition]]:
    """Yield the condition with one value written otherwise."""
    for place, value in enumerate(condition.values):
        for text in dict.fromkeys(texts_of(value.text)):
            if text != value.text:
                values = (*condition.values[:place], replace(value, text=text), *condition.values[place + 1 :])
                yield f"write `{text}` for `{value.text}` of {_named(condition)}", replace(condition, values=values)


def _named(condition: Condition) -> str:
    return f"{condition.operator} {condition.key}"
