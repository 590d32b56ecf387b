"""What can be told of policies and suites without deciding: a table of checks, a small function each."""

from simulator.analyse.lint.facts import Facts
from simulator.analyse.lint.model import Check
from simulator.analyse.lint.run import lint_policy, lint_suites
from simulator.analyse.lint.table import CHECKS

__all__ = ["CHECKS", "Check", "Facts", "lint_policy", "lint_suites"]
