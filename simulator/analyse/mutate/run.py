"""Testing the mutants of all policies of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

from simulator.analyse.mutate.bench import Bench
from simulator.analyse.mutate.claims import Claims
from simulator.analyse.mutate.operators import mutants
from simulator.analyse.mutate.proof import Difference, compare, holders_of
from simulator.analyse.mutate.propose import Proposer
from simulator.analyse.mutate.text import diff_of
from simulator.analyse.mutate.units import units_of
from simulator.suites.mutation import Claimed, MutatedPolicy, Mutation, Survivor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from simulator.analyse.mutate.bench import Sight
    from simulator.analyse.mutate.claims import Broken
    from simulator.analyse.mutate.model import Mutant
    from simulator.analyse.mutate.proof import Holder
    from simulator.analyse.mutate.proposal import Proposal
    from simulator.analyse.mutate.units import Unit
    from simulator.analyse.prove import Counterexample
    from simulator.catalogue import Catalogue
    from simulator.decide.context import ContextValue
    from simulator.decide.decision import Word
    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell
    from simulator.suites.mutation import Effects

__all__ = ["Outcome", "Progress", "Result", "mutate"]

Outcome: TypeAlias = Literal["killed", "equivalent", "survived"]
Progress: TypeAlias = "Callable[[int, int], None]"

_Plain: TypeAlias = "tuple[Sight, tuple[int, Difference] | None, tuple[Broken, ...]]"
"""What is found of a mutant, as it can be sent between processes: a holder goes by its number."""

Each: TypeAlias = "Callable[[Callable[[int], _Plain], Sequence[int]], Iterable[_Plain]]"
"""Applies a function to each of several, in order, as `map` does."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A mutant, the cells that fail under it, and where none does, what it does and the invariants that it breaks."""

    unit: Unit
    mutant: Mutant
    killers: tuple[str, ...]
    loose: str | None = None
    difference: Difference | None = None
    broken: tuple[Broken, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What became of the mutant; what is not proved to be like the original survives."""
        if self.killers or self.broken:
            return "killed"
        return "equivalent" if self.difference is None else "survived"


def mutate(
    cells: Sequence[Cell],
    catalogue: Catalogue,
    *,
    asserted: Sequence[Asserted] = (),
    policies: Sequence[str] = (),
    each: Each = map,
    progress: Progress | None = None,
) -> tuple[Mutation, tuple[Result, ...]]:
    """Test every mutant of the policies in files, or of those that *policies* name; *each* may share the work out."""
    work = _Work(cells, catalogue, asserted, policies)
    tested: list[Result] = []
    for result in each(work.test, range(len(work.mutants))):
        tested.append(work.tested(len(tested), result))
        if progress is not None:
            progress(len(tested), len(work.mutants))
    return _summary(work, tested), tuple(tested)


class _Work:
    """All mutants, and what it takes to test them."""

    def __init__(
        self, cells: Sequence[Cell], catalogue: Catalogue, asserted: Sequence[Asserted], policies: Sequence[str]
    ) -> None:
        self.cells, self.asserted = cells, asserted
        self.catalogue = catalogue
        self.units = units_of(cells, asserted, policies)
        self.mutants = [(unit, one) for unit in self.units for one in mutants(unit.policy, unit.setting)]
        self.bench = Bench(cells, catalogue)
        self.claims = Claims(asserted, catalogue)
        self.holders: tuple[Holder, ...] = holders_of(cells, asserted)

    def test(self, number: int) -> _Plain:
        """Test one mutant."""
        unit, mutant = self.mutants[number]
        mutated = unit.mutated(mutant)
        sight = self.bench.sight(unit.changes(mutant), mutated)
        if sight.killers:
            return sight, None, ()
        found = compare(self.holders, mutated, self.catalogue)
        broken = self.claims.broken(mutated, alike=found is None)
        if found is None or found.holder is None:
            return sight, None, broken
        return sight, (self.holders.index(found.holder), replace(found, holder=None)), broken

    def tested(self, number: int, result: _Plain) -> Result:
        """Return the result with its holder."""
        sight, found, broken = result
        difference = None if found is None else replace(found[1], holder=self.holders[found[0]])
        return Result(*self.mutants[number], sight.killers, sight.loose, difference, broken)


# --- the summary ------------------------------------------------------------------------------------


def _summary(work: _Work, tested: Sequence[Result]) -> Mutation:
    proposer = Proposer(work.cells, work.catalogue, work.asserted)
    survivors = [_survivor(one, proposer) for one in tested if one.outcome == "survived"]
    survivors.sort(key=lambda one: (_RANKS.index(one.effect), one.file, one.line))
    return Mutation(
        tuple(_counts(unit, [one for one in tested if one.unit is unit]) for unit in work.units),
        tuple(survivors),
        work.bench.idle,
        tuple(_claimed(one) for one in tested if one.broken),
        work.claims.idle if any(one.broken or one.outcome == "survived" for one in tested) else 0,
    )


_RANKS: tuple[Effects, ...] = ("widens", "loses a denial", "unknown", "narrows", "adds a denial")
"""What widens comes first, and what nothing is known of behind what loses a denial."""


def _effect(before: Word, after: Word) -> Effects:
    """Name what a change of a decision is, for a change of which nothing else is known."""
    if "allowed" in (before, after):
        return "widens" if after == "allowed" else "narrows"
    return "loses a denial" if before == "explicitDeny" else "adds a denial"


def _counts(unit: Unit, tested: Sequence[Result]) -> MutatedPolicy:
    outcomes, broken = [one.outcome for one in tested], [one.broken for one in tested]
    killed, equivalent, claimed = outcomes.count("killed"), outcomes.count("equivalent"), sum(map(bool, broken))
    return MutatedPolicy(unit.name, unit.path, len(outcomes), killed, equivalent, claimed)


class _Told(TypedDict):
    """A change as all who tell of one name it."""

    policy: str
    file: str
    line: int
    statement: str
    operator: str
    change: str


def _told(one: Result) -> _Told:
    unit, mutant = one.unit, one.mutant
    return _Told(
        policy=unit.name,
        file=unit.path,
        line=unit.line(mutant),
        statement=mutant.statement.label,
        operator=mutant.operator,
        change=mutant.words,
    )


def _claimed(one: Result) -> Claimed:
    first = one.broken[0]
    return Claimed(
        **_told(one),
        invariants=tuple(broken.invariant for broken in one.broken),
        action=first.request.action,
        resource=first.request.resource,
        context=dict(first.request.context),
    )


def _survivor(one: Result, proposer: Proposer) -> Survivor:
    unit, mutant, difference = one.unit, one.mutant, one.difference
    assert difference is not None, "only what differs survives"
    # What one layer says by itself is a request to try, and nothing to tell.
    witness = difference.requests[0] if difference.direction is not None else None
    found = proposer.propose(difference, unit.changes(mutant)) if difference.requests else None
    proposal, after = found if found is not None else (None, None)
    effect: Effects = difference.direction or "unknown"
    if proposal is not None and after is not None and difference.direction is None:
        effect = _effect(proposal.before, after)
    return Survivor(
        **_told(one),
        effect=effect,
        diff=diff_of(mutant),
        action=proposal.action if proposal else witness.action if witness else None,
        resource=proposal.resource if proposal else witness.resource if witness else None,
        context=_context(proposal, witness),
        before=proposal.before if proposal else None,
        after=after,
        request=proposal.words() if proposal else None,
        scenario=proposal.yaml() if proposal else None,
        suite=proposal.suite.file if proposal else None,
        asked=one.loose,
        reason=difference.reason or None if proposal is None else None,
    )


def _context(proposal: Proposal | None, witness: Counterexample | None) -> dict[str, ContextValue] | None:
    if proposal is not None:
        return {name: value for name, value in proposal.context.items() if value != ()}
    return None if witness is None else dict(witness.context)
