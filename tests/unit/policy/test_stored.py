"""The quick reading of AWS's own policies: it says what the strict one says, positions apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.catalogue.managed import managed_names, managed_policy
from simulator.policy.parse import parse_policy_text
from simulator.policy.stored import StoredReader

if TYPE_CHECKING:
    from simulator.policy.model import Policy


def said(policy: Policy) -> tuple[Any, ...]:
    """Return all of a policy that bears on decisions."""
    statements = [
        (
            one.index,
            one.sid,
            one.effect,
            one.actions,
            one.resources,
            one.principals,
            one.variables,
            [(c.operator, c.key, [value.text for value in c.values], c.variables) for c in one.conditions],
        )
        for one in policy.statements
    ]
    return policy.name, policy.kind, policy.version, policy.source.text, statements


def test_all_managed_policies_are_read_strictly_and_quickly_to_the_same() -> None:
    reader, read = StoredReader(), 0
    for policy in filter(None, map(managed_policy, managed_names())):
        strict = parse_policy_text(policy.text, name=policy.name)
        assert said(reader.read(policy.text, name=policy.name)) == said(strict)
        read += 1
    assert read == len(managed_names()) > 1500


def test_scalars_of_every_kind_keep_their_text() -> None:
    text = """{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotAction": "s3:*", "NotResource": ["*"],
      "Condition": {"Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"s3:max-keys": [10, 1.50, 1e3]}}}}"""
    assert said(StoredReader().read(text, name="p")) == said(parse_policy_text(text, name="p"))
