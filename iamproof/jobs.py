"""Deciding in several processes: the results are those of one process, in their order.

Forked workers have read the suites already.  Each takes every N-th block of the work and writes what became of
it to a pipe of its own; reading the pipes in turn puts the blocks in order, and a full pipe holds a worker
back, so memory stays bounded.  Of cells a worker that dies leaves errors behind, never passes; what else it leaves
is done here.  `Ahead` is one that does meanwhile what comes later.
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

__all__ = ["Ahead", "can_share", "in_order", "settled_by"]

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")

_BLOCK = 64  # cells: what a pipe holds and a worker is ahead by
_SMALL = 16  # of what takes longer than a cell
_MOST = 64  # processes


def can_share(runner: object, cells: Sequence[Cell]) -> TypeGuard[EmbeddedRunner]:
    """Tell whether several processes can do what *runner* does, and two of them have enough to do."""
    return len(cells) > _BLOCK and hasattr(os, "fork") and isinstance(runner, EmbeddedRunner)


def settled_by(
    runner: EmbeddedRunner, cells: Sequence[Cell], jobs: int, *, lost: list[Cell]
) -> Iterator[tuple[Cell, Settled]]:
    """Yield what became of each cell, in order; *jobs* forked processes decide, and cells of dead ones are *lost*."""
    for block, found, worker in _in_blocks(runner.settled, cells, jobs, size=_BLOCK):
        lost.extend(block if found is None else ())
        words = f"not decided: the process that decides it {worker.death}; run it again, or without --jobs"
        yield from zip(block, found or [Settled("error", words)] * len(block), strict=True)


def in_order(
    decide: Callable[[_Given], _Found], given: Sequence[_Given], *, jobs: int, died: Callable[[str], None]
) -> Iterator[_Found]:
    """Yield what *decide* makes of each of *given*, in order, found by *jobs* forked processes.

    What a process leaves undone is decided here; *died* hears once of each how it ended.
    """
    if jobs == 1 or len(given) <= _SMALL or not hasattr(os, "fork"):
        yield from map(decide, given)
        return
    dead: set[_Worker] = set()
    for block, found, worker in _in_blocks(decide, given, jobs, size=_SMALL):
        if worker.death and worker not in dead:
            dead.add(worker)
            died(worker.death)
        yield from map(decide, block) if found is None else found


def _in_blocks(
    decide: Callable[[_Given], _Found], given: Sequence[_Given], jobs: int, *, size: int
) -> Iterator[tuple[Sequence[_Given], list[_Found] | None, _Worker]]:
    """Yield each block of *given*, what became of it, None where its process has died, and whose it was."""
    blocks = [given[start : start + size] for start in range(0, len(given), size)]
    jobs = min(jobs, len(blocks), _MOST)
    workers: list[_Worker] = []
    try:
        for number in range(jobs):
            work = ([decide(one) for one in block] for block in blocks[number::jobs])
            workers.append(_forked(work, workers))
        for worker, block in zip(cycle(workers), blocks, strict=False):
            yield block, worker.take(), worker
    finally:
        for worker in workers:
            worker.stop()


@dataclass(slots=True, eq=False)
class _Worker:
    """A process, and the pipe it writes to."""

    process: int
    pipe: BinaryIO
    death: str = ""  #: how it died

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
        return f"was ended by signal {-code}" if code < 0 else f"ended with {code}"

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
