"""What shells complete, asked as they ask: by the protocol of click's own scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from iamproof.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "complete-in-the-shell.md"

pytestmark = pytest.mark.timeout(60)


def ask(shell: str, words: list[str], *, folder: Path = ROOT) -> list[str]:
    """Return the values that *shell* would offer for the last of *words*; a file is ``<file>``."""
    if shell == "fish":
        variables = {"COMP_WORDS": " ".join(words[:-1]), "COMP_CWORD": words[-1]}
    else:
        variables = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    lines = run(f"{shell}_complete", variables, folder).rstrip("\n").splitlines()
    if shell == "zsh":  # type, value and help, a line each
        pairs = list(zip(lines[0::3], lines[1::3], strict=True))
    else:
        pairs = [(kind, rest.partition("\t")[0]) for kind, _, rest in (line.partition(",") for line in lines)]
    return [value if kind == "plain" else f"<{kind}>" for kind, value in pairs]


def run(instruction: str, variables: dict[str, str], folder: Path) -> str:
    command = [sys.executable, "-c", "from iamproof.cli import main; main()"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "_IAMPROOF_COMPLETE": instruction, **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_are_completed_in_each_shell(shell: str) -> None:
    assert ask(shell, ["iamproof", ""]) == list(COMMANDS)
    assert ask(shell, ["iamproof", "sch"]) == ["schema"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["test", "--max"], ["--max-failures"]),
        (["test", "--last"], ["--last-failed"]),
        (["test", "scen"], ["<file>"]),
        (["check", "--format", ""], ["text", "json", "sarif"]),
        (["test", "--report", "ht"], ["<file>", "html=report.html"]),
        (["report", "x.json", "--to", "sar"], ["<file>", "sarif=report.sarif"]),
        (["test", "--backend", "mo"], ["moto"]),
        (["parity", "--backend", "rec"], ["recording:"]),
        (["test", "--tag", "chi"], ["china"]),
        (["test", "--only", "prin"], ["principal="]),
        (["test", "--only", "principal=web"], ["principal=webrole"]),
        (["test", "--root", ""], ["<dir>"]),
        (["explain", "--account", ""], ["<file>"]),
        (["explain", "--action", "iam:resync"], ["iam:ResyncMFADevice"]),
        (["explain", "--policy", "AdministratorAccess"], ["<file>", "AdministratorAccess"]),
        (["init", "AmazonEC2Full"], ["<file>", "AmazonEC2FullAccess"]),
        (["schema", "acc"], ["account"]),
        (["sweep", "--as", "ec2"], ["ec2webuser"]),
    ],
    ids=" ".join,
)
def test_options_and_their_values_are_completed(words: list[str], offered: list[str]) -> None:
    found = ask("zsh", ["iamproof", *words])
    assert found[: len(offered)] == offered
    assert set(offered) <= set(found)


def test_cells_are_completed_where_shells_can_quote_them() -> None:
    found = ask("zsh", ["iamproof", "explain", "scenarios/china.yaml::CN-06"])
    assert found[0] == "<file>"
    assert found[1] == "scenarios/china.yaml::CN-06::chinaadmin[with MFA]-ec2:TerminateInstances-instance"
    assert ask("bash", ["iamproof", "explain", "scenarios/china.yaml"]) == ["<file>"]


def test_a_suite_that_cannot_be_read_completes_nothing(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "half.yaml").write_text("suite: [", encoding="utf-8")
    assert ask("zsh", ["iamproof", "test", "--tag", ""], folder=tmp_path) == []


def test_the_page_has_the_line_for_each_shell() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for shell in re.findall(r"_IAMPROOF_COMPLETE=(\w+)_source iamproof", text):
        assert "_IAMPROOF_COMPLETE" in run(f"{shell}_source", {}, ROOT)
    assert len(re.findall(r"_source iamproof", text)) == 3


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_takes_the_script(tmp_path: Path) -> None:
    """The script defines the function, and the function fills in what bash shows."""
    (tmp_path / "iamproof").write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -c "from iamproof.cli import main; main()" "$@"\n',
        encoding="utf-8",
    )
    (tmp_path / "iamproof").chmod(0o755)
    script = (
        'eval "$(_IAMPROOF_COMPLETE=bash_source iamproof)"\n'
        "COMP_WORDS=(iamproof ver); COMP_CWORD=1\n"
        '_iamproof_completion iamproof\necho "${COMPREPLY[@]}"\n'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "verify\n"
