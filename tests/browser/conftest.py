"""The browser, the report that most tests open, and when to skip instead."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports.html import render
from reports.options import Options
from tests.browser.chromium import CHROMIUM, Browser, Tab, chromium
from tests.golden.test_reports import earlier
from tests.unit.reports.sample import sample_run

if TYPE_CHECKING:
    from collections.abc import Iterator

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
NEEDED = "IAMPROOF_BROWSER" in os.environ


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium; who runs ``tox -e browser`` wants a failure where there is none."""
    if CHROMIUM is None and not NEEDED:
        pytest.skip("Chromium is not installed here: as Debian's packages, `apt-get install chromium`")
    with chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker of accessibility."""
    if not AXE.exists() and not NEEDED:
        pytest.skip("axe-core is not installed here: `npm ci --prefix tests/browser`")
    return AXE.read_text("utf-8")


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """An empty tab."""
    opened = browser.tab()
    opened.size(1400, 1000)
    yield opened
    opened.ask("Page.close")


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the sample's report, compared with an earlier run."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(render(sample_run(), Options(baseline=earlier())), "utf-8")
    return file.as_uri()
