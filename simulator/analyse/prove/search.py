"""The search: a resource and a context in which all wanted clauses apply and no unwanted one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.prove.arns import NO_RESOURCE, arn_words
from simulator.analyse.prove.budget import Undecided
from simulator.analyse.prove.contexts import ContextSearch, value_in
from simulator.analyse.prove.resources import Side, sketches
from simulator.analyse.prove.variables import Variables
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.analyse.prove.budget import Budget
    from simulator.analyse.prove.clause import Clause, ValueOf
    from simulator.analyse.prove.domains import Domain
    from simulator.decide.context import ContextValue

__all__ = ["Found", "Search", "covers"]


@dataclass(frozen=True, slots=True)
class Found:
    """A resource and a context, in which *marks* still stand for fresh values of the variables they name."""

    resource: str
    context: dict[str, ContextValue]
    marks: dict[str, str]


class Search:
    """Searches one claim's conjunctions in one set of domains; `gaps` tells what finding nothing does not prove."""

    def __init__(self, domain_of: Callable[[str], Domain], account: str | None, budget: Budget) -> None:
        self._domain_of = domain_of
        self._arns = arn_words(account)
        self._account = account or ""
        self._budget = budget
        self.gaps: dict[str, None] = {}

    def found(self, wanted: Sequence[Clause], unwanted: Sequence[Clause], *, star: bool = True) -> Iterator[Found]:
        """Yield what is found, with *star* the request without a resource too."""
        variables = Variables(wanted, unwanted, self._arns, self._domain_of)
        try:
            for assignment in variables.assignments():
                value_of = value_in(assignment)
                contexts = ContextSearch(
                    wanted, unwanted, assignment, self._domain_of, marks=variables.marks, budget=self._budget
                )
                if contexts.find(0) is None:
                    continue
                sides = [_side(clause, value_of) for clause in wanted if not clause.shape.everything]
                others = [_side(clause, value_of) for clause in unwanted]
                for resource, context in self._each(sides, others, contexts, star=star):
                    yield Found(resource, context, _in_use(variables.names, resource, context))
        except Undecided as undecided:
            if self._budget.spent:
                raise
            self.gaps[undecided.reason] = None
        if variables.gap is not None:
            self.gaps[variables.gap] = None

    def _each(
        self, wanted: list[Side], unwanted: list[Side], contexts: ContextSearch, *, star: bool
    ) -> Iterator[tuple[str, dict[str, ContextValue]]]:
        if star and all(_names(side, NO_RESOURCE) for side in wanted):
            context = contexts.find(_alive(unwanted, NO_RESOURCE))
            if context is not None:
                yield NO_RESOURCE, context
        for sketch in sketches(wanted, unwanted, self._arns, self._account, self._budget):
            context = contexts.find(sketch.alive)
            if context is not None and (text := sketch.text(self._account, self._budget)) is not None:
                yield text, context


def _in_use(marks: dict[str, str], resource: str, context: dict[str, ContextValue]) -> dict[str, str]:
    texts = [resource, *(text for value in context.values() for text in value)]
    return {mark: key for mark, key in marks.items() if any(mark in text for text in texts)}


def _side(clause: Clause, value_of: ValueOf) -> Side:
    shape = clause.shape
    return Side(shape.grounded(value_of), shape.negated, not shape.atoms)


def _names(side: Side, resource: str) -> bool:
    return any(one.pattern is not None and one.pattern.matches(resource) for one in side.words) is not side.negated


def _alive(unwanted: Iterable[Side], resource: str) -> int:
    return sum(1 << i for i, side in enumerate(unwanted) if _names(side, resource))


def covers(unwanted: Clause, wanted: Iterable[Clause]) -> bool:
    """Tell at a glance whether *unwanted* applies wherever all of *wanted* do (their common actions apart)."""
    shape = unwanted.shape
    if shape.atoms and not {atom for clause in wanted for atom in clause.shape.atoms}.issuperset(shape.atoms):
        return False
    return shape.everything or any(clause.shape.resource_key == shape.resource_key for clause in wanted)
