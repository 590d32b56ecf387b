"""Which sets are no better than one met before, against comparing with all of them."""

from __future__ import annotations

import random

import pytest

from simulator.analyse.prove import front
from simulator.analyse.prove.automaton import Group, Machine
from simulator.analyse.prove.budget import Budget
from simulator.analyse.prove.front import Front
from simulator.analyse.prove.words import word
from simulator.policy.pattern import Pattern

_PATTERNS = ("a*", "*a", "*b*", "ab", "a?", "??", "*", "?*b", "a*b*a", "b", "*ab*", "b*", "bba*", "*a?a")


def _machine(rng: random.Random) -> Machine:
    return Machine(
        [
            Group(
                tuple(word(Pattern.parse(rng.choice(_PATTERNS))) for _ in range(rng.randint(1, 3))),
                rng.choice((-1, 0, 1)),
            )
            for _ in range(rng.randint(1, 4))
        ]
    )


def _as_good(machine: Machine, one: int, other: int) -> bool:
    """Tell whether *one* holds no fewer wanted and no more unwanted places than *other*."""
    return not other & ~one & machine._wanted and not one & ~other & machine._unwanted


@pytest.mark.parametrize("few", [0, 3, front._FEW])
@pytest.mark.parametrize("seed", range(4))
def test_a_set_is_no_better_when_one_of_all_that_were_met_is_as_good(
    seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "_FEW", few)
    rng = random.Random(seed)
    answers = set()
    for _ in range(10):
        machine = _machine(rng)
        met: list[int] = []
        one = Front(met, machine._wanted, machine._unwanted, machine._full)
        for places in list(machine._reachable(Budget(100_000)))[:60]:
            expected = any(_as_good(machine, earlier, places) for earlier in met)
            assert one.no_better(places) is expected
            answers.add(expected)
            if not expected or rng.random() < 0.5:
                met.append(places)
    assert answers == {True, False}
