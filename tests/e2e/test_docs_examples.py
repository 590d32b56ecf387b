"""The suites that README and tutorial show do what is said of them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

import iamproof
from tests.e2e.commands import run

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(console|json|text|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


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


def test_the_table_of_the_how_to_on_coverage_is_what_the_command_prints() -> None:
    lines = run(ROOT, "coverage").stdout.splitlines()
    shown = _block("docs/how-to/coverage.md", "console", "$ iamproof coverage\n").splitlines()[1:]
    assert set(shown) <= set(lines)


def test_the_difference_of_the_how_to_on_changes_is_what_the_command_prints(folder: Path) -> None:
    grant = {"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::*:user/${aws:username}"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [grant]})
    (folder / "policies/web.json").write_text(text, encoding="utf-8")
    (folder / "scenarios/_account.yaml").write_text(
        'id: "123456789012"\npolicies: {web: ../policies/web.json}\nusers:\n  ann: {policies: [web]}\n  bob: {}\n',
        encoding="utf-8",
    )
    (folder / "scenarios/web.yaml").write_text(
        "suite: Keys of one's own\naccount: _account.yaml\nscenarios:\n"
        "  - {name: Keys, id: W-03, as: ann, session: [with MFA, access key], actions: [iam:CreateAccessKey],\n"
        "     on: user, expect: {own: allow, others: implicitDeny}}\n",
        encoding="utf-8",
    )
    author = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    (folder / "policies/web.json").write_text(text.replace('username}"', 'username}*"'), encoding="utf-8")
    shown = _block("docs/how-to/review-a-change.md", "text", "HEAD → policies/web.json")
    assert run(folder, "diff", "HEAD", "policies/web.json").stdout.startswith(shown)


def test_suite_of_the_how_to_can_be_read(folder: Path) -> None:
    (folder / "policies" / "deployer.json").write_text(_block("docs/tutorial.md", "json", "{"), encoding="utf-8")
    suite = folder / "scenarios" / "deployer.yaml"
    text = (ROOT / "docs" / "how-to" / "own-policy.md").read_text(encoding="utf-8")
    (body,) = re.findall(r"^   ```yaml\n(.*?)^   ```$", text, re.MULTILINE | re.DOTALL)
    suite.write_text(re.sub("^   ", "", body, flags=re.MULTILINE), encoding="utf-8")
    assert iamproof.run(suite, with_git=False).summary.errors == 0
