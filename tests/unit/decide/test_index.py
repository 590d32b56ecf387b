"""Which entries of an element name a resource."""

from __future__ import annotations

from simulator.decide.context import Context
from simulator.decide.index import ResourceMatcher
from simulator.policy.model import Element, Entry


def _hits(resource: str, *texts: str, **values: str) -> int:
    matcher = ResourceMatcher(Element(tuple(map(Entry, texts))), variables=True)
    context = Context.of({f"k:{name}": value for name, value in values.items()})
    assert matcher.matches(resource, context) is bool(matcher.hits(resource, context))
    return matcher.hits(resource, context)


def test_each_entry_that_names_the_resource_is_told() -> None:
    texts = ("arn:aws:s3:::a*", "arn:aws:s3:::b", "arn:aws:s3:::${k:u}", "*")
    assert _hits("arn:aws:s3:::ab", *texts, u="ab") == 0b1101
    assert _hits("arn:aws:s3:::b", *texts) == 0b1010


def test_a_value_adds_no_segment() -> None:
    own = "arn:aws:iam::${k:u}:user/x"
    assert _hits("arn:aws:iam::a:user/x", own, u="a") == 1
    assert _hits("arn:aws:iam::a:b:user/x", own, u="a:b") == 0
    assert _hits("arn:aws:s3:::a:b", "arn:aws:s3:::${k:u}", u="a:b") == 1
