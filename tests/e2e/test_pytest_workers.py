"""A worker of pytest-xdist that is killed takes with it only what it was at; all else is in the report.

The workers here are killed as the system's memory keeper does it: no word, no end of their session.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.test_pytest_plugin import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(120)

READS = [f"s3:Get{name}" for name in ("BucketAcl", "BucketCORS", "BucketLogging", "BucketPolicy", "BucketTagging")]
SUITE = f"""\
suite: Small
account:
  id: "123456789012"
  policies: {{read: ../policies/read.json}}
  users:
    ann: {{policies: [read]}}
resources: {{bucket: "arn:aws:s3:::b"}}
scenarios:
  - name: Reads
    as: ann
    session: [with MFA, console without MFA]
    actions: [{", ".join(READS)}]
    on: bucket
    expect: {{with MFA: allow, console without MFA: deny}}
  - name: Writes
    as: ann
    session: with MFA
    actions: ["s3:DeleteBucket", "s3:PutBucketAcl"]
    on: bucket
    expect: deny
invariants:
  - {{name: No deletion, as: ann, actions: "s3:Delete*", expect: deny}}
  - {{name: No user, as: ann, actions: "iam:CreateUser", expect: deny}}
"""
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b"},
        {
            "Sid": "MFA",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ],
}
FILE = "scenarios/small.yaml"
CELL = f"{FILE}::Reads::ann[console without MFA]-s3:GetBucketAcl-bucket"
LAST = f"{FILE}::Writes::ann[with MFA]-s3:PutBucketAcl-bucket"
CLAIM = f"{FILE}::No user"
KILL = """\
import os, signal
def pytest_runtest_{when}(item):
    if item.nodeid in {ids!r} and hasattr(item.config, "workerinput"):
        os.kill(os.getpid(), signal.SIGKILL)
"""


def written(folder: Path) -> Path:
    """Write a project with twelve cells and two invariants that hold; many cells cover the same."""
    for name, text in {
        "pytest.ini": "[pytest]\naddopts = --strict-markers -p no:cacheprovider -q --iam-coverage\n",
        FILE: SUITE,
        "policies/read.json": json.dumps(POLICY),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project."""
    return written(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a run that nothing disturbs."""
    return report(written(tmp_path_factory.mktemp("whole")))


def report(folder: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = run(folder, "--iam-report", "json=run.json", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return found


def kill_at(folder: Path, *ids: str, when: str = "call") -> None:
    (folder / "conftest.py").write_text(KILL.format(ids=ids, when=when), encoding="utf-8")


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}


@pytest.mark.parametrize(("workers", "dist"), [("1", "load"), ("2", "worksteal")])
def test_what_a_killed_worker_had_decided_is_in_the_report(
    project: Path, whole: dict[str, Any], workers: str, dist: str
) -> None:
    kill_at(project, CELL, CLAIM)
    found = report(project, "-n", workers, "--dist", dist, code=1)
    cells, claims = by_id(found["cells"]), by_id(found["invariants"])
    cell, claim = cells.pop(CELL), claims.pop(CLAIM)
    assert (cell["outcome"], claim["outcome"]) == ("error", "unknown")
    assert cell["message"].startswith("not decided: worker 'gw")
    assert cell["message"].endswith(f" crashed while running '{CELL}'")
    assert claim["message"].endswith(f" crashed while running '{CLAIM}'")
    assert cells == {one: row for one, row in by_id(whole["cells"]).items() if one != CELL}
    assert claims == {one: row for one, row in by_id(whole["invariants"]).items() if one != CLAIM}
    assert found["coverage"] == whole["coverage"]
    counts = {"passed": len(cells), "errors": 1, "verdict": "not as expected"}
    assert found["summary"] == whole["summary"] | counts


def test_a_worker_that_is_killed_behind_its_last_cell_loses_nothing(project: Path, whole: dict[str, Any]) -> None:
    """The run fails, since the worker died; what it had decided is known."""
    kill_at(project, LAST, when="teardown")
    assert report(project, "-n", "1", code=1) == whole


@pytest.mark.parametrize("lost", [CELL, CLAIM])
def test_without_other_workers_the_rest_is_not_run(project: Path, whole: dict[str, Any], lost: str) -> None:
    """With ``--max-worker-restart 0`` xdist stops: what is known stays, and the report says that it is not all."""
    kill_at(project, lost)
    found = report(project, "-n", "1", "--max-worker-restart", "0", code=1)
    known = by_id([*whole["cells"], *whole["invariants"]])
    rows = by_id([*found["cells"], *found["invariants"]])
    assert list(rows) == list(known)
    assert rows[lost]["outcome"] == ("error" if lost == CELL else "unknown")
    order = [row["id"] for row in (*whole["invariants"], *whole["cells"])]  # as pytest runs them
    place = order.index(lost)
    assert [rows[one] for one in order[:place]] == [known[one] for one in order[:place]]
    assert {rows[one]["outcome"] for one in order[place + 1 :]} == {"not_run"}
    assert found["summary"]["verdict"] == "not as expected"
    conditions = found["coverage"]["policies"][0]["statements"][1]["conditions"]
    assert conditions[0]["seen"] == (["false"] if lost == CELL else [])
