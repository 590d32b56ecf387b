"""The normal form: a claim's counterexamples as conjunctions of statements that apply and that don't.

"Allowed" is one Allow of every layer and no Deny of any; "not allowed" is a layer none of whose Allows
applies, or a Deny that does.  A counterexample has all the verdicts that the claim says none has, so it
satisfies one choice of each.  Splitting so far keeps every conjunction small: one Allow a layer.

Rules: ``docs/semantics.md``, 7.2, X4.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from simulator.analyse.prove.clause import Clause, clauses_of
from simulator.analyse.prove.search import covers
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.analyse.prove.claim import Said
    from simulator.decide.evaluate import Workspace
    from simulator.decide.index import StatementSet
    from simulator.decide.request import Stack

__all__ = ["Conjunction", "Term", "conjunctions", "terms"]


@dataclass(frozen=True, slots=True)
class Term:
    """Clauses that apply, and clauses that don't."""

    wanted: tuple[Clause, ...] = ()
    unwanted: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Conjunction:
    """What a counterexample on one of *actions* (bits) has to meet; all clauses name all of the actions."""

    actions: int
    wanted: tuple[Clause, ...]
    unwanted: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class _Layers:
    """The compiled layers of a stack: SCP levels apart, since the simulator asks them first (X4)."""

    allows: tuple[tuple[Clause, ...], ...]  #: of each layer that must allow, SCP levels included
    scp_allows: tuple[tuple[Clause, ...], ...]
    scp_denies: tuple[Clause, ...]
    other_denies: tuple[Clause, ...]


def _layers(stack: Stack, workspace: Workspace) -> _Layers:
    compiled = workspace.statements
    others = [compiled(stack.identity)]
    others += [compiled((stack.boundary,))] if stack.boundary is not None else []
    others += [compiled(stack.session)] if stack.session else []
    others += [compiled(level) for level in stack.rcps]
    scps = [compiled(level) for level in stack.scps]
    scp_allows = tuple(clauses_of(level, deny=False) for level in scps)
    return _Layers(
        (*(clauses_of(layer, deny=False) for layer in others), *scp_allows),
        scp_allows,
        _denies(scps),
        _denies(others),
    )


def _denies(layers: Iterable[StatementSet]) -> tuple[Clause, ...]:
    return tuple(clause for layer in layers for clause in clauses_of(layer, deny=True))


def terms(said: Said, workspace: Workspace, *, holds: bool, narrow: bool = True) -> Iterator[Term]:
    """Yield the ways in which *said* holds, or does not; with *narrow* only those that an action of the table has."""
    layers = _layers(said.stack, workspace)
    denies = (*layers.scp_denies, *layers.other_denies)
    match said.verdict, holds:
        case "allowed", True:
            yield from (Term(choice, denies) for choice in _choices(layers.allows, narrow=narrow))
        case "allowed", False:
            yield from (Term((), allows) for allows in layers.allows)
            yield from (Term((deny,)) for deny in denies)
        case _, True:
            yield from (Term((deny,)) for deny in layers.scp_denies)
            choices = list(_choices(layers.scp_allows, narrow=narrow))
            yield from (Term((deny, *choice)) for deny in layers.other_denies for choice in choices)
        case _:
            yield Term((), denies)
            yield from (Term((), (*layers.scp_denies, *allows)) for allows in layers.scp_allows)


def _choices(layers: Sequence[tuple[Clause, ...]], *, narrow: bool) -> Iterator[tuple[Clause, ...]]:
    """Yield one clause of each layer; with *narrow* such that have an action in common."""
    if not layers:
        yield ()
        return
    for first in layers[0]:
        for rest in _choices(layers[1:], narrow=narrow):
            actions = first.actions
            for clause in rest:
                actions &= clause.actions
            if actions or not narrow:
                yield (first, *rest)


def conjunctions(
    choices: Sequence[Sequence[Term]], guards: Sequence[Clause], outside: Sequence[Clause], actions: int
) -> Iterator[Conjunction]:
    """Yield the conjunctions of one term of each of *choices*, split by actions.

    *actions* are all there are.  Left out is what a look shows to be impossible.
    """
    for clause in guards:
        actions &= clause.actions
    if any(clause.shape.nothing for clause in guards):
        return
    for picked in itertools.product(*choices):
        wanted = (*guards, *(clause for term in picked for clause in term.wanted))
        left = actions
        for clause in wanted:
            left &= clause.actions
        if left:
            unwanted = (*outside, *(clause for term in picked for clause in term.unwanted))
            yield from _split(left, wanted, unwanted)


def _split(actions: int, wanted: tuple[Clause, ...], unwanted: Iterable[Clause]) -> Iterator[Conjunction]:
    """Split *actions* by the unwanted clauses that name them; those with the fewest come first."""
    others: list[Clause] = []
    for clause in unwanted:
        if clause.actions & actions:
            if covers(clause, wanted):
                actions &= ~clause.actions
                if not actions:
                    return
            else:
                others.append(clause)
    classes: list[tuple[int, tuple[Clause, ...]]] = [(actions, ())]
    for clause in others:
        split: list[tuple[int, tuple[Clause, ...]]] = []
        for bits, active in classes:
            inside = bits & clause.actions
            if inside:
                split.append((inside, (*active, clause)))
            if bits != inside:
                split.append((bits & ~inside, active))
        classes = split
    classes.sort(key=lambda pair: len(pair[1]))
    for bits, active in classes:
        yield Conjunction(bits, wanted, active)
