"""The pytest plugin, run as people run it: in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
SUITE = """\
suite: Small
account: _account.yaml
tags: [small]
resources:
  bucket: {arn: "arn:aws:s3:::b"}
scenarios:
  - name: Reads
    id: S-1
    as: ann
    session: with MFA
    actions: ["s3:ListBucket"]
    on: bucket
    tags: [read-only]
    expect: allow
  - name: Writes
    id: S-2
    as: ann
    session: with MFA
    actions: ["s3:DeleteBucket"]
    on: bucket
    expect: implicitDeny
"""
ACCOUNT = """\
id: "123456789012"
policies: {read: ../policies/read.json}
users:
  ann: {policies: [read]}
"""
READ = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}'
READS = "scenarios/small.yaml::S-1::ann[with MFA]-s3:ListBucket-bucket"
WRITES = "scenarios/small.yaml::S-2::ann[with MFA]-s3:DeleteBucket-bucket"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one suite of two cells."""
    for name, text in {
        "pytest.ini": "[pytest]\naddopts = --strict-markers -p no:cacheprovider\n",
        "scenarios/small.yaml": SUITE,
        "scenarios/_account.yaml": ACCOUNT,
        "policies/read.json": READ,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str, plugin: bool = True) -> subprocess.CompletedProcess[str]:
    """Run pytest in *folder*; with the plugin named, whether or not it is installed."""
    named = ("-p", "iamproof.pytest_plugin") if plugin else ()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1790000000", "NO_COLOR": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, "-m", "pytest", *named, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    """Return the JSON report of a run that holds."""
    done = run(folder, "-q", "--iam-report", "json=out/run.json", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    return found


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_cells_are_tests_by_their_ids(project: Path) -> None:
    assert run(project, "--co", "-q").stdout.splitlines()[:2] == [READS, WRITES]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((READS,), f"pytest {READS}"),
        (("scenarios/small.yaml::S-1",), "pytest scenarios/small.yaml::S-1"),
        (("-m", "read-only"), "pytest -m read-only"),
        (("-k", "reads"), "pytest -k reads"),
        (("-n", "2", "-k", "ListBucket"), "pytest -k ListBucket"),
        (("--deselect", WRITES), f"pytest --deselect {WRITES}"),
    ],
)
def test_selections_are_incomplete_and_say_how(project: Path, arguments: tuple[str, ...], text: str) -> None:
    found = report(project, *arguments)
    assert [cell["id"] for cell in found["cells"]] == [READS]
    assert found["selection"] == {"left_out": 1, "text": text}
    assert found["summary"]["verdict"] == "incomplete"


def test_a_selection_of_everything_is_a_full_run(project: Path) -> None:
    found = report(project, "scenarios", "-m", "small")
    assert found["selection"] is None
    assert found["summary"]["verdict"] == "as expected"


def test_processes_share_one_report(project: Path) -> None:
    alone = report(project)
    assert report(project, "-n", "2") == alone
    assert len(alone["cells"]) == 2


def test_a_worker_that_dies_takes_only_its_cell(project: Path) -> None:
    hook = "import os\ndef pytest_runtest_call(item):\n    if 'S-1' in item.nodeid: os._exit(3)\n"
    (project / "conftest.py").write_text(hook, encoding="utf-8")
    done = run(project, "-n", "1", "--iam-report", "json=run.json")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    cells = json.loads((project / "run.json").read_text(encoding="utf-8"))["cells"]
    assert [cell["outcome"] for cell in cells] == ["error", "passed"]
    assert cells[0]["message"] == f"not decided: worker 'gw0' crashed while running '{READS}'"


def test_a_bad_policy_is_red_without_a_traceback(project: Path) -> None:
    change(project / "policies/read.json", "s3:ListBucket", "s3:*")
    done = run(
        project, "--junitxml", "junit.xml", "-n", "2", "--iam-report", "html=a.html", "--iam-report", "json=a.json"
    )
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "expected     implicitDeny" in done.stdout
    assert "policies/read.json" in done.stdout
    assert "Traceback" not in done.stdout
    assert ".py:" not in done.stdout
    cases = list(ET.parse(project / "junit.xml").iter("testcase"))
    assert [case.find("failure") is None for case in cases].count(False) == 1
    assert not list(ET.parse(project / "junit.xml").iter("property"))
    assert (project / "a.html").exists()
    assert json.loads((project / "a.json").read_text(encoding="utf-8"))["summary"]["verdict"] == "not as expected"


def test_stop_at_the_first(project: Path) -> None:
    change(project / "policies/read.json", "s3:ListBucket", "s3:DeleteBucket")
    assert "1 failed" in run(project, "-x").stdout.splitlines()[-1]


def test_last_failed(project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    change(project / "policies/read.json", "s3:ListBucket", "s3:GetObject")
    assert run(project).returncode == 1
    change(project / "policies/read.json", "s3:GetObject", "s3:ListBucket")
    found = report(project, "--lf")
    assert [cell["id"] for cell in found["cells"]] == [READS]
    assert found["selection"]["text"] == "pytest --lf"


def test_waivers_are_skip_and_xfail(project: Path) -> None:
    suite = project / "scenarios/small.yaml"
    gap = "known_gap: {reason: not yet, owner: me, until: 2026-12-31}"
    change(suite, "expect: allow", "expect: allow\n    skip: {reason: later}")
    change(suite, "expect: implicitDeny", f"expect: allow\n    {gap}")
    done = run(project, "-ra")
    assert done.returncode == 1  # nothing decides the policy any more
    assert "1 skipped, 1 xfailed" in done.stdout
    assert "SKIPPED [1] scenarios/small.yaml:7: skipped: later" in done.stdout
    assert "1 failed" in run(project, "--runxfail").stdout


def test_acting_markers_are_no_tags(project: Path) -> None:
    change(project / "scenarios/small.yaml", "tags: [read-only]", "tags: [skip, xfail, timeout]")
    assert "2 passed" in run(project).stdout


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_faults_are_errors_of_collection_all_at_once(project: Path, arguments: tuple[str, ...]) -> None:
    change(project / "scenarios/small.yaml", "expect: allow", "expct: allow")
    (project / "scenarios/other.yaml").write_text("suite: [\n", encoding="utf-8")
    done = run(project, *arguments)
    assert done.returncode == 2
    assert "scenarios/small.yaml:14:5: error" in done.stdout
    assert "scenarios/other.yaml:" in done.stdout
    assert done.stdout.count("small.yaml:14:5") == 1
    assert "Traceback" not in done.stdout
    assert "iamproof/pytest" not in done.stdout


def test_an_unknown_format_is_an_error_of_usage(project: Path) -> None:
    done = run(project, "--iam-report", "foo=x")
    assert done.returncode == 4
    assert "`foo` is no report format" in done.stderr


def test_configured_paths(project: Path) -> None:
    (project / "scenarios").rename(project / "suites")
    assert run(project).returncode == 5
    assert "2 passed" in run(project, "-o", "iamproof_paths=suites").stdout
    missing = run(project, "-o", "iamproof_paths=nowhere")
    assert missing.returncode == 4
    assert "there is no `nowhere`" in missing.stderr


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_a_full_run_leaves_no_policy_undecided(project: Path, arguments: tuple[str, ...]) -> None:
    shutil.copy(project / "policies/read.json", project / "policies/other.json")
    done = run(project, *arguments)
    assert done.returncode == 1
    assert "policies/other.json: no scenario decides it" in done.stdout
    assert run(project, *arguments, "-k", "ListBucket").returncode == 0
    assert run(project, "--co").returncode == 0


def test_strict_fails_vacuous_cells(project: Path) -> None:
    change(project / "scenarios/small.yaml", "s3:DeleteBucket", "s3:CreateJob")
    assert run(project).returncode == 0
    assert run(project, "--iam-strict").returncode == 1


def test_from_another_folder(project: Path) -> None:
    below = project / "below"
    below.mkdir()
    done = run(below, "-q", "--rootdir", "..", "-c", "../pytest.ini", "../scenarios", "--iam-report", "json=run.json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((below / "run.json").read_text(encoding="utf-8"))
    assert found == report(project)


def test_named_twice_or_refused(project: Path) -> None:
    (project / "conftest.py").write_text('pytest_plugins = ["iamproof.pytest_plugin"]\n', encoding="utf-8")
    assert "2 passed" in run(project).stdout
    assert "2 passed" in run(project, plugin=False).stdout
    assert run(project, "-p", "no:iamproof.pytest_plugin", plugin=False).returncode == 5


def test_projects_without_suites_pay_nothing(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/other.yaml").write_text("hosts: [a]\n", encoding="utf-8")
    text = (
        "import sys\ndef test_modules():\n"
        "    assert 'iamproof.pytest_plugin' in sys.modules\n"
        "    assert not {'simulator.suites', 'reports', 'yaml', 'boto3', 'click'} & set(sys.modules)\n"
    )
    (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_shipped_suites_agree_with_the_command(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    for folder in ("policies", "scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    found = report(tmp_path, *arguments)
    command = [sys.executable, "-c", "from iamproof.cli import main; main()", "test", "--report", "json=command.json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1790000000"}
    subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    told = json.loads((tmp_path / "command.json").read_text(encoding="utf-8"))
    assert found.pop("command") == ["pytest"]
    told.pop("command")
    assert found == told
