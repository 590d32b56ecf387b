"""Conditions: one operator, one key, its values; and how the modifiers change a comparison.

A `Comparison` row compares one request value with one policy value.  Everything else is here: what a
missing key means, ``…IfExists``, ``Not…``, ``ForAnyValue:`` and ``ForAllValues:``, lists, ``Null``.

Rules: ``docs/semantics.md``, C1 to C9, C20, C30, Z4, Z6, V5.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from simulator.policy.operators import COMPARISONS, NEGATIONS, Comparison
from simulator.policy.variables import Template
from simulator.values import dataclass

__all__ = ["OPERATORS", "Condition", "ConditionValue", "Lookup", "Operator", "Qualifier"]

Lookup: TypeAlias = Callable[[str], "str | tuple[str, ...] | None"]
"""Gives a key's value: text for a single value, a tuple for a list, None when it is missing."""

Qualifier: TypeAlias = Literal["ForAnyValue", "ForAllValues"]

OPERATORS = (*COMPARISONS, *NEGATIONS, "Null")
"""The operators without modifiers, as AWS spells them."""

_QUALIFIERS: tuple[Qualifier, ...] = ("ForAnyValue", "ForAllValues")
_OPERATOR = re.compile(r"(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?")


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator taken apart; `base` is a comparison's name or ``Null``."""

    base: str
    negated: bool = False
    if_exists: bool = False
    qualifier: Qualifier | None = None

    @classmethod
    def parse(cls, text: str) -> Operator | None:
        """Read an operator as AWS spells it, case included (G52); None for an unknown one."""
        found = _OPERATOR.fullmatch(text)
        if found is None:
            return None
        _, name, suffix = found.groups()
        qualifier: Qualifier | None = next((q for q in _QUALIFIERS if q == found[1]), None)
        base = NEGATIONS.get(name, name)
        if name not in OPERATORS or (name == "Null" and suffix):
            return None
        return cls(base, name in NEGATIONS, suffix is not None, qualifier)

    @property
    def name(self) -> str:
        """The operator without qualifier and suffix, as ``StringNotEquals``."""
        if not self.negated:
            return self.base
        return next(name for name, base in NEGATIONS.items() if base == self.base)

    def __str__(self) -> str:
        prefix = f"{self.qualifier}:" if self.qualifier else ""
        return f"{prefix}{self.name}{'IfExists' if self.if_exists else ''}"


@dataclass(frozen=True, slots=True)
class ConditionValue:
    """One value of a condition as text, and where it stands (offsets into the policy's source)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Condition:
    """``{operator: {key: values}}``; several conditions of a statement must all hold (C1).

    `variables` tells whether ``${…}`` in values are variables (G4).
    """

    operator: Operator
    key: str
    values: tuple[ConditionValue, ...]
    variables: bool
    start: int
    end: int

    def holds(self, lookup: Lookup) -> bool:
        """Tell whether the condition holds in the context behind *lookup*."""
        value = lookup(self.key)
        if self.operator.base == "Null":
            return self._null(absent=value is None)
        if self.operator.qualifier is not None:
            return self._set(value, lookup)
        if value is None:
            return self.operator.if_exists or self.operator.negated
        if isinstance(value, tuple):
            return False  # a list never fits an operator without qualifier, negated or not (Z6)
        return self._satisfies(value, lookup)

    def _null(self, *, absent: bool) -> bool:
        if self.operator.qualifier is not None:
            return self.operator.qualifier == "ForAllValues"
        return any((value.text.lower() == "true") == absent for value in self.values)

    def _set(self, value: str | tuple[str, ...] | None, lookup: Lookup) -> bool:
        if value is None and self.operator.if_exists:
            return True
        values = (value,) if isinstance(value, str) else value or ()
        every = self.operator.qualifier == "ForAllValues"
        if values in ((), ("",)):
            return every
        return (all if every else any)(self._satisfies(each, lookup) for each in values)

    def _satisfies(self, value: str, lookup: Lookup) -> bool:
        """Compare one value of the request, the negation included."""
        row = COMPARISONS[self.operator.base]
        read = row.read(value)
        negated = self.operator.negated
        if read is None:
            return negated and row.unreadable_negated
        found = False
        for text in self.values:
            pattern = _policy_value(row, text.text, self.variables, lookup)
            if pattern is _JUNK:
                if negated and not row.junk_negated:
                    return False
            elif pattern is not None and row.holds(read, pattern):
                found = True
        return found is not negated


class _Junk:
    """Marks a policy value that its operator can't read."""


_JUNK = _Junk()


def _policy_value(row: Comparison, text: str, variables: bool, lookup: Lookup) -> Any:  # noqa: FBT001  # the condition's own field
    """Read a policy value; None when a variable in it has no value (V5)."""
    template, value = _constant(row.name, text, variables and row.variables)
    if template is None:
        return value

    def single(key: str) -> str | None:
        found = lookup(key)
        return found if isinstance(found, str) else None

    pattern = template.resolve(single, literal_wildcards=not row.wildcards)
    if pattern is None:
        return None
    read = row.read_policy(pattern)
    return _JUNK if read is None else read


@lru_cache(maxsize=65536)
def _constant(base: str, text: str, variables: bool) -> tuple[Template | None, Any]:  # noqa: FBT001  # lru_cache keys positional arguments
    """Return (template, None) for a value with variables, else (None, the value read)."""
    template = Template.parse(text, variables=variables)
    pattern = template.constant
    if pattern is None:
        return template, None
    read = COMPARISONS[base].read_policy(pattern)
    return None, _JUNK if read is None else read
