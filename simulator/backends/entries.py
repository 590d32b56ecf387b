"""Context entries: checked as the service checks them, and in the text form that it compares.

The type of an entry says whether the value is a list and which texts are refused; it does not restrict
the operators that may read it (C7).  Typed values are normalised, which only the String operators can
see: a number loses leading zeros, a date becomes UTC with milliseconds.

Rules: Z7 and A15 in ``docs/semantics.md``.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulator.backends.faults import Fault
from simulator.policy.operators import parse_date, parse_ip, parse_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulator.backends.shapes import ContextEntry
    from simulator.decide.context import ContextValue

__all__ = ["read_entries"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CYCLE_YEARS, _CYCLE_MILLISECONDS = 400, 146097 * 86_400_000  # the calendar repeats
_YEAR_2000 = int((datetime(2000, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds() * 1000)


def read_entries(entries: Sequence[ContextEntry]) -> dict[str, ContextValue]:
    """Return the values by key, in the spelling of the request; raise `Fault` at the first bad entry."""
    values: dict[str, ContextValue] = {}
    seen: set[str] = set()
    for entry in entries:
        if not entry:
            continue  # an entry without any member is ignored
        name, value = _read(entry)
        if name.lower() in seen:
            raise Fault.duplicate_key(name)
        seen.add(name.lower())
        values[name] = value
    return values


def _read(entry: ContextEntry) -> tuple[str, ContextValue]:
    name = entry.get("ContextKeyName")
    if not name:
        raise Fault.no_key_name()
    kind = entry.get("ContextKeyType")
    if kind is None:
        raise Fault.no_key_type(name)
    texts = entry.get("ContextKeyValues")
    if not texts:
        raise Fault.no_key_values(name)
    scalar = kind.removesuffix("List")
    if scalar == kind and len(texts) > 1:
        raise Fault.several_values(kind, len(texts))
    normal, expected = _TYPES[scalar]
    values = tuple(map(normal, texts))
    if None in values:
        raise Fault.bad_value(name, expected)
    found = tuple(value for value in values if value is not None)
    return name, found[0] if scalar == kind else found


def _as_given(text: str) -> str:
    return text


def _number(text: str) -> str | None:
    value = parse_number(text)
    if value is None:
        return None
    # Java's BigDecimal, whose text form this is, knows no negative zero.
    return str(value.copy_abs() if value.is_zero() else value)


def _date(text: str) -> str | None:
    milliseconds = parse_date(text)
    if milliseconds is None:
        return None
    # Years outside Python's range are moved by whole cycles of the calendar.
    cycles, rest = divmod(milliseconds - _YEAR_2000, _CYCLE_MILLISECONDS)
    moment = _EPOCH + timedelta(milliseconds=_YEAR_2000 + rest)
    year = moment.year + cycles * _CYCLE_YEARS
    sign = "-" if year < 0 else "+" if year > 9999 else ""
    return f"{sign}{abs(year):04}{moment:-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _address(text: str) -> str | None:
    return None if parse_ip(text) is None else text


def _bytes(text: str) -> str | None:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return text


_TYPES: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "string": (_as_given, ""),
    "boolean": (_as_given, ""),  # any text; all but "true" counts as false (Z5)
    "numeric": (_number, "numeric format"),
    "date": (_date, "DateTime format"),
    "ip": (_address, "IP address"),
    "binary": (_bytes, "base-64 encoded binary format"),
}
"""How a value of each scalar type is normalised (None: refused), and what the refusal says."""
