"""What the pytest plugin costs a project that has no suites: pytest with it and without it, in turn.

    python benchmarks/pytest_idle.py [ROUNDS]

One empty test shows the start, 2,000 of them what each costs.  The plugin is named, or refused, on the command line,
whether or not iamproof is installed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import load, ratios, run

FUNCTIONS = "import pytest\n@pytest.mark.parametrize('n', range({count}))\ndef test_nothing(n):\n    pass\n"
PLUGIN = "iamproof.pytest_plugin"


def main(rounds: int) -> None:
    """Measure in turn, and print."""
    for count in (1, 2000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "test_it.py").write_text(FUNCTIONS.format(count=count))
            pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p")
            run([*pytest, PLUGIN], folder)  # the byte code is written
            pairs = [(run([*pytest, PLUGIN], folder), run([*pytest, f"no:{PLUGIN}"], folder)) for _ in range(rounds)]
        least, without = (min(taken.processor for taken in side) for side in zip(*pairs, strict=True))
        print(f"{count:,} tests, with the plugin to without it: {ratios(pairs)}; {load()}")
        print(f"  the least of each: {(least - without) * 1000:+.1f} ms to {without * 1000:.0f} ms of processor time")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
