"""Commands as people run them: in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COMMAND", "ROOT", "Served", "serving"]

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-c", "from iamproof.cli import main; main()")


class Served(NamedTuple):
    """``iamproof serve``, and where it listens."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> str:
        """The port that it took."""
        return self.url.rpartition(":")[2]


@contextmanager
def serving(*options: str) -> Iterator[Served]:
    """Run the command at a free port, and kill it should it outlive the block."""
    command = [*COMMAND, "serve", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Served(process, process.stdout.readline().strip())
        finally:
            process.kill()
