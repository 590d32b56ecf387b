"""How long a run of the shipped suites takes, beside two imports of boto3: whole processes, in turn.

    python benchmarks/startup.py [RUNS]

Byte code is written by a first run that does not count.  Below 1 is the aim.
"""

from __future__ import annotations

import statistics
import sys

from measure import COMMAND, ROOT, load, run


def main(runs: int) -> None:
    """Print medians, and the ratio of the pairs."""
    commands = [COMMAND, "test"], [sys.executable, "-c", "import boto3"]
    for command in commands:
        run(command, ROOT)
    pairs = [[run(command, ROOT) for command in commands] for _ in range(runs)]
    for kind in ("wall", "processor"):
        ours, theirs = ([getattr(one, kind) for one in column] for column in zip(*pairs, strict=True))
        ratios = [one / (2 * other) for one, other in zip(ours, theirs, strict=True)]
        print(
            f"{kind + ' time:':<15} iamproof test {statistics.median(ours) * 1000:4.0f} ms, "
            f"import boto3 {statistics.median(theirs) * 1000:4.0f} ms; "
            f"ratio to two imports: least {min(ratios):.2f}, median {statistics.median(ratios):.2f}"
        )
    print(load())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
