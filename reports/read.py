"""Plain data into frozen dataclasses: the inverse of what `reports.json` writes.

The dataclass is the shape: a field without a default is required, unknown members are left alone (a
later version may add some), and a wrong type is an `InputError` that names the place.
"""

from __future__ import annotations

import json
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from simulator.errors import Diagnostic, InputError, Span
from simulator.suites.coverage import Coverage
from simulator.suites.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Reader", "fault", "parse", "read"]

T = TypeVar("T")

_LATE = {"Coverage": Coverage, "Mutation": Mutation}  # what `Run` names and does not load

if TYPE_CHECKING:
    Reader = Callable[[Any, str], Any]  #: (value, where it stands) -> the typed value

_KINDS = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a whole number",
    type(None): "null",
}


_HELP = "`iamproof test --report json=FILE` writes one"


def fault(where: str, problem: str, *, file: str = "") -> InputError:
    """Make the error that says what is wrong at *where* in a report."""
    span = Span(file, 1, 1, 1, 1) if file else None
    return InputError([Diagnostic("bad-report", f"`{where}` {problem}" if where else problem, span, help=_HELP)])


def parse(text: str) -> Any:
    """Read JSON strictly: no floats, no NaN, no duplicate keys; an `InputError` for anything else."""
    try:
        return json.loads(text, parse_float=_no_number, parse_constant=_no_number, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        problem = f"the report is not JSON: {error.msg[:1].lower()}{error.msg[1:]} at {error.lineno}:{error.colno}"
        raise fault("", problem) from error
    except RecursionError as error:
        raise fault("", "the report is nested too deeply") from error
    except ValueError as error:  # Python's own bound on the digits of a number
        raise fault("", "the report holds a number that is too long") from error


def read(cls: type[T], value: Any, where: str = "") -> T:
    """Return *value* as *cls*; *where* is its place in the report, for errors."""
    hint: Any = cls
    result: T = _reader(hint)(value, where)
    return result


def _no_number(text: str) -> Any:
    raise fault("", f"the report holds `{text[:20]}`, and it has whole numbers only")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise fault(
            "", f"the report states `{next(name for name in names if names.count(name) > 1)[:80]}` twice in one mapping"
        )
    return found


def _wrong(value: Any, where: str, expected: str) -> InputError:
    return fault(where, f"must be {expected}, not {_KINDS.get(type(value), 'something else')}")


@cache
def _reader(hint: Any) -> Reader:
    """Return the reader of one type; the types are those that `simulator.suites.result` uses."""
    origin, arguments = get_origin(hint), get_args(hint)
    if is_dataclass(hint):
        return _dataclass(typing.cast("type", hint))
    if hint in _KINDS:
        return _exactly(hint)
    if origin is Literal:
        return _literal(arguments)
    if origin is tuple:
        return _sequence(_reader(arguments[0]))
    if origin is dict:
        return _mapping(_reader(arguments[1]))
    if origin in (typing.Union, types.UnionType):
        return _union(arguments)
    message = f"no reader for {hint!r}"
    raise TypeError(message)


def _exactly(kind: type) -> Reader:
    def reader(value: Any, where: str) -> Any:
        if type(value) is not kind:  # a boolean is no number here
            raise _wrong(value, where, _KINDS[kind])
        return value

    return reader


def _literal(words: tuple[str, ...]) -> Reader:
    def reader(value: Any, where: str) -> Any:
        if not isinstance(value, str) or value not in words:
            raise fault(where, "must be one of " + ", ".join(f"`{word}`" for word in words))
        return value

    return reader


def _sequence(item: Reader) -> Reader:
    def reader(value: Any, where: str) -> Any:
        if not isinstance(value, list):
            raise _wrong(value, where, "a list")
        return tuple([item(each, f"{where}[{index}]") for index, each in enumerate(value)])

    return reader


def _mapping(item: Reader) -> Reader:
    def reader(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong(value, where, "a mapping")
        return {key: item(each, f"{where}.{key}") for key, each in value.items()}

    return reader


def _union(choices: tuple[Any, ...]) -> Reader:
    """Return the reader of ``X | None`` or ``str | tuple[str, ...]``: JSON's own kind tells which."""
    by_kind = {_json_kind(choice): _reader(choice) for choice in choices}

    def reader(value: Any, where: str) -> Any:
        chosen = by_kind.get(type(value))
        if chosen is None:
            raise _wrong(value, where, " or ".join(_KINDS[kind] for kind in by_kind))
        return chosen(value, where)

    return reader


def _json_kind(hint: Any) -> type:
    if hint in _KINDS:
        return typing.cast("type", hint)
    if get_origin(hint) is Literal:
        return str
    return list if get_origin(hint) is tuple else dict


def _dataclass(cls: type) -> Reader:
    hints = typing.get_type_hints(cls, localns=_LATE)
    readers = {field.name: _reader(hints[field.name]) for field in fields(cls)}
    required = tuple(f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING)

    def reader(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong(value, where, "a mapping")
        _complete(value, required, where)
        place = f"{where}." if where else ""
        return cls(**{name: readers[name](each, place + name) for name, each in value.items() if name in readers})

    return reader


def _complete(value: Mapping[str, Any], required: tuple[str, ...], where: str) -> None:
    for name in required:
        if name not in value:
            raise fault(where, f"has no `{name}`") if where else fault("", f"the report has no `{name}`")
