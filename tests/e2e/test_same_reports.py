"""`iamproof test`, pytest and pytest -n write the same reports, to the byte, but for the command they record."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import reports
from reports.json import load

if TYPE_CHECKING:
    from simulator.suites.result import Run

ROOT = Path(__file__).parents[2]
WAYS = {
    "iamproof test": ("iamproof", "test", "--report"),
    "pytest": ("pytest", "-q", "-p", "no:cacheprovider", "--iam-report"),
    "pytest -n": ("pytest", "-q", "-p", "no:cacheprovider", "-n2", "--iam-report"),
}
WITHOUT_COMMAND = ("csv", "github", "junit", "sarif")

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a suite, of which a cell fails, is a known gap, or passes, and reports written in each way."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "scenarios").mkdir()
    shutil.copytree(ROOT / "policies", folder / "policies")
    for name in ("china.yaml", "account-china.yaml"):
        shutil.copy(ROOT / "scenarios" / name, folder / "scenarios")
    suite = folder / "scenarios" / "china.yaml"
    suite.write_text(suite.read_text("utf-8").replace("{own: allow", "{own: deny", 1), "utf-8")
    for way, (program, *words) in WAYS.items():
        asked = [f"{fmt}=out {way}/report.{fmt}" for fmt in reports.FORMATS]
        command = [sys.executable, "-m", program, *words[:-1], *(one for fmt in asked for one in (words[-1], fmt))]
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1795478400"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (folder / f"out {way}" / "report.csv").exists(), f"{done.stdout}{done.stderr}"
    return folder


def written(checkout: Path, way: str, fmt: str) -> str:
    """Return a report."""
    return (checkout / f"out {way}" / f"report.{fmt}").read_text("utf-8")


def run_of(checkout: Path, way: str) -> Run:
    """Return the run of the JSON report."""
    return load(written(checkout, way, "json"))


@pytest.mark.parametrize("way", WAYS)
def test_the_run_is_the_same(checkout: Path, way: str) -> None:
    run, first = run_of(checkout, way), run_of(checkout, "iamproof test")
    assert run.summary.failed > 0
    assert dataclasses.replace(run, command=()) == dataclasses.replace(first, command=())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fmt", WITHOUT_COMMAND)
def test_what_records_no_command_is_the_same_to_the_byte(checkout: Path, way: str, fmt: str) -> None:
    assert written(checkout, way, fmt) == written(checkout, "iamproof test", fmt)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fmt", [fmt for fmt in reports.FORMATS if fmt not in WITHOUT_COMMAND])
def test_the_rest_is_the_same_but_for_the_command(checkout: Path, way: str, fmt: str) -> None:
    first = dataclasses.replace(run_of(checkout, "iamproof test"), command=run_of(checkout, way).command)
    assert written(checkout, way, fmt) == reports.render(first, fmt)
