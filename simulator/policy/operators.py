"""Condition operators: a row a comparison.

A row says how both sides are read and when they match.  ``Not…``, ``…IfExists``, ``ForAnyValue:`` and
``ForAllValues:`` are modifiers (`simulator.policy.conditions`), never rows.

Rules: ``docs/semantics.md``, C10 to C16, Z4, Z5, Z8, Z10.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.policy.pattern import ARN_COLONS, Pattern, Wildcard
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COMPARISONS", "NEGATIONS", "Comparison", "Network", "parse_date", "parse_ip", "parse_number"]

Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"
Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one operator reads the two sides and compares them.

    `read` turns the request's text into a value and `read_policy` the policy's pattern; None is text
    that is not of this kind and never matches (C20).  `unreadable_negated` is what the negated operator
    answers for such a request value (Z4).  `junk_negated` is the same for such a policy value: True
    means it excludes nothing, False that the whole condition fails.  `variables` tells whether policy
    values may hold variables (V2), `wildcards` whether ``*`` and ``?`` in them are wildcards.
    """

    name: str
    read: Callable[[str], Any]
    read_policy: Callable[[Pattern], Any]
    holds: Callable[[Any, Any], bool]
    unreadable_negated: bool = True
    junk_negated: bool = True
    variables: bool = False
    wildcards: bool = False


# --- text ---------------------------------------------------------------------------------------


def _lower(text: str) -> str:
    """Lower *text* as AWS does: no mapping beyond the Basic Multilingual Plane (Z8)."""
    if text.isascii() or max(text) <= "\uffff":
        return text.lower()
    return "".join(piece if piece[:1] > "\uffff" else piece.lower() for piece in _ASTRAL.split(text))


_ASTRAL = re.compile("([\U00010000-\U0010ffff]+)")


def _glob(value: str, pattern: Pattern) -> bool:
    return pattern.matches(value)


# --- numbers ------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,9})?", re.ASCII)
_NUMBER_LIMIT = 1024


@lru_cache(maxsize=4096)
def parse_number(text: str) -> Decimal | None:
    """Read a decimal number; None for anything else, ``NaN`` and ``0x10`` too (C11, Z10)."""
    # The limits keep a hostile exponent from costing memory.
    return Decimal(text) if len(text) <= _NUMBER_LIMIT and _NUMBER.fullmatch(text) else None


# --- dates --------------------------------------------------------------------------------------

_DATE = re.compile(
    r"(?P<year>[+-]?\d{4,9})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[Tt](?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"(?P<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_MAX = 2**63 - 1
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146097  # the calendar repeats


@lru_cache(maxsize=4096)
def parse_date(text: str) -> int | None:
    """Read an ISO 8601 date or epoch seconds; return milliseconds since 1970, None for neither (C12)."""
    if text.isascii() and text.isdigit():
        seconds = int(text) if len(text) < 20 else _EPOCH_MAX + 1
        return seconds * 1000 if seconds <= _EPOCH_MAX else None
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    # Years outside Python's range are moved by whole cycles of the calendar.
    cycles, year = divmod(int(found["year"]) - 2000, _CYCLE_YEARS)
    clock = [int(found[name] or 0) for name in ("hour", "minute", "second")]
    try:
        day = datetime(year + 2000, int(found["month"] or 1), int(found["day"] or 1), tzinfo=UTC)
        moment = (
            day
            + timedelta(days=_end_of_day(clock))
            + timedelta(hours=clock[0] % 24, minutes=clock[1], seconds=clock[2])
        )
    except ValueError:
        return None
    if not _is_clock(clock):
        return None
    moment -= _offset(found["zone"] or "Z")
    milliseconds = int(((found["fraction"] or "") + "000")[:3])
    whole = (moment - _EPOCH) // timedelta(milliseconds=1)
    return whole + milliseconds + cycles * _CYCLE_DAYS * 86_400_000


def _is_clock(clock: list[int]) -> bool:
    hour, minute, second = clock
    return (hour < 24 or clock == [24, 0, 0]) and minute < 60 and second < 60


def _end_of_day(clock: list[int]) -> int:
    return 1 if clock == [24, 0, 0] else 0


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta()
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return size if zone[0] == "+" else -size


# --- booleans, bytes, addresses -----------------------------------------------------------------


def _is_true(text: str) -> bool:
    """Read as AWS does: everything but ``true`` (case ignored) is false (Z5)."""
    return text.lower() == "true"


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


_LEADING_ZEROS = re.compile(r"\b0+(?=\d)", re.ASCII)
_V4 = re.compile(r"\d+(?:\.\d+){3}", re.ASCII)


@lru_cache(maxsize=4096)
def parse_ip(text: str) -> Address | None:
    """Read one address; octets may have leading zeros (Z10); ranges and zone ids are none."""
    if "%" in text or "/" in text or len(text) > 64:
        return None
    try:
        return ipaddress.ip_address(_LEADING_ZEROS.sub("", text) if _V4.fullmatch(text) else text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _network(text: str) -> Network | None:
    """Read an address or a range in CIDR form; bits below the mask are ignored (C15, Z10)."""
    address, slash, prefix = text.partition("/")
    base = parse_ip(address)
    if base is None or (slash and not re.fullmatch(r"\+?\d{1,4}", prefix, re.ASCII)):
        return None
    bits = int(prefix) if slash else base.max_prefixlen
    return ipaddress.ip_network((base, bits), strict=False) if bits <= base.max_prefixlen else None


def _in_network(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


# --- ARNs ---------------------------------------------------------------------------------------


def _arn_parts(text: str) -> tuple[str, ...] | None:
    return tuple(text.split(":", ARN_COLONS)) if text.startswith("arn:") and text.count(":") >= ARN_COLONS else None


def _arn_patterns(pattern: Pattern) -> tuple[Pattern, ...] | None:
    """Split into six component patterns; ``*`` alone is any ARN, fewer components are junk (C16)."""
    if pattern.elements == (Wildcard.RUN,):
        return (pattern,) * (ARN_COLONS + 1)
    parts = pattern.split_colons(ARN_COLONS)
    return parts if len(parts) == ARN_COLONS + 1 else None


def _arn_matches(parts: tuple[str, ...], patterns: tuple[Pattern, ...]) -> bool:
    return all(pattern.matches(part) for part, pattern in zip(parts, patterns, strict=True))


_ROWS = (
    Comparison("StringEquals", str, str, operator.eq, variables=True),
    Comparison("StringEqualsIgnoreCase", _lower, lambda p: _lower(str(p)), operator.eq, variables=True),
    Comparison("StringLike", str, lambda p: p, _glob, variables=True, wildcards=True),
    Comparison("NumericEquals", parse_number, lambda p: parse_number(str(p)), operator.eq),
    Comparison("NumericLessThan", parse_number, lambda p: parse_number(str(p)), operator.lt),
    Comparison("NumericLessThanEquals", parse_number, lambda p: parse_number(str(p)), operator.le),
    Comparison("NumericGreaterThan", parse_number, lambda p: parse_number(str(p)), operator.gt),
    Comparison("NumericGreaterThanEquals", parse_number, lambda p: parse_number(str(p)), operator.ge),
    Comparison("DateEquals", parse_date, lambda p: parse_date(str(p)), operator.eq),
    Comparison("DateLessThan", parse_date, lambda p: parse_date(str(p)), operator.lt),
    Comparison("DateLessThanEquals", parse_date, lambda p: parse_date(str(p)), operator.le),
    Comparison("DateGreaterThan", parse_date, lambda p: parse_date(str(p)), operator.gt),
    Comparison("DateGreaterThanEquals", parse_date, lambda p: parse_date(str(p)), operator.ge),
    Comparison("Bool", _is_true, lambda p: _is_true(str(p)), operator.eq, variables=True),
    Comparison("BinaryEquals", _decode, lambda p: _decode(str(p)), operator.eq),
    Comparison(
        "IpAddress", parse_ip, lambda p: _network(str(p)), _in_network, unreadable_negated=False, junk_negated=False
    ),
    Comparison(
        "ArnEquals", _arn_parts, _arn_patterns, _arn_matches, unreadable_negated=False, variables=True, wildcards=True
    ),
    Comparison(
        "ArnLike", _arn_parts, _arn_patterns, _arn_matches, unreadable_negated=False, variables=True, wildcards=True
    ),
)

COMPARISONS = {row.name: row for row in _ROWS}
"""Operator name (as AWS spells it) to its row; ``Null`` asks for presence and compares nothing."""

NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
"""Negated operator to the operator it negates."""
