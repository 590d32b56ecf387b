"""What policies can tell apart."""

from __future__ import annotations

import pytest

from simulator.decide.reach import named_services, tells_targets_apart
from tests.unit.decide.build import allow, deny, policy


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (["*"], set()),
        (["arn:aws:s3:::b", "arn:aws:iam::*:user/*"], {"s3", "iam"}),
        (["arn:*:s3:::b"], {"s3"}),
        (["arn:aws:s3"], {"s3"}),
        (["*", "arn:aws:s3:::b"], {"s3"}),
        (["arn:aws:s3:::b", "arn:aws:s*:::b"], None),
        (["arn:aws:s?:::b"], None),
        (["arn:aws:${k:u}:::b"], None),
    ],
)
def test_services_are_named_unless_a_pattern_is_open(resources: list[str], expected: set[str] | None) -> None:
    found = named_services([policy(allow(resource=resources))])
    assert (None if found is None else set(found)) == expected


def test_services_of_all_policies_and_statements_count() -> None:
    one = policy(allow(resource="arn:aws:s3:::b"), deny(resource="arn:aws:sqs:::q"))
    other = policy(allow(resource=None, NotResource="arn:aws:sns:::t"))
    assert set(named_services([one, other]) or ()) == {"s3", "sqs", "sns"}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("aws:RequestedRegion", True),
        ("aws:ResourceAccount", True),
        ("aws:ResourceTag/team", True),
        ("s3:ExistingObjectTag/a", True),
        ("aws:username", False),
    ],
)
def test_keys_that_follow_from_the_target(key: str, expected: bool) -> None:  # noqa: FBT001  # a column
    asked = policy(allow(), deny(Condition={"StringEquals": {key: "x"}}))
    assert tells_targets_apart([policy(allow()), asked]) is expected
