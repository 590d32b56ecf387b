"""How texts are read as numbers, dates, addresses and bytes; None where they are none (C20)."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from datetime import date
from decimal import Decimal

__all__ = ["Network", "address", "binary", "instant", "network", "number"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)


def number(text: str) -> Decimal | None:
    """C11, Z10: an exact decimal with an optional sign and exponent, nothing else around it."""
    return Decimal(text) if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?", text, re.ASCII) else None


def instant(text: str) -> int | None:
    """C12: milliseconds since 1970; digits alone are seconds, a missing zone is UTC, missing parts are the first."""
    if re.fullmatch(r"\d+", text, re.ASCII):
        return int(text) * 1000 if int(text) < 2**63 else None
    parts = _DATE.fullmatch(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = parts.groups()
    try:
        days = (date(int(year), int(month or 1), int(day or 1)) - date(1970, 1, 1)).days
    except ValueError:
        return None
    clock = (int(hour or 0), int(minute or 0), int(second or 0))
    if clock > (23, 59, 59) or max(clock[1:]) > 59:
        return None
    minutes = (days * 24 + clock[0]) * 60 + clock[1] - _offset(zone)
    return (minutes * 60 + clock[2]) * 1000 + int(((fraction or "") + "000")[:3])


def _offset(zone: str | None) -> int:
    if zone in {None, "Z"}:
        return 0
    digits = str(zone)[1:].replace(":", "").ljust(4, "0")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if str(zone)[0] == "-" else 1)


def address(text: str) -> Address | None:
    """C15, Z10: an IPv4 or IPv6 address; leading zeros are decimal; no range, no zone."""
    if re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", text, re.ASCII):
        text = ".".join(str(int(octet)) for octet in text.split("."))
    try:
        return None if "%" in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def network(text: str) -> Network | None:
    """C15, Z10: a range, its host bits ignored; a bare address is a range of one; `/024` and `/+24` are 24."""
    base, slash, mask = text.partition("/")
    start = address(base)
    if start is None or (slash and not re.fullmatch(r"\+?\d{1,4}", mask, re.ASCII)):
        return None
    try:
        return ipaddress.ip_network((start, int(mask) if slash else start.max_prefixlen), strict=False)
    except ValueError:
        return None


def binary(text: str) -> bytes | None:
    """C14: both sides are base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
