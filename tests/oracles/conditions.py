"""Condition blocks (C1-C30): an operator is a comparison of two texts; Not, IfExists and ForXValues stand around it."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from tests.oracles import values
from tests.oracles.patterns import RUN, Piece, elements, matches, units
from tests.oracles.variables import Value, lookup, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["OPERATORS", "holds", "listed"]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq, "LessThan": operator.lt, "LessThanEquals": operator.le,
    "GreaterThan": operator.gt, "GreaterThanEquals": operator.ge,
}  # fmt: skip
_NEGATED = {
    "StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike", "NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress", "ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike",
}  # fmt: skip
OPERATORS = [
    "StringEquals", "StringEqualsIgnoreCase", "StringLike", *(f"Numeric{x}" for x in _ORDER),
    *(f"Date{x}" for x in _ORDER), "Bool", "BinaryEquals", "IpAddress", "ArnEquals", "ArnLike", *_NEGATED, "Null",
]  # fmt: skip


def listed(value: Any) -> list[str]:
    """G16, G51: one value is a list of one; JSON booleans and numbers are their text."""
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in (value if isinstance(value, list) else [value])]


def holds(block: Mapping[str, Mapping[str, Any]], context: Mapping[str, Value], *, variables: bool) -> bool:
    """C1: every operator, and every key of it, has to hold."""
    return all(
        _holds(name, lookup(context, key), [resolve_for(name, v, context, variables=variables) for v in listed(wanted)])
        for name, keys in block.items()
        for key, wanted in keys.items()
    )


def resolve_for(name: str, text: str, context: Mapping[str, Value], *, variables: bool) -> list[Piece] | None:
    """V2: variables stand in the values of String, Arn and Bool operators; elsewhere ``${`` is text."""
    takes = name.rpartition(":")[2].startswith(("String", "Arn", "Bool"))
    return resolve(text, context, variables=variables and takes)


def _holds(name: str, given: Value | None, wanted: list[list[Piece] | None]) -> bool:
    mode, _, base = name.rpartition(":")
    if base == "Null":
        if mode:
            return mode == "ForAllValues"  # C30: constants
        return any((_text(w).lower() == "true") == (given is None) for w in wanted)
    if given is None and base.endswith("IfExists"):
        return True  # C3
    base = base.removesuffix("IfExists")
    if mode:
        each = given if isinstance(given, list) else [] if given is None else [given]  # C6
        each = [] if each == [""] else each  # C4
        return (all if mode == "ForAllValues" else any)(_one(base, value, wanted) for value in each)  # C4
    if isinstance(given, list):
        return False  # C5, Z6
    return base in _NEGATED if given is None else _one(base, given, wanted)  # C3


def _one(base: str, given: str, wanted: list[list[Piece] | None]) -> bool:
    """One value of the request against all values of the policy: OR, or NOR for a negated operator (C1)."""
    compare = _COMPARE[_NEGATED.get(base, base)]
    hit = any(compare(given, value) for value in wanted if value is not None)  # V5: null equals nothing
    if base not in _NEGATED:
        return hit
    if base.startswith("Arn") and not _is_arn(given):
        return False  # Z4
    if base == "NotIpAddress" and (
        values.address(given) is None or any(values.network(_text(v)) is None for v in wanted)
    ):
        return False  # Z4, C15
    return not hit


def _text(value: list[Piece] | None) -> str:
    return "".join(text for text, _ in value or [])


def _read(parse: Callable[[str], Any], test: Callable[[Any, Any], bool]) -> Callable[[str, list[Piece]], bool]:
    def compare(given: str, wanted: list[Piece]) -> bool:
        left, right = parse(given), parse(_text(wanted))
        return left is not None and right is not None and test(left, right)  # C20

    return compare


def _lower(text: str) -> str:
    # Z8: Java's lower case, which Python shares inside the BMP; letters beyond it stay as they are.
    return "".join(part if part > "\uffff" else part.lower() for part in re.split("([\U00010000-\U0010ffff])", text))


def _in_range(given: str, wanted: list[Piece]) -> bool:
    address, network = values.address(given), values.network(_text(wanted))
    return address is not None and network is not None and address in network  # C15: v4 is never in v6


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= 5


def _arn_like(given: str, wanted: list[Piece]) -> bool:
    """C16: six components, each for itself; `*` alone is any ARN."""
    if not _is_arn(given) or set(elements(wanted)) == {RUN}:
        return _is_arn(given)
    parts: list[list[Piece]] = [[]]
    for text, literal in wanted:
        for c in units(text):
            if c == ":" and len(parts) < 6:
                parts.append([])
            else:
                parts[-1].append((c, literal))
    return len(parts) == 6 and all(matches(elements(p), g) for p, g in zip(parts, given.split(":", 5), strict=True))


_COMPARE: dict[str, Callable[[str, list[Piece]], bool]] = {
    "StringEquals": _read(str, operator.eq),
    "StringEqualsIgnoreCase": _read(_lower, operator.eq),
    "StringLike": lambda given, wanted: matches(elements(wanted), given),
    "Bool": _read(lambda text: text.lower() == "true", operator.eq),  # C13, Z5
    "BinaryEquals": _read(values.binary, operator.eq),
    "IpAddress": _in_range,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    **{f"Numeric{name}": _read(values.number, test) for name, test in _ORDER.items()},
    **{f"Date{name}": _read(values.instant, test) for name, test in _ORDER.items()},
}
