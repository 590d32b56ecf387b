"""Condition blocks (C1-C30): an operator is a comparison of two texts; Not, IfExists and ForXValues stand around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.oracles import values
from tests.oracles.comparisons import COMPARE, ORDER, is_arn, text_of
from tests.oracles.variables import Value, lookup, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracles.patterns import Piece

__all__ = ["OPERATORS", "holds", "listed"]

_NEGATED = {
    "StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike", "NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress", "ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike",
}  # fmt: skip
OPERATORS = [
    "StringEquals", "StringEqualsIgnoreCase", "StringLike", *(f"Numeric{x}" for x in ORDER),
    *(f"Date{x}" for x in ORDER), "Bool", "BinaryEquals", "IpAddress", "ArnEquals", "ArnLike", *_NEGATED, "Null",
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
        return any((text_of(w).lower() == "true") == (given is None) for w in wanted)
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
    compare = COMPARE[_NEGATED.get(base, base)]
    hit = any(compare(given, value) for value in wanted if value is not None)  # V5: null equals nothing
    if base not in _NEGATED:
        return hit
    if base.startswith("Arn") and not is_arn(given):
        return False  # Z4
    if base == "NotIpAddress" and (
        values.address(given) is None or any(values.network(text_of(v)) is None for v in wanted)
    ):
        return False  # Z4, C15
    return not hit
