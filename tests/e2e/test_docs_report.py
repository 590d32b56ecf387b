"""The report that the documentation shows is the one of today's suites."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from reports.signoff import load_signoff
from tests.e2e.docs_report import FOLDER, PAGE, explained, rendered

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]


def test_the_report_that_the_documentation_shows_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    stale = [name for name, text in rendered().items() if (FOLDER / name).read_bytes() != text.encode()]
    assert stale == [], "`tox -e docs-report` writes it anew; read the change before you commit it"


def test_the_page_on_reports_shows_what_verify_says_of_today_s_suites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert PAGE.read_text(encoding="utf-8") == explained(), "`tox -e docs-report` writes it anew"


def test_the_review_that_the_page_on_reports_shows_is_one() -> None:
    (example,) = re.findall(
        r"^```yaml\n(result_digest: .*?)^```$", (ROOT / PAGE).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    review = load_signoff(example)
    assert (review.decision, review.findings[0].state) == ("accepted", "satisfied")
