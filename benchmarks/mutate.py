"""Mutating the shipped policies as people do it, beside a plain run of the same suites in the same turns, and once
judged by the shipped invariants alone, which are asked of what cells leave.

    python benchmarks/mutate.py [TURNS]

Both are whole processes, start-up included.  Told are the best and the median of wall and processor time (which
tells more on a busy machine), and how many plain runs a mutant costs.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-c", "from iamproof.cli import main; main()")
TURNS = 5


def timed(*arguments: str) -> tuple[float, float, str]:
    """Run the command; return its wall and processor time, and what it printed."""
    begun, used = time.perf_counter(), _used()
    done = subprocess.run((*COMMAND, *arguments), cwd=ROOT, capture_output=True, text=True, check=True)
    return time.perf_counter() - begun, _used() - used, done.stdout


def _used() -> float:
    """Return the processor time of the processes that have ended, user and system."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def told(name: str, seconds: list[float]) -> str:
    """Say the best and the median."""
    return f"{name} {min(seconds):.2f} s best, {statistics.median(seconds):.2f} s median"


def main() -> None:
    """Measure in turns, and print."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    mutated, plain, output = [], [], ""
    for _ in range(turns):
        *found, output = timed("mutate", "--format", "json")
        mutated.append(found)
        plain.append(timed("test", "--failures")[:2])
    counts = json.loads(output)
    for name, runs in (("mutate", mutated), ("test", plain)):
        print(f"{name:7}", told("wall", [run[0] for run in runs]) + ";", told("processor", [run[1] for run in runs]))
    ratio = min(run[1] for run in mutated) / min(run[1] for run in plain)
    print(
        f"{counts['mutants']} mutants: {counts['killed']} killed, {counts['equivalent']} equivalent, "
        f"{len(counts['survivors'])} survived; all of them take as long as {ratio:.1f} plain runs"
    )
    *_, used, output = timed("mutate", "scenarios/proved.yaml", "--format", "json")
    counts = json.loads(output)
    each = 1000 * used / counts["mutants"]
    print(
        f"by invariants alone: {counts['killed']} killed, {counts['equivalent']} equivalent, "
        f"{len(counts['survivors'])} survived; {used:.1f} s processor, {each:.0f} ms a mutant"
    )
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
