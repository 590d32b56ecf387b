"""Variants: only what changed is decided otherwise, and the set it comes from stays as it is."""

from __future__ import annotations

from dataclasses import replace

from simulator.decide.context import Context
from simulator.decide.index import StatementSet
from simulator.decide.variant import Variation
from simulator.policy.actions import ActionTable
from simulator.policy.model import Element, Entry, StatementEffect
from simulator.policy.parse import parse_policy_text

TABLE = ActionTable(("a:Get", "a:Put", "b:Get"))
TEXT = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "a:*", "Resource": "arn:aws:a:::x"},
  {"Effect": "Deny", "Action": "b:*", "Resource": "*", "Condition": {"Bool": {"k:b": "true"}}}]}"""
NOBODY = Context.of()


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
