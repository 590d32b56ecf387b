"""Sample values: for a condition texts that fit it and texts that just don't, for a pattern an ARN.

What a sample does is never taken on trust: callers decide with it.  All are valid for the API's type of
the key, so that AWS can be asked the same.
"""

from __future__ import annotations

import base64
import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulator.accounts.context import api_type
from simulator.backends.entries import read_entries
from simulator.backends.faults import Fault
from simulator.catalogue.keys import key as catalogue_key
from simulator.policy.operators import parse_date, parse_ip, parse_number
from simulator.policy.pattern import ARN_COLONS, Pattern, Wildcard
from simulator.policy.variables import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from simulator.decide.context import Context, ContextValue
    from simulator.policy.conditions import Condition, ConditionValue

__all__ = ["EXAMPLES", "example_of", "fill", "fits_type", "held_by", "samples", "single_in"]

_VALUES = 12  # of one condition that are looked at
_WORD = "example"
_OTHER = "something-else"
_OTHER_ARN = "arn:aws:iam::000000000000:role/something-else"
_ADDRESSES = ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1")
EXAMPLES = {"boolean": "true", "numeric": "1", "date": "2030-01-01T00:00:00Z", "ip": "192.0.2.1", "binary": "AAAA"}
_SEGMENTS = ("arn", "aws", "s3", "us-east-1", "123456789012", _WORD)
_SERVICE, _ACCOUNT = 2, 4  # of an ARN's segments
_SECOND = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 60_000_000_000_000  # milliseconds: two thousand years either way, for which Python has dates


def single_in(context: Context) -> Callable[[str], str | None]:
    """Return how a variable finds its value in *context*."""

    def value_of(key: str) -> str | None:
        found = context.get(key)
        return found if isinstance(found, str) else None

    return value_of


def held_by(condition: Condition, context: Context, value: ContextValue | None) -> bool:
    """Tell whether *condition* holds in *context* when its key has *value* (None: is absent)."""
    changed = context.without(condition.key) if value is None else context.with_values({condition.key: value})
    return condition.holds(changed.get)


def fits_type(name: str, value: ContextValue) -> bool:
    """Tell whether AWS and suites take *value* for the key *name*."""
    kind = api_type(name, value)
    if kind.endswith("List") is isinstance(value, str):
        return False
    texts = [value] if isinstance(value, str) else list(value)
    if kind.startswith("boolean"):
        return all(text in ("true", "false") for text in texts)
    try:
        read_entries([{"ContextKeyName": name, "ContextKeyValues": texts, "ContextKeyType": kind}])  # type: ignore[typeddict-item]  # the type is the catalogue's
    except Fault:
        return False
    return True


def samples(condition: Condition, context: Context) -> tuple[ContextValue, ...]:
    """Return values for the condition's key, those of the policy first, then their neighbours and others."""
    known = catalogue_key(condition.key)
    listed = known.multivalued if known is not None else condition.operator.qualifier is not None
    texts = dict.fromkeys(_texts(condition, context, "string" if known is None else known.type))
    found: dict[ContextValue, None] = {}
    for text in texts:
        found[(text,) if listed else text] = None
    values = [value.text for value in condition.values[:_VALUES]]
    if listed and len(values) > 1:
        found[tuple(dict.fromkeys(values))] = None
    if listed and texts:
        found[(next(iter(texts)), _OTHER)] = None
    return tuple(value for value in found if value not in ("", ("",)) and fits_type(condition.key, value))


def _texts(condition: Condition, context: Context, kind: str) -> Iterator[str]:
    base = condition.operator.base
    if base == "Null":
        yield EXAMPLES.get(kind, _WORD if kind != "arn" else _OTHER_ARN)
        return
    make = _MAKERS[_FAMILIES.get(base, "text")]
    values = condition.values[:_VALUES]
    patterns = [pattern for value in values if (pattern := _resolved(condition, value, context)) is not None]
    for pattern in patterns:
        yield from make(pattern)
    yield from _OTHERS.get(_FAMILIES.get(base, "text"), (_OTHER,))


def _resolved(condition: Condition, value: ConditionValue, context: Context) -> Pattern | None:
    template = Template.parse(value.text, variables=condition.variables)
    return template.resolve(single_in(context), literal_wildcards=condition.operator.base == "StringEquals")


def _of_text(pattern: Pattern) -> Iterator[str]:
    text = example_of(pattern)
    yield text
    yield f"{text}x"
    yield f"x{text}"
    yield text.swapcase()


def _of_number(pattern: Pattern) -> Iterator[str]:
    number = parse_number(str(pattern))
    if number is not None and abs(number) < 10**15:
        yield from (_plain(format(number + step, "f")) for step in (0, -1, 1))


def _plain(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _of_date(pattern: Pattern) -> Iterator[str]:
    moment = parse_date(str(pattern))
    if moment is not None and abs(moment) < _LATEST:
        for step in (0, -_SECOND, _SECOND):
            at = _EPOCH + timedelta(milliseconds=(moment + step) // _SECOND * _SECOND)
            yield f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _of_boolean(pattern: Pattern) -> Iterator[str]:
    yield "true" if str(pattern).lower() == "true" else "false"


def _of_address(pattern: Pattern) -> Iterator[str]:
    address, _, prefix = str(pattern).partition("/")
    base = parse_ip(address)
    if base is None or not (prefix or "0").lstrip("+").isdigit():
        return
    bits = min(int(prefix or base.max_prefixlen), base.max_prefixlen)
    network = ipaddress.ip_network((base, bits), strict=False)
    yield str(network[0])
    yield str(network[-1])
    for place, step in ((network[0], -1), (network[-1], 1)):
        beside = int(place) + step
        if 0 <= beside < 1 << base.max_prefixlen:
            yield str(type(base)(beside))


def _of_arn(pattern: Pattern) -> Iterator[str]:
    text = fill(pattern)
    yield text
    yield f"{text}x"


def _of_binary(pattern: Pattern) -> Iterator[str]:
    yield str(pattern)


_FAMILIES = {"Bool": "boolean", "BinaryEquals": "binary", "IpAddress": "ip", "ArnEquals": "arn", "ArnLike": "arn"} | {
    f"{family}{suffix}": kind
    for family, kind in (("Numeric", "number"), ("Date", "date"))
    for suffix in ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
}
_MAKERS: dict[str, Callable[[Pattern], Iterable[str]]] = {
    "text": _of_text,
    "number": _of_number,
    "date": _of_date,
    "boolean": _of_boolean,
    "ip": _of_address,
    "arn": _of_arn,
    "binary": _of_binary,
}
_OTHERS: dict[str, tuple[str, ...]] = {
    "number": ("0",),
    "date": ("2030-01-01T00:00:00Z", "2001-01-01T00:00:00Z"),
    "boolean": ("true", "false"),
    "ip": _ADDRESSES,
    "arn": (_OTHER_ARN,),
    "binary": (base64.b64encode(_OTHER.encode()).decode(),),
}


def example_of(pattern: Pattern, word: str = _WORD) -> str:
    """Return a text that *pattern* matches."""
    parts = []
    for element in pattern.elements:
        if isinstance(element, str):
            parts.append(element)
        else:
            parts.append("x" if element in (Wildcard.ONE, Wildcard.SEGMENT_ONE) else word)
    return "".join(parts)


def fill(pattern: Pattern, like: str = "", *, word: str = _WORD) -> str:
    """Return an ARN that the resource pattern *pattern* matches, with as much of the ARN *like* as fits."""
    if pattern.matches_all:
        return like or "*"
    own = pattern.split_colons(ARN_COLONS)
    given = like.split(":", ARN_COLONS) if like.count(":") >= ARN_COLONS else list(_SEGMENTS)
    if len(own) > _SERVICE and not own[_SERVICE].matches(given[_SERVICE]):
        given = [*_SEGMENTS[:_ACCOUNT], given[_ACCOUNT] or _SEGMENTS[_ACCOUNT], _SEGMENTS[-1]]
    parts = []
    for place, default in enumerate(_SEGMENTS):
        segment = own[place] if place < len(own) else Pattern((Wildcard.RUN,))
        text = given[place]
        if not segment.matches(text):
            literal = segment.literal_text
            text = literal if literal is not None else example_of(segment, word if place == ARN_COLONS else default)
        parts.append(text)
    return ":".join(parts)
