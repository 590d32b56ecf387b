"""Resources: which unwanted statements an ARN leaves alive, and such an ARN.

Of each wanted statement one word is picked; every other word then lies to the picked ones in one of
three ways, and mostly it is plain which: they have no text in common, or it matches all of theirs.
Only words for which it is not plain go through the automaton.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from typing import TYPE_CHECKING

from simulator.analyse.prove.arns import ODD
from simulator.analyse.prove.automaton import Group, machine
from simulator.analyse.prove.budget import Undecided
from simulator.analyse.prove.examples import example
from simulator.analyse.prove.words import Relation, Word, relation
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.analyse.prove.budget import Budget

__all__ = ["Side", "Sketch", "sketches"]

_PICKS = 20_000


@dataclass(frozen=True, slots=True)
class Side:
    """The resources of one statement, variables resolved: those that match a word (`negated`: the others).

    Of an unwanted statement `certain` tells that no condition can defeat it.
    """

    words: tuple[Word, ...]
    negated: bool
    certain: bool


@dataclass(frozen=True, slots=True)
class Sketch:
    """The unwanted statements that stay alive (bits) on resources that match all of *matched*."""

    alive: int
    matched: tuple[tuple[Word, ...], ...]
    known: str | None = None

    def text(self, account: str, budget: Budget) -> str | None:
        """Return such a resource; None when there is none after all."""
        if self.known is not None:
            return self.known
        text = _telling(self.matched, account)
        if text is not None:
            return text
        found = machine(tuple(Group(words, need=True) for words in self.matched)).classes(budget)
        return found[0].text if found else None


def _telling(matched: Iterable[tuple[Word, ...]], account: str) -> str | None:
    """Return a resource that tells a reader something, if an easy one matches."""
    groups = sorted(matched, key=lambda words: len(words[0].steps) if len(words) == 1 else 0, reverse=True)
    for words in groups:
        for one in words[:2]:
            text = example(one, account)
            if all(any(_matches(other, text) for other in group) for group in groups):
                return text
    return None


def _matches(one: Word, text: str) -> bool:
    return one.pattern is not None and one.pattern.matches(text)


def sketches(
    wanted: Sequence[Side], unwanted: Sequence[Side], arns: tuple[Word, ...], account: str, budget: Budget
) -> Iterator[Sketch]:
    """Yield what resources that are *arns* and lie in all of *wanted* can leave alive of *unwanted*.

    INVARIANT: every such resource leaves alive at least the statements of a sketch that has a text.
    """
    picked = [side for side in wanted if not side.negated]
    barred = [*ODD, *(one for side in wanted if side.negated for one in side.words)]
    for pick in _picks(picked, arns, budget):
        found = _Pick(pick, arns)
        if found.places(barred, unwanted):
            yield from found.sketches(account, budget)


def _picks(picked: Sequence[Side], arns: tuple[Word, ...], budget: Budget) -> Iterator[tuple[Word, ...]]:
    """Yield one word of each side such that no two of them exclude each other."""
    left = _PICKS
    stack: list[tuple[Word, ...]] = [()]
    while stack:
        chosen = stack.pop()
        if len(chosen) == len(picked):
            yield tuple(dict.fromkeys(chosen))
            continue
        for one in reversed(picked[len(chosen)].words):
            budget.spend()
            left -= 1
            if left < 0:
                raise Undecided(f"more than {_PICKS:,} combinations of resources")
            if all(relation(one, arn) is Relation.DISJOINT for arn in arns):
                continue
            if not any(relation(one, other) is Relation.DISJOINT for other in chosen):
                stack.append((*chosen, one))


@dataclasses.dataclass(slots=True)
class _Pick:
    """One word of each wanted statement, and what remains open once the plain cases are settled."""

    pick: tuple[Word, ...]
    arns: tuple[Word, ...]
    alive: int = 0
    barred: list[Word] = field(default_factory=list)
    open: list[tuple[int, Side]] = field(default_factory=list)

    @property
    def matched(self) -> tuple[tuple[Word, ...], ...]:
        """What the resource has to match."""
        return (*((one,) for one in self.pick), self.arns)

    def places(self, barred: Iterable[Word], unwanted: Sequence[Side]) -> bool:
        """Settle the plain cases; tell whether a resource may exist."""
        for one in barred:
            lies = self._lies(one)
            if lies is Relation.COVERING:
                return False
            if lies is Relation.PARTIAL:
                self.barred.append(one)
        return all(self._settle(1 << i, side) for i, side in enumerate(unwanted))

    def _lies(self, one: Word) -> Relation:
        """Return how *one* lies to the words picked."""
        if one.matches_all:
            return Relation.COVERING
        found = Relation.PARTIAL
        for other in self.pick:
            lies = relation(other, one)
            if lies is Relation.DISJOINT:
                return lies
            if lies is Relation.COVERING:
                found = lies
        return found

    def _settle(self, bit: int, side: Side) -> bool:
        """Settle one unwanted statement; False when it applies for certain."""
        partial: list[Word] = []
        covered = False
        for one in side.words:
            lies = self._lies(one)
            covered = covered or lies is Relation.COVERING
            if lies is Relation.PARTIAL:
                partial.append(one)
        if partial and not covered:
            self.open.append((bit, Side(tuple(partial), side.negated, side.certain)))
        elif covered is not side.negated:
            self.alive |= bit
            return not side.certain
        return True

    def sketches(self, account: str, budget: Budget) -> Iterator[Sketch]:
        """Yield the sketches of this pick."""
        if not self.open and not self.barred:
            yield Sketch(self.alive, self.matched)
            return
        text = _telling(self.matched, account)
        if text is not None and not self._spoilt(text):
            yield Sketch(self.alive, self.matched, text)  # nothing can leave less alive
            return
        groups = [Group(words, need=True) for words in self.matched]
        groups += [Group((one,), avoid=True) for one in self.barred]
        first = len(groups)
        groups += [_group(side) for _, side in self.open]
        for found in machine(tuple(groups)).classes(budget):
            alive = self.alive
            for number, (bit, side) in enumerate(self.open, first):
                alive |= bit if bool(found.matched >> number & 1) is not side.negated else 0
            yield Sketch(alive, self.matched, found.text)

    def _spoilt(self, text: str) -> bool:
        if any(_matches(one, text) for one in self.barred):
            return True
        return any(any(_matches(one, text) for one in side.words) is not side.negated for _, side in self.open)


def _group(side: Side) -> Group:
    if side.negated:
        return Group(side.words, sign=1, need=side.certain)
    return Group(side.words, sign=-1, avoid=side.certain)
