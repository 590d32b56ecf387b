"""``iamproof check``, run as people run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.catalogue import load

ROOT = Path(__file__).parents[2]
SARIF = ROOT / "tests" / "unit" / "reports" / "vendor" / "sarif-schema-2.1.0.json"
DATED = f"catalogue of {load().date}\n"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]}

pytestmark = pytest.mark.timeout(60)


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in *folder*."""
    command = [sys.executable, "-c", "from iamproof.cli import main; main()", "check", *arguments]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1793000000", **environment}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def write(path: Path, action: str, resource: str = "*") -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2), encoding="utf-8")


def data(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_is_shipped_has_no_findings() -> None:
    done = run(ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"checked: nothing found\n{DATED}")


def test_a_finding_has_its_place_and_its_line(tmp_path: Path) -> None:
    write(tmp_path / "p.json", "iam:UpdateAccessKeys")
    done = run(tmp_path, "p.json")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "p.json:6:17: error[action-unknown]: unknown action `iam:UpdateAccessKeys`",
        '    6 |       "Action": "iam:UpdateAccessKeys",',
        "      |                 ^^^^^^^^^^^^^^^^^^^^^^",
        "  help: did you mean `iam:UpdateAccessKey`? as it stands it grants nothing",
        "",
        "0 suites and 1 policy checked: 1 error",
        DATED.strip(),
    ]


@pytest.mark.parametrize(
    ("action", "resource", "fail_on", "code"),
    [
        ("iam:GetUser", "*", "note", 0),
        ("iam:GetUser", "arn:aws:iam::123456789012:user/bob", "note", 1),
        ("iam:GetUser", "arn:aws:iam::123456789012:user/bob", "warning", 0),
        ("iam:GetUser", "arn:aws:s3:::b", "warning", 1),
        ("iam:GetUser", "arn:aws:s3:::b", "error", 0),
        ("iam:GetUsr", "*", "error", 1),
    ],
)
def test_fail_on_draws_the_line(tmp_path: Path, action: str, resource: str, fail_on: str, code: int) -> None:
    write(tmp_path / "p.json", action, resource)
    assert run(tmp_path, "p.json", "--fail-on", fail_on).returncode == code


def test_what_cannot_be_read_ends_with_2_and_hides_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "policies" / "slip.json", "iam:GetUsr")
    (tmp_path / "policies" / "broken.json").write_text('{"Statement": [}', encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 2
    assert "error[json-syntax]" in done.stdout
    assert "error[action-unknown]" in done.stdout


def test_nothing_to_check_ends_with_5(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(tmp_path, "empty").returncode == 5
    assert run(tmp_path).returncode == 5


@pytest.mark.parametrize("option", ["--fail-on=never", "--format=xml", "--unknown"])
def test_a_bad_option_ends_with_2(tmp_path: Path, option: str) -> None:
    assert run(tmp_path, option).returncode == 2


def test_json_has_everything(tmp_path: Path) -> None:
    write(tmp_path / "p.json", "iam:GetUsr")
    found = data(run(tmp_path, "p.json", "--format", "json"))
    assert found["schema"] == "iamproof/check@1"
    assert found["checked"] == {"suites": 0, "policies": 1, "files": ["p.json"]}
    assert found["summary"] == {"error": 1, "warning": 0, "note": 0, "silenced": 0, "unusable": False}
    (row,) = found["diagnostics"]
    assert (row["code"], row["file"], row["line"], row["column"]) == ("action-unknown", "p.json", 6, 17)
    assert (ROOT / row["docs"]).is_file()


def test_sarif_is_valid_and_stays_the_same_when_lines_move(tmp_path: Path) -> None:
    write(tmp_path / "p.json", "iam:GetUsr", "arn:aws:s3:::[b](x)")
    first = data(run(tmp_path, "p.json", "--format", "sarif"))
    jsonschema.validate(first, json.loads(SARIF.read_text(encoding="utf-8")))
    text = (tmp_path / "p.json").read_text(encoding="utf-8")
    (tmp_path / "p.json").write_text(f"\n\n{text}", encoding="utf-8")
    second = data(run(tmp_path, "p.json", "--format", "sarif"))
    before, after = (log["runs"][0]["results"] for log in (first, second))
    assert [one["partialFingerprints"] for one in before] == [one["partialFingerprints"] for one in after]
    assert [one["locations"] for one in before] != [one["locations"] for one in after]


def test_a_silence_needs_a_reason_and_something_to_silence(tmp_path: Path) -> None:
    write(tmp_path / "policies" / "p.json", "iam:GetUsr")
    config = tmp_path / "iamproof.yaml"
    config.write_text("silence: [{code: action-unknown, file: 'policies/*', reason: planted}]", encoding="utf-8")
    done = run(tmp_path)
    assert (done.returncode, done.stdout) == (0, f"0 suites and 1 policy checked: 1 silenced\n{DATED}")
    assert data(run(tmp_path, "--format", "json"))["silenced"][0]["reason"] == "planted"
    config.write_text("silence: [{code: action-unknown, file: 'other/*', reason: planted}]", encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 1
    assert "iamproof.yaml:1:11: warning[silence-unused]" in done.stdout
    config.write_text("silence: [{code: action-unknwn, reason: planted}]", encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 2
    assert "did you mean `action-unknown`?" in done.stderr


def test_old_data_are_warned_of(tmp_path: Path) -> None:
    write(tmp_path / "p.json", "iam:GetUser")
    done = run(tmp_path, "p.json", SOURCE_DATE_EPOCH="2000000000")
    assert done.returncode == 0  # what passed yesterday
    assert "warning[catalogue-stale]: the catalogue of " in done.stdout
    config = tmp_path / "iamproof.yaml"
    config.write_text("silence: [{code: catalogue-stale, reason: no newer version is let in}]", encoding="utf-8")
    assert "1 silenced" in run(tmp_path, "p.json", SOURCE_DATE_EPOCH="2000000000").stdout


def test_a_time_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    write(tmp_path / "p.json", "iam:GetUser")
    for text in ("soon", "9" * 30):
        done = run(tmp_path, "p.json", SOURCE_DATE_EPOCH=text)
        assert (done.returncode, done.stdout) == (2, "")
        assert "`SOURCE_DATE_EPOCH` is `" in done.stderr
