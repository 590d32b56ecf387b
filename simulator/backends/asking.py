"""Asking a client: calls out, outcomes in, and a refused call taken apart until the culprit is alone.

One bad request must not cost the others of its call their answers, and none is asked again once it
has one.  AWS's complaint about actions that need "different authorization information" names the
groups; any other refusal is found by halving.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.backends.batch import Failure, SimulationAnswer
from simulator.backends.plan import Limits, answers_of, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.backends.batch import Outcome, SimulationRequest, Simulator
    from simulator.backends.plan import Call
    from simulator.backends.shapes import EvaluationResult

__all__ = ["Asker", "ClientBackend", "failure_of", "gather"]

REFUSALS = frozenset({"InvalidInput", "ValidationError", "PolicyEvaluation", "ParamValidation"})
"""Codes that concern something in the request, so that the rest of a call may be answered."""

_GROUPS = re.compile(r"\[([^\]]*)\]")
_DIFFERENT = "different authorization information"


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks *client*; *pace* is called before each request to the service."""

    client: Simulator
    pace: Callable[[], None] = lambda: None

    def outcomes(self, call: Call) -> Iterator[tuple[int, Outcome]]:
        """Yield the outcome of each request of *call*, with its place in the batch."""
        results, failure = self._results(call)
        if len(results) > len(call.actions) or (failure is None and len(results) < len(call.actions)):
            yield from ((index, _unexpected(call, results)) for index in call.indexes)
            return
        done = call.restricted(call.actions[: len(results)], call.resources)
        yield from ((index, SimulationAnswer(result)) for index, result in answers_of(done, results))
        if failure is None:
            return
        rest = call.restricted(call.actions[len(results) :], call.resources)
        parts = _parts(rest, failure)
        if not parts:
            yield from ((index, failure) for index in rest.indexes)
        for part in parts:
            yield from self.outcomes(part)

    def _results(self, call: Call) -> tuple[list[EvaluationResult], Failure | None]:
        """Ask page after page; a failure on the way keeps the results before it."""
        results: list[EvaluationResult] = []
        params = call.params
        while True:
            self.pace()
            try:
                response = self.client.simulate_custom_policy(**params)
            except Exception as error:  # noqa: BLE001  # failure_of lets through what no client raises
                return results, failure_of(error)
            results.extend(response["EvaluationResults"])
            marker = response.get("Marker")
            if not response["IsTruncated"] or marker is None:
                return results, None
            params = {**params, "Marker": marker}


@dataclass(frozen=True, slots=True)
class ClientBackend:
    """A backend over any client with boto3's face: the embedded one, moto's."""

    client: Simulator
    name: str
    source: str
    limits: Limits = field(default_factory=Limits)
    apart: Callable[[str], object] | None = None

    def answer(self, batch: Sequence[SimulationRequest]) -> list[Outcome]:
        """Return one outcome for each request."""
        asker = Asker(self.client)
        calls = plan(batch, limits=self.limits, apart=self.apart)
        return gather(len(batch), (pair for call in calls for pair in asker.outcomes(call)))


def gather(count: int, pairs: Iterable[tuple[int, Outcome]]) -> list[Outcome]:
    """Put outcomes in the order of the batch."""
    found = dict(pairs)
    return [found[index] for index in range(count)]


def failure_of(error: Exception) -> Failure:
    """Return what *error* says about the request; raise it again when no client raises such."""
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError  # noqa: PLC0415  # only on errors
    from botocore.parsers import ResponseParserError  # noqa: PLC0415  # only on errors

    match error:
        case ClientError():
            details: dict[str, Any] = dict(error.response.get("Error", {}))
            return Failure(str(details.get("Code", "Unknown")), str(details.get("Message", error)))
        case ParamValidationError():
            return Failure("ParamValidation", str(error))
        case BotoCoreError() | ResponseParserError():
            return Failure(type(error).__name__, str(error))
        case _:
            raise error


def _parts(call: Call, failure: Failure) -> tuple[Call, ...]:
    """Return the calls to try instead of a refused one; none when there is nothing to take apart."""
    if failure.code not in REFUSALS:
        return ()
    groups = _named_groups(failure.message, call.actions) if _DIFFERENT in failure.message else []
    if len(groups) > 1:
        return tuple(call.restricted(group, call.resources) for group in groups)
    return call.halves() or ()


def _named_groups(message: str, actions: Sequence[str]) -> list[list[str]]:
    """Return the groups of actions that the message names, if they are the call's own."""
    groups = [[name.strip() for name in text.split(",") if name.strip()] for text in _GROUPS.findall(message)]
    return groups if sorted(name for group in groups for name in group) == sorted(actions) else []


def _unexpected(call: Call, results: Sequence[EvaluationResult]) -> Failure:
    return Failure(
        "UnexpectedAnswer",
        f"{len(results)} results came for {len(call.actions)} actions: "
        "the service does not answer as the 2026 generation of the API",
    )
