"""What a statement missed, in words."""

from __future__ import annotations

from typing import Any

from simulator.decide.context import Context
from simulator.decide.request import Stack
from simulator.decide.trace import trace
from simulator.decide.words import missed_words
from tests.unit.decide.build import allow, evaluator, policy

RESOURCE = "arn:aws:s3:::b/k"


def _missed(context: dict[str, str | tuple[str, ...]] | None = None, **more: Any) -> str:
    given = Context.of(context)
    (step,) = trace(evaluator(Stack(identity=(policy(allow(**more)),))), "s3:GetObject", RESOURCE, given)
    return missed_words(step, "s3:GetObject", RESOURCE, given)


def test_only_the_conditions_that_did_not_hold_are_told() -> None:
    both = {"StringEquals": {"k:a": "x"}, "StringNotEquals": {"k:b": "y"}}
    assert _missed(Condition=both) == "StringEquals k:a wants `x`, it is absent"
    assert _missed({"k:a": "x", "k:b": "y"}, Condition=both) == "StringNotEquals k:b wants `y`, it is `y`"
    assert _missed({"k:a": "x"}, Condition=both) == ""


def test_a_list_and_a_variable_without_a_value_are_told() -> None:
    own = {"StringEquals": {"k:a": "${k:u}"}}
    assert _missed({"k:a": ("x", "y")}, Condition=own) == (
        "StringEquals k:a wants `${k:u}`, it is the list `x`, `y` (`${k:u}` has no value)"
    )


def test_of_many_entries_a_few_are_told() -> None:
    others = [f"arn:aws:s3:::{name}" for name in "abcdef"]
    listed = ", ".join(f"`{name}`" for name in others[:4])
    assert _missed(resource=others) == f"its Resource {listed} and 2 more does not name `{RESOURCE}`"
    assert _missed(resource=None, NotResource=f"{RESOURCE}*") == f"its NotResource takes out `{RESOURCE}`"
