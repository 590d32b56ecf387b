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

    from simulator.accounts.context import Layer
    from simulator.accounts.model import Principal
    from simulator.analyse.diff.access import Subject
    from simulator.analyse.prove import Answer
    from simulator.catalogue import Catalogue
    from simulator.decide.context import ContextValue

__all__ = ["LIMIT", "prove_subject"]

_WAYS = frozenset({"aws:securetransport", "aws:viaawsservice"})
_USERNAME, _TAG = "aws:username", "aws:principaltag/"
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
    """Return who the principal is in each of the sessions: what one states of it wins."""
    found: dict[tuple[tuple[str, ContextValue | None], ...], Domains] = {}
    of_account = subject.account.context if subject.account is not None else {}
    for session in subject.sessions:
        context = _who(subject.new, {**of_account, **session.context})
        found.setdefault(tuple(sorted(context.items())), principal_domains(context))
    return tuple(found.values())


def _who(principal: Principal, stated: Layer) -> dict[str, ContextValue | None]:
    """Return what is known of a principal, with what is *stated* of it; None is a key that is absent.

    By which way a request comes is no part of it, though the lists take the usual one.
    """
    known: dict[str, ContextValue | None] = {name.lower(): value for name, value in principal.derived_context().items()}
    told = (key for key in stated if key in known or key == _USERNAME or key.startswith(_TAG))
    return {key: value for key, value in (known | {key: stated[key].value for key in told}).items() if key not in _WAYS}


def _proof(words: str, answer: Answer) -> Proof:
    if isinstance(answer, Proved):
        return Proof(words, "proved", assumptions=answer.assumptions)
    if isinstance(answer, Counterexample):
        return Proof(words, "counterexample", action=answer.action, resource=answer.resource, context=answer.context)
    return Proof(words, "unknown", reason=answer.reason)
