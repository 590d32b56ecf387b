"""Clauses: statements as the search sees them, and what one statement says of another at a glance.

A clause is a statement compiled by the evaluator (`StatementSet`), its patterns turned into words and
its conditions into atoms.  Equal conditions share one atom, equal resource elements one key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.analyse.prove.words import Word, word
from simulator.decide.index import ResourceMatcher
from simulator.policy.conditions import Condition, ConditionValue
from simulator.policy.model import Element, Entry
from simulator.policy.operators import COMPARISONS
from simulator.policy.variables import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from simulator.decide.index import StatementSet
    from simulator.policy.model import Statement

__all__ = ["Atom", "Clause", "Shape", "clauses_of", "shape_of", "type_clause"]

_KEPT = 32768


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """One condition; equal only to itself, and equal conditions are the same atom.

    `templates` are the values' texts as its operator reads them, `variables` the keys (lower case) that
    they refer to.
    """

    condition: Condition
    key: str
    templates: tuple[Template, ...]
    variables: frozenset[str]

    @property
    def base(self) -> str:
        """The operator without modifiers and negation."""
        return self.condition.operator.base

    @property
    def negated(self) -> bool:
        """Tell whether the operator negates."""
        return self.condition.operator.negated


def _atom(condition: Condition) -> Atom:
    texts = sorted({value.text for value in condition.values})
    variables = condition.variables and any("${" in text for text in texts)
    values = tuple(ConditionValue(text, 0, 0) for text in texts)
    return _interned(Condition(condition.operator, condition.key.lower(), values, variables, 0, 0))


@lru_cache(maxsize=_KEPT)
def _interned(condition: Condition) -> Atom:
    row = COMPARISONS.get(condition.operator.base)
    variables = condition.variables and row is not None and row.variables
    templates = tuple(Template.parse(value.text, variables=variables) for value in condition.values)
    return Atom(condition, condition.key, templates, frozenset(_keys(templates)))


def _keys(templates: Iterable[Template]) -> Iterable[str]:
    return (variable.key.lower() for template in templates for variable in template.variables if variable.key)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A statement without its actions.

    `everything` tells that it names every resource; else its resources are those that match one of
    `words` or of `templates` (`negated`: the others).
    """

    everything: bool
    nothing: bool
    negated: bool
    words: tuple[Word, ...]
    templates: tuple[Template, ...]
    resource_key: Hashable
    atoms: frozenset[Atom]
    variables: frozenset[str]  #: of resources and conditions, lower case

    def grounded(self, value_of: Callable[[str], str | None]) -> tuple[Word, ...]:
        """Return the words, those with variables resolved as the evaluator does (V4)."""
        if not self.templates:
            return self.words
        found = (template.resolve(value_of, arn=True) for template in self.templates)
        return self.words + tuple(word(pattern.for_resource()) for pattern in found if pattern is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """A statement: the bits of its actions, and its shape."""

    actions: int
    shape: Shape
    element: Element | None  #: the Action or NotAction as written

    @property
    def unconditional(self) -> bool:
        """Tell whether it applies to its actions whatever the resource and the context."""
        return self.shape.everything and not self.shape.atoms


def clauses_of(statements: StatementSet, *, deny: bool) -> tuple[Clause, ...]:
    """Return the clauses of compiled statements that have an effect; those that never apply are left out."""
    found = []
    for i, (ref, actions) in enumerate(zip(statements.refs, statements.actions, strict=True)):
        if bool(statements.deny >> i & 1) is deny:
            shape = shape_of(ref.statement)
            if not shape.nothing:
                found.append(Clause(actions, shape, ref.statement.actions))
    return tuple(found)


@lru_cache(maxsize=_KEPT)
def shape_of(statement: Statement) -> Shape:
    """Return the shape of *statement*; statements that differ in their actions only share one."""
    atoms = tuple(dict.fromkeys(_atom(condition) for condition in statement.conditions))
    element = statement.resources
    if element is None or (not element.negated and "*" in element.texts):
        return _shape(None, False, frozenset(atoms))
    variables = statement.variables and any("${" in text for text in element.texts)
    canonical = Element(tuple(map(Entry, sorted(set(element.texts)))), element.negated)
    return _shape(canonical, variables, frozenset(atoms))


@lru_cache(maxsize=_KEPT)
def _shape(element: Element | None, variables: bool, atoms: frozenset[Atom]) -> Shape:  # noqa: FBT001  # lru_cache keys positional arguments
    matcher = ResourceMatcher(element, variables=variables)
    words = tuple(dict.fromkeys(map(word, matcher.constants)))
    every = any(one.matches_all for one in words)
    return Shape(
        everything=every and not matcher.negated,
        nothing=every and matcher.negated,
        negated=matcher.negated,
        words=words,
        templates=matcher.templates,
        resource_key=(element, variables),
        atoms=atoms,
        variables=frozenset(_keys(matcher.templates)).union(*(atom.variables for atom in atoms)),
    )


def type_clause(words: tuple[Word, ...], actions: int) -> Clause:
    """Return a clause that names the resources of *words*, for what is no statement: a type, the shape of ARNs."""
    shape = Shape(
        everything=False,
        nothing=False,
        negated=False,
        words=words,
        templates=(),
        resource_key=words,
        atoms=frozenset(),
        variables=frozenset(),
    )
    return Clause(actions, shape, None)
