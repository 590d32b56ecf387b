"""Checking parameters twice: as botocore does before it sends, and as the service does when it receives.

botocore looks at names, types and lower limits and reports all faults at once, in its own words; the
service looks at every constraint and answers with a ``ValidationError``.  Both read the table in
`params`.  The texts are botocore's and the service's, so they keep their capitals and periods.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, assert_never

from simulator.backends.params import Fields, Many, Shape, Text, Whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["client_report", "service_report"]

_PYTHON_TYPES: Mapping[type, tuple[type, ...]] = {Text: (str,), Whole: (int,), Many: (list, tuple), Fields: (dict,)}


def client_report(params: Mapping[str, Any], shape: Fields) -> str:
    """Return botocore's report on *params*, a fault a line; empty when there is none."""
    return "\n".join(_client(dict(params), shape, ""))


def service_report(params: Mapping[str, Any], shape: Fields) -> str:
    """Return the message of the service's ``ValidationError``; empty when *params* satisfy the model."""
    found = list(_fields_constraints(params, shape, ""))
    if not found:
        return ""
    plural = "" if len(found) == 1 else "s"
    return f"{len(found)} validation error{plural} detected: {'; '.join(found)}"


def _client(value: object, shape: Shape, name: str) -> Iterator[str]:
    shown = name.removeprefix(".") or "input"
    accepted = _PYTHON_TYPES[type(shape)]
    if not isinstance(value, accepted):
        types = ", ".join(map(str, accepted))
        yield f"Invalid type for parameter {shown}, value: {value}, type: {type(value)}, valid types: {types}"
        return
    match shape:
        case Text():
            assert isinstance(value, str)
            if len(value) < (shape.shortest or 0):
                yield f"Invalid length for parameter {shown}, value: {len(value)}, valid min length: {shape.shortest}"
        case Whole():
            assert isinstance(value, int)
            if value < shape.least:
                yield f"Invalid value for parameter {shown}, value: {value}, valid min value: {shape.least}"
        case Many():
            assert isinstance(value, list | tuple)
            for index, item in enumerate(value):
                yield from _client(item, shape.member, f"{name}[{index}]")
        case Fields():
            assert isinstance(value, dict)
            yield from _client_fields(value, shape, name, shown)
        case _:
            assert_never(shape)


def _client_fields(value: Mapping[str, object], shape: Fields, name: str, shown: str) -> Iterator[str]:
    members = ", ".join(shape.members)
    if shape.union and not value:
        # botocore's own text lacks the space.
        yield f"Must set one of the following keys for tagged unionstructure {shown}: {members}."
    elif shape.union and len(value) > 1:
        yield (
            f"Invalid number of parameters set for tagged union structure {shown}. "
            f"Can only set one of the following keys: {members}."
        )
    for required in shape.required:
        if required not in value:
            yield f'Missing required parameter in {shown}: "{required}"'
    for given in value:
        if given not in shape.members:
            yield f'Unknown parameter in {shown}: "{given}", must be one of: {members}'
    for given, member in value.items():
        if given in shape.members:
            yield from _client(member, shape.members[given], f"{name}.{given}")


def _fields_constraints(params: Mapping[str, Any], shape: Fields, path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        at = f"{path}{name[0].lower()}{name[1:]}"
        if name in params:
            yield from _constraints(params[name], member, at, quoted=shape.quoted)
        elif name in shape.required:
            yield _violation(at, "Member must not be null", "null" if shape.quoted else None)


def _constraints(value: Any, shape: Shape, at: str, *, quoted: bool) -> Iterator[str]:
    match shape:
        case Text():
            broken = [rule for holds, rule in _text_rules(value, shape) if not holds]
            yield from (_violation(at, rule, f"'{value}'" if quoted else None) for rule in broken)
        case Whole():
            if value > shape.most:
                yield _violation(at, f"Member must have value less than or equal to {shape.most}")
            elif value < shape.least:
                yield _violation(at, f"Member must have value greater than or equal to {shape.least}")
        case Many():
            yield from _list_constraints(value, shape, at)
        case Fields():
            yield from _fields_constraints(value, shape, f"{at}.")
        case _:
            assert_never(shape)


def _list_constraints(values: Any, shape: Many, at: str) -> Iterator[str]:
    if shape.longest is not None and len(values) > shape.longest:
        yield _violation(at, f"Member must have length less than or equal to {shape.longest}")
    match shape.member:
        case Text() as text:
            # Members that are plain texts are reported at the list, with all their rules at once.
            rules = ", ".join(rule for _, rule in _text_rules("", text))
            if not all(holds for value in values for holds, _ in _text_rules(value, text)):
                yield _violation(at, f"Member must satisfy constraint: [{rules}]")
        case member:
            for number, value in enumerate(values, start=1):
                yield from _constraints(value, member, f"{at}.{number}.member", quoted=False)


def _text_rules(value: str, shape: Text) -> Iterator[tuple[bool, str]]:
    """Yield each rule of *shape* in the service's words, and whether *value* satisfies it."""
    if shape.longest is not None:
        yield len(value) <= shape.longest, f"Member must have length less than or equal to {shape.longest}"
    if shape.shortest is not None:
        yield len(value) >= shape.shortest, f"Member must have length greater than or equal to {shape.shortest}"
    if shape.pattern:
        holds = _compile(shape.pattern).fullmatch(value) is not None
        yield holds, f"Member must satisfy regular expression pattern: {shape.pattern}"
    if shape.enum:
        yield value in shape.enum, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"


def _violation(at: str, rule: str, value: str | None = None) -> str:
    shown = "" if value is None else f"{value} "
    return f"Value {shown}at '{at}' failed to satisfy constraint: {rule}"


@lru_cache(maxsize=16)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
