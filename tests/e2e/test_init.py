"""``iamproof init``, run as people run it: the suite that it writes holds, and nothing is overwritten."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "policies" / "IAMUsersMFAManagement.json"
OPEN = {"Version": "2012-10-17", "Statement": {"Sid": "All", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}}

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy, to be in."""
    folder = tmp_path / "home"
    (folder / "policies").mkdir(parents=True)
    shutil.copy(SHIPPED, folder / "policies" / "mfa.json")
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the current folder."""
    command = [sys.executable, "-c", "from iamproof.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_written_folder_passes(home: Path) -> None:
    done = run("init", "policies/mfa.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("wrote scenarios/mfa.yaml: ")
    assert "mfa: " in (home / "scenarios" / "mfa.yaml").read_text(encoding="utf-8")
    tested = run("test")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "Verdict: as expected" in tested.stdout


def test_nothing_is_overwritten_and_all_or_none_is_written(home: Path) -> None:
    (home / "policies" / "open.json").write_text(json.dumps(OPEN), encoding="utf-8")
    (home / "scenarios").mkdir()
    (home / "scenarios" / "mfa.yaml").write_text("mine", encoding="utf-8")
    done = run("init", "policies/open.json", "policies/mfa.json")
    assert done.returncode == 2
    assert "`scenarios/mfa.yaml` is there already" in done.stderr
    assert "help: move it away" in done.stderr
    assert [path.name for path in (home / "scenarios").iterdir()] == ["mfa.yaml"]
    assert (home / "scenarios" / "mfa.yaml").read_text(encoding="utf-8") == "mine"


def test_a_policy_from_elsewhere_stands_in_the_suite(home: Path, tmp_path: Path) -> None:
    path = tmp_path / 'o\'dd "name": #1 \u202e.json'
    path.write_text(json.dumps(OPEN), encoding="utf-8")
    done = run("init", str(path), "--to", "first")
    assert done.returncode == 0, done.stderr
    (written,) = (home / "first").iterdir()
    text = written.read_text(encoding="utf-8")
    assert 'Action: "s3:*"' in text
    assert "\u202e" not in text + done.stdout
    assert run("test", "first").returncode == 0


def test_an_aws_managed_policy(home: Path) -> None:
    assert run("init", "arn:aws:iam::aws:policy/IAMUserChangePassword").returncode == 0
    assert run("test", "scenarios/IAMUserChangePassword.yaml").returncode == 0
    assert home.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.json",), "there is no file `nowhere.json`"),
        (("policies",), "is a folder, not a file"),
        (("policies/mfa.json", "--to", "policies/mfa.json"), "can't be written"),
        (("policies/mfa.json", "./policies/mfa.json"), "two of the policies would have the suite"),
        ((), "the argument POLICY is missing"),
    ],
)
def test_what_can_t_be_done_is_refused_in_words(home: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run("init", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "scenarios").exists()
