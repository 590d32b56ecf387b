"""``python -m tests.e2e.docs_report``: write the report that the documentation shows anew.

It is the report of the shipped suites, at a fixed time and without what differs from checkout to checkout.  Where
Chromium is, the picture in the README is taken anew too.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import reports
from iamproof.session import RunOptions, run_session
from tests.browser.chromium import CHROMIUM, chromium

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FOLDER", "main", "rendered"]

FOLDER = Path("docs/report")
_PICTURE = Path("docs/images/report.png")
_SUITE = "Users manage their own MFA device"  # whose matrix the picture shows
_WHEN = "1795478400"  # 2026-11-24
_COMMAND = ("iamproof", "test", "--coverage")


def rendered() -> Mapping[str, str]:
    """Return the text of each file by its name; the current folder is the checkout."""
    with mock.patch.dict(os.environ, SOURCE_DATE_EPOCH=_WHEN):
        run = run_session(RunOptions(coverage="--coverage" in _COMMAND, command=_COMMAND, with_git=False))
    run = dataclasses.replace(run, environment={})
    return {f"report.{fmt}": reports.render(run, fmt) for fmt in ("html", "md")}


def main() -> int:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in rendered().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="")
        sys.stdout.write(f"wrote {FOLDER / name}\n")
    if CHROMIUM is not None:
        _picture()
        sys.stdout.write(f"wrote {_PICTURE}\n")
    return 0


def _picture() -> None:
    """Take a picture of one principal's part of the matrix."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, chromium(Path(profile)) as browser:
        tab = browser.tab()
        tab.size(1180, 860)
        tab.media(prefers_color_scheme="light")
        tab.open(f"{(FOLDER / 'report.html').resolve().as_uri()}#principal=ec2webuser")
        caption = (
            f"[...document.querySelectorAll('.matrix caption')].find((one) => one.textContent.startsWith({_SUITE!r}))"
        )
        for _ in range(3):  # what stands above is laid out only as it comes near, and moves it
            tab.run(f"window.scrollTo(0, {caption}.closest('.scroll').getBoundingClientRect().top + scrollY - 70)")
            tab.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        tab.picture(_PICTURE)


if __name__ == "__main__":
    sys.exit(main())
