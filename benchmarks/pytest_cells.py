"""Cells under pytest beside as many parametrized empty functions: alone, and on two workers of pytest-xdist.

    python benchmarks/pytest_cells.py [CELLS [ROUNDS]]

The functions are what pytest itself costs.  At most 1.0 is the aim alone, 1.3 with ``-n 2``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import load, ratios, run

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


def main(count: int, rounds: int) -> None:
    """Measure in turn, and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, count)
        pytest = (sys.executable, "-m", "pytest", "-q", "-p", "iamproof.pytest_plugin")
        for workers in ((), ("-n", "2")):
            pairs = []
            for _ in range(rounds):
                cells, functions = (
                    run([*pytest, *workers, path], folder) for path in ("scenarios", "test_functions.py")
                )
                pairs.append((cells, functions))
                print(f"  cells {cells.processor:.2f} s, functions {functions.processor:.2f} s of processor time")
            print(f"{count:,} cells to functions{' with -n 2' if workers else ''}: {ratios(pairs)}; {load()}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
