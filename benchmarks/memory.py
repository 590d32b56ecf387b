"""Peak memory of a run, a cell: (peak at 100,000 cells - peak at 1,200) / the cells between, alone and with a JSON report.

    python benchmarks/memory.py

The peak is the largest resident set of the process of ``iamproof test``, as the system counts it at its end
(`ru_maxrss`); what every run needs is in both peaks and falls out.  Below 1,000 bytes is the aim.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from measure import COMMAND, ROOT
from suites import write_homes

SMALL, LARGE = 10, 834  # users: 1,200 cells, and 100,080


def peak(command: list[str], folder: Path) -> int:
    """Return the largest resident set of a process, in bytes."""
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.execve(command[0], command, {**os.environ, "PYTHONPATH": str(ROOT)})  # no shell is meant
    _, status, used = os.wait4(child, 0)
    if status:
        sys.exit(f"{' '.join(command)} ended with {status}")
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Measure and print."""
    for options in ([], ["--report", "json=report.json"]):
        peaks, cells = [], []
        for users in (SMALL, LARGE):
            with tempfile.TemporaryDirectory() as name:
                cells.append(write_homes(Path(name), users))
                peaks.append(peak([COMMAND, "test", *options], Path(name)))
        slope = (peaks[1] - peaks[0]) / (cells[1] - cells[0])
        words = " and ".join(
            f"{size / 1e6:.0f} MB at {count:,} cells" for size, count in zip(peaks, cells, strict=True)
        )
        print(f"iamproof test {' '.join(options)}: {words}; {slope:.0f} bytes a cell")


if __name__ == "__main__":
    main()
