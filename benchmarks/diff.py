"""Diffing two versions of a 6,000-character policy over the whole catalogue: whole processes, beside an import of boto3.

    python benchmarks/diff.py [TURNS]

The versions differ by an action, a condition and a dropped Deny.  In one row no suite is decided by them, in another the
shipped suites load too, in a third a suite declares two dozen sessions of its own, half of which decide otherwise; in a
fourth the shipped policy loses its Deny of nearly everything, so that every action moves; in a fifth ReadOnlyAccess,
thousands of actions, meets a far version of itself.  Wall and processor time, the
best and the median; the latter tells more on a busy machine.
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
from typing import Any

from simulator.catalogue.managed import managed_policy

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-c", "from iamproof.cli import main; main()", "diff")
SERVICES = ("s3", "ec2", "sqs", "sns", "lambda", "dynamodb", "kms", "logs", "rds", "ecs", "glue", "athena", "iam")
SIZE = 6_000


def policy() -> dict[str, Any]:
    """Return a policy of about SIZE characters: reads, writes on own things, MFA for what changes."""
    statements: list[dict[str, Any]] = []
    for number in range(100):
        service = SERVICES[number % len(SERVICES)]
        statements.append(
            {
                "Sid": f"S{number}",
                "Effect": "Deny" if number % 5 == 4 else "Allow",
                "Action": [
                    f"{service}:{verb}*" for verb in ("Get", "List", "Describe", "Put", "Create")[: 1 + number % 5]
                ],
                "Resource": f"arn:aws:{service}:*:*:{number}-${{aws:username}}/*" if number % 3 else "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": str(number % 2 == 0).lower()}},
            }
        )
        if len(json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=1)) >= SIZE:
            break
    return {"Version": "2012-10-17", "Statement": statements}


def changed(document: dict[str, Any]) -> dict[str, Any]:
    """Return the next version: an action more, a condition less, a Deny dropped."""
    new: dict[str, Any] = json.loads(json.dumps(document))
    new["Statement"][0]["Action"].append("s3:DeleteObject")
    del new["Statement"][2]["Condition"]
    del new["Statement"][4]
    return new


def suite() -> str:
    """Return a suite with two dozen sessions: twelve names, with MFA and without."""
    sessions = "".join(
        f"  s{number}: {{aws:username: user{number // 2}, aws:MultiFactorAuthPresent: {str(number % 2 == 0).lower()}}}\n"
        for number in range(24)
    )
    scenario = "{name: reads, as: principal, session: s0, actions: s3:GetObject, on: '*', expect: allow}"
    return f"suite: Sessions\npolicies: [old.json]\nsessions:\n{sessions}scenarios:\n  - {scenario}\n"


def far(document: dict[str, Any]) -> dict[str, Any]:
    """Return a policy of many actions without every seventh of them, in another order."""
    new: dict[str, Any] = json.loads(json.dumps(document))
    for statement in new["Statement"]:
        if isinstance(statement["Action"], list):
            statement["Action"] = [action for i, action in enumerate(statement["Action"]) if i % 7 < 6][::-1]
    return new


def timed(command: tuple[str, ...], cwd: Path, turns: int) -> tuple[list[float], list[float]]:
    """Return wall and processor times of whole processes."""
    walls, used = [], []
    for _ in range(turns):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(command, cwd=cwd, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()
        walls.append(time.perf_counter() - begun)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return walls, used


def main(turns: int) -> None:
    """Print a row for each command."""
    with tempfile.TemporaryDirectory() as folder:
        for name, document in (("old", policy()), ("new", changed(policy()))):
            Path(folder, f"{name}.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        print(f"{len(Path(folder, 'old.json').read_text()):,} characters, {len(policy()['Statement'])} statements")
        old, new = f"{folder}/old.json", f"{folder}/new.json"
        shipped = json.loads((ROOT / "policies/IAMUsersMFAManagement.json").read_text(encoding="utf-8"))
        less = {**shipped, "Statement": [s for s in shipped["Statement"] if s["Sid"] != "DenyAllButSetupWithoutMFA"]}
        for name, document in (("shipped", shipped), ("less", less)):
            Path(folder, f"{name}.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        managed = managed_policy("ReadOnlyAccess")
        assert managed is not None
        many = json.loads(managed.text)
        for name, document in (("many", many), ("fewer", far(many))):
            Path(folder, f"{name}.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        Path(folder, "sessions.yaml").write_text(suite(), encoding="utf-8")
        rows = {
            "diff, no suite": ((*COMMAND, old, new), Path(folder)),
            "diff, every action denied no more": (
                (*COMMAND, f"{folder}/shipped.json", f"{folder}/less.json"),
                Path(folder),
            ),
            "diff, ReadOnlyAccess": ((*COMMAND, f"{folder}/many.json", f"{folder}/fewer.json"), Path(folder)),
            "diff, the shipped suites beside": ((*COMMAND, old, new, "scenarios"), ROOT),
            "diff, two dozen sessions": ((*COMMAND, old, new, "sessions.yaml"), Path(folder)),
            "import boto3": ((sys.executable, "-c", "import boto3"), ROOT),
        }
        for name, (command, cwd) in rows.items():
            walls, used = timed(command, cwd, turns)
            figures = (min(walls), statistics.median(walls), min(used), statistics.median(used))
            best, median, cpu, cpu_median = (f"{1000 * figure:,.0f} ms" for figure in figures)
            print(f"{name:<33} wall {best} (median {median}), processor {cpu} (median {cpu_median})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
