"""Deciding in several processes: the results are those of one process, in their order.

Forked workers have read the suites already.  Each takes every N-th block of cells and writes what became of
them to a pipe of its own; reading the pipes in turn puts the blocks in order, and a full pipe holds a worker
back, so memory stays bounded.  A worker that dies leaves errors behind, never passes.  `Ahead` is one that does
meanwhile what comes later.
"""

from __future__ import annotations

import os
import pickle
import signal
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, TypeGuard, TypeVar

from simulator.suites.run import EmbeddedRunner, Settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.suites.cells import Cell

__all__ = ["Ahead", "can_share", "settled_by"]

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")

_BLOCK = 64  # cells: what a pipe holds and a worker is ahead by
_MOST = 64  # processes


def can_share(runner: object, cells: Sequence[Cell]) -> TypeGuard[EmbeddedRunner]:
    """Tell whether several processes can do what *runner* does, and two of them have enough to do."""
    return len(cells) > _BLOCK and hasattr(os, "fork") and isinstance(runner, EmbeddedRunner)


def settled_by(
    runner: EmbeddedRunner, cells: Sequence[Cell], jobs: int, *, lost: list[Cell]
) -> Iterator[tuple[Cell, Settled]]:
    """Yield what became of each cell, in order; *jobs* forked processes decide, and cells of dead ones are *lost*."""
    blocks = [cells[start : start + _BLOCK] for start in range(0, len(cells), _BLOCK)]
    jobs = min(jobs, len(blocks), _MOST)
    workers: list[_Worker] = []
    try:
        workers.extend(_start(runner, blocks[number::jobs], workers) for number in range(jobs))
        for worker, block in zip(cycle(workers), blocks, strict=False):
            settled = worker.next(len(block))
            lost.extend(block if worker.death else ())
            yield from zip(block, settled, strict=True)
    finally:
        for worker in workers:
            worker.stop()


@dataclass(slots=True)
class _Worker:
    """A process, and the pipe it writes blocks to."""

    process: int
    pipe: BinaryIO
    death: str = ""  #: how it died

    def next(self, count: int) -> Sequence[Settled]:
        """Return the next block; of a worker that has died, errors."""
        block: list[Settled] | None = self.take()
        if block is not None:
            return block
        return [Settled("error", f"not decided: {self.death}; run it again, or without --jobs")] * count

    def take(self) -> Any:
        """Return what the process wrote next, None once it has died."""
        if not self.death:
            try:
                return pickle.load(self.pipe)  # noqa: S301  # our own process wrote it
            except (EOFError, pickle.UnpicklingError):
                self.death = self._death()
        return None

    def _death(self) -> str:
        _, status = os.waitpid(self.process, 0)
        self.process = 0
        code = os.waitstatus_to_exitcode(status)
        return f"the process that decides it {f'was ended by signal {-code}' if code < 0 else f'ended with {code}'}"

    def stop(self) -> None:
        """End the process, whatever it does, and forget it."""
        self.pipe.close()
        if self.process:
            os.kill(self.process, signal.SIGKILL)  # it holds nothing that wants cleaning
            os.waitpid(self.process, 0)
            self.process = 0


class Ahead(Generic[_Given, _Found]):
    """What *decide* makes of all of *given*, begun in a forked process while this one does something else.

    What that process leaves undone, since it died or could not begin, is decided here.
    """

    def __init__(self, decide: Callable[[_Given], _Found], given: Sequence[_Given]) -> None:
        self._decide = decide
        self._given = given
        self._worker = _forked(map(decide, given), ()) if given and _has_room() else None

    def __iter__(self) -> Iterator[_Found]:
        for one in self._given:
            found = self._worker.take() if self._worker else None
            yield self._decide(one) if found is None else found

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self._worker:
            self._worker.stop()


def _has_room() -> bool:
    """Tell whether another process costs no time: there is a second processor for it."""
    return hasattr(os, "fork") and hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _start(runner: EmbeddedRunner, blocks: Sequence[Sequence[Cell]], others: Sequence[_Worker]) -> _Worker:
    return _forked(([runner.settled(cell) for cell in block] for block in blocks), others)


def _forked(work: Iterable[object], others: Sequence[_Worker]) -> _Worker:
    """Let a process of its own do *work* and write what it yields; *others* are no business of it."""
    read, write = os.pipe()
    process = os.fork()
    if process:
        os.close(write)
        return _Worker(process, os.fdopen(read, "rb"))
    # From here on in the child, which must never return to what its parent was doing.
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and ends this
        os.close(read)
        for worker in others:
            os.close(worker.pipe.fileno())
        with os.fdopen(write, "wb") as pipe:
            for found in work:
                pickle.dump(found, pipe, pickle.HIGHEST_PROTOCOL)
                pipe.flush()
        os._exit(0)
    except BaseException:  # noqa: BLE001  # whatever it is, the parent tells of it
        if os.environ.get("IAMPROOF_DEBUG"):
            import traceback  # noqa: PLC0415  # only for who asks

            traceback.print_exc()
        os._exit(1)
