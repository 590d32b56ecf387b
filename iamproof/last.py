"""The cells and invariants that failed in the last run, for ``--last-failed``: kept in ``.iamproof/last-failed.json``."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import SelectionError

if TYPE_CHECKING:
    from simulator.suites.result import Run

__all__ = ["last_failures", "remember_failures"]

_FILE = Path(".iamproof/last-failed.json")


def last_failures() -> tuple[str, ...]:
    """Return the ids of the cells and invariants that failed; raise `SelectionError` when there are none."""
    try:
        found = json.loads(_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = []
    ids = tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()
    if not ids:
        message = "no cell failed in the last run"
        raise SelectionError(message)
    return ids


def remember_failures(run: Run) -> None:
    """Keep the ids of the failed cells and invariants; forget them when none failed.

    A folder that can't be written is no reason to fail a run.
    """
    from simulator.suites.tally import holds  # noqa: PLC0415  # --help needs no simulator

    failed = [cell.id for cell in run.cells if cell.outcome in ("failed", "error")]
    failed += [one.id for one in run.invariants if not holds(one)]
    with contextlib.suppress(OSError):
        if failed:
            _FILE.parent.mkdir(exist_ok=True)
            (_FILE.parent / ".gitignore").write_text("*\n", encoding="utf-8")
            _FILE.write_text(json.dumps(failed), encoding="utf-8")
        else:
            _FILE.unlink(missing_ok=True)
