"""Contexts that defeat several statements at once."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.analyse.prove import Counterexample, decide_claim, denies
from simulator.analyse.prove.contexts import _smallest
from tests.unit.analyse.prove.build import allow, deny, stack


def test_of_what_is_left_alive_the_sets_that_hold_no_other_are_followed() -> None:
    sets: tuple[int, ...] = (0b111, 0b011, 0b101, 0b1110)
    assert set(_smallest(dict.fromkeys(sets, ()))) == {0b011, 0b101, 0b1110}
    assert set(_smallest(dict.fromkeys((*sets, 0), ()))) == {0}


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("names", [("StringEquals", "StringNotEquals"), ("StringNotEquals", "StringEquals")])
def test_of_two_values_the_one_is_taken_that_another_key_can_make_up_for(
    names: tuple[str, str],
    swapped: bool,  # noqa: FBT001  # a column
) -> None:
    one: dict[str, Any] = {names[0]: {"s3:prefix": "a"}}
    other: dict[str, Any] = {names[1]: {"s3:prefix": "a"}, "StringNotLike": {"k:u": "c"}}
    denials = [deny("*", **one), deny("*", **other)]
    whole = stack(allow("s3:GetObject", NumericEquals={"k:n": "1"}), *(denials[::-1] if swapped else denials))
    assert isinstance(decide_claim(denies(whole)), Counterexample)
