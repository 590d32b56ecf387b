"""How long a run of the shipped suites takes, beside two imports of boto3: whole processes, in turn.

Run it from the checkout: ``.venv/bin/python benchmarks/startup.py [RUNS]``.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUN = [str(Path(sys.executable).parent / "iamproof"), "test"]
BOTO3 = [sys.executable, "-c", "import boto3"]


def seconds(command: list[str]) -> float:
    """Return the wall time of one process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main(runs: int) -> None:
    """Print medians and the ratio pair by pair, after one warm-up each."""
    seconds(RUN), seconds(BOTO3)
    pairs = [(seconds(RUN), seconds(BOTO3)) for _ in range(runs)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(run / (2 * boto3) for run, boto3 in pairs)
    print(f"iamproof test       {ours * 1000:6.0f} ms")
    print(f"import boto3        {theirs * 1000:6.0f} ms")
    print(f"ratio to two imports {ratio:5.2f} (below 1 is the aim)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
