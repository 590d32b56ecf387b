"""The comparisons behind the condition operators: one text of the request, one value of the policy (C10-C16)."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from tests.oracles import values
from tests.oracles.patterns import RUN, Piece, elements, matches, units

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COMPARE", "ORDER", "is_arn", "text_of"]

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq, "LessThan": operator.lt, "LessThanEquals": operator.le,
    "GreaterThan": operator.gt, "GreaterThanEquals": operator.ge,
}  # fmt: skip


def text_of(value: list[Piece] | None) -> str:
    """A policy value as text, its variables filled in."""
    return "".join(text for text, _ in value or [])


def _read(parse: Callable[[str], Any], test: Callable[[Any, Any], bool]) -> Callable[[str, list[Piece]], bool]:
    def compare(given: str, wanted: list[Piece]) -> bool:
        left, right = parse(given), parse(text_of(wanted))
        return left is not None and right is not None and test(left, right)  # C20

    return compare


def _lower(text: str) -> str:
    # Z8: Java's lower case, which Python shares inside the BMP; letters beyond it stay as they are.
    return "".join(part if part > "\uffff" else part.lower() for part in re.split("([\U00010000-\U0010ffff])", text))


def _in_range(given: str, wanted: list[Piece]) -> bool:
    address, network = values.address(given), values.network(text_of(wanted))
    return address is not None and network is not None and address in network  # C15: v4 is never in v6


def is_arn(text: str) -> bool:
    """C16: six parts, the first of them `arn`."""
    return text.startswith("arn:") and text.count(":") >= 5


def _arn_like(given: str, wanted: list[Piece]) -> bool:
    """C16: six components, each for itself; `*` alone is any ARN."""
    if not is_arn(given) or set(elements(wanted)) == {RUN}:
        return is_arn(given)
    parts: list[list[Piece]] = [[]]
    for text, literal in wanted:
        for c in units(text):
            if c == ":" and len(parts) < 6:
                parts.append([])
            else:
                parts[-1].append((c, literal))
    return len(parts) == 6 and all(matches(elements(p), g) for p, g in zip(parts, given.split(":", 5), strict=True))


COMPARE: dict[str, Callable[[str, list[Piece]], bool]] = {
    "StringEquals": _read(str, operator.eq),
    "StringEqualsIgnoreCase": _read(_lower, operator.eq),
    "StringLike": lambda given, wanted: matches(elements(wanted), given),
    "Bool": _read(lambda text: text.lower() == "true", operator.eq),  # C13, Z5
    "BinaryEquals": _read(values.binary, operator.eq),
    "IpAddress": _in_range,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    **{f"Numeric{name}": _read(values.number, test) for name, test in ORDER.items()},
    **{f"Date{name}": _read(values.instant, test) for name, test in ORDER.items()},
}
