"""Patterns against patterns: can two meet in one text, and does one cover the other.

Both answers are on the safe side: `Glob.meets` is right or too often true, `Glob.covers` is right or
too often false.  So nothing is called dead that could live.  A variable may stand for any text.

The automaton is that of `simulator.policy.pattern`: its states are the bits of one integer, and each
step of the other pattern costs a few integer operations.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

from simulator.policy.pattern import Pattern, Wildcard
from simulator.policy.variables import Template, Variable

__all__ = ["Glob", "Step", "action_glob", "action_steps", "format_steps", "resource_glob", "resource_steps"]

Step: TypeAlias = "str | Wildcard | Variable"
"""One literal character, a wildcard, or a variable whose value is not known."""

_RUNS = (Wildcard.RUN, Wildcard.SEGMENT_RUN)
_ONES = (Wildcard.ONE, Wildcard.SEGMENT_ONE)
_KEPT = 65536
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_PLACEHOLDER = 0x10F000  # for private use


class Glob:
    """A pattern ready to be compared with others."""

    __slots__ = ("_accept", "_crossing", "_literal", "_ones", "_runs", "_variables", "_wide_ones")

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._accept = 1 << len(steps)
        self._literal: dict[Step, int] = {}
        self._runs = self._crossing = self._ones = self._wide_ones = self._variables = 0
        for i, step in enumerate(steps):
            if step in _RUNS:
                self._runs |= 1 << i
                self._crossing |= (step is Wildcard.RUN) << i
            elif step in _ONES:
                self._ones |= 1 << i
                self._wide_ones |= (step is Wildcard.ONE) << i
            else:
                self._literal[step] = self._literal.get(step, 0) | 1 << i
                self._variables |= isinstance(step, Variable) << i

    def meets(self, steps: tuple[Step, ...]) -> bool:
        """Tell whether some text may match both patterns."""
        loose = self._runs | self._variables
        states = _closed(1, loose)
        for step in steps:
            if step in _RUNS or isinstance(step, Variable):
                # Any text may stand here, so every later state can be reached.
                states = (self._accept << 1) - (states & -states)
                continue
            stepping = self._accept - 1 if step in _ONES else self._literal.get(step, 0) | self._ones
            states = _closed((states & stepping) << 1 | (states & loose), loose)
            if not states:
                return False
        return bool(states & self._accept)

    def covers(self, steps: tuple[Step, ...]) -> bool:
        """Tell whether every text that matches *steps* surely matches this pattern too."""
        states = _closed(1, self._runs)
        for step in steps:
            states = _closed(self._covered(states, step), self._runs)
            if not states:
                return False
        return bool(states & self._accept)

    def _covered(self, states: int, step: Step) -> int:
        if step is Wildcard.RUN:
            return states & self._crossing
        if step is Wildcard.SEGMENT_RUN:
            return states & self._runs
        if isinstance(step, Variable):  # its value may hold anything
            return (states & self._literal.get(step, 0)) << 1 | (states & self._crossing)
        colon = step in (":", Wildcard.ONE)
        staying, single = (self._crossing, self._wide_ones) if colon else (self._runs, self._ones)
        return (states & (self._literal.get(step, 0) | single)) << 1 | (states & staying)


def _closed(states: int, runs: int) -> int:
    # A run may be empty: a state before a run reaches the state behind it.
    while (more := states | (states & runs) << 1) != states:
        states = more
    return states


def _steps(elements: tuple[str | Wildcard, ...]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for element in elements:
        steps.extend((element,) if isinstance(element, Wildcard) else _units(element))
    return tuple(steps)


def _units(text: str) -> str:
    """Spell *text* in UTF-16 code units, as ``?`` counts them (Z9)."""
    if text.isascii():
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[i] | data[i + 1] << 8) for i in range(0, len(data), 2))


@lru_cache(_KEPT)
def action_steps(text: str) -> tuple[Step, ...]:
    """Return the steps of an action's pattern: case is ignored, ``*:*`` is ``*`` (M1, M4)."""
    return _steps(Pattern.parse("*" if text == "*:*" else text.lower()).elements)


@lru_cache(_KEPT)
def resource_steps(text: str, variables: bool) -> tuple[Step, ...]:  # noqa: FBT001  # lru_cache keys positional arguments
    """Return the steps of a resource's pattern, short ARNs filled up (R3, R4)."""
    template = Template.parse(text, variables=variables)
    constant = template.constant
    if constant is not None:
        return _steps(constant.for_resource().elements)
    # A character that no policy holds stands for each variable while the pattern is made.
    stands_for = {chr(_PLACEHOLDER + place): variable for place, variable in enumerate(template.variables)}
    places = iter(stands_for)
    elements = (part.elements if isinstance(part, Pattern) else (next(places),) for part in template.parts)
    pattern = Pattern.of(element for each in elements for element in each).for_resource()
    return tuple(
        step
        for element in pattern.elements
        for char in ((element,) if isinstance(element, Wildcard) else element)
        for step in ((stands_for[char],) if char in stands_for else _steps((char,)))
    )


@lru_cache(_KEPT)
def action_glob(text: str) -> Glob:
    """Return the glob of an action's pattern."""
    return Glob(action_steps(text))


@lru_cache(_KEPT)
def resource_glob(text: str, variables: bool) -> Glob:  # noqa: FBT001  # lru_cache keys positional arguments
    """Return the glob of a resource's pattern."""
    return Glob(resource_steps(text, variables))


def format_steps(text: str) -> tuple[Step, ...]:
    """Return the steps of an ARN format of the catalogue or of a part of one: a variable is any text."""
    return _steps(Pattern.parse(_VARIABLE.sub("*", text)).elements)
