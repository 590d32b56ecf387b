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
    r"([+-]?\d{4,9})(?:-(\d\d)(?:-(\d\d)"
    r"(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d(?::\d\d)?)?)?)?)?",
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
    cycles, within = divmod(int(year), 400)  # the calendar repeats after 400 years, which are 146,097 days
    try:
        start = date(2000 + within, int(month or 1), int(day or 1))
    except ValueError:
        return None
    days = (start - date(1970, 1, 1)).days + (cycles - 5) * 146_097
    if int(hour or 0) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return None
    minutes = (days * 24 + int(hour or 0)) * 60 + int(minute or 0) - _offset(zone)
    return (minutes * 60 + int(second or 0)) * 1000 + int(((fraction or "") + "000")[:3])


def _offset(zone: str | None) -> int:
    if zone in {None, "Z", "z"}:
        return 0
    digits = str(zone)[1:].replace(":", "").ljust(4, "0")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if str(zone)[0] == "-" else 1)


def address(text: str) -> Address | None:
    """C15, Z10: an IPv4 or IPv6 address; leading zeros are decimal; no range, no zone."""
    if re.fullmatch(r"\d+(\.\d+){3}", text, re.ASCII):
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
