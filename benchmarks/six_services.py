"""What the catalogue costs at start-up: a suite that names six services, beside one that needs no catalogue.

    python benchmarks/six_services.py [ROUNDS]

Whole processes in turn, ROUNDS of each (default 41), by wall and by processor time.  The suites ask six cells of the
same statements.  The one names actions of six services on their own resource types, and takes AmazonEC2FullAccess from
the shipped catalogue.  The other names six actions of a service that is not AWS's; its catalogue is a file that
holds nothing but these, and its policy stands in a file of its own.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

ACTIONS = (
    "iam:ListUsers",
    "ec2:DescribeInstances",
    "elasticloadbalancing:DescribeTags",
    "cloudwatch:ListMetrics",
    "autoscaling:DescribeTags",
    "sts:GetCallerIdentity",
)
MANAGED = "AmazonEC2FullAccess"
AIM = 0.025
RUN = "from iamproof.cli import main; main(['test', sys.argv[1], '--root', sys.argv[2]])"
OWN = f"import sys, pathlib, simulator.catalogue; sys.modules['simulator.catalogue.load'].DATA = pathlib.Path(sys.argv[2]); {RUN}"
SHIPPED = f"import sys; {RUN}"


def suite(policy: str, scenarios: list[dict[str, object]]) -> str:
    """Return a suite about one policy."""
    return json.dumps({"suite": "Start-up", "policies": [policy], "scenarios": scenarios})


def write(folder: Path) -> tuple[Path, Path]:
    """Write the suite that names six services and the one that needs no catalogue, with its own."""
    from simulator.catalogue.facts import ServiceFacts  # noqa: PLC0415  # only to write the suites
    from simulator.catalogue.managed import managed_policy  # noqa: PLC0415  # only to write the suites
    from simulator.catalogue.model import Action  # noqa: PLC0415  # only to write the suites
    from simulator.catalogue.refresh.facts import Facts  # noqa: PLC0415  # only to write the suites
    from simulator.catalogue.refresh.pack import pack_catalogue  # noqa: PLC0415  # only to write the suites

    managed = managed_policy(MANAGED)
    assert managed is not None, "AWS has it"
    ask = {"session": "any sign-in", "expect": "noExplicitDeny"}
    six = [{"name": name, "actions": name, "on": "each type", **ask} for name in ACTIONS]
    own = tuple(Action(f"own:{name.partition(':')[2]}{place}", "List") for place, name in enumerate(ACTIONS))
    none = [{"name": one.name, "actions": one.name, "on": "each type", **ask} for one in own]
    facts = Facts("nothing of AWS's", "2026-10-27", (ServiceFacts("own", "Own", own, (), ()),), ())
    (folder / "six.yaml").write_text(suite(managed.arn, six), encoding="utf-8")
    (folder / "none.yaml").write_text(suite("own.json", none), encoding="utf-8")
    (folder / "own.json").write_text(managed.text, encoding="utf-8")
    (folder / "catalogue.bin").write_bytes(pack_catalogue(facts))
    return folder / "six.yaml", folder / "none.yaml"


def spent(code: str, path: Path) -> tuple[float, float]:
    """Return the wall and processor time of one process."""
    command = [sys.executable, "-c", code, str(path), str(path.parent)]
    begun, used = time.perf_counter(), _used()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun, _used() - used


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main(rounds: int) -> None:
    """Measure in turn and print."""
    with tempfile.TemporaryDirectory() as name:
        six, none = write(Path(name))
        spent(SHIPPED, six), spent(OWN, none)
        pairs = [(spent(SHIPPED, six), spent(OWN, none)) for _ in range(rounds)]
    for place, what in enumerate(("wall time", "processor time")):
        ours, theirs = ([pair[side][place] for pair in pairs] for side in (0, 1))
        apart = statistics.median(a - b for a, b in zip(ours, theirs, strict=True))
        print(
            f"{what:14} six services {min(ours) * 1000:4.0f} ms, none {min(theirs) * 1000:4.0f} ms at best; "
            f"apart {apart * 1000:4.0f} ms in the median of {rounds} pairs, "
            f"{(min(ours) - min(theirs)) * 1000:4.0f} ms at best ({AIM * 1000:.0f} is the aim)"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 41)
