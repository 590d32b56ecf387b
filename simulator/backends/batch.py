"""What the runner asks of every backend: many requests at once, an answer or a failure for each.

A request holds the parameters of ``SimulateCustomPolicy`` for one action; an answer is the one result
that the service gives for it.  How the requests reach the engine, one by one or many in a call, is the
backend's business and can't be told from the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from simulator.backends.shapes import SimulateCustomPolicyParams

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.backends.shapes import EvaluationResult, SimulatePolicyResponse

__all__ = ["Backend", "Failure", "Heard", "Outcome", "SimulationAnswer", "SimulationRequest", "Simulator", "describe"]

SimulationRequest: TypeAlias = SimulateCustomPolicyParams
"""The parameters of ``SimulateCustomPolicy`` for one action; paging makes no sense in it."""


@dataclass(frozen=True, slots=True)
class SimulationAnswer:
    """The engine's result for one request, in AWS's shape."""

    result: EvaluationResult


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer: AWS's error code, or a word of ours, and the message."""

    code: str
    message: str


Outcome: TypeAlias = SimulationAnswer | Failure

Heard: TypeAlias = "Callable[[int, Outcome], None]"
"""Told of an outcome, with the request's place in the batch."""


class Backend(Protocol):
    """An engine that answers requests."""

    @property
    def name(self) -> str:
        """The name that the command line and reports use."""
        ...

    @property
    def source(self) -> str:
        """Where the answers come from, in words."""
        ...

    def answer(self, batch: Sequence[SimulationRequest]) -> list[Outcome]:
        """Return one outcome for each request, in the order of *batch*."""
        ...


class Simulator(Protocol):
    """The part of a client that backends use."""

    def simulate_custom_policy(self, **params: object) -> SimulatePolicyResponse:
        """Call ``SimulateCustomPolicy``."""
        ...


def describe(request: SimulationRequest) -> str:
    """Name a request in a message: its action, its resource and who calls."""
    resources = request.get("ResourceArns") or ("*",)
    more = f" and {len(resources) - 1} more" if len(resources) > 1 else ""
    caller = f" by `{request['CallerArn']}`" if "CallerArn" in request else ""
    return f"`{request['ActionNames'][0]}` on `{resources[0]}`{more}{caller}"
