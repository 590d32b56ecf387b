"""The actions that a proof ranges over: those of the catalogue, or representatives of all others.

Names that the catalogue doesn't know are infinitely many, but a claim's patterns tell only finitely
many kinds of them apart.  One name of each kind makes a small table, and from there on both tables are
treated alike.  Unknown actions pass the resource-type gate (Z1).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.analyse.prove.automaton import Group, representatives
from simulator.analyse.prove.budget import Undecided
from simulator.analyse.prove.types import Types
from simulator.analyse.prove.words import Word, word
from simulator.catalogue.gate import Gate
from simulator.decide.evaluate import Workspace
from simulator.policy.actions import ActionTable
from simulator.policy.pattern import Pattern, Wildcard
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.analyse.prove.budget import Budget
    from simulator.catalogue import Catalogue
    from simulator.decide.index import StatementSet
    from simulator.policy.model import Element, Policy

__all__ = ["Space", "catalogue_space", "unknown_space"]

_SETS_KEPT = 512
_NAMES = 200
_UNUSED = "_~+=@!%^;|<>"  # no name in the catalogue has these
_CHARACTERS = "".join(map(chr, range(0x20, 0x7F))).translate({ord(c): None for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
_ACTION = word(
    Pattern.of((Wildcard.SEGMENT_ONE, Wildcard.SEGMENT_RUN, ":", Wildcard.SEGMENT_ONE, Wildcard.SEGMENT_RUN))
)


class _Workspace(Workspace):
    """A workspace that forgets: proofs compile many policies once each."""

    def statements(self, policies: tuple[Policy, ...]) -> StatementSet:
        if len(self._sets) >= _SETS_KEPT and policies not in self._sets:
            self._sets.clear()
        return super().statements(policies)


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """A table of actions and what is compiled against it; without `types` no action is gated."""

    workspace: Workspace
    types: Types | None
    words: str  #: what it ranges over, as an assumption

    @property
    def table(self) -> ActionTable:
        """The actions."""
        return self.workspace.table


@lru_cache(maxsize=8)
def catalogue_space(catalogue: Catalogue, *, gate: bool) -> Space:
    """Return the catalogue's actions, each on resources of its types or, without *gate*, on any."""
    words = f"the {len(catalogue.actions()):,} actions of the catalogue of {catalogue.date}"
    if not gate:
        return Space(_Workspace(catalogue.table), None, f"{words}, each on any resource")
    workspace = _Workspace(catalogue.table, gate=lambda actions: Gate(catalogue, actions).mask)
    return Space(workspace, Types(catalogue), f"{words}, each on `*` and on resources of the types that it takes")


def unknown_space(names: Iterable[str]) -> Space:
    """Return a space of names that the catalogue does not know."""
    return Space(_Workspace(ActionTable(names)), None, "all actions that it does not know")


def unknown_names(
    catalogue: Catalogue,
    *,
    needed: Iterable[Element],
    wanted: Iterable[Element],
    unwanted: Iterable[Element],
    other: Iterable[Element],
    budget: Budget,
) -> dict[str, None]:
    """Return names of each kind of actions that all of *needed* name and the catalogue does not know.

    To match *wanted* and to miss *unwanted* is better; *other* are told apart.
    """
    groups = [Group((_ACTION,), need=True)]
    for element in sorted(needed, key=_order):
        words = _words(element, catalogue)
        groups.append(Group(words, avoid=True) if element.negated else Group(words, need=True))
    for elements, sign in ((wanted, 1), (unwanted, -1), (other, 0)):
        groups += [Group(_words(e, catalogue), -sign if e.negated else sign) for e in sorted(elements, key=_order)]
    literal = {step for group in groups for one in group.words for step in one.steps}
    fresh = next((char for char in _UNUSED if char not in literal), None)
    if fresh is None:
        raise Undecided("the actions in play use every character")
    found = representatives(groups, fresh, alphabet=_CHARACTERS, budget=budget, limit=_NAMES)
    return dict.fromkeys(name for name in found if catalogue.place(name) is None)


def _order(element: Element) -> tuple[bool, tuple[str, ...]]:
    """Sets of elements are walked in an order that is always the same, for the same names each time."""
    return element.negated, element.texts


def _words(element: Element, catalogue: Catalogue) -> tuple[Word, ...]:
    """Return the words of an element but for known names, which match no unknown action."""
    texts = dict.fromkeys(text.lower() for text in element.texts)
    return tuple(word(Pattern.parse(text)) for text in texts if catalogue.place(text) is None)
