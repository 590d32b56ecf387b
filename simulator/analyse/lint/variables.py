"""Policy variables that don't do what they seem to.

Rules: G4, V1, V2, V4 to V8 of ``docs/semantics.md``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.analyse.lint.model import Finding
from simulator.policy.operators import COMPARISONS
from simulator.policy.pattern import ARN_COLONS, Pattern
from simulator.policy.variables import Template, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.lint.model import StatementSubject
    from simulator.policy.conditions import ConditionValue
    from simulator.policy.model import Entry

__all__ = [
    "before_fifth_colon",
    "has_old_variable",
    "malformed",
    "multivalued",
    "not_substituted",
    "old_version",
    "prefix_trap",
]

_WELL_FORMED = re.compile(r"\$\{[A-Za-z][\w-]*:[^}]+\}")
_NAMES = re.compile(r"aws:username|aws:PrincipalTag/.+", re.IGNORECASE)


def old_version(subject: StatementSubject) -> Iterator[Finding]:
    """A variable in a document whose Version knows none: it is plain text (G4)."""
    if subject.statement.variables:
        return
    for place in _places(subject, substituted=True):
        found = _WELL_FORMED.search(place.text)
        if found is not None:
            version = f"Version {subject.policy.version}" if subject.policy.version else "a policy without Version"
            message = f"`{found[0]}` is plain text: {version} knows no variables"
            yield Finding(place, message, 'write `"Version": "2012-10-17"`')


def has_old_variable(subject: StatementSubject) -> bool:
    """Tell whether `old_version` finds something."""
    return any(True for _ in old_version(subject))


def prefix_trap(subject: StatementSubject) -> Iterator[Finding]:
    """A wildcard right beside a variable: ``${aws:username}*`` names bobby's resources for bob."""
    for place in _places(subject, wildcards=True):
        for variable, before, after in _neighbours(place.text, variables=subject.statement.variables):
            if variable.key is None or not _NAMES.fullmatch(variable.key):
                continue
            if after:
                message = f"`{variable.text}{after}` is every name that begins so: `bob` also reaches what is `bobby`'s"
                yield Finding(place, message, f"end the name: `{variable.text}`, or `{variable.text}/*`")
            elif before:
                message = f"`{before}{variable.text}` is every name that ends so: `bob` also reaches what is `jimbob`'s"
                yield Finding(place, message, f"start the name: `/{variable.text}`, or `*/{variable.text}`")


def before_fifth_colon(subject: StatementSubject) -> Iterator[Finding]:
    """A variable before the fifth colon of an ARN: documented as unsupported (V2)."""
    for entry in _resources(subject):
        template = Template.parse(entry.text, variables=subject.statement.variables)
        colons = 0
        for part in template.parts:
            if isinstance(part, Pattern):
                colons += str(part).count(":")
            elif colons < ARN_COLONS:
                message = f"`{part.text}` stands before the fifth colon, where AWS documents no variables"
                yield Finding(entry, message, "AWS substitutes it in region and account; don't rely on it")
                break


def malformed(subject: StatementSubject) -> Iterator[Finding]:
    """A variable that never has a value: ``${}``, a blank in its name, a default without quotes."""
    for place, variable in _variables(subject):
        if variable.key is None:
            message = f"`{variable.text}` is malformed and never has a value"
            yield Finding(place, message, "write it as `${aws:username}` or `${aws:PrincipalTag/team, 'none'}`")


def multivalued(subject: StatementSubject) -> Iterator[Finding]:
    """A list-typed key as a variable: it counts as missing (V8)."""
    for place, variable in _variables(subject):
        key = subject.facts.key(variable.key) if variable.key is not None else None
        if key is not None and key.multivalued:
            yield Finding(place, f"`{key.name}` is a list, and a list has no value as a variable", "use a condition")


def not_substituted(subject: StatementSubject) -> Iterator[Finding]:
    """A variable in a value of Numeric, Date, IpAddress, Binary or Null: it stays text (V2)."""
    if not subject.statement.variables:
        return
    for value in _values(subject, substituted=False):
        found = _WELL_FORMED.search(value.text)
        if found is not None:
            message = f"`{found[0]}` stays text: only String and Arn operators know variables"
            yield Finding(value, message, "write the value itself, or compare with a String or Arn operator")


def _resources(subject: StatementSubject) -> tuple[Entry, ...]:
    resources = subject.statement.resources
    return resources.entries if resources is not None else ()


def _values(
    subject: StatementSubject, *, substituted: bool | None = None, wildcards: bool | None = None
) -> Iterator[ConditionValue]:
    """Yield the values of the conditions whose operator has variables or wildcards, or has them not."""
    for condition in subject.statement.conditions:
        row = COMPARISONS.get(condition.operator.base)
        fits = substituted is None or (row is not None and row.variables) is substituted
        if fits and (wildcards is None or (row is not None and row.wildcards) is wildcards):
            yield from condition.values


def _places(
    subject: StatementSubject, *, substituted: bool | None = None, wildcards: bool | None = None
) -> tuple[Entry | ConditionValue, ...]:
    """Return the resources, and the values as `_values` does."""
    return (*_resources(subject), *_values(subject, substituted=substituted, wildcards=wildcards))


def _variables(subject: StatementSubject) -> Iterator[tuple[Entry | ConditionValue, Variable]]:
    if subject.statement.variables:
        for place in _places(subject, substituted=True):
            for variable in Template.parse(place.text).variables:
                yield place, variable


def _neighbours(text: str, *, variables: bool) -> Iterator[tuple[Variable, str, str]]:
    """Yield each variable with the characters before and behind it; a literal ``${*}`` is none of them."""
    parts = Template.parse(text, variables=variables).parts
    for place, part in enumerate(parts):
        if isinstance(part, Variable):
            before = parts[place - 1] if place else None
            after = parts[place + 1] if place + 1 < len(parts) else None
            yield part, _edge(before, -1), _edge(after, 0)


def _edge(part: Pattern | Variable | None, place: int) -> str:
    """Return the wildcard at one end of *part*, empty for anything else."""
    if not isinstance(part, Pattern) or isinstance(part.elements[place], str):
        return ""
    return str(part)[place]
