"""What benchmarks share: processes by wall and processor time, ratios over several rounds.

Others may use the machine, so figures are ratios within one run: of each round, then the least and the median.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).parent / "iamproof")


@dataclass(frozen=True)
class Taken:
    """Seconds of one process with its children, and what it printed."""

    wall: float
    processor: float
    output: str


def run(command: Sequence[str], folder: Path) -> Taken:
    """Run *command* in *folder*; stop when it fails.

    Byte code may be written: the second run is what users have.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, begun = processor(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    wall, used = time.perf_counter() - begun, processor() - before
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return Taken(wall, used, done.stdout)


def processor() -> float:
    """Return the processor time of all children so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ratios(pairs: Sequence[tuple[Taken, Taken]]) -> str:
    """Say the ratio of first to second, the least and the median of the rounds."""
    of_wall = [one.wall / other.wall for one, other in pairs]
    of_processor = [one.processor / other.processor for one, other in pairs]
    return "; ".join(
        f"{name} least {min(found):.2f}, median {statistics.median(found):.2f}"
        for name, found in (("processor time", of_processor), ("wall time", of_wall))
    )


def load() -> str:
    """Say how busy the machine is."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
