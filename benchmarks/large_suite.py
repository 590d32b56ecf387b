"""24,000 cells of one suite through the command, and each decision beside iam-simulate's on the same requests.

    python benchmarks/large_suite.py [ROUNDS]

Needs node and npm: `@cloud-copilot/iam-simulate` is installed into a folder of the user's cache.  Its
`runUnsafeSimulation` only decides; ours decides in both semantics, judges, and keeps the evidence.  The aims:
the whole process in less than 1.2 s, and a decision at least 8 times as fast.  Both must decide alike.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measure import COMMAND, load, run
from suites import write_homes

LIBRARY = "@cloud-copilot/iam-simulate@0.1.173"
USERS = 200
WORDS = {"Allowed": "allowed", "ImplicitlyDenied": "implicitDeny", "ExplicitlyDenied": "explicitDeny"}
DECIDE = """\
import gc, time
gc.set_threshold(200_000)  # as the command does
from iamproof.session import RunOptions, prepare
prepared = prepare(RunOptions())
begun = time.process_time()
for _ in prepared.decide():
    pass
print(time.process_time() - begun)
"""


def installed() -> Path:
    """Return the library's module, installed on the first call."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "iamproof-benchmarks"
    module = folder / "node_modules" / "@cloud-copilot" / "iam-simulate" / "dist" / "esm" / "index.js"
    if not module.exists():
        folder.mkdir(parents=True, exist_ok=True)
        npm = [shutil.which("npm") or "npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), LIBRARY]
        subprocess.run(npm, check=True, capture_output=True)
    return module


def requests(report: dict[str, Any]) -> dict[str, Any]:
    """Return what the cells of a report asked."""
    return {
        "policies": report["policies"],
        "requests": [
            {
                "principal": cell["derived_context"]["aws:PrincipalArn"],
                "account": cell["derived_context"]["aws:PrincipalAccount"],
                "action": cell["action"],
                "resource": cell["resource"],
                "context": cell["derived_context"] | cell["context"],
            }
            for cell in report["cells"]
        ],
    }


def theirs(folder: Path, report: dict[str, Any], rounds: int) -> list[float]:
    """Return the processor time of each round of the other library; stop where it decides otherwise."""
    file = folder / "requests.json"
    file.write_text(json.dumps(requests(report)), encoding="utf-8")
    script = str(Path(__file__).with_suffix(".mjs"))
    found = json.loads(run(["node", script, str(installed()), str(file), str(rounds)], folder).output)
    cells = report["cells"]
    other = [cell["id"] for cell, one in zip(cells, found["decisions"], strict=True) if WORDS[one] != cell["actual"]]
    if other:
        sys.exit(f"{len(other)} of {len(cells)} decisions differ, the first for {other[0]}")
    seconds: list[float] = found["seconds"]
    return seconds


def main(rounds: int) -> None:
    """Measure in turn, and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cells = write_homes(folder, USERS)
        command = [COMMAND, "test", "--report", "json=report.json"]
        run(command, folder)
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        assert len(report["cells"]) == cells
        whole, ours, other = [], [], []
        for _ in range(rounds):
            whole.append(run(command, folder))
            ours.append(float(run([sys.executable, "-c", DECIDE], folder).output))
            other += theirs(folder, report, 3)
    wall, processor = (min(getattr(one, kind) for one in whole) for kind in ("wall", "processor"))
    print(f"{cells:,} cells, whole process, least of {rounds}: {wall:.2f} s, {processor:.2f} s of processor time")
    print(f"ours, decided and judged:  {min(ours) / cells * 1e6:6.1f} µs a decision, least of {rounds} processes")
    print(f"iam-simulate, decided:     {min(other) / cells * 1e6:6.1f} µs, least of {len(other)} rounds; all alike")
    print(f"{min(other) / min(ours):.1f} times as fast; {load()}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
