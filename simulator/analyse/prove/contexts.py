"""Contexts: values for all keys under which the wanted statements' conditions hold and enough others fail.

Keys are independent of each other once variables have their values, so each key has a table of its own:
which unwanted statements each value defeats.  A context that defeats them all is put together key by
key, and of the statements still alive only the smallest sets are followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from simulator.analyse.prove.budget import Undecided
from simulator.analyse.prove.values import Wish, candidates
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulator.analyse.prove.automaton import Sign
    from simulator.analyse.prove.budget import Budget
    from simulator.analyse.prove.clause import Atom, Clause, ValueOf
    from simulator.analyse.prove.domains import Domain
    from simulator.decide.context import ContextValue

__all__ = ["A_LIST", "Assignment", "ContextSearch", "value_in"]

A_LIST: Final = ("a list",)  #: itself stands for some list: a variable finds no value in one (V8)
_FRONT = 4096

Assignment: TypeAlias = "dict[str, ContextValue | None]"
"""The values of variables by key (lower case); None is a missing key, `A_LIST` some list."""


def value_in(assignment: Mapping[str, ContextValue | None]) -> ValueOf:
    """Return how a variable finds its value in *assignment*."""

    def value_of(key: str) -> str | None:
        found = assignment.get(key.lower())
        return found if isinstance(found, str) else None

    return value_of


_Chosen: TypeAlias = "tuple[tuple[str, ContextValue | None], ...]"
"""Keys and the values chosen for them."""


@dataclass(frozen=True, slots=True)
class _Key:
    """A key: its values, and which unwanted statements (as bits) each of them defeats."""

    name: str
    options: tuple[tuple[ContextValue | None, int], ...]
    required: bool


class ContextSearch:
    """Finds contexts for the *wanted* clauses to apply and the *unwanted* ones not to."""

    def __init__(
        self,
        wanted: Sequence[Clause],
        unwanted: Sequence[Clause],
        assignment: Assignment,
        domain_of: Callable[[str], Domain],
        *,
        marks: str,
        budget: Budget,
    ) -> None:
        self._assignment = assignment
        self._value_of = value_in(assignment)
        self._domain_of = domain_of
        self._marks = marks
        self._budget = budget
        self._wanted: dict[str, dict[Atom, None]] = {}
        self._unwanted: dict[str, dict[Atom, int]] = {}
        for clause in wanted:
            for atom in clause.shape.atoms:
                self._wanted.setdefault(atom.key, {})[atom] = None
        for i, clause in enumerate(unwanted):
            for atom in clause.shape.atoms:
                of_key = self._unwanted.setdefault(atom.key, {})
                of_key[atom] = of_key.get(atom, 0) | 1 << i
        self._keys: dict[str, _Key | None] = {}
        self._failed: list[int] = []

    def find(self, alive: int) -> dict[str, ContextValue] | None:
        """Return a context that defeats the unwanted clauses *alive* (bits), None when there is none."""
        if any(not failed & ~alive for failed in self._failed):
            return None
        found = self._search(alive)
        if found is None:
            self._failed.append(alive)
            return None
        # A variable's key that no condition asks for still needs its value.
        return {**{k: v for k, v in self._assignment.items() if v is not None and v is not A_LIST}, **found}

    def _search(self, alive: int) -> dict[str, ContextValue] | None:
        front: dict[int, _Chosen] = {alive: ()}
        for name in self._relevant(alive):
            key = self._key(name)
            if key is None:
                return None
            if 0 in front and not key.required:
                continue  # all are defeated
            after: dict[int, _Chosen] = {}
            for left, chosen in front.items():
                for value, defeated in key.options:
                    after.setdefault(left & ~defeated, (*chosen, (name, value)))
            self._budget.spend(len(after))
            front = _smallest(after)
            if len(front) > _FRONT:
                raise Undecided("too many combinations of conditions")
        found = front.get(0)
        return None if found is None else {name: value for name, value in found if value is not None}

    def _relevant(self, alive: int) -> list[str]:
        """Return the keys that wanted conditions ask for, then those that can defeat one of *alive*."""
        more = (key for key, atoms in self._unwanted.items() if any(bits & alive for bits in atoms.values()))
        return list(dict.fromkeys((*self._wanted, *(more if alive else ()))))

    def _key(self, name: str) -> _Key | None:
        """Return the table of a key; None when no value makes the wanted conditions hold."""
        if name not in self._keys:
            self._keys[name] = self._table(name)
        return self._keys[name]

    def _table(self, name: str) -> _Key | None:
        wanted, unwanted = self._wanted.get(name, {}), self._unwanted.get(name, {})
        best: dict[int, ContextValue | None] = {}
        for value in self._values(name, wanted, unwanted):
            self._budget.spend()

            def lookup(key: str, value: ContextValue | None = value) -> ContextValue | None:
                return value if key.lower() == name else self._value_of(key)

            if not all(atom.condition.holds(lookup) for atom in wanted):
                continue
            defeated = 0
            for atom, bits in unwanted.items():
                if bits & ~defeated and not atom.condition.holds(lookup):
                    defeated |= bits
            best.setdefault(defeated, value)
        if not best:
            return None
        options = tuple((v, d) for d, v in best.items() if not any(d != more and not d & ~more for more in best))
        return _Key(name, options, bool(wanted) or name in self._assignment or not self._domain_of(name).absent)

    def _values(
        self, name: str, wanted: Mapping[Atom, None], unwanted: Mapping[Atom, int]
    ) -> Sequence[ContextValue | None]:
        domain = self._domain_of(name)
        if name in self._assignment and self._assignment[name] is not A_LIST:
            return (self._assignment[name],)
        wishes = [Wish(atom, _sign(atom in wanted, atom in unwanted)) for atom in dict.fromkeys((*wanted, *unwanted))]
        found = candidates(wishes, domain, self._value_of, marks=self._marks, budget=self._budget)
        if name in self._assignment:
            return [value for value in found if isinstance(value, tuple)]
        return found


def _sign(wanted: bool, unwanted: bool) -> Sign:  # noqa: FBT001  # two sides of one thing
    return 0 if wanted and unwanted else 1 if wanted else -1


def _smallest(front: dict[int, _Chosen]) -> dict[int, _Chosen]:
    """Keep the sets that hold no other."""
    if 0 in front:
        return {0: front[0]}
    kept: list[int] = []
    for bits in sorted(front, key=int.bit_count):
        if not any(not less & ~bits for less in kept):
            kept.append(bits)
    return {bits: front[bits] for bits in kept}
