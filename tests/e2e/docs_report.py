"""``python -m tests.e2e.docs_report``: write the report that the documentation shows anew.

It is the report of the shipped suites, at a fixed time and without what differs from checkout to checkout.  The
page on reports shows how it is verified, and a review of it, with its digest.  Where Chromium is, the picture in
the README is taken anew too.
"""

from __future__ import annotations

import dataclasses
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import reports
from iamproof.session import RunOptions, run_session
from tests.browser.chromium import CHROMIUM, chromium
from tests.e2e.commands import run

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FOLDER", "PAGE", "explained", "main", "rendered"]

FOLDER = Path("docs/report")
PAGE = Path("docs/reports.md")
_PICTURE = Path("docs/images/report.png")
_SUITE = "Users manage their own MFA device"  # whose matrix the picture shows
_WHEN = "1795478400"  # 2026-11-24
_COMMAND = ("iamproof", "test", "--coverage")


def rendered() -> Mapping[str, str]:
    """Return the text of each file by its name; the current folder is the checkout."""
    with mock.patch.dict(os.environ, SOURCE_DATE_EPOCH=_WHEN):
        found = run_session(RunOptions(coverage="--coverage" in _COMMAND, command=_COMMAND, with_git=False))
    found = dataclasses.replace(found, environment={})
    return {f"report.{fmt}": reports.render(found, fmt) for fmt in ("html", "md")}


def explained() -> str:
    """Return the page on reports with what ``iamproof verify`` says of a run of today, and the digest of that."""
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, SOURCE_DATE_EPOCH=_WHEN):
        report = Path(folder, "report.json")
        reports.write(run_session(RunOptions(with_git=False)), report)
        said = run(Path(), "verify", str(report)).stdout.replace(str(report), "out/report.json")
    text = _put(text, r"(?<=^\$ iamproof verify out/report\.json\n).*?(?=^```$)", said)
    (digest,) = re.findall(r"result digest ([0-9a-f]{64})$", said, re.MULTILINE)
    return _put(text, r"(?<=^result_digest: )[0-9a-f]{64}$", digest)


def _put(text: str, pattern: str, instead: str) -> str:
    """Replace what *pattern* finds, which has to be one place."""
    found, number = re.subn(pattern, lambda _: instead, text, flags=re.MULTILINE | re.DOTALL)
    assert number == 1, pattern
    return found


def main() -> int:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    written = {FOLDER / name: text for name, text in rendered().items()} | {PAGE: explained()}
    for path, text in written.items():
        path.write_text(text, encoding="utf-8", newline="")
        sys.stdout.write(f"wrote {path}\n")
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
