"""The journal of a recording in the making: what was answered stays answered, whatever happens next.

Each answer is a line, written when it comes.  A run that is interrupted, throttled for good or killed
goes on where it stopped: only requests without a line are asked.  Failures that may pass are no lines.
"""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol, Self, TextIO

from simulator.backends.asking import REFUSALS
from simulator.backends.batch import Failure
from simulator.backends.plan import request_key
from simulator.backends.recording import Provenance, Recording, plain_outcome, read_outcome, save
from simulator.clock import now
from simulator.errors import BackendError, Diagnostic, InputError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from simulator.backends.batch import Heard, Outcome, SimulationRequest

__all__ = ["Journal", "Source", "record", "request_digest"]

_SCHEMA = "iamproof/journal@1"


class Source(Protocol):
    """What answers while a recording is made: `AwsBackend`."""

    def outcomes(
        self, batch: Sequence[SimulationRequest], heard: Heard | None = None
    ) -> Generator[tuple[int, Outcome]]:
        """Yield outcomes, with the request's place in *batch*; *heard* is told of each as it comes, from any thread."""
        ...


class Journal:
    """The lines of one recording in the making; *heading* must be the same when it goes on."""

    def __init__(self, path: Path, heading: dict[str, Any]) -> None:
        self.path = path
        self.heading = {"schema": _SCHEMA, **heading}
        self.known: dict[str, Outcome] = {}  #: by `request_digest`
        self.started = now()
        self._file: TextIO | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        fresh = not self.path.exists() or self.path.stat().st_size == 0
        if not fresh:
            self._read()
        self._file = self.path.open("a", encoding="utf-8", newline="\n")
        if fresh:
            self._write({**self.heading, "started": self.started})
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def note(self, request: SimulationRequest, outcome: Outcome) -> None:
        """Keep an outcome that will be the same next time; from any thread."""
        if isinstance(outcome, Failure) and outcome.code not in REFUSALS:
            return
        digest = request_digest(request)
        with self._lock:
            if digest not in self.known:
                self.known[digest] = outcome
                self._write({"request": digest, **plain_outcome(outcome)})

    def _write(self, row: dict[str, Any]) -> None:
        assert self._file is not None, "the journal is open"
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()

    def _read(self) -> None:
        text = self.path.read_text(encoding="utf-8", errors="replace")
        lines = text.split("\n")
        heading = _row(lines[0])
        if any(heading.get(name) != value for name, value in self.heading.items()):
            raise InputError([_other(self.path)])
        self.started = str(heading["started"])
        for line in lines[1:]:
            row = _row(line)  # the last line may be cut off
            if "request" in row:
                self.known[row["request"]] = read_outcome(row)
        if not text.endswith("\n"):
            self.path.write_text(text[: text.rfind("\n") + 1], encoding="utf-8", newline="\n")


def request_digest(request: SimulationRequest) -> str:
    """Return a short text that is equal for requests that ask the same."""
    return hashlib.sha256(request_key(request).encode()).hexdigest()


def record(
    source: Source,
    batch: Sequence[SimulationRequest],
    path: Path,
    *,
    account: str,
    tool_version: str,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> Recording:
    """Ask *source* for all of *batch*, write the recording to *path* and return it.

    What is answered is kept in ``PATH.part`` until everything is.  Raises `BackendError` when some
    requests have no answer; calling again goes on.  Raises `InputError` when *path* can't be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with Journal(part, {"account": account, "region": region, "endpoint_url": endpoint_url}) as journal:
            _complete(journal, source, batch)
        made = Provenance(account, journal.started, now(), tool_version, region, endpoint_url)
        recording = Recording(made, _pairs(journal, batch))
        save(recording, path)
        part.unlink()
    except OSError as error:
        message = f"`{path}` can't be written: {error.strerror or error}"
        raise InputError([Diagnostic("recording", message, help="name another file with `--to`")]) from error
    return recording


def _complete(journal: Journal, source: Source, batch: Sequence[SimulationRequest]) -> None:
    left = [request for request in batch if request_digest(request) not in journal.known]
    failures: list[Failure] = []
    # Noted by whoever hears it first: an interrupt of this thread loses nothing.
    with closing(source.outcomes(left, lambda index, outcome: journal.note(left[index], outcome))) as outcomes:
        for index, outcome in outcomes:
            if isinstance(outcome, Failure) and request_digest(left[index]) not in journal.known:
                failures.append(outcome)
    if failures:
        raise BackendError(_unfinished(failures, len(batch), journal.path))


def _pairs(journal: Journal, batch: Sequence[SimulationRequest]) -> tuple[tuple[SimulationRequest, Outcome], ...]:
    """Return each different request with its outcome."""
    by_digest = {request_digest(request): request for request in batch}
    return tuple((request, journal.known[digest]) for digest, request in by_digest.items())


def _unfinished(failures: Sequence[Failure], count: int, part: Path) -> str:
    first = failures[0]
    return (
        f"{len(failures)} of {count} requests have no answer: {first.code}: {first.message}; "
        f"what was answered is kept in `{part}`, and the same command goes on from there"
    )


def _other(path: Path) -> Diagnostic:
    message = f"`{path}` is the journal of another recording"
    return Diagnostic("recording", message, help="finish that one, or remove the file")


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}
