"""The recording engine: answers from a file, to exactly the requests that were recorded.

What was not recorded is named and has no answer; nothing is ever made up from similar requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from simulator.backends.batch import Failure, SimulationAnswer, describe
from simulator.backends.paging import Paginator, page_of
from simulator.backends.plan import request_key
from simulator.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from simulator.backends.batch import Outcome, SimulationRequest
    from simulator.backends.recording import Recording
    from simulator.backends.shapes import EvaluationResult, SimulateCustomPolicyParams, SimulatePolicyResponse

__all__ = ["NOT_RECORDED", "RecordingBackend", "RecordingClient"]

NOT_RECORDED = "NotRecorded"  #: the code of a failure for want of a recorded answer


class RecordingBackend:
    """Answers from a recording; *path* is its name in messages."""

    name = "recording"

    def __init__(self, recording: Recording, path: str) -> None:
        self.recording = recording
        self._path = path

    @property
    def source(self) -> str:
        """Where the answers come from, in words."""
        made = self.recording.provenance
        place = made.endpoint_url or "AWS"
        return f"answers of {place}, account {made.account}, recorded on {made.started.partition('T')[0]}"

    def answer(self, batch: Sequence[SimulationRequest]) -> list[Outcome]:
        """Return one outcome for each request; what was not recorded is a failure that names it."""
        return [self.one(request) for request in batch]

    def one(self, request: SimulationRequest) -> Outcome:
        """Return the outcome of one request."""
        found = self.recording.by_key.get(request_key(request))
        if found is not None:
            return found
        return Failure(
            NOT_RECORDED,
            f"the recording `{self._path}` has no answer for {describe(request)} with these policies and this context",
        )


class RecordingClient:
    """A recording with boto3's face; only ``simulate_custom_policy`` is ever recorded."""

    def __init__(self, backend: RecordingBackend) -> None:
        self._backend = backend

    def simulate_custom_policy(self, **params: Unpack[SimulateCustomPolicyParams]) -> SimulatePolicyResponse:
        """Answer as recorded, action by action; raise `BackendError` for what was not."""
        page = page_of(params["ActionNames"], marker=params.get("Marker"), limit=params.get("MaxItems"))
        requests = [cast("SimulationRequest", {**params, "ActionNames": [action]}) for action in page.items]
        response: SimulatePolicyResponse = {
            "EvaluationResults": [self._result(request) for request in requests],
            "IsTruncated": page.marker is not None,
        }
        if page.marker is not None:
            response["Marker"] = page.marker
        return response

    def can_paginate(self, operation_name: str) -> bool:
        """Tell whether `get_paginator` takes *operation_name*."""
        return operation_name == "simulate_custom_policy"

    def get_paginator(self, operation_name: str) -> Paginator:
        """Return a paginator for ``simulate_custom_policy``."""
        return Paginator(getattr(self, operation_name))

    def _result(self, request: SimulationRequest) -> EvaluationResult:
        match self._backend.one(request):
            case SimulationAnswer(result):
                return result
            case Failure(code, message) if code == NOT_RECORDED:
                raise BackendError(message)
            case Failure(code, message):
                raise _refusal(code, message)


def _refusal(code: str, message: str) -> Exception:
    """Return what boto3 raised when AWS refused the request."""
    from simulator.backends.client_errors import client_error  # noqa: PLC0415  # brings botocore
    from simulator.backends.faults import Fault  # noqa: PLC0415  # as above

    known = code if code in ("InvalidInput", "ValidationError", "NoSuchEntity", "PolicyEvaluation") else "InvalidInput"
    return client_error(Fault(known, message), "SimulateCustomPolicy")  # type: ignore[arg-type]  # one of the codes
