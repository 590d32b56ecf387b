"""``iamproof test --watch``: decide, wait for a change, decide what it touches, until Ctrl-C."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from iamproof.cli import output
from iamproof.watch import Watch
from reports.words import count
from simulator.errors import BackendError, InputError, SelectionError
from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamproof.session import Prepared, RunOptions
    from simulator.suites.result import Run

__all__ = ["watch"]

_INTERRUPTED = 130
_POLL_SECONDS = 0.3
_SETTLE_SECONDS = 0.1  # an editor writes in steps; we read when it is done
_MOST_SETTLING = 20
_SHARE = 20  # a poll of very many files may take this part of the time
_MOST_NAMED = 3
_LASTING = ("option", "backend", "recording")  # what no change of a file mends


def watch(options: RunOptions, *, decide: Callable[[Prepared], bool], show: Callable[[Run, Run | None], None]) -> int:
    """Watch until the user ends it; return the exit code.

    *decide* decides the cells of a run and tells whether it was interrupted; *show* shows a run, and what the
    one before it was.
    """
    watching = Watch(options)
    run: Run | None = None
    try:
        while True:
            run, interrupted = _turn(watching, run, decide, show)
            if interrupted:
                return _INTERRUPTED
            _say(f"watching {count(watching.size, 'file')}; Ctrl-C ends it")
            _wait(watching)
    except KeyboardInterrupt:
        _say("\nno longer watching")
        return _INTERRUPTED


def _turn(
    watching: Watch, before: Run | None, decide: Callable[[Prepared], bool], show: Callable[[Run, Run | None], None]
) -> tuple[Run | None, bool]:
    """Decide what changed and show it; a file that can't be read is told of, and the run before stands."""
    try:
        prepared, part = watching.load()
        if before is not None:
            click.echo(f"\n{time.strftime('%H:%M:%S')} {_what(watching.changed, part, prepared)}\n")
        interrupted = decide(part)
        run = watching.finish(prepared, part)
        show(run, before)
    except (InputError, SelectionError, BackendError) as error:
        if _lasts(error, first=before is None):
            raise
        output.say(error)
        return before, False
    return run, interrupted


def _lasts(error: InputError | SelectionError | BackendError, *, first: bool) -> bool:
    if isinstance(error, InputError):
        return any(fault.code in _LASTING for fault in error.diagnostics)
    return isinstance(error, BackendError) and first


def _what(changed: tuple[str, ...], part: Prepared, prepared: Prepared) -> str:
    """Say which files changed, and how many cells they touch."""
    names = [printable(name, limit=None) for name in changed[:_MOST_NAMED]]
    more = f" and {len(changed) - _MOST_NAMED} more" if len(changed) > _MOST_NAMED else ""
    what = f"{', '.join(names)}{more} changed" if names else "a file is gone"
    proofs = f" and {len(part.asserted):,} of {count(len(prepared.asserted), 'invariant')}" if prepared.asserted else ""
    return f"{what}: {len(part.cells):,} of {count(len(prepared.cells), 'cell')}{proofs} decided anew"


def _wait(watching: Watch) -> None:
    """Return when a file has changed, and has been left alone for a moment since."""
    pause = _POLL_SECONDS
    while True:
        time.sleep(pause)
        started = time.monotonic()
        if (found := watching.news()) is not None:
            break
        pause = max(_POLL_SECONDS, (time.monotonic() - started) * _SHARE)
    for _ in range(_MOST_SETTLING):
        time.sleep(_SETTLE_SECONDS)
        before, found = found, watching.news()
        if found == before:
            return


def _say(text: str) -> None:
    click.echo(text, err=True)
