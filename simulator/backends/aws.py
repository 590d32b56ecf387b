"""The aws engine: the real service through boto3, asked politely and never twice in vain.

Requests share calls (`plan`), a few calls run at once, and a pace is kept on this side: IAM throttles
an account as a whole, so a run must leave room for others.  botocore retries what it knows to be
passing (adaptive mode); `_Patient` outlasts what remains, as an answer that is cut off.  What stays
without an answer is a `Failure`, and where going on is pointless, as with refused credentials, the
rest of the batch is not sent.
"""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from simulator.backends.asking import Asker, failure_of, gather
from simulator.backends.batch import Failure
from simulator.backends.plan import Limits, plan
from simulator.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from simulator.backends.batch import Heard, Outcome, SimulationRequest, Simulator
    from simulator.backends.plan import Call
    from simulator.backends.shapes import SimulatePolicyResponse

__all__ = ["AwsBackend", "AwsOptions", "Identity", "connect", "identity"]

_PASSING = frozenset(
    {
        "ConnectTimeoutError", "ConnectionClosedError", "EndpointConnectionError", "HTTPClientError",
        "InternalFailure", "InternalServerError", "ProxyConnectionError", "ReadTimeoutError",
        "RequestLimitExceeded", "ResponseParserError", "ServiceFailure", "ServiceUnavailable",
        "Throttling", "ThrottlingException", "Unknown", "500", "502", "503", "504",
    }
)  # fmt: skip
# After all patience, a throttled or unreachable service is no different from a refused credential.
_HOPELESS = frozenset(
    {
        "AccessDenied", "AccessDeniedException", "AuthFailure", "ConnectTimeoutError", "EndpointConnectionError",
        "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidClientTokenId",
        "MissingAuthenticationToken", "NoCredentialsError", "OptInRequired", "PartialCredentialsError",
        "RequestExpired", "RequestLimitExceeded", "SignatureDoesNotMatch", "SSLError", "Throttling",
        "ThrottlingException", "TokenRetrievalError", "UnauthorizedSSOTokenError", "UnrecognizedClientException",
    }
)  # fmt: skip


_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_RATE = 5.0  # IAM throttles an account as a whole, and others work in it


@dataclass(frozen=True, slots=True)
class AwsOptions:
    """How to reach AWS, and how hard to press.

    `rate` is requests a second over all workers; where none is stated `pace` knows a polite one.
    `attempts` counts botocore's tries of one request and `patience` how often we begin anew when they
    are used up.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    rate: float | None = None
    workers: int = 4
    attempts: int = 8
    patience: int = 3
    backoff: float = 1.0
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    limits: Limits = field(default_factory=Limits)

    @property
    def pace(self) -> float:
        """Requests a second, 0 for no limit: an endpoint of this machine needs none unless one is stated."""
        if self.rate is not None:
            return self.rate
        return 0.0 if urlsplit(self.endpoint_url or "").hostname in _THIS_MACHINE else _RATE


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose credentials are used."""

    account: str
    arn: str


def connect(options: AwsOptions, service: str = "iam") -> Any:
    """Return boto3's client; raise `BackendError` when the profile or its region can't be used."""
    import boto3  # noqa: PLC0415  # dear, and wanted by this engine alone
    from botocore.config import Config  # noqa: PLC0415  # as above
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415  # as above

    config = Config(
        retries={"mode": "adaptive", "total_max_attempts": options.attempts},
        connect_timeout=options.connect_timeout,
        read_timeout=options.read_timeout,
        max_pool_connections=max(10, options.workers),
        user_agent_extra="iamproof",
    )
    try:
        session = boto3.Session(profile_name=options.profile, region_name=options.region)
        # The endpoints of global services are found without a region, but the client wants one.
        region = session.region_name or "us-east-1"
        return session.client(
            cast("Any", service), region_name=region, endpoint_url=options.endpoint_url, config=config
        )
    except (BotoCoreError, ValueError) as error:
        raise BackendError(f"AWS can't be asked: {error}") from error


def identity(options: AwsOptions) -> Identity:
    """Ask whose credentials these are; raise `BackendError` when nobody can tell."""
    client = connect(options, "sts")
    try:
        answer = client.get_caller_identity()
    except Exception as error:
        failure = failure_of(error)
        raise BackendError(f"AWS can't be asked: {failure.code}: {failure.message}") from error
    return Identity(answer["Account"], answer["Arn"])


class AwsBackend:
    """Asks a boto3 client; *apart* tells actions apart that must not share a call."""

    name = "aws"

    def __init__(
        self,
        client: Simulator,
        options: AwsOptions | None = None,
        *,
        source: str = "AWS",
        apart: Callable[[str], object] | None = None,
    ) -> None:
        self.source = source
        self._client = client
        self._options = options or AwsOptions()
        self._apart = apart
        self._pace = _Pace(self._options.pace)
        self._hopeless: Failure | None = None

    def answer(self, batch: Sequence[SimulationRequest]) -> list[Outcome]:
        """Return one outcome for each request."""
        return gather(len(batch), self.outcomes(batch))

    def outcomes(
        self, batch: Sequence[SimulationRequest], heard: Heard | None = None
    ) -> Generator[tuple[int, Outcome]]:
        """Yield outcomes as they come, with the request's place in *batch*; *heard* is told before, by whoever asked.

        Interrupted, what is on its way comes home and is heard, and nothing more is sent.
        """
        calls = plan(batch, limits=self._options.limits, apart=self._apart)
        stop = threading.Event()
        with ThreadPoolExecutor(self._options.workers, "iamproof-aws") as pool:
            futures = [pool.submit(self._ask, call, stop, heard) for call in calls]
            try:
                for future in as_completed(futures):
                    yield from future.result()
            except BaseException:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _ask(self, call: Call, stop: threading.Event, heard: Heard | None) -> list[tuple[int, Outcome]]:
        patient = _Patient(self._client, self._options, self._pace, stop)
        found: list[tuple[int, Outcome]] = []
        if self._hopeless is not None or stop.is_set():
            failure = self._hopeless or Failure("Interrupted", "the run was interrupted")
            return [(index, failure) for index in call.indexes]
        for index, outcome in Asker(patient).outcomes(call):
            if isinstance(outcome, Failure) and outcome.code in _HOPELESS:
                self._hopeless = outcome
            if heard is not None:
                heard(index, outcome)
            found.append((index, outcome))
        return found


class _Pace:
    """Lets *rate* requests a second through, evenly, whoever asks."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate if rate > 0 else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> float:
        """Take the next place in the row and return how long to wait for it."""
        with self._lock:
            now = time.monotonic()
            place = max(now, self._next)
            self._next = place + self._gap
            return place - now


@dataclass(frozen=True, slots=True)
class _Patient:
    """A client that begins anew when botocore has given up on something that may pass."""

    client: Simulator
    options: AwsOptions
    pace: _Pace
    stop: threading.Event

    def simulate_custom_policy(self, **params: object) -> SimulatePolicyResponse:
        for attempt in self._attempts():
            self.stop.wait(self.pace.wait())
            try:
                return self.client.simulate_custom_policy(**params)
            except Exception as error:
                if attempt == self.options.patience or self.stop.is_set() or not _may_pass(error):
                    raise
                # Jitter, so that workers that failed together don't come back together.
                self.stop.wait(self.options.backoff * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311  # no secret
        raise AssertionError("the last attempt returns or raises")

    def _attempts(self) -> Iterable[int]:
        return range(self.options.patience + 1)


def _may_pass(error: Exception) -> bool:
    from botocore.parsers import ResponseParserError  # noqa: PLC0415  # brought by the client already

    return isinstance(error, ResponseParserError) or failure_of(error).code in _PASSING
