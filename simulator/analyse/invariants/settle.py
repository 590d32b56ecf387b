"""Deciding an invariant: each of its claims, the answers put together, counterexamples decided again.

A counterexample is asked of an evaluator of its own before it is told; one that it decides otherwise is a
defect.  Whatever is neither proved nor refuted is unknown, and unknown is never proved.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from simulator.analyse.invariants.pose import member_of, posed
from simulator.analyse.invariants.replay import confirmed, replayed
from simulator.analyse.prove import Counterexample, Proved, Unknown, decide_claim
from simulator.suites.asserted import invariant_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from simulator.analyse.invariants.pose import Posed
    from simulator.analyse.prove import Answer
    from simulator.analyse.prove.claim import Said
    from simulator.analyse.prove.decide import Universe
    from simulator.catalogue import Catalogue
    from simulator.decide.request import Stack
    from simulator.suites.asserted import Asserted, Of
    from simulator.suites.result import InvariantResult, Refutation

__all__ = ["LIMIT", "decide_invariant", "refuting"]

LIMIT = 4_000_000  #: steps of one invariant, shared by its claims
_LEAST = 50_000


def decide_invariant(asserted: Asserted, catalogue: Catalogue, *, limit: int = LIMIT) -> InvariantResult:
    """Decide an invariant for all requests, with at most *limit* steps (but some for each claim)."""
    claims = list(posed(asserted, catalogue))
    decide = partial(_decided, asserted=asserted, catalogue=catalogue, limit=_share(limit, claims))
    proved: list[Proved] = []
    unknown: dict[str, None] = {}
    for one in claims:
        match decide(one):
            case Counterexample() as found:
                refutation = replayed(asserted, one, found, catalogue)
                return invariant_result(asserted, "refuted", _refuted(asserted, one, refutation), refutation=refutation)
            case Unknown(reason):
                unknown[f"{one.who.label}: {reason}"] = None
            case Proved() as proof:
                proved.append(proof)
    if unknown:
        return invariant_result(asserted, "unknown", "; ".join(unknown))
    return invariant_result(
        asserted, "proved", assumptions=_assumed(asserted, proved), vacuous=_vacuous(asserted, claims, catalogue)
    )


def refuting(
    asserted: Asserted,
    claims: Sequence[Posed],
    changed: Callable[[Stack], Stack],
    catalogue: Catalogue,
    *,
    limit: int = LIMIT,
) -> Counterexample | None:
    """Return a request that refutes a proved invariant, as posed in *claims*, once the policies are *changed*.

    None where it is proved of them too, and where it is unknown.
    """
    for one in claims:
        has, lacks = (tuple(_changed(said, changed) for said in side) for side in (one.claim.has, one.claim.lacks))
        if (has, lacks) == (one.claim.has, one.claim.lacks):
            continue
        other = replace(one, claim=replace(one.claim, has=has, lacks=lacks))
        found = _decided(other, asserted=asserted, catalogue=catalogue, limit=_share(limit, claims))
        if isinstance(found, Counterexample):
            confirmed(asserted, other, found, catalogue)
            return found
    return None


def _changed(said: Said, changed: Callable[[Stack], Stack]) -> Said:
    return replace(said, stack=changed(said.stack))


def _share(limit: int, claims: Sequence[Posed]) -> int:
    return max(_LEAST, limit // max(1, len(claims)))


def _decided(one: Posed, *, asserted: Asserted, catalogue: Catalogue, limit: int) -> Answer:
    if one.obstacle is not None:
        return Unknown(one.obstacle)
    universe: Universe = "any" if asserted.uncatalogued else "catalogue"
    return decide_claim(one.claim, universe=universe, catalogue=catalogue, limit=limit)


def _vacuous(asserted: Asserted, claims: Sequence[Posed], catalogue: Catalogue) -> str | None:
    """Say of whom no request is meant: what holds of no request says nothing."""
    universe: Universe = "any" if asserted.uncatalogued else "catalogue"
    sets = {id(one.part): one for one in claims}.values()
    empty = [
        one.who.label
        for one in sets
        if isinstance(decide_claim(member_of(one.claim), universe=universe, catalogue=catalogue), Proved)
    ]
    empty += [who.label for who, parts in asserted.subjects if not parts]
    if not empty:
        return None
    return f"it speaks of no request of {' and '.join(dict.fromkeys(empty))}: no action can be asked of such a resource"


def _refuted(asserted: Asserted, one: Posed, found: Refutation) -> str:
    request = f"{found.action} on {found.resource}"
    match one.side:
        case "new" | "old":
            other = "old" if one.side == "new" else "new"
            return f"the {one.side} policies allow {request}, the {other} ones do not"
        case "both":
            return f"both allow {request}"
        case _:
            return f"expected {asserted.invariant.expect}, got {found.actual}: {request}"


def _assumed(asserted: Asserted, proved: Iterable[Proved]) -> tuple[str, ...]:
    whose = [words for who, _ in asserted.subjects for words in _policies(asserted, who)]
    return tuple(dict.fromkeys((*whose, *(words for proof in proved for words in proof.assumptions))))


def _policies(asserted: Asserted, who: Of) -> Iterable[str]:
    invariant = asserted.invariant
    for side, policies in (("new", invariant.new), ("old", invariant.old)):
        if policies is not None:
            yield f"the {side} policies are {_listed(one.name for one in policies)}"
    if who.principal is not None:
        beside = " beside them" if invariant.new is not None else ""
        names = who.principal.loaded_policies
        kept = [one for one in names if invariant.new is None or one.role != "identity"]
        yield f"{who.label} has{beside} the policies {_listed(one.name for one in kept)}, and no others"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "(none)"
