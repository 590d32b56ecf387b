"""The suites that README and tutorial show do what is said of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import iamproof

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(json|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _block(page: str, language: str, begins: str) -> str:
    """Return the one example of *page* that begins so."""
    text = (ROOT / page).read_text(encoding="utf-8")
    (found,) = [body for kind, body in BLOCK.findall(text) if kind == language and body.startswith(begins)]
    return str(found)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for policies and scenarios, and the place to run in."""
    for name in ("policies", "scenarios"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_first_suite_of_the_readme_is_as_expected(folder: Path) -> None:
    suite = folder / "scenarios" / "config.yaml"
    suite.write_text(_block("README.md", "yaml", "suite:"), encoding="utf-8")
    assert iamproof.run(suite, with_git=False).summary.verdict.startswith("as expected")


def test_tutorial_finds_the_look_alike_and_is_content_with_its_mending(folder: Path) -> None:
    policy, suite = folder / "policies" / "config-reader.json", folder / "scenarios" / "config-reader.yaml"
    text = _block("docs/tutorial.md", "json", "{")
    policy.write_text(text, encoding="utf-8")
    suite.write_text(_block("docs/tutorial.md", "yaml", "suite:"), encoding="utf-8")
    broken = iamproof.run(suite, with_git=False)
    assert {cell.target for cell in broken.cells if cell.outcome == "failed"} == {"parameter/look-alike"}
    policy.write_text(text.replace("env}*", "env}/*"), encoding="utf-8")
    assert iamproof.run(suite, with_git=False).summary.verdict.startswith("as expected")


def test_suite_of_the_how_to_can_be_read(folder: Path) -> None:
    (folder / "policies" / "deployer.json").write_text(_block("docs/tutorial.md", "json", "{"), encoding="utf-8")
    suite = folder / "scenarios" / "deployer.yaml"
    text = (ROOT / "docs" / "how-to" / "own-policy.md").read_text(encoding="utf-8")
    (body,) = re.findall(r"^   ```yaml\n(.*?)^   ```$", text, re.MULTILINE | re.DOTALL)
    suite.write_text(re.sub("^   ", "", body, flags=re.MULTILINE), encoding="utf-8")
    assert iamproof.run(suite, with_git=False).summary.errors == 0
