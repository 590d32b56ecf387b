"""Policies to be mutated, from the one statement that a test is about."""

from __future__ import annotations

import json
from typing import Any

from simulator.analyse.mutate import Mutant, Setting, mutants, text_of
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text

__all__ = ["SETTING", "changed", "made"]

SETTING = Setting("ann", "123456789012", "aws-cn")
_ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def made(operator: str, kind: PolicyKind = PolicyKind.IDENTITY, **elements: Any) -> list[Mutant]:
    """Return the mutants that one operator makes of a statement; an element that is None is left out."""
    statement = {name: value for name, value in {**_ALLOW, **elements}.items() if value is not None}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = parse_policy_text(text, name="p.json", kind=kind)
    return [one for one in mutants(policy, SETTING) if one.operator == operator]


def changed(operator: str, element: str, kind: PolicyKind = PolicyKind.IDENTITY, **elements: Any) -> list[Any]:
    """Return what stands in *element* in the text of each of these mutants, None where it is gone."""
    statements = (json.loads(text_of(one))["Statement"] for one in made(operator, kind, **elements))
    return [one[0].get(element) for one in statements]
