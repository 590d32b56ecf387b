"""Clauses: statements as the search sees them, and what one statement says of another at a glance.

A clause is a statement compiled by the evaluator (`StatementSet`), its patterns turned into words and
its conditions into atoms.  Equal conditions share one atom, equal resource elements one key.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from simulator.analyse.prove.budget import Undecided
from simulator.analyse.prove.words import Word, word
from simulator.decide.index import ResourceMatcher
from simulator.policy.conditions import Condition, ConditionValue
from simulator.policy.model import Element, Entry
from simulator.policy.operators import COMPARISONS
from simulator.policy.variables import Template
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from simulator.decide.index import StatementSet
    from simulator.policy.model import Statement
    from simulator.policy.pattern import Pattern

__all__ = ["Atom", "Clause", "Shape", "ValueOf", "clauses_of", "defaulted", "shape_of", "shape_of_words"]

_KEPT = 32768
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # the search writes variables in these

ValueOf: TypeAlias = "Callable[[str], str | None]"
"""Gives the single value of a key (lower case), None when it has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """One condition; equal only to itself, and equal conditions are the same atom.

    `templates` are the values' texts as its operator reads them, `keys` the variables (lower case) in them.
    """

    condition: Condition
    key: str
    templates: tuple[Template, ...]
    keys: tuple[str, ...]

    @property
    def base(self) -> str:
        """The operator without modifiers and negation."""
        return self.condition.operator.base

    @property
    def negated(self) -> bool:
        """Tell whether the operator negates."""
        return self.condition.operator.negated

    def patterns(self, value_of: ValueOf) -> tuple[Pattern, ...]:
        """Return the values, variables resolved as the condition does (V5): one without a value matches nothing."""
        return _patterns(self, tuple(map(value_of, self.keys)))


def _check(texts: Iterable[str]) -> None:
    if any(_PRIVATE.search(text) for text in texts):
        raise Undecided("a pattern holds a character of Unicode's private use area")


def _atom(condition: Condition) -> Atom:
    texts = sorted({value.text for value in condition.values})
    variables = condition.variables and any("${" in text for text in texts)
    values = tuple(ConditionValue(text, 0, 0) for text in texts)
    return _interned(Condition(condition.operator, condition.key.lower(), values, variables, 0, 0))


@lru_cache(maxsize=_KEPT)
def _interned(condition: Condition) -> Atom:
    _check(value.text for value in condition.values)
    row = COMPARISONS.get(condition.operator.base)
    variables = condition.variables and row is not None and row.variables
    templates = tuple(Template.parse(value.text, variables=variables) for value in condition.values)
    return Atom(condition, condition.key, templates, _keys(templates))


@lru_cache(maxsize=_KEPT)
def _patterns(atom: Atom, values: tuple[str | None, ...]) -> tuple[Pattern, ...]:
    value_of = _lookup(atom.keys, values)
    wildcards = COMPARISONS[atom.base].wildcards
    found = (template.resolve(value_of, literal_wildcards=not wildcards) for template in atom.templates)
    return tuple(pattern for pattern in found if pattern is not None)


def _keys(templates: Iterable[Template]) -> tuple[str, ...]:
    return tuple(sorted({v.key.lower() for template in templates for v in template.variables if v.key}))


def defaulted(templates: Iterable[Template]) -> tuple[str, ...]:
    """Return the variables (lower case) that have a default somewhere (V6)."""
    found = {v.key.lower() for t in templates for v in t.variables if v.key and v.default is not None}
    return tuple(sorted(found))


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
    atoms: tuple[Atom, ...]  #: each once, in an order that is always the same
    keys: tuple[str, ...]  #: the variables of the resources, lower case
    variables: frozenset[str]  #: those of the conditions, too

    def grounded(self, value_of: ValueOf) -> tuple[Word, ...]:
        """Return the words, those with variables resolved as the evaluator does (V4)."""
        if not self.templates:
            return self.words
        return self.words + _resources(self, tuple(map(value_of, self.keys)))


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """A statement: the bits of its actions, and its shape."""

    actions: int
    shape: Shape
    element: Element | None  #: the Action or NotAction as written


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
    atoms = tuple(sorted({_atom(condition) for condition in statement.conditions}, key=_order))
    element = statement.resources
    if element is None or (not element.negated and "*" in element.texts):
        return _shape(None, False, atoms)
    variables = statement.variables and any("${" in text for text in element.texts)
    canonical = Element(tuple(map(Entry, sorted(set(element.texts)))), element.negated)
    return _shape(canonical, variables, atoms)


def _order(atom: Atom) -> tuple[str, str, list[str], bool]:
    condition = atom.condition
    return atom.key, str(condition.operator), [value.text for value in condition.values], condition.variables


@lru_cache(maxsize=_KEPT)
def _shape(element: Element | None, variables: bool, atoms: tuple[Atom, ...]) -> Shape:  # noqa: FBT001  # lru_cache keys positional arguments
    if element is not None:
        _check(element.texts)
    matcher = ResourceMatcher(element, variables=variables)
    words = tuple(dict.fromkeys(map(word, matcher.constants)))
    every = any(one.matches_all for one in words)
    keys = _keys(matcher.templates)
    return Shape(
        everything=every and not matcher.negated,
        nothing=every and matcher.negated,
        negated=matcher.negated,
        words=words,
        templates=matcher.templates,
        resource_key=(element, variables),
        atoms=atoms,
        keys=keys,
        variables=frozenset(keys).union(*(atom.keys for atom in atoms)),
    )


@lru_cache(maxsize=_KEPT)
def _resources(shape: Shape, values: tuple[str | None, ...]) -> tuple[Word, ...]:
    value_of = _lookup(shape.keys, values)
    found = (template.resolve(value_of, arn=True) for template in shape.templates)
    return tuple(word(pattern.for_resource()) for pattern in found if pattern is not None)


def _lookup(keys: tuple[str, ...], values: tuple[str | None, ...]) -> ValueOf:
    known = dict(zip(keys, values, strict=True))
    return lambda key: known[key.lower()]


@lru_cache(maxsize=_KEPT)
def shape_of_words(words: tuple[Word, ...]) -> Shape:
    """Return a shape that names the resources of *words*, for what is no statement: a type, a set of ARNs."""
    return Shape(
        everything=False,
        nothing=False,
        negated=False,
        words=words,
        templates=(),
        resource_key=words,
        atoms=(),
        keys=(),
        variables=frozenset(),
    )
