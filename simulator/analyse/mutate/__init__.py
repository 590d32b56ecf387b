"""Mutation: what no scenario would notice if it changed.

A policy is changed in one place in every way that matters (`operators`), each mutant is decided from the
masks that a run has compiled (`bench`) and judged by the suites' own expectations.  What survives is
proved to be like the original (`proof`) or shown with a request that tells them apart (`propose`).
"""

from simulator.analyse.mutate.model import Mutant, Setting
from simulator.analyse.mutate.operators import OPERATORS, mutants
from simulator.analyse.mutate.run import Outcome, Result, mutate
from simulator.analyse.mutate.text import diff_of, text_of

__all__ = ["OPERATORS", "Mutant", "Outcome", "Result", "Setting", "diff_of", "mutants", "mutate", "text_of"]
