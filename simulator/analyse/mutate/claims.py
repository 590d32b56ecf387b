"""The invariants of a run as judges of the mutants that no cell notices.

An invariant notices a mutant when it is proved of the policies as they are and refuted of the mutant, by a
request that the evaluator decides again.  One that becomes unknown notices nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from simulator.analyse.mutate.proof import with_policies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.analyse.invariants.pose import Posed
    from simulator.analyse.prove import Counterexample
    from simulator.catalogue import Catalogue
    from simulator.policy.model import Policy
    from simulator.suites.asserted import Asserted

__all__ = ["Broken", "Claims"]


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that a mutant breaks, by its id, and a request that shows it."""

    invariant: str
    request: Counterexample


class Claims:
    """The invariants; each is proved of the policies as they are when it is first asked."""

    def __init__(self, asserted: Sequence[Asserted], catalogue: Catalogue) -> None:
        self._asserted = asserted
        self._catalogue = catalogue
        self._proved: dict[Asserted, bool] = {}
        self._posed: dict[Asserted, tuple[Posed, ...]] = {}

    @property
    def idle(self) -> int:
        """How many can notice nothing: they are not proved of the policies as they are."""
        return sum(not self._holds(one) for one in self._asserted)

    def _holds(self, one: Asserted) -> bool:
        if one not in self._proved:
            from simulator.analyse.invariants import decide_invariant  # noqa: PLC0415  # where cells leave something

            self._proved[one] = decide_invariant(one, self._catalogue).outcome == "proved"
        return self._proved[one]

    def broken(self, mutated: Mapping[Policy, Policy], *, alike: bool) -> tuple[Broken, ...]:
        """Return the invariants that notice a mutant; one that is proved to be *alike* differs beyond that proof only."""
        asked = [one for one in self._asserted if (not alike or _beyond(one)) and self._holds(one)]
        found = ((one, self._refuting(one, mutated)) for one in asked)
        return tuple(Broken(one.id, request) for one, request in found if request is not None)

    def _refuting(self, one: Asserted, mutated: Mapping[Policy, Policy]) -> Counterexample | None:
        from simulator.analyse.invariants import posed, refuting  # noqa: PLC0415  # where cells leave something

        if one not in self._posed:
            self._posed[one] = tuple(posed(one, self._catalogue))
        return refuting(one, self._posed[one], partial(with_policies, mutated=mutated), self._catalogue)


def _beyond(one: Asserted) -> bool:
    """Tell whether an invariant speaks of more than principals as declared, and the actions of the catalogue."""
    return one.uncatalogued or one.invariant.new is not None
