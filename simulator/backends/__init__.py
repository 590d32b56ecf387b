"""Backends: every engine behind one face, the request and response shapes of AWS's simulator."""

from simulator.backends.batch import Backend, Failure, Outcome, SimulationAnswer, SimulationRequest
from simulator.backends.connect import ENGINES, backend, client

__all__ = [
    "ENGINES",
    "Backend",
    "Failure",
    "Outcome",
    "SimulationAnswer",
    "SimulationRequest",
    "backend",
    "client",
]
