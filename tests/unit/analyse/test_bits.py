"""The places of bits are those that a look at each bit finds, in order."""

from __future__ import annotations

import pytest

from simulator.analyse.bits import places


@pytest.mark.parametrize("first", [0, 9_000, 22_000])
@pytest.mark.parametrize("bits", ["0", "1", "10", "1011", "1" * 300, "10" * 500, f"1{'0' * 200}1"])
def test_places_are_those_of_the_bits(bits: str, first: int) -> None:
    mask = int(bits, 2) << first
    assert list(places(mask)) == [place for place in range(mask.bit_length()) if mask >> place & 1]
