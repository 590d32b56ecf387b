"""Commands run in this process, where starting one each time would take longer than the test."""

from __future__ import annotations

import contextlib
import gc
import io
from typing import TYPE_CHECKING, NamedTuple

from iamproof.cli import main

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Done", "run"]


class Done(NamedTuple):
    """What a command printed, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def run(folder: Path, *arguments: str) -> Done:
    """Run ``iamproof ARGUMENTS`` in *folder*."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    collecting = gc.get_threshold()  # the command sets its own
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as ended:
            code = ended.code
        finally:
            gc.set_threshold(*collecting)
    assert isinstance(code, int)
    return Done(code, out.getvalue(), err.getvalue())
