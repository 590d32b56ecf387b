"""Invariants of suites: claims in the words of scenarios, decided by the prover for all requests."""

from simulator.analyse.invariants.pose import posed
from simulator.analyse.invariants.settle import decide_invariant, refuting

__all__ = ["decide_invariant", "posed", "refuting"]
