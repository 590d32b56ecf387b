"""Classes of texts: which combinations of patterns some text matches, with the shortest such text.

A `Machine` runs the words of several groups at once, as one nondeterministic automaton whose states are
the bits of an integer, and walks over the sets that texts can reach, shortest text first.  Three things
keep the walk short.  A group that has reached a final ``*`` stays matched, so its bits are filled up and
its other words forgotten.  A set from which a needed group can't be matched any more is left.  And a set
is left when an earlier one is at least as good for every continuation: it matches no less of the groups
wanted and no more of those unwanted (`simulator.analyse.prove.front`).

INVARIANT: for every text that meets the needs, the classes found hold one that matches no less of the
wanted and no more of the unwanted groups.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from simulator.analyse.prove.budget import Undecided
from simulator.analyse.prove.front import Front
from simulator.analyse.prove.words import Steps, Word
from simulator.policy.pattern import Wildcard
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.analyse.prove.budget import Budget

__all__ = ["Class", "Group", "Machine", "Sign", "machine", "representatives"]

Sign: TypeAlias = int
"""Whether a group is to be matched (1), to be missed (-1), or both are of interest (0)."""

_STATES = 20_000
_COMPARE_FROM = 24  # sets; below it comparing costs more than it saves
_COLON = ":"
_OTHERS = "xyzqwkvjabcdefghilmnoprstu0123456789-_XYZQWKVJABCDEFGHILMNOPRSTU.@+=,/"
_BEYOND = tuple(chr(code) for code in range(0xC0, 0x250) if chr(code).islower() and chr(code).lower() == chr(code))


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that match one of *words*; with `need` only such texts are looked for (or, negated, the others)."""

    words: tuple[Word, ...]
    sign: Sign = 0
    need: bool = False
    avoid: bool = False


@dataclass(frozen=True, slots=True)
class Class:
    """A text, and the groups that it matches as bits."""

    text: str
    matched: int


class Machine:
    """Groups of words, run together over texts of *alphabet* (None: any character)."""

    def __init__(self, groups: Sequence[Group], *, alphabet: str | None = None) -> None:
        self._steps = steps = Steps(word.steps for group in groups for word in group.words)
        self._alphabet = alphabet
        self._regions: list[int] = []
        self._finals: list[int] = []
        place = 0
        for group in groups:
            start, final = place, 0
            for word in group.words:
                place += len(word.steps) + 1
                if word.steps and word.steps[-1] is Wildcard.RUN:
                    final |= 1 << (place - 2)
            self._regions.append((1 << place) - (1 << start))
            self._finals.append(final)
        self._final = sum(self._finals)
        self._filled: dict[int, int] = {0: 0}
        needed = [i for i, group in enumerate(groups) if group.need]
        self._needs = tuple(self._regions[i] for i in needed)
        self._need_accepts = tuple(self._regions[i] & steps.accept for i in needed)
        self._avoided = self._sum(i for i, group in enumerate(groups) if group.avoid)
        signs = [1 if group.need else -1 if group.avoid else group.sign for group in groups]
        plus = [i for i, sign in enumerate(signs) if sign >= 0]
        minus = [i for i, sign in enumerate(signs) if sign <= 0]
        self._wanted, self._unwanted = self._sum(plus), self._sum(minus)
        self._plus, self._minus = (sum(1 << i for i in some) for some in (plus, minus))
        self._chars = self._allowed()
        self._other = self._outsider()
        self._classes: tuple[Class, ...] | None = None

    def _sum(self, groups: Iterable[int]) -> int:
        found = 0
        for i in groups:
            found |= self._regions[i]
        return found

    def _allowed(self) -> tuple[tuple[str, int], ...]:
        """Return the characters that words tell from others, each with the places that do."""
        steps = self._steps
        within = (steps.runs & ~steps.cross) | (steps.ones & ~steps.one)  # wildcards that no colon gets over
        telling = {**steps.literal, _COLON: steps.colons | within}
        return tuple((c, places) for c, places in telling.items() if self._alphabet is None or c in self._alphabet)

    def _outsider(self) -> str | None:
        """Choose the character that stands for all those that no word names; None when there are none."""
        literal = self._steps.literal
        pool = _OTHERS if self._alphabet is None else [c for c in _OTHERS if c in self._alphabet] + list(self._alphabet)
        found = next((c for c in pool if c not in literal and c != _COLON), None)
        if found is None and self._alphabet is None:
            found = next((c for c in _BEYOND if c not in literal), None) or _private(literal)
        return found

    # -- sets of places --------------------------------------------------------------------------

    def _full(self, places: int) -> int:
        """Return the groups, as their places, that stay matched whatever follows."""
        final = places & self._final
        found = self._filled.get(final)
        if found is None:
            found = 0
            for region, finals in zip(self._regions, self._finals, strict=True):
                if finals & final:
                    found |= region
            self._filled[final] = found
        return found

    def _fill(self, places: int) -> int:
        return places | self._full(places)

    def _start(self) -> int:
        return self._fill(self._steps.start)

    def _over(self, places: int, char: str) -> int:
        return self._fill(self._steps.over(places, char))

    def _hopeless(self, places: int) -> bool:
        if self._full(places) & self._avoided:
            return True
        return any(not places & region for region in self._needs)

    def _meets_needs(self, places: int) -> bool:
        if places & self._avoided & self._steps.accept:
            return False
        return all(places & accept for accept in self._need_accepts)

    def _matched(self, places: int) -> int:
        accepted = places & self._steps.accept
        return sum(1 << i for i, region in enumerate(self._regions) if accepted & region)

    def _successors(self, places: int) -> Iterator[str]:
        live = places & ~self._full(places)
        if self._other is not None:
            yield self._other
        yield from (char for char, telling in self._chars if live & telling)

    # -- the walk --------------------------------------------------------------------------------

    def classes(self, budget: Budget) -> tuple[Class, ...]:
        """Return the classes that matter, the shortest text of each; they are found once."""
        if self._classes is None:
            self._classes = self._walk(budget)
        else:
            budget.spend()
        return self._classes

    def _walk(self, budget: Budget) -> tuple[Class, ...]:
        start = self._start()
        if self._hopeless(start):
            return ()
        found: list[Class] = []
        came: dict[int, tuple[int, str] | None] = {start: None}
        queue = [start]
        front = Front(queue, self._wanted, self._unwanted, self._full)
        for places in queue:
            if self._meets_needs(places):
                matched = self._matched(places)
                if self._keep(found, matched):
                    found.append(Class(_text(came, places), matched))
                if matched & self._plus == self._plus and not matched & self._minus:
                    break
            for char in self._successors(places):
                after = self._over(places, char)
                if after in came or self._hopeless(after):
                    continue
                if len(queue) >= _COMPARE_FROM and front.no_better(after):
                    continue
                came[after] = (places, char)
                queue.append(after)
            self._count(budget, len(queue))
        return tuple(found)

    def _keep(self, found: list[Class], matched: int) -> bool:
        """Tell whether *matched* adds to *found*; drop from *found* what it makes superfluous."""
        plus, minus = matched & self._plus, matched & self._minus
        for other in found:
            if not plus & ~other.matched and not other.matched & self._minus & ~minus:
                return False
        found[:] = [o for o in found if o.matched & self._plus & ~plus or minus & ~o.matched]
        return True

    def _count(self, budget: Budget, states: int) -> None:
        budget.spend(1 + (states >> 6))
        if states > _STATES:
            raise Undecided(f"the patterns in play make more than {_STATES:,} classes of texts")

    def texts(self, budget: Budget, limit: int) -> Iterator[str]:
        """Yield all texts that meet the needs; give up when they are more than *limit*."""
        after = self._reachable(budget)
        useful = self._leading(after)
        stack = [("", self._start())]
        found = 0
        while stack:
            text, places = stack.pop()
            budget.spend()
            if self._meets_needs(places):
                found += 1
                yield _joined(text)
            if found > limit or len(text) > limit:
                raise Undecided("a variable may have too many values that matter")
            stack += [(text + char, then) for char, then in after.get(places, ()) if then in useful]

    def _reachable(self, budget: Budget) -> dict[int, list[tuple[str, int]]]:
        """Return all sets that texts reach, with what follows each."""
        after: dict[int, list[tuple[str, int]]] = {}
        queue = [self._start()]
        for places in queue:
            if places not in after:
                steps = ((char, self._over(places, char)) for char in self._successors(places))
                after[places] = [(char, then) for char, then in steps if not self._hopeless(then)]
                queue += [then for _, then in after[places]]
                self._count(budget, len(after))
        return after

    def _leading(self, after: dict[int, list[tuple[str, int]]]) -> set[int]:
        """Return the sets from which the needs can be met."""
        before: dict[int, list[int]] = {}
        for places, steps in after.items():
            for _, then in steps:
                before.setdefault(then, []).append(places)
        queue = [places for places in after if self._meets_needs(places)]
        useful = set(queue)
        for places in queue:
            more = [one for one in before.get(places, ()) if one not in useful]
            useful.update(more)
            queue += more
        return useful


@lru_cache(maxsize=1024)
def machine(groups: tuple[Group, ...], *, alphabet: str | None = None) -> Machine:
    """Return the machine of *groups*, the same for equal ones: the sessions of a claim ask for the same texts."""
    return Machine(groups, alphabet=alphabet)


def representatives(
    groups: Sequence[Group], fresh: str, *, alphabet: str | None, budget: Budget, limit: int
) -> Iterator[str]:
    """Yield texts of every class: one that holds the character *fresh*, else all that there are.

    *fresh* stands in no word.  A text whose class has no text with it is pinned, character by character,
    by literals of words that it matches; so such a class is finite.
    """
    every = [*groups, Group((Word((Wildcard.RUN, fresh, Wildcard.RUN)),), 1)]
    for one in Machine(every, alphabet=alphabet).classes(budget):
        matched = [bool(one.matched >> i & 1) for i in range(len(groups))]
        pairs = list(zip(matched, groups, strict=True))
        only = any(hit and len(group.words) == 1 and group.words[0].text is not None for hit, group in pairs)
        if fresh in one.text or only:
            yield one.text
        else:
            exact = [Group(group.words, need=hit, avoid=not hit) for hit, group in pairs]
            yield from Machine(exact, alphabet=alphabet).texts(budget, limit)


def _private(literal: dict[str, int]) -> str | None:
    return next((chr(code) for code in range(0x3400, 0xD7FF) if chr(code) not in literal), None)


def _text(came: dict[int, tuple[int, str] | None], places: int) -> str:
    chars: list[str] = []
    step = came[places]
    while step is not None:
        places, char = step
        chars.append(char)
        step = came[places]
    return _joined("".join(reversed(chars)))


def _joined(text: str) -> str:
    """Join pairs of UTF-16 code units to characters."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
