"""The format `json`: the canonical run, and beside it what changed since a baseline.

The changes are of two runs, so the result digest, which is of one, does not cover them; who reads the run
leaves them alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import json as canonical
from reports.baseline import as_data, changes_in
from reports.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.suites.result import Run

__all__ = ["chunks", "render"]


def render(run: Run, options: Options | None = None) -> str:
    """Return the run as canonical JSON."""
    return "".join(chunks(run, options or Options()))


def chunks(run: Run, options: Options) -> Iterator[str]:
    """Yield the canonical JSON in pieces."""
    changes = changes_in(run, options)
    return canonical.chunks(run, {} if changes is None else {"changes": as_data(changes)})
