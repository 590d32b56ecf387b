"""The missing scenario: a request that tells a mutant apart, as a suite would write it.

Principals, sign-in states and targets of the suites come first, and what the prover found where none of
them will do.  Nothing is proposed that does not hold today and fail under the mutant.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulator.analyse.mutate.trial import Trial, World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.accounts.model import Principal
    from simulator.analyse.mutate.proof import Difference
    from simulator.analyse.mutate.proposal import Proposal
    from simulator.analyse.prove import Counterexample
    from simulator.catalogue import Catalogue
    from simulator.decide.decision import Word
    from simulator.policy.model import Policy
    from simulator.suites.cells import Cell
    from simulator.suites.model import Suite

__all__ = ["Proposer"]

_PRINCIPALS = 4  # that are tried, of many with the same policies


class Proposer:
    """Finds scenarios; what it proposed once it proposes again where that will do."""

    def __init__(self, cells: Sequence[Cell], catalogue: Catalogue) -> None:
        self._suites = tuple(dict.fromkeys(cell.suite for cell in cells))
        self._asked = Counter((cell.suite, cell.principal, _service(cell.asked.text)) for cell in cells)
        self._world = World(catalogue)
        self._made: list[Proposal] = []

    def propose(self, difference: Difference, mutated: Mapping[Policy, Policy]) -> tuple[Proposal, Word] | None:
        """Return a scenario that holds, with what *mutated* decides instead; None where no suite can say it."""
        for made in self._made:
            after = Trial(self._world, made.suite, made.principal, mutated).again(made)
            if after != made.before:
                return made, after
        for request in difference.requests:
            found = next(self._proposals(difference, request, mutated), None)
            if found is not None:
                self._made.append(found)
                return found, found.after
        return None

    def _proposals(
        self, difference: Difference, request: Counterexample, mutated: Mapping[Policy, Policy]
    ) -> Iterator[Proposal]:
        holder, direction = difference.holder, difference.direction
        assert holder is not None, "a difference with a request is somebody's"
        assert direction is not None, "a request shows what a difference does"
        principals = holder.principals[:_PRINCIPALS]
        suites = [suite for suite in self._suites if suite.account is holder.account]
        suites.sort(key=lambda suite: self._fits(suite, principals, _service(request.action)), reverse=True)
        trials = [Trial(self._world, suite, who, mutated) for suite in suites for who in principals]
        for state in (False, True):
            for trial in trials:
                yield from trial.usual(request, direction, state=state)
            for trial in trials:
                yield from trial.exact(request, direction, state=state)

    def _fits(self, suite: Suite, principals: Sequence[Principal], service: str) -> tuple[bool, int]:
        """Tell how well a suite suits: what the prover found was decided as the simulator does."""
        return suite.semantics == "simulator", sum(self._asked[suite, who, service] for who in principals)


def _service(action: str) -> str:
    return action.partition(":")[0].lower()
