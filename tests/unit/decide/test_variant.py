"""Variants: only what changed is decided otherwise, and the set it comes from stays as it is."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from simulator.decide.context import Context
from simulator.decide.index import StatementSet
from simulator.decide.variant import Variation
from simulator.policy.actions import ActionTable
from simulator.policy.model import Element, Entry, StatementEffect
from simulator.policy.parse import parse_policy_text

CHANGES: dict[str, dict[str, Any]] = {
    "effect of an Allow": {"effect": StatementEffect.DENY},
    "effect of a Deny": {"effect": StatementEffect.ALLOW},
    "actions": {"actions": Element((Entry("a:Put"), Entry("b:*")))},
    "resources": {"resources": Element((Entry("arn:aws:a:::y"),))},
    "resources to the others": {"resources": Element((Entry("arn:aws:a:::y"),), negated=True)},
    "conditions": {"conditions": ()},
}
TABLE = ActionTable(("a:Get", "a:Put", "b:Get"))
TEXT = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "a:*", "Resource": "arn:aws:a:::x"},
  {"Effect": "Deny", "Action": "b:*", "Resource": "*", "Condition": {"Bool": {"k:b": "true"}}}]}"""
NOBODY = Context.of()
CONTEXTS = (NOBODY, Context.of({"k:b": "true"}), Context.of({"k:b": "false"}))


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("change", CHANGES)
def test_a_varied_set_says_what_the_changed_policy_says(change: str, place: int) -> None:
    policy = parse_policy_text(TEXT, name="p")
    base = StatementSet((policy,), TABLE)
    old = base.statements()[place]
    new = replace(old, **CHANGES[change])
    statements = (*policy.statements[:place], new, *policy.statements[place + 1 :])
    anew = StatementSet((replace(policy, statements=statements),), TABLE)
    varied = Variation({old: new}).varied(base)
    assert varied is not None
    assert (varied.deny, varied.actions) == (anew.deny, anew.actions)
    assert varied.named == base.actions[place] | anew.actions[place]
    for applying in range(4):
        assert varied.unions(applying) == anew.unions(applying)
    for before, after in itertools.product(range(4), repeat=2):
        if (before ^ after) & ~(1 << place) == 0:
            (allow, deny), (new_allow, new_deny) = base.unions(before), varied.unions(after)
            assert not (allow ^ new_allow | deny ^ new_deny) & ~varied.differing(before, after)
            assert (before | after) >> place & 1 or not varied.differing(before, after)
    for context, resource in itertools.product(CONTEXTS, ("arn:aws:a:::x", "arn:aws:a:::y", "*")):
        for _ in range(2):  # once anew, once remembered
            assert varied.covering(resource, context) == anew.covering(resource, context)
            assert varied.holding(context) == anew.holding(context)
            assert varied.moved(base.applying(resource, context), resource, context) == anew.applying(resource, context)


def test_a_variation_moves_when_one_of_its_statements_applies_to_other_requests() -> None:
    first, second = StatementSet((parse_policy_text(TEXT, name="p"),), TABLE).statements()
    turned, freed = replace(first, effect=StatementEffect.DENY), replace(second, conditions=())
    assert not Variation({first: turned}).moves
    assert Variation({first: turned, second: freed}).moves
    assert Variation({second: freed, first: turned}).moves


def test_a_set_without_the_statement_is_itself() -> None:
    one, other = (StatementSet((parse_policy_text(TEXT, name="p"),), TABLE) for _ in range(2))
    statement = one.statements()[0]
    assert Variation({statement: replace(statement, effect=StatementEffect.DENY)}).of(other) is other


def test_the_others_are_read_from_the_set_it_comes_from() -> None:
    base = StatementSet((parse_policy_text(TEXT, name="p"),), TABLE)
    first, second = base.statements()
    wide = replace(first, resources=Element((Entry("*"),)))
    varied = Variation({first: wide}).of(base)
    assert varied.applying("arn:aws:a:::y", NOBODY) == 0b01
    assert base.applying("arn:aws:a:::y", NOBODY) == 0
    assert varied.statements() == (wide, second)
    assert varied.unions(0b11) == base.unions(0b11)


def test_what_differs_are_the_actions_that_one_names_and_the_other_does_not() -> None:
    base = StatementSet((parse_policy_text(TEXT, name="p"),), TABLE)
    first, _ = base.statements()
    fewer = Variation({first: replace(first, actions=Element((Entry("a:Get"),)))}).varied(base)
    assert fewer is not None
    assert TABLE.members(fewer.differing(0b01, 0b01)) == ("a:Put",)
    assert TABLE.members(fewer.differing(0b00, 0b01)) == ("a:Get",)
    assert fewer.differing(0b10, 0b10) == 0


def test_under_another_effect_all_that_is_named_differs() -> None:
    base = StatementSet((parse_policy_text(TEXT, name="p"),), TABLE)
    first, _ = base.statements()
    turned = Variation({first: replace(first, effect=StatementEffect.DENY)}).varied(base)
    assert turned is not None
    for before, after in ((0b01, 0b01), (0b01, 0b00), (0b00, 0b01)):
        assert TABLE.members(turned.differing(before, after)) == ("a:Get", "a:Put")
    assert turned.unions(0b01) == (0, TABLE.mask("a:*"))
