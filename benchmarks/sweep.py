"""All AWS managed policies × three MFA states × all actions, beside a naive evaluator in the same run.

    python benchmarks/sweep.py [SECONDS]

The sweep is the command as people run it, one process, start-up included: the best of several, by wall time and by
the processor time that it took (which tells more on a busy machine).  The naive evaluator of the tests decides a
random sample of the same requests for SECONDS (default 5), and its answers have to be the same.
"""

from __future__ import annotations

import csv
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

COMMAND = (sys.executable, "-c", "from iamproof.cli import main; main()", "sweep", "--policy", "*", "--format", "csv")
TURNS = 9


def swept() -> tuple[float, float, list[dict[str, str]]]:
    """Run the sweep several times; return the best wall and processor times, and the counts by policy."""
    walls, processor, output = [], [], ""
    for _ in range(TURNS):
        begun, used = time.perf_counter(), _used()
        output = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        walls.append(time.perf_counter() - begun)
        processor.append(_used() - used)
    return min(walls), min(processor), list(csv.DictReader(output.splitlines()))


def _used() -> float:
    """Return the processor time of the processes that have ended, user and system."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def naive(seconds: float) -> tuple[float, int]:
    """Decide random requests with both evaluators; return the naive one's rate and how many were decided."""
    from simulator.catalogue import load  # noqa: PLC0415  # after the sweep was timed
    from simulator.catalogue.managed import managed_names, managed_policy  # noqa: PLC0415
    from simulator.decide.context import Context  # noqa: PLC0415
    from simulator.decide.evaluate import Evaluator, Workspace  # noqa: PLC0415
    from simulator.decide.request import Caller, Stack  # noqa: PLC0415
    from simulator.policy.parse import parse_policy_text  # noqa: PLC0415
    from tests.oracles.statements import Request, decide, read  # noqa: PLC0415

    chance = random.Random(20261124)
    catalogue = load()
    actions, names = catalogue.actions(), managed_names()
    states: tuple[dict[str, str], ...] = (
        {"aws:MultiFactorAuthPresent": "true"},
        {"aws:MultiFactorAuthPresent": "false"},
        {},
    )
    workspace = Workspace(catalogue.table)
    texts = {name: found.text for name in names if (found := managed_policy(name)) is not None}
    spent, decided = 0.0, 0
    while spent < seconds:
        name, action, state = chance.choice(names), chance.choice(actions), chance.choice(states)
        document = read(texts[name])
        begun = time.perf_counter()
        verdict = decide([document], Request(action, "*", state))
        spent += time.perf_counter() - begun
        decided += 1
        evaluator = Evaluator(Stack(identity=(parse_policy_text(texts[name], name=name),)), Caller(), workspace)
        ours = evaluator.decide(action, "*", Context.of(state)).effect.value
        assert ours == verdict.effect, (name, action, state, ours, verdict.effect)
    return decided / spent, decided


def main(seconds: float) -> None:
    """Measure and print."""
    from simulator.catalogue import load  # noqa: PLC0415  # the command above is timed alone

    wall, processor, counts = swept()
    states = len(counts[0].keys() - {"policy", "catalogue"})
    requests = len(counts) * states * len(load().actions())
    rate, sample = naive(seconds)
    print(f"sweep: {len(counts):,} policies, {requests:,} decisions in one process, start-up included")
    print(f"       {wall:.2f} s of wall time (1.5 is the aim), {processor:.2f} s of processor time")
    print(f"       {requests / wall:,.0f} decisions a second")
    print(f"naive: {rate:,.0f} decisions a second on a sample of {sample:,}, all equal")
    print(f"ratio: {requests / wall / rate:,.0f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
