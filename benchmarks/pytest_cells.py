"""Cells under pytest beside as many parametrized empty functions: seconds of both, and their ratio.

    python benchmarks/pytest_cells.py [CELLS]

The functions are what pytest itself costs; what is above that is collecting and deciding.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectTagging", "s3:PutObjectTagging")
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}'
FUNCTIONS = "import pytest\n@pytest.mark.parametrize('n', range({count}))\ndef test_nothing(n):\n    pass\n"


def write(folder: Path, count: int) -> None:
    """Write a suite of *count* cells, and as many functions."""
    resources = "".join(f'  r{n}: "arn:aws:s3:::b/{n}"\n' for n in range(count // len(ACTIONS)))
    names = ", ".join(f"r{n}" for n in range(count // len(ACTIONS)))
    expect = "".join(f"      {action}: {'allow' if ':Get' in action else 'deny'}\n" for action in ACTIONS)
    suite = (
        'suite: Large\naccount:\n  id: "123456789012"\n  policies: {read: policies/read.json}\n'
        f"  users:\n    ann: {{policies: [read]}}\nresources:\n{resources}"
        f"scenarios:\n  - name: All\n    as: ann\n    session: with MFA\n    actions: [{', '.join(ACTIONS)}]\n"
        f"    on: [{names}]\n    expect:\n{expect}"
    )
    (folder / "policies").mkdir()
    (folder / "policies" / "read.json").write_text(POLICY)
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "large.yaml").write_text(suite.replace("policies/read", "../policies/read"))
    (folder / "test_functions.py").write_text(FUNCTIONS.format(count=count))


def seconds(folder: Path, path: str) -> float:
    """Return how long pytest takes for *path*."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "iamproof.pytest_plugin", path]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - begun
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr)
    print(f"{taken:6.2f} s  {path}: {done.stdout.splitlines()[-1]}")
    return taken


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, count)
        functions, cells = seconds(folder, "test_functions.py"), seconds(folder, "scenarios")
    print(f"cells take {cells / functions:.2f} times as long as empty functions")


if __name__ == "__main__":
    main()
