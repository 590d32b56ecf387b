"""Mutating the shipped policies as people do it, beside a plain run of the same suites in the same turns, and once
judged by the shipped invariants alone, which are asked of what cells leave.

    python benchmarks/mutate.py [TURNS]

Both are whole processes, start-up included.  Told are the best and the median of wall and processor time (which
tells more on a busy machine), and how many plain runs a mutant costs.
"""

from __future__ import annotations

import json
import statistics
import sys

from measure import COMMAND, ROOT, load, run

TURNS = 5


def told(name: str, seconds: list[float]) -> str:
    """Say the best and the median."""
    return f"{name} {min(seconds):.2f} s best, {statistics.median(seconds):.2f} s median"


def main() -> None:
    """Measure in turns, and print."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    mutated, plain = [], []
    for _ in range(turns):
        mutated.append(run([COMMAND, "mutate", "--format", "json"], ROOT))
        plain.append(run([COMMAND, "test", "--failures"], ROOT))
    counts = json.loads(mutated[-1].output)
    for name, taken in (("mutate", mutated), ("test", plain)):
        wall, used = (told(kind, [getattr(one, kind) for one in taken]) for kind in ("wall", "processor"))
        print(f"{name:7} {wall}; {used}")
    ratio = min(one.processor for one in mutated) / min(one.processor for one in plain)
    print(
        f"{counts['mutants']} mutants: {counts['killed']} killed, {counts['equivalent']} equivalent, "
        f"{len(counts['survivors'])} survived; all of them take as long as {ratio:.1f} plain runs"
    )
    alone = run([COMMAND, "mutate", "scenarios/proved.yaml", "--format", "json"], ROOT)
    counts = json.loads(alone.output)
    each = 1000 * alone.processor / counts["mutants"]
    print(
        f"by invariants alone: {counts['killed']} killed, {counts['equivalent']} equivalent, "
        f"{len(counts['survivors'])} survived; {alone.processor:.1f} s processor, {each:.0f} ms a mutant"
    )
    print(load())


if __name__ == "__main__":
    main()
