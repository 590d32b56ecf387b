"""The HTML report beside pytest-html's of the same 10,000 results: time to write, size, first paint.

    pip install --target DIR pytest-html && PYTHONPATH=DIR python benchmarks/reports.py [CELLS [ROUNDS]]

Each round writes both in processes of their own, and opens each twice in a Chromium of its own with a new profile,
which has come to rest; first one of them, in the next round the other.  A browser's first page pays for fonts and
processes that its second finds ready, so two pages in one browser can't be compared.

Writing is what the writer itself takes: ours from the finished run to the file, its imports included; theirs what its
hooks take, which gather results as tests finish and write at the end.  Both in processor time, as others may use the
machine, and with byte code, as users have it.

The aims for 10,000 cells: at most 2 s, below 4 MB, first paint below 1 s, and less than pytest-html in all three.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import load

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.chromium import CHROMIUM, Browser, chromium  # noqa: E402  # of the checkout
from tests.unit.reports.sample import big_run  # noqa: E402  # of the checkout

TESTS = """
import json, pathlib, pytest
CELLS = json.loads(pathlib.Path(__file__).with_name("cells.json").read_text())

@pytest.mark.parametrize("message", [message for _, message in CELLS], ids=[name for name, _ in CELLS])
def test_cell(message):
    if message:
        pytest.fail(message, pytrace=False)
"""
HOOKS = (
    "pytest_sessionstart",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_collection_finish",
    "pytest_runtest_logreport",
)
CONFTEST = f"""
import functools, pathlib, time
from pytest_html.basereport import BaseReport
taken = [0.0]

def timed(hook):
    @functools.wraps(hook)
    def measured(*arguments, **named):
        begin = time.process_time()
        try:
            return hook(*arguments, **named)
        finally:
            taken[0] += time.process_time() - begin
    return measured

for name in {HOOKS!r}:
    setattr(BaseReport, name, timed(getattr(BaseReport, name)))

def pytest_unconfigure():
    pathlib.Path("taken").write_text(str(taken[0]))
"""


def ours(folder: Path, count: int) -> float:
    """Write our report in a process of its own; return the seconds."""
    done = subprocess.run(
        [sys.executable, __file__, "--write", str(folder / "ours.html"), str(count)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def write(path: str, count: int) -> None:
    """Write our report and print the seconds."""
    run = big_run(count)
    begin = time.process_time()
    import reports  # noqa: PLC0415  # its import counts

    reports.write(run, path)
    print(time.process_time() - begin)


def theirs(folder: Path) -> float:
    """Write pytest-html's report; return the seconds that its hooks took."""
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:iamproof.pytest_plugin", "--tb=short"]
    command = [sys.executable, "-m", "pytest", *options, "--html=theirs.html", "--self-contained-html"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False, env={**os.environ, "PYTEST_ADDOPTS": ""})
    return float((folder / "taken").read_text())


def prepare(folder: Path, count: int) -> None:
    """Write the same results as tests of pytest."""
    cells = [(cell.id, cell.message if cell.outcome == "failed" else "") for cell in big_run(count).cells]
    (folder / "cells.json").write_text(json.dumps(cells))
    (folder / "test_cells.py").write_text(TESTS)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\n")


SEEN = """
new MutationObserver((_, watcher) => {
  if (!document.querySelector(".verdict, .results-table-row")) return;
  watcher.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.seen = performance.now(); }));
}).observe(document, {childList: true, subtree: true});
"""


def paint(browser: Browser, path: Path) -> tuple[float, float]:
    """Return the milliseconds to the first paint with content, and to the frame with the first verdict or result."""
    tab = browser.tab()
    tab.size(1400, 1000)
    tab.ask("Page.addScriptToEvaluateOnNewDocument", source=SEEN)
    tab.open(path.as_uri())
    entry = "performance.getEntriesByName('first-contentful-paint')[0]"
    while tab.run(f"{entry} === undefined || window.seen === undefined"):
        time.sleep(0.05)
    found = float(tab.run(f"{entry}.startTime")), float(tab.run("window.seen"))
    tab.ask("Page.close")
    return found


def opened(folder: Path, files: tuple[Path, Path], number: int) -> tuple[list[float], list[float]]:
    """Open each file twice in a browser of its own; return the seconds to paint and result, and those of the second time."""
    taken: dict[Path, list[float]] = {}
    for file in files if number % 2 == 0 else files[::-1]:
        with chromium(folder / f"profile-{number}-{file.stem}") as browser:
            time.sleep(1)  # what a browser does of itself at its start
            taken[file] = [milliseconds / 1e3 for _ in range(2) for milliseconds in paint(browser, file)]
    return taken[files[0]], taken[files[1]]


def main(count: int, rounds: int) -> None:
    """Measure in turn, and print medians."""
    if importlib.util.find_spec("pytest_html") is None:
        sys.exit(f"pytest-html is not installed here\n\n{__doc__}")
    rows: dict[str, list[tuple[float, float]]] = {
        "write, s": [],
        "size, MB": [],
        "first paint, s": [],
        "a result seen, s": [],
        "again, paint, s": [],
        "again, result, s": [],
    }
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        prepare(folder, count)
        ours(folder, 1)  # writes byte code
        files = (folder / "ours.html", folder / "theirs.html")
        for number in range(rounds):
            rows["write, s"].append((ours(folder, count), theirs(folder)))
            rows["size, MB"].append((files[0].stat().st_size / 1e6, files[1].stat().st_size / 1e6))
            if CHROMIUM is not None:
                mine, others = opened(folder, files, number)
                for what, pair in zip(list(rows)[2:], zip(mine, others, strict=True), strict=True):
                    rows[what].append(pair)
    print(f"{count:,} results, medians of {rounds} rounds, {load()}")
    for what, pairs in rows.items():
        if pairs:
            mine, others = (statistics.median(column) for column in zip(*pairs, strict=True))
            print(f"{what:>16}: ours {mine:6.2f}   pytest-html {others:6.2f}   ratio {mine / others:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(sys.argv[2], int(sys.argv[3]))
    else:
        main(*map(int, [*sys.argv[1:], *("10000", "3")[len(sys.argv[1:]) :]]))
