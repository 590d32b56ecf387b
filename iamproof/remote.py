"""Suites on other engines than the evaluator, and AWS's recorded answers beside its decisions."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from simulator.backends import backend, recording
from simulator.errors import Diagnostic, InputError
from simulator.suites.corroborate import CorroboratingRunner
from simulator.suites.remote import BackendRunner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamproof.session import RunOptions
    from simulator.catalogue import Catalogue
    from simulator.suites.cells import Cell
    from simulator.suites.run import EmbeddedRunner, Runner

__all__ = ["Progress", "refuse_reach", "remote_runner", "requests_of"]

_BETWEEN_SECONDS = 2.0


def remote_runner(options: RunOptions, cells: Sequence[Cell], catalogue: Catalogue, ours: EmbeddedRunner) -> Runner:
    """Return who decides *cells* beside *ours*; raise `InputError` or `BackendError` when nobody can be asked."""
    if options.backend != "aws" and options.reach:
        refuse_reach(options.reach, options.backend)
    if options.corroborate is not None:
        if options.backend != "embedded":
            advice = f"leave out one of them: `{options.backend}` answers by itself"
            raise InputError([Diagnostic("option", "`--corroborate` goes with the backend `embedded`", help=advice)])
        return CorroboratingRunner(ours, recording.load(Path(options.corroborate)), options.corroborate)
    made = backend(
        options.backend,
        catalogue=catalogue,
        profile=options.profile,
        region=options.region,
        endpoint_url=options.endpoint_url,
    )
    return BackendRunner(made, ours, heard=Progress(f"{made.name} answered", requests_of(cells)))


def refuse_reach(stated: Iterable[str], *backends: str) -> NoReturn:
    """Refuse options that would be ignored: the user means to ask somebody who is not asked."""
    advice = "say `--backend aws` to ask there, or leave the option out"
    answering = " and ".join(f"`{name}`" for name in backends)
    raise InputError(
        [
            Diagnostic("option", f"`{name}` is for the backend `aws`, not for {answering}", help=advice)
            for name in stated
        ]
    )


def requests_of(cells: Sequence[Cell]) -> int:
    """Return how many requests *cells* stand for."""
    return sum(cell.where.bound.requests(cell.asked) for cell in cells)


class Progress:
    """Says on stderr how many requests are done, where that takes long; *what* was done with them."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._next = time.monotonic() + _BETWEEN_SECONDS

    def __call__(self, done: int) -> None:
        """Say it now and then."""
        if (moment := time.monotonic()) >= self._next:
            self._next = moment + _BETWEEN_SECONDS
            print(f"{self._what} {done:,} of {self._total:,} requests", file=sys.stderr, flush=True)  # noqa: T201  # progress
