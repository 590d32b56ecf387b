"""The report that the documentation shows is the one of today's suites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.docs_report import FOLDER, rendered

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]


def test_the_report_that_the_documentation_shows_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    stale = [name for name, text in rendered().items() if (FOLDER / name).read_bytes() != text.encode()]
    assert stale == [], "`tox -e docs-report` writes it anew; read the change before you commit it"
