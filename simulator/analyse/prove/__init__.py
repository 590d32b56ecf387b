"""Proof: claims decided for all requests, with a counterexample that the evaluator confirms.

The claims are in `simulator.analyse.prove.claim`, the decision in `simulator.analyse.prove.decide`.  The
search reads the same compiled statements as the evaluator; its automata are built from the patterns of the
policy model, and whether a condition holds is asked of the condition.
"""

from simulator.analyse.prove.answer import Answer, Counterexample, Proved, Unknown
from simulator.analyse.prove.claim import (
    LITERAL_STAR,
    Claim,
    Said,
    allows,
    denies,
    disjoint,
    guard,
    never,
    no_new_access,
    request_set,
)
from simulator.analyse.prove.decide import decide_claim
from simulator.analyse.prove.domains import SESSIONS, Domain, Domains
from simulator.analyse.prove.people import claims_about, principal_domains

__all__ = [
    "LITERAL_STAR",
    "SESSIONS",
    "Answer",
    "Claim",
    "Counterexample",
    "Domain",
    "Domains",
    "Proved",
    "Said",
    "Unknown",
    "allows",
    "claims_about",
    "decide_claim",
    "denies",
    "disjoint",
    "guard",
    "never",
    "no_new_access",
    "principal_domains",
    "request_set",
]
