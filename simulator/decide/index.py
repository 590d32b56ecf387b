"""Statements as bit sets: which of them apply to a request is one integer.

A statement is three sets: the actions it names, the resources it names, the contexts in which its
conditions hold.  A `StatementSet` keeps the first as bits over an `ActionTable`, and gives the other
two as bits over its statements.  For the statements that apply to a resource in a context it keeps
the union of the actions they allow and of those they deny: few different unions occur, so a decision
is a bit test.

Everything that decides, explains, covers, mutates, sweeps or proves reads this.
Rules: ``docs/semantics.md``, E1, E2, R1 to R9, V1 to V9.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from simulator.decide.decision import StatementRef
from simulator.policy.model import StatementEffect
from simulator.policy.pattern import ANY, Pattern
from simulator.policy.variables import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.decide.context import Context
    from simulator.policy.actions import ActionTable
    from simulator.policy.model import Element, Policy, Statement

__all__ = ["ResourceMatcher", "StatementSet", "single"]

_CACHE_LIMIT = 100_000

Matches: TypeAlias = "Callable[[str], bool]"
_Values: TypeAlias = tuple[str | None, ...]
_Resolved: TypeAlias = tuple[_Values, tuple[tuple[int, Matches], ...]]

_K = TypeVar("_K")
_V = TypeVar("_V")


def single(context: Context) -> Callable[[str], str | None]:
    """Return how a variable finds its value in *context*: lists count as missing (V8)."""

    def value_of(key: str) -> str | None:
        found = context.get(key)
        return found if isinstance(found, str) else None

    return value_of


class ResourceMatcher:
    """A Resource or NotResource element, compiled: constant patterns, and templates with variables."""

    __slots__ = ("constants", "entries", "negated", "templates")

    def __init__(self, element: Element | None, *, variables: bool) -> None:
        self.negated = element is not None and element.negated
        compiled = [_compiled(text, variables) for text in element.texts] if element is not None else [ANY]
        self.entries = tuple(compiled)
        self.constants = tuple(item for item in compiled if isinstance(item, Pattern))
        self.templates = tuple(item for item in compiled if isinstance(item, Template))

    def resolved(self, context: Context) -> tuple[Pattern, ...]:
        """Return the patterns of the templates that have all their values (V4)."""
        value_of = single(context)
        found = (_resolved(template, value_of) for template in self.templates)
        return tuple(pattern for pattern in found if pattern is not None)

    def matches(self, resource: str, context: Context) -> bool:
        """Tell whether the element names *resource*."""
        found = any(p.matches(resource) for p in self.constants)
        found = found or any(p.matches(resource) for p in self.resolved(context))
        return found is not self.negated

    def hits(self, resource: str, context: Context) -> int:
        """Return which entries, as bits in their order, match *resource*: of a NotResource what it spares."""
        value_of, bits = single(context), 0
        for i, entry in enumerate(self.entries):
            pattern = entry if isinstance(entry, Pattern) else _resolved(entry, value_of)
            if pattern is not None and pattern.matches(resource):
                bits |= 1 << i
        return bits


@lru_cache(maxsize=65536)
def _compiled(text: str, variables: bool) -> Pattern | Template:  # noqa: FBT001  # lru_cache keys positional arguments
    template = Template.parse(text, variables=variables)
    constant = template.constant
    return template if constant is None else constant.for_resource()


def _resolved(template: Template, value_of: Callable[[str], str | None]) -> Pattern | None:
    found = template.resolve(value_of, arn=True)
    return None if found is None else found.for_resource()


class StatementSet:
    """The statements of some policies, numbered; sets of them are the bits of one integer."""

    def __init__(self, policies: Sequence[Policy], table: ActionTable) -> None:
        self.table = table
        self.refs = tuple(StatementRef(policy, statement) for policy in policies for statement in policy.statements)
        statements = [ref.statement for ref in self.refs]
        self.actions = tuple(table.element(statement.actions) for statement in statements)
        self.resources = tuple(ResourceMatcher(s.resources, variables=s.variables) for s in statements)
        self.deny = sum(1 << i for i, s in enumerate(statements) if s.effect is StatementEffect.DENY)
        self.all = (1 << len(statements)) - 1
        self._negated = sum(1 << i for i, matcher in enumerate(self.resources) if matcher.negated)
        self._dynamic = tuple((1 << i, matcher) for i, matcher in enumerate(self.resources) if matcher.templates)
        self._conditional = tuple((1 << i, s.conditions) for i, s in enumerate(statements) if s.conditions)
        self._static_bits: dict[str, int] = {}
        self._condition_bits: dict[Context, int] = {}
        templates = (template for _, matcher in self._dynamic for template in matcher.templates)
        self._keys = tuple({v.key: None for template in templates for v in template.variables if v.key is not None})
        self._patterns: dict[Context, _Resolved] = {}
        self._of_values: dict[_Values, _Resolved] = {}
        self._covered: dict[tuple[_Values, str], int] = {}
        self._unions: dict[int, tuple[int, int]] = {}

    def statements(self) -> tuple[Statement, ...]:
        """The statements in order; bit *i* stands for the *i*-th."""
        return tuple(ref.statement for ref in self.refs)

    def naming(self, action: int) -> int:
        """Return the statements whose action element names one of the actions *action*."""
        return sum(1 << i for i, mask in enumerate(self.actions) if mask & action)

    def covering(self, resource: str, context: Context) -> int:
        """Return the statements whose resource element names *resource*."""
        if not self._dynamic:
            return self._static(resource) ^ self._negated
        values, patterns = self._resolved(context)
        key = (values, resource)
        bits = self._covered.get(key)
        if bits is None:
            bits = self._static(resource)
            for bit, matches in patterns:
                if not bits & bit and matches(resource):
                    bits |= bit
            _remember(self._covered, key, bits)
        return bits ^ self._negated

    def holding(self, context: Context) -> int:
        """Return the statements whose conditions hold in *context*."""
        bits = self._condition_bits.get(context)
        if bits is None:
            bits = self.all
            lookup = context.get
            for bit, conditions in self._conditional:
                if not all(condition.holds(lookup) for condition in conditions):
                    bits &= ~bit
            _remember(self._condition_bits, context, bits)
        return bits

    def applying(self, resource: str, context: Context) -> int:
        """Return the statements that apply to *resource* in *context*, whatever the action."""
        return self.covering(resource, context) & self.holding(context)

    def unions(self, applying: int) -> tuple[int, int]:
        """Return the actions that the statements *applying* allow, and those that they deny."""
        found = self._unions.get(applying)
        if found is None:
            allow = deny = 0
            for i, mask in enumerate(self.actions):
                if applying >> i & 1:
                    if self.deny >> i & 1:
                        deny |= mask
                    else:
                        allow |= mask
            found = (allow, deny)
            _remember(self._unions, applying, found)
        return found

    def matching(self, applying: int, action: int, *, deny: bool) -> tuple[StatementRef, ...]:
        """Return those of *applying* that name *action* and have the effect asked for."""
        wanted = applying & (self.deny if deny else ~self.deny)
        return tuple(ref for i, ref in enumerate(self.refs) if wanted >> i & 1 and self.actions[i] & action)

    def _static(self, resource: str) -> int:
        """Return the statements with a pattern without variables that matches *resource*."""
        bits = self._static_bits.get(resource)
        if bits is None:
            bits = 0
            for i, matcher in enumerate(self.resources):
                if any(pattern.matches(resource) for pattern in matcher.constants):
                    bits |= 1 << i
            _remember(self._static_bits, resource, bits)
        return bits

    def _resolved(self, context: Context) -> _Resolved:
        """Return the values of the variables in *context*, and the patterns that these make."""
        found = self._patterns.get(context)
        if found is None:
            # The sessions of a user, and the targets that are asked, give the variables the same values.
            values = tuple(map(single(context), self._keys))
            found = self._of_values.get(values)
            if found is None:
                patterns = ((bit, p.matcher()) for bit, matcher in self._dynamic for p in matcher.resolved(context))
                found = (values, tuple(patterns))
                _remember(self._of_values, values, found)
            _remember(self._patterns, context, found)
        return found


def _remember(cache: dict[_K, _V], key: _K, value: _V) -> None:
    """Keep *value*, within bounds: a full cache starts anew."""
    if len(cache) >= _CACHE_LIMIT:
        cache.clear()
    cache[key] = value
