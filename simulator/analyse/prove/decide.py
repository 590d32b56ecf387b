"""Deciding a claim: for all requests, or a counterexample.

The claim's conjunctions are searched one by one, first over the actions of the catalogue, then, if asked,
over representatives of all others.  Any limit that is hit, and any pattern that the search can't handle,
makes the answer `Unknown` unless a counterexample turns up.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.analyse.prove.answer import Answer, Counterexample, Proved, Unknown
from simulator.analyse.prove.arns import assumption
from simulator.analyse.prove.budget import Budget, Undecided
from simulator.analyse.prove.claim import policy_of
from simulator.analyse.prove.clause import Clause, shape_of, shape_of_words
from simulator.analyse.prove.search import Search
from simulator.analyse.prove.space import Space, catalogue_space, unknown_names, unknown_space
from simulator.analyse.prove.terms import conjunctions, terms
from simulator.analyse.prove.witness import Witness
from simulator.analyse.prove.words import Relation, relation, word
from simulator.catalogue import load
from simulator.decide.keys import condition_keys, statement_keys, variable_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.analyse.prove.claim import Claim
    from simulator.analyse.prove.clause import Shape
    from simulator.analyse.prove.domains import Domain, Domains
    from simulator.analyse.prove.search import Found
    from simulator.analyse.prove.terms import Conjunction, Term
    from simulator.catalogue import Catalogue
    from simulator.policy.model import Element, Policy

__all__ = ["LIMIT", "Universe", "decide_claim"]

Universe: TypeAlias = Literal["catalogue", "any"]
"""The actions of the catalogue, or any action, known or not."""

LIMIT = 1_000_000  #: steps


def decide_claim(
    claim: Claim,
    *,
    universe: Universe = "catalogue",
    catalogue: Catalogue | None = None,
    gate: bool = True,
    limit: int = LIMIT,
) -> Answer:
    """Decide *claim*; without *gate* an action may be asked of any resource."""
    if any(stack.resource is not None for stack in claim.stacks):
        return Unknown("a policy on the resource bears on the claim: only policies of the caller are modelled")
    proof = _Proof(claim, catalogue or load(), Budget(limit))
    try:
        found = proof.in_space(catalogue_space(proof.catalogue, gate=gate))
        if found is None and universe == "any":
            found = proof.among_unknown()
    except Undecided as undecided:
        return Unknown(undecided.reason)
    if found is not None:
        return found
    return Unknown(next(iter(proof.gaps))) if proof.gaps else Proved(proof.assumptions())


class _Proof:
    """The state of one decision."""

    def __init__(self, claim: Claim, catalogue: Catalogue, budget: Budget) -> None:
        self.claim = claim
        self.catalogue = catalogue
        self.budget = budget
        self.gaps: dict[str, None] = {}
        self._spaces: list[str] = []
        self._guards, self._outside = policy_of(claim.guards), policy_of(claim.outside)
        self._within = shape_of_words(tuple(map(word, claim.within))) if claim.within else None

    # -- spaces of actions -------------------------------------------------------------------------

    def in_space(self, space: Space) -> Counterexample | None:
        """Search the actions of one space."""
        self._spaces.append(space.words)
        choices = self._choices(space)
        guards, outside = (_clauses(space, policy) for policy in (self._guards, self._outside))
        if self._within is not None:
            guards = (*guards, Clause(space.table.all, self._within, None))
        for domains in self.claim.domains:
            attempt = _Attempt(self, space, domains)
            for conjunction in conjunctions(choices, guards, outside, space.table.all):
                found = attempt.settle(conjunction)
                if found is not None:
                    return found
            self.gaps.update(attempt.search.gaps)
        return None

    def among_unknown(self) -> Counterexample | None:
        """Search the actions that the catalogue does not know."""
        known = catalogue_space(self.catalogue, gate=False)
        choices = self._choices(known, narrow=False)
        guards = _clauses(known, self._guards)
        outside = _elements(_clauses(known, self._outside))
        names: dict[str, None] = {}
        for term in choices[0]:
            others = [other for choice in choices[1:] for other in choice]
            wanted = {element for other in others for element in _elements(other.wanted)}
            unwanted = {element for other in (term, *others) for element in _elements(other.unwanted)} | outside
            names |= unknown_names(
                self.catalogue,
                needed=_elements((*guards, *term.wanted)),
                wanted=wanted - unwanted,
                unwanted=unwanted - wanted,
                other=wanted & unwanted,
                budget=self.budget,
            )
        return self.in_space(unknown_space(names))

    def _choices(self, space: Space, *, narrow: bool = True) -> list[list[Term]]:
        said = [(one, True) for one in self.claim.has] + [(one, False) for one in self.claim.lacks]
        return [list(terms(one, space.workspace, holds=holds, narrow=narrow)) for one, holds in said]

    # -- words -------------------------------------------------------------------------------------

    def name_of(self, key: str) -> str:
        """Return how a key is spelled: in the catalogue, else where it first stands."""
        known = self.catalogue.key(key)
        if known is not None:
            return known.name
        spelled = (name for s in self.claim.statements for name in (*condition_keys(s), *variable_keys(s)))
        return next((name for name in spelled if name.lower() == key), key)

    def assumptions(self) -> tuple[str, ...]:
        """Say what the proof takes for granted."""
        found = [f"for {' and '.join(self._spaces)}", assumption(self.claim.caller.account)]
        keys = sorted(frozenset().union(*map(statement_keys, self.claim.statements)))
        for key in keys:
            words = dict.fromkeys(domains.of_key(key, self.catalogue).words() for domains in self.claim.domains)
            found.append(f"{self.name_of(key)} {' or '.join(words)}")
        return tuple(found)


class _Attempt:
    """One space of actions and one set of domains."""

    def __init__(self, proof: _Proof, space: Space, domains: Domains) -> None:
        self._space = space
        self._known: dict[str, Domain] = {}
        self._domains, self._catalogue = domains, proof.catalogue
        self.search = Search(self.domain_of, proof.claim.caller.account, proof.budget)
        self._make_witness = partial(Witness, proof.claim, space, self.domain_of, proof.name_of)
        self._witness: Witness | None = None
        self._refuted: dict[frozenset[Shape], list[frozenset[Shape]]] = {}

    def domain_of(self, key: str) -> Domain:
        """Return the domain of a key."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._domains.of_key(key, self._catalogue)
        return found

    def settle(self, conjunction: Conjunction) -> Counterexample | None:
        """Search one conjunction; None when it has no request, or a gap was noted."""
        shapes = frozenset(clause.shape for clause in conjunction.wanted)
        missed = frozenset(clause.shape for clause in conjunction.unwanted)
        refuted = self._refuted.setdefault(shapes, [])
        if any(fewer <= missed for fewer in refuted):
            return None
        wanted, unwanted = _distinct(conjunction.wanted), _distinct(conjunction.unwanted)
        for found in self.search.found(wanted, unwanted):
            actions = conjunction.actions & self._space.workspace.gate(found.resource)
            if not actions:
                # Something is found, but not where the gate lets it in: ask type by type.
                return self._settle_by_type(conjunction.actions, wanted, unwanted)
            request = self._request(found, actions)
            if request is not None:
                return request
        refuted.append(missed)
        return None

    def _settle_by_type(
        self, actions: int, wanted: tuple[Clause, ...], unwanted: tuple[Clause, ...]
    ) -> Counterexample | None:
        assert self._space.types is not None, "only a space with a gate keeps actions out"
        for kind in self._space.types.taken(actions):
            if not _meets(kind, wanted):
                continue
            for found in self.search.found((*wanted, kind), unwanted, star=False):
                request = self._request(found, actions & kind.actions)
                if request is not None:
                    return request
        return None

    def _request(self, found: Found, actions: int) -> Counterexample | None:
        if self._witness is None:
            self._witness = self._make_witness()
        action = self._space.table.members(actions & -actions)[0]
        request = self._witness.of(found, action)
        if request is None:
            self.search.gaps["a counterexample needs values that no such key has"] = None
        return request


def _clauses(space: Space, policy: Policy) -> tuple[Clause, ...]:
    """Compile the statements of a claim's set, those that never apply included."""
    compiled = space.workspace.statements((policy,))
    pairs = zip(compiled.refs, compiled.actions, strict=True)
    return tuple(Clause(actions, shape_of(ref.statement), ref.statement.actions) for ref, actions in pairs)


def _elements(clauses: Iterable[Clause]) -> frozenset[Element]:
    return frozenset(clause.element for clause in clauses if clause.element is not None)


def _distinct(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Return one clause of each shape: only shapes matter once the actions are chosen."""
    return tuple({clause.shape: clause for clause in clauses}.values())


def _meets(kind: Clause, wanted: Iterable[Clause]) -> bool:
    """Tell whether resources of a type may be among those of every wanted clause, at a glance."""
    for clause in wanted:
        shape = clause.shape
        if not (shape.everything or shape.negated or shape.templates) and all(
            relation(one, of_kind) is Relation.DISJOINT for one in shape.words for of_kind in kind.shape.words
        ):
            return False
    return True
