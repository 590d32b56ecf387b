"""Parity: the same requests on two backends, and in what their answers differ."""

from simulator.analyse.parity.compare import Aspect
from simulator.analyse.parity.known import KnownDivergence, read_known
from simulator.analyse.parity.run import Difference, Parity, Unanswered, compare_backends

__all__ = ["Aspect", "Difference", "KnownDivergence", "Parity", "Unanswered", "compare_backends", "read_known"]
