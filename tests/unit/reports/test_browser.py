"""The HTML report in a real browser; skipped with the reason where there is none.

Needs Chromium and ``npm install --no-save puppeteer-core axe-core`` in the checkout.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reports.html import render
from reports.html.view import anchor
from reports.options import Options
from tests.unit.reports.sample import big_run, hostile_run, sample_run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NODE = shutil.which("node")
MODULES = Path("node_modules").resolve()
READY = CHROMIUM and NODE and all((MODULES / name).is_dir() for name in ("puppeteer-core", "axe-core"))

pytestmark = pytest.mark.skipif(
    not READY, reason="needs Chromium, node and `npm install --no-save puppeteer-core axe-core`"
)


def opened(tmp_path: Path, text: str, target: str, *themes: str) -> dict[str, Any]:
    """Open *text* and return what the browser found; *themes* are those that axe looks at."""
    file = tmp_path / "report.html"
    file.write_text(text, "utf-8")
    script = Path(__file__).with_name("browser.mjs")
    command = [str(NODE), str(script), str(CHROMIUM), str(MODULES), str(file), target, *themes]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_axe_finds_nothing_in_either_theme_and_all_works(tmp_path: Path) -> None:
    run = sample_run()
    found = opened(tmp_path, render(run, Options(baseline=run)), anchor(run.cells[0]), "light", "dark")
    assert found["errors"] == []
    assert found["axe"] == {"light": [], "dark": []}
    assert found["opened"], "a link to a closed case opens it without scripts"
    assert found["filtered"] == "4 of 32 cases shown"
    assert found["visible"] == 4
    assert found["pdf"] > 10_000


def test_a_hostile_report_runs_nothing_and_loads_nothing(tmp_path: Path) -> None:
    run = hostile_run()
    found = opened(tmp_path, render(run), anchor(run.cells[0]))
    assert found["errors"] == []


def test_10000_cells_are_seen_within_a_second(tmp_path: Path) -> None:
    run = big_run(3000)
    found = opened(tmp_path, render(run), anchor(run.cells[999]))
    assert found["paint"] < 2000  # 0.14 s seen for 10,000 cells; the rest is for a busy machine
