"""What a condition's value matches, operator by operator: words for texts, points for ordered values.

The rows say only *where* a comparison can change its answer; whether it holds is always asked of the
condition itself (`simulator.policy.conditions`).  A comparison without a row is unknown.
"""

from __future__ import annotations

import base64
import ipaddress
import itertools
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import TYPE_CHECKING, TypeAlias

from simulator.analyse.prove.budget import Undecided
from simulator.analyse.prove.words import Word, arn_word, folded_word, word
from simulator.policy.operators import COMPARISONS, Network, parse_date, parse_number
from simulator.policy.pattern import ARN_COLONS, Pattern, Wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["ARN_SHAPE", "POINTS", "TEXTS", "TRUE", "Values"]

Values: TypeAlias = "Iterable[Pattern]"
"""A condition's values, variables resolved."""

ARN_SHAPE = word(Pattern.of(("arn:", *(Wildcard.SEGMENT_RUN, ":") * (ARN_COLONS - 1), Wildcard.RUN)))
"""What an ARN operator takes for an ARN (C16)."""


# --- texts --------------------------------------------------------------------------------------


def _literal(pattern: Pattern) -> Word:
    return word(Pattern.literal(str(pattern)))


def _folded(pattern: Pattern) -> Word | None:
    return folded_word(str(pattern))


def _true() -> Word:
    found = folded_word("true")
    assert found is not None, "none of its letters depends on others"
    return found


TRUE = _true()  #: what Bool takes for true


TEXTS: dict[str, Callable[[Pattern], Word | None]] = {
    "StringEquals": _literal,
    "StringEqualsIgnoreCase": _folded,
    "StringLike": word,
    "ArnEquals": arn_word,
    "ArnLike": arn_word,
    "Bool": lambda _: TRUE,
}
"""The word of a value; None for one that is not modelled, or, of an ARN operator, junk that matches nothing."""


# --- numbers ------------------------------------------------------------------------------------

_DIGITS = 500


def _numbers(values: Values) -> Iterator[str]:
    """Yield each number, one between each two, one below, one above, and no number."""
    points = sorted({number for value in values if (number := parse_number(str(value))) is not None})
    if any(abs(point.adjusted()) > _DIGITS or len(point.as_tuple().digits) > _DIGITS for point in points):
        raise Undecided(f"a number with more than {_DIGITS} digits")
    yield "x"
    if not points:
        yield "0"
        return
    with localcontext(prec=4 * _DIGITS):
        found = [*points, _ceiling(points[0]) - 1, _floor(points[-1]) + 1]
        for low, high in itertools.pairwise(points):
            whole = _floor(low) + 1  # a whole number where there is one: some keys have no others
            found.append(whole if whole < high else (low + high) / 2)
    yield from (f"{number:f}" for number in found)


def _floor(number: Decimal) -> Decimal:
    return number.to_integral_value(ROUND_FLOOR)


def _ceiling(number: Decimal) -> Decimal:
    return number.to_integral_value(ROUND_CEILING)


# --- dates --------------------------------------------------------------------------------------

_SECOND, _DAY = 1000, 86_400_000
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097  # the calendar repeats
_START = datetime(2000, 1, 1, tzinfo=UTC)
_START_DAY = (_START - datetime(1970, 1, 1, tzinfo=UTC)).days
_YEARS = 10**9


def _dates(values: Values) -> Iterator[str]:
    """Yield each moment, its neighbours, and no date."""
    yield "x"
    moments = {moment for value in values if (moment := parse_date(str(value))) is not None} or {0}
    for moment in sorted(moments):
        for near in (0, -1, 1, -_SECOND, _SECOND):
            yield from _date(moment + near)


def _date(moment: int) -> Iterator[str]:
    """Spell a moment in milliseconds, in whole seconds where no year can say it."""
    days, milliseconds = divmod(moment, _DAY)
    cycles, day = divmod(days - _START_DAY, _CYCLE_DAYS)
    date = _START + timedelta(days=day, milliseconds=milliseconds)
    year = date.year + cycles * _CYCLE_YEARS
    if abs(year) < _YEARS:
        yield f"{year:0{5 if year < 0 else 4}d}{date:-%m-%dT%H:%M:%S}.{moment % _SECOND:03d}Z"
    elif moment >= 0 and moment % _SECOND == 0:
        yield str(moment // _SECOND)


# --- addresses ----------------------------------------------------------------------------------


def _addresses(values: Values) -> Iterator[str]:
    """Yield the ends of each range and their neighbours, the lowest addresses, and no address."""
    yield from ("x", "0.0.0.0", "::")  # noqa: S104  # an address to compare with, not to bind to
    for value in values:
        network = _range(str(value))
        if network is None:
            continue
        first, last = network.network_address, network.broadcast_address
        yield str(first)
        yield str(last)
        for near, step in ((first, -1), (last, 1)):
            try:
                yield str(near + step)
            except ipaddress.AddressValueError:
                continue  # there is none beyond


def _range(text: str) -> Network | None:
    read: Network | None = COMPARISONS["IpAddress"].read_policy(Pattern.literal(text))
    return read


# --- bytes --------------------------------------------------------------------------------------


def _bytes(values: Values) -> Iterator[str]:
    """Yield each value, others, and what is no base64."""
    yield "%"
    read = COMPARISONS["BinaryEquals"].read_policy
    known = {found for value in values if (found := read(value)) is not None}
    other = next(data for data in (bytes([n]) for n in range(256 + len(known))) if data not in known)
    for data in (*sorted(known), other):
        yield base64.b64encode(data).decode("ascii")


POINTS: dict[str, Callable[[Values], Iterator[str]]] = {
    **dict.fromkeys((name for name in COMPARISONS if name.startswith("Numeric")), _numbers),
    **dict.fromkeys((name for name in COMPARISONS if name.startswith("Date")), _dates),
    "IpAddress": _addresses,
    "BinaryEquals": _bytes,
}
"""Values of every kind that a comparison can tell apart."""
