"""Which entries of an element name a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.decide import index
from simulator.decide.context import Context
from simulator.decide.index import ResourceMatcher, StatementSet
from simulator.policy.actions import ActionTable
from simulator.policy.model import Element, Entry
from tests.unit.decide.build import allow, policy

if TYPE_CHECKING:
    import pytest


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


def test_a_resolved_variable_is_read_as_the_rest_of_the_element() -> None:
    # Segments missing on the right are wildcards, and no `?` leaves its segment.
    assert _hits("arn:aws:s3:::b", "arn:aws:${k:u}", u="s3") == 1
    assert _hits("arn:aws:s3::::b", "arn:aws:${k:u}?:::b", u="s3") == 0


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_CACHE_LIMIT", 2)
    found = StatementSet((policy(allow(resource="arn:aws:s3:::a*")),), ActionTable(("s3:GetObject",)))
    nobody = Context.of()
    for _ in range(2):
        assert [found.covering(f"arn:aws:s3:::{name}", nobody) for name in ("a", "b", "ab", "c", "ac")] == [
            1,
            0,
            1,
            0,
            1,
        ]
    assert len(found._static_bits) <= 2
