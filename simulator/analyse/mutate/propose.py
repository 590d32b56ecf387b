"""The missing scenario: a request that tells a mutant apart, as a suite would write it.

Principals, sign-in states and targets of the suites come first, and what the prover found where none of
them will do.  Nothing is proposed that does not hold today and fail under the mutant.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from simulator.analyse.mutate.trial import Trial, World
from simulator.policy.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simulator.accounts.model import Principal
    from simulator.analyse.mutate.proof import Difference
    from simulator.analyse.mutate.proposal import Proposal
    from simulator.analyse.prove import Counterexample
    from simulator.catalogue import Catalogue
    from simulator.decide.decision import Word
    from simulator.policy.model import Statement
    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell
    from simulator.suites.model import Suite

__all__ = ["Proposer"]

_PRINCIPALS = 4  # that are tried, of many with the same policies
_TRIED = 100  # scenarios proposed before


class Proposer:
    """Finds scenarios; what it proposed once it proposes again where that will do."""

    def __init__(self, cells: Sequence[Cell], catalogue: Catalogue, asserted: Sequence[Asserted] = ()) -> None:
        suites = (*(cell.suite for cell in cells), *(one.suite for one in asserted))
        self._suites = tuple(dict.fromkeys(suites))
        self._asked = Counter((cell.suite, cell.principal, _service(cell.asked.text)) for cell in cells)
        self._world = World(catalogue)
        self._made: list[Proposal] = []

    def propose(self, difference: Difference, changes: Mapping[Statement, Statement]) -> tuple[Proposal, Word] | None:
        """Return a scenario that holds, with what is decided after *changes*; None where no suite can say it."""
        touched = _touched(changes)
        for made in islice((one for one in self._made if touched(one.action)), _TRIED):
            after = Trial(self._world, made.suite, made.principal, changes).again(made)
            if after != made.before:
                return made, after
        for request in difference.requests:
            found = next(self._proposals(difference, request, changes), None)
            if found is not None:
                self._made.append(found)
                return found, found.after
        return None

    def _proposals(
        self, difference: Difference, request: Counterexample, changes: Mapping[Statement, Statement]
    ) -> Iterator[Proposal]:
        holder, direction = difference.holder, difference.direction
        assert holder is not None, "a difference with a request is somebody's"
        principals = holder.principals[:_PRINCIPALS]
        if direction is None:  # whom a resource's policy names besides may be somebody who was not asked as
            principals += tuple(one for one in holder.account.principals.values() if one not in principals)[
                :_PRINCIPALS
            ]
        suites = [suite for suite in self._suites if suite.account is holder.account]
        suites.sort(key=lambda suite: self._fits(suite, principals, _service(request.action)), reverse=True)
        trials = [Trial(self._world, suite, who, changes) for suite in suites for who in principals]
        kinds = [Trial.usual, Trial.exact]
        if request.resource == "*":
            kinds.reverse()  # the action may take no resource, and one that names any reads oddly
        for state in (False, True):
            for kind in kinds:
                for trial in trials:
                    yield from kind(trial, request, direction, state=state)

    def _fits(self, suite: Suite, principals: Sequence[Principal], service: str) -> tuple[bool, int]:
        """Tell how well a suite suits: what the prover found was decided as the simulator does."""
        return suite.semantics == "simulator", sum(self._asked[suite, who, service] for who in principals)


def _service(action: str) -> str:
    return action.partition(":")[0].lower()


def _touched(changes: Mapping[Statement, Statement]) -> Callable[[str], bool]:
    """Return a look at whether *changes* can bear on an action: where entries came or went, those name it."""
    patterns: list[Pattern] = []
    for old, new in changes.items():
        if _but_actions(old) != _but_actions(new) or old.actions is None or new.actions is None:
            return lambda _: True
        if old.actions.negated != new.actions.negated:
            return lambda _: True
        texts = set(old.actions.texts) ^ set(new.actions.texts)
        patterns += [Pattern.parse(text.lower()) for text in texts]
    return lambda action: any(pattern.matches(action.lower()) for pattern in patterns)


def _but_actions(statement: Statement) -> tuple[object, ...]:
    return (statement.effect, statement.resources, statement.principals, statement.conditions, statement.variables)
