"""Claims about two versions of somebody, decided for all requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.diff.model import NEW_ALLOWS, NEW_LIFTS, OLD_ALLOWS, Proof
from simulator.analyse.prove import (
    Claim,
    Counterexample,
    Domains,
    Proved,
    Said,
    decide_claim,
    no_new_access,
    principal_domains,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.diff.access import Subject
    from simulator.analyse.prove import Answer
    from simulator.catalogue import Catalogue

__all__ = ["LIMIT", "prove_subject"]

LIMIT = 200_000  #: steps of one proof: some two seconds


def prove_subject(subject: Subject, catalogue: Catalogue, *, limit: int = LIMIT) -> tuple[Proof, ...]:
    """Decide that NEW allows nothing new, that a policy by itself lifts no denial, and that nothing is lost.

    A proof is about the same request in both versions.  Where the principal itself says something else than before
    there is no such request.
    """
    claims = _claims(subject)
    moved = subject.moved
    if moved:
        reason = f"{', '.join(moved)} of the principal or its account is not what it was; the lists decide each version by its own"
        return tuple(Proof(words, "unknown", reason=reason) for words, _ in claims)
    return tuple(
        _proof(words, decide_claim(claim, universe="any", catalogue=catalogue, limit=limit)) for words, claim in claims
    )


def _claims(subject: Subject) -> Iterator[tuple[str, Claim]]:
    old, new = subject.old.stack(), subject.new.stack()
    # Somebody made up stands for anybody; a principal is who it is.
    base = Claim() if subject.alone else Claim(domains=_domains(subject), caller=subject.new.caller())
    yield NEW_ALLOWS, no_new_access(new, old, base)
    if subject.alone:
        lifted = (Said(old, "explicitDeny"),), (Said(new, "explicitDeny"),)
        yield NEW_LIFTS, Claim(*lifted, domains=base.domains, caller=base.caller)
    yield OLD_ALLOWS, no_new_access(old, new, base)


def _domains(subject: Subject) -> tuple[Domains, ...]:
    return (principal_domains(subject.new.derived_context()),)


def _proof(words: str, answer: Answer) -> Proof:
    if isinstance(answer, Proved):
        return Proof(words, "proved", assumptions=answer.assumptions)
    if isinstance(answer, Counterexample):
        return Proof(words, "counterexample", action=answer.action, resource=answer.resource, context=answer.context)
    return Proof(words, "unknown", reason=answer.reason)
