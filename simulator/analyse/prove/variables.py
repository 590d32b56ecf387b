"""Values of variables: as few as suffice to find every counterexample.

A request that breaks a claim stays one when a variable's value is exchanged for another that the
variable-free patterns can't tell apart and that holds a character found nowhere else (its mark): every
pattern matched before is matched still, at the same places, and an unwanted pattern with the variable
could match only where the mark stands, so only where it did before.  So of each class of values that
those patterns tell apart one with the mark is enough; where a class has none, all its texts are tried
(each of their characters stands for one in a pattern, so they are finitely many).

This holds as long as the places where wanted patterns put a variable into one text are the same or
apart, and a wanted pattern on a variable's own key is that of one other variable.  Otherwise what is
found still counts, but finding nothing proves nothing: that is the `gap`.

The mark is spelled out in the end (`simulator.analyse.prove.spelling`).
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.analyse.prove.arns import ODD
from simulator.analyse.prove.automaton import Group, representatives
from simulator.analyse.prove.budget import Budget, Undecided
from simulator.analyse.prove.contexts import A_LIST, value_in
from simulator.analyse.prove.languages import TRUE
from simulator.analyse.prove.occurrences import RESOURCE, Texts
from simulator.analyse.prove.overlaps import overlaps, pieces
from simulator.analyse.prove.values import domain_words
from simulator.analyse.prove.words import Word, word
from simulator.policy.pattern import ARN_COLONS, Pattern, Wildcard
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from simulator.analyse.prove.automaton import Sign
    from simulator.analyse.prove.clause import Clause, Shape
    from simulator.analyse.prove.contexts import Assignment
    from simulator.analyse.prove.domains import Domain
    from simulator.decide.context import ContextValue

__all__ = ["FRESH", "Variables"]

FRESH = "\uf8ff"  #: in the values of a class: whatever mark
_MARKS = 0xE000
_COMBINATIONS = 50_000
_OPEN = 64
_VALUES = 200
_STEPS = 100_000  # for the values of the variables of one conjunction
_KEPT = 4096
_COLON = word(Pattern((Wildcard.RUN, ":", Wildcard.RUN)))
_EMPTY = word(Pattern(()))


@dataclass(frozen=True, slots=True)
class _Case:
    """What the values of open variables depend on; equal cases have equal values."""

    wanted: tuple[Shape, ...]
    unwanted: tuple[Shape, ...]
    arns: tuple[Word, ...]
    names: tuple[str, ...]
    domains: tuple[Domain, ...]
    fixed: tuple[tuple[str, ContextValue | None], ...]


class Variables:
    """The variables of some wanted and unwanted clauses, and the values to try."""

    def __init__(
        self,
        wanted: Sequence[Clause],
        unwanted: Sequence[Clause],
        arns: tuple[Word, ...],
        domain_of: Callable[[str], Domain],
    ) -> None:
        self._wanted = tuple(clause.shape for clause in wanted)
        self._unwanted = tuple(clause.shape for clause in unwanted)
        self._arns = arns
        names = sorted(frozenset().union(*(one.variables for one in (*self._wanted, *self._unwanted))))
        self._domains = {name: domain_of(name) for name in names}
        self._open = tuple(name for name in names if _is_open(self._domains[name]))
        self.marks = "".join(_marks(len(self._open)))
        self.names = dict(zip(self.marks, self._open, strict=True))
        self.gap: str | None = None

    def assignments(self) -> Iterator[Assignment]:
        """Yield the values to try, all variables at once."""
        if len(self._open) > _OPEN:
            raise Undecided(f"more than {_OPEN} variables in one claim")
        left = _COMBINATIONS
        closed = {name: _closed_values(domain) for name, domain in self._domains.items() if name not in self._open}
        for values in itertools.product(*closed.values()):
            fixed = dict(zip(closed, values, strict=True))
            for chosen in itertools.product(*(self._pools(fixed) if self._open else ())):
                left -= 1
                if left < 0:
                    raise Undecided(f"more than {_COMBINATIONS:,} combinations of variables' values")
                yield {**fixed, **dict(zip(self._open, chosen, strict=True))}

    def _pools(self, fixed: Assignment) -> tuple[tuple[ContextValue | None, ...], ...]:
        domains = tuple(self._domains[name] for name in self._open)
        case = _Case(self._wanted, self._unwanted, self._arns, self._open, domains, tuple(fixed.items()))
        pools, gap = _pools_of(case)
        self.gap = self.gap or gap
        return pools


@lru_cache(maxsize=_KEPT)
def _pools_of(case: _Case) -> tuple[tuple[tuple[ContextValue | None, ...], ...], str | None]:
    """Return the values to try of each open variable, and the gap if there is one."""
    texts = Texts(dict(zip(case.names, _marks(len(case.names)), strict=True)), value_in(dict(case.fixed)))
    texts.add(case.wanted, 1)
    texts.add(case.unwanted, -1)
    texts.note(RESOURCE, case.arns, 1, None)
    texts.note(RESOURCE, ODD, -1, None)
    asked = frozenset(atom.key for one in (*case.wanted, *case.unwanted) for atom in one.atoms)
    gaps: list[str] = []
    domains = dict(zip(case.names, case.domains, strict=True))
    pools = _Pools(texts, asked, domains, Budget(_STEPS), gaps.append).all()
    return tuple(tuple(pools[name]) for name in case.names), next(iter(gaps), None)


def _marks(count: int) -> list[str]:
    return [chr(_MARKS + i) for i in range(count)]


def _is_open(domain: Domain) -> bool:
    return domain.values is None and domain.lists != "always"


def _closed_values(domain: Domain) -> list[ContextValue | None]:
    values: list[ContextValue | None] = list(domain.values or ())
    if domain.values is None:
        values.append(A_LIST)
    return [*values, None] if domain.absent else values


@dataclass(frozen=True, slots=True)
class _Pools:
    """Finds the values of open variables once the closed ones are fixed."""

    texts: Texts
    asked: frozenset[str]
    domains: Mapping[str, Domain]
    budget: Budget
    gap: Callable[[str], None]

    def all(self) -> dict[str, list[ContextValue | None]]:
        """Return the values to try of each open variable."""
        joined = _Joined(self.texts.marks)
        overlaps(self.texts, self.domains, joined.join, self.gap)
        pools: dict[str, list[ContextValue | None]] = {}
        for members in joined.components():
            basic = self._class_texts(members) if any(map(self._matters, members)) else [FRESH]
            for number, name in enumerate(members, 1):
                pools[name] = self._pool(name, basic, [self.texts.marks[other] for other in members[:number]])
        return pools

    def _matters(self, name: str) -> bool:
        """Tell whether more than a fresh value is worth trying."""
        mark = self.texts.marks[name]
        wanted = any(occurrence.sign >= 0 for _, occurrence, _ in self.texts.with_mark(mark))
        return wanted or name in self.asked or mark in self.texts.flags

    def _pool(self, name: str, basic: list[str], marks: list[str]) -> list[ContextValue | None]:
        """Return the texts of *basic* with each of *marks* for the fresh part, and the ways to have no text."""
        domain, own = self.domains[name], self.texts.marks[name]
        found: list[ContextValue | None] = []
        for text in basic:
            if FRESH in text:
                found.extend(text.replace(FRESH, mark) for mark in reversed(marks))
            elif domain.admits_text(text):
                found.append(text)
        asked = name in self.asked
        signs = {occurrence.sign for _, occurrence, _ in self.texts.with_mark(own)}
        plain = not asked and own not in self.texts.defaulted and own not in self.texts.flags
        if domain.absent and plain and signs <= {-1}:
            return [None]  # a missing value matches nothing, and nothing else is wanted of it
        if domain.absent and not (plain and signs <= {1}):
            found.append(None)
        if domain.lists == "maybe" and asked:
            found.append(A_LIST)
        return found

    # -- classes of values -----------------------------------------------------------------------

    def _class_texts(self, members: Sequence[str]) -> list[str]:
        """Return values of every class for variables that may be equal; `FRESH` stands for a mark."""
        groups = self._groups(members)
        found: dict[str, None] = {}
        for domain in dict.fromkeys(self.domains[name] for name in members):
            needed = domain_words(domain, FRESH)
            if not groups and not needed:
                found[FRESH] = None
                continue
            every = [*groups, *([Group(needed, need=True)] if needed else [])]
            alphabet = None if domain.alphabet is None else domain.alphabet + FRESH
            texts = representatives(every, FRESH, alphabet=alphabet, budget=self.budget, limit=_VALUES)
            found.update(dict.fromkeys(texts))
        return list(found)

    def _groups(self, members: Sequence[str]) -> list[Group]:
        """Return what the values of *members* can be told apart by."""
        signs: dict[Word, set[Sign]] = {}
        for name in members:
            for one, sign in self._tellers(name):
                signs.setdefault(one, set()).add(sign)
        if len(signs) > _VALUES:
            raise Undecided(f"more than {_VALUES} patterns bear on one variable")
        return [Group((one,), found.pop() if len(found) == 1 else 0) for one, found in signs.items()]

    def _tellers(self, name: str) -> Iterator[tuple[Word, Sign]]:
        """Yield the words that tell values of one variable apart, and whether they are wanted."""
        mark = self.texts.marks[name]
        for text, occurrence, place in self.texts.with_mark(mark):
            if occurrence.sign < 0:
                continue
            if text == RESOURCE and occurrence.word.steps[:place].count(":") < ARN_COLONS:
                yield _COLON, 0  # a value with a colon counts as missing there (V2)
                yield _EMPTY, 0  # an empty one may make a run the last of its segment (R3)
            for other in self.texts.on(text):
                alternative = other.group is occurrence.group and other.sign == occurrence.sign
                if other.word is not occurrence.word and not alternative:
                    yield from ((piece, other.sign) for piece in pieces(occurrence.word, place, other.word))
        yield from ((other.word, other.sign) for other in self.texts.on(name) if not other.holes)
        if mark in self.texts.flags:
            yield TRUE, 0


class _Joined:
    """Names, joined when their values may have to be equal."""

    def __init__(self, names: Iterable[str]) -> None:
        self._first = {name: name for name in names}

    def join(self, one: str, other: str) -> None:
        """Join two names, and those joined before."""
        first, second = self._first[one], self._first[other]
        for name, found in self._first.items():
            if found == second:
                self._first[name] = first

    def components(self) -> Iterator[list[str]]:
        """Yield the names that are joined."""
        for first in dict.fromkeys(self._first.values()):
            yield [name for name, found in self._first.items() if found == first]
