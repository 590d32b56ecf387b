"""What shells complete, asked as they ask: by the protocol of click's own scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import click
import pytest

from iamproof.cli import COMMANDS, completing
from tests.e2e.prompt import SHELLS, typed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "complete-in-the-shell.md"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    """A shell, where it is installed."""
    name = str(request.param)
    if shutil.which(name) is None:
        pytest.skip(f"needs {name}")
    return name


def ask(shell: str, words: list[str], *, folder: Path = ROOT) -> list[str]:
    """Return the values that *shell* would offer for the last of *words*; a file is ``<file>``."""
    if shell == "bash":
        variables = {"COMP_LINE": " ".join(words)}
    elif shell == "fish":
        variables = {"COMP_WORDS": " ".join(words[:-1]), "COMP_CWORD": words[-1]}
    else:
        variables = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    lines = run(f"{shell}_complete", variables, folder).rstrip("\n").splitlines()
    if shell == "zsh":  # type, value and help, a line each
        pairs = list(zip(lines[0::3], lines[1::3], strict=True))
    else:
        cut = " " if shell == "bash" else ","
        pairs = [(kind, rest.partition("\t")[0]) for kind, _, rest in (line.partition(cut) for line in lines)]
    return [value if kind in ("plain", "part") else f"<{kind}>" for kind, value in pairs]


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
        (["test", "--report", "ht"], ["html=report.html"]),
        (["report", "x.json", "--to", "sar"], ["sarif=report.sarif"]),
        (["test", "--backend", "mo"], ["moto"]),
        (["parity", "--backend", "rec"], ["recording:"]),
        (["test", "--tag", "chi"], ["china"]),
        (["test", "--only", "prin"], ["principal="]),
        (["test", "--only", "principal=web"], ["principal=webrole"]),
        (["test", "--root", ""], ["<dir>"]),
        (["explain", "--account", ""], ["<file>"]),
        (["explain", "--action", "iam:resync"], ["iam:ResyncMFADevice"]),
        (["explain", "--policy", "AdministratorAccess"], ["AdministratorAccess"]),
        (["init", "AmazonEC2Full"], ["AmazonEC2FullAccess"]),
        (["schema", "acc"], ["account"]),
        (["sweep", "--as", "ec2"], ["ec2webuser"]),
        (["sweep", "--session", "with M"], ["with MFA"]),
        (["sweep", "--compare", "ec2"], ["ec2webuser"]),
        (["mutate", "--policy", "IAMUsers"], ["IAMUsersMFAManagement"]),
        (["explain", "--as", "ec2"], ["ec2webuser"]),
        (["test", "--control", "NIST-800-53r5:AC-6(10"], ["NIST-800-53r5:AC-6(10)"]),
        (["catalogue", "administratoracc"], ["AdministratorAccess"]),
        (["catalogue", "iam:resync"], ["iam:ResyncMFADevice"]),
        (["controls", "NIST"], ["NIST-800-53r5"]),
        (["diff", "AmazonEC2Full"], ["AmazonEC2FullAccess"]),
        (["coverage", "--lcov", ""], ["<file>"]),
    ],
    ids=" ".join,
)
def test_options_and_their_values_are_completed(words: list[str], offered: list[str]) -> None:
    found = ask("zsh", ["iamproof", *words])
    assert found[: len(offered)] == offered
    assert set(offered) <= set(found)


def test_cells_are_completed() -> None:
    found = ask("zsh", ["iamproof", "explain", "scenarios/china.yaml::CN-06"])
    assert found[0].startswith("scenarios/china.yaml::CN-06::chinaadmin[")
    assert "scenarios/china.yaml::CN-06::chinaadmin[with MFA]-ec2:TerminateInstances-instance" in found
    # bash replaces what stands behind the last colon.
    found = ask("bash", ["iamproof", "explain", "scenarios/china.yaml::CN-06"])
    assert r"CN-06::chinaadmin\[with\ MFA\]-ec2:TerminateInstances-instance" in found


def test_many_cells_are_completed_part_by_part() -> None:
    """A list that is cut at some number would let the shell complete what only its beginning has in common."""
    found = ask("zsh", ["iamproof", "explain", "scenarios/"])
    parts = [one for one in found if "::" in one]
    assert "scenarios/china.yaml::" in parts
    assert all(one.endswith(".yaml::") for one in parts)


def test_ids_are_completed_of_suites_that_stand_elsewhere(tmp_path: Path) -> None:
    account = '{id: "123456789012", users: {ann: {}}}'
    text = f"suite: S\naccount: {account}\nscenarios: [{{name: N, as: ann, actions: iam:ListUsers, expect: deny}}]\n"
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    found = ask("zsh", ["iamproof", "explain", "own.yaml::N"], folder=tmp_path)
    assert [one.partition("[")[0] for one in found] == ["own.yaml::N::ann"]


@pytest.mark.parametrize("text", ["suite: [", "\0", None])
def test_suites_that_cannot_be_read_complete_nothing(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "scenarios").mkdir()
        (tmp_path / "scenarios" / "half.yaml").write_text(text, encoding="utf-8")
    for words in (["test", "--tag", ""], ["test", "--only", "principal="]):
        assert ask("zsh", ["iamproof", *words], folder=tmp_path) == []
    assert ask("zsh", ["iamproof", "explain", "scenarios/half.yaml::"], folder=tmp_path) == ["<file>"]


def test_suites_that_take_too_long_complete_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_on(*_: object, **__: object) -> None:
        while True:
            with suppress(OSError):  # as a reader of files does
                time.sleep(0.01)

    monkeypatch.setattr(completing, "_SECONDS", 0.05)
    monkeypatch.setattr("simulator.suites.load.load_suites", read_on)
    command = click.Command("test")
    assert completing.tags(click.Context(command), click.Option(["--tag"]), "") == []


@pytest.mark.parametrize("words", ["iamproof test --tag", "iamproof 'no", "iamproof nowhere x", "", "\\"])
def test_whatever_is_typed_there_is_no_word_of_a_fault(words: str) -> None:
    """What `run` holds: nothing on stderr."""
    run("bash_complete", {"COMP_LINE": words}, ROOT)
    run("zsh_complete", {"COMP_WORDS": words, "COMP_CWORD": "1"}, ROOT)
    run("fish_complete", {"COMP_WORDS": words, "COMP_CWORD": words}, ROOT)


def test_the_page_has_the_line_for_each_shell() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for shell in re.findall(r"_IAMPROOF_COMPLETE=(\w+)_source iamproof", text):
        assert "_IAMPROOF_COMPLETE" in run(f"{shell}_source", {}, ROOT)
    assert len(re.findall(r"_source iamproof", text)) == 3


CELL = "scenarios/china.yaml::CN-06::chinaadmin[with MFA]-ec2:TerminateInstances-instance"


def test_every_shell_completes_to_what_the_command_takes(shell: str, tmp_path: Path) -> None:
    """Typed with the tabulator: colons, blanks and brackets arrive as they are in the id."""
    line = r"iamproof explain --action iam:resync~scenarios/china.yaml::CN-06::chinaadmin\[wi~"
    found = typed(shell, line.replace("~", "\t"), tmp_path, ROOT)
    assert found == ["explain", "--action", "iam:ResyncMFADevice", CELL]


def test_every_shell_goes_on_behind_a_part(shell: str, tmp_path: Path) -> None:
    line = r"iamproof test --only prin~webr~--control NIST-800-53r5:IA-2\(1~--ta~chi~"
    found = typed(shell, line.replace("~", "\t"), tmp_path, ROOT)
    assert found == ["test", "--only", "principal=webrole", "--control", "NIST-800-53r5:IA-2(1)", "--tag", "china"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_inside_of_quotes(tmp_path: Path) -> None:
    for quote in "'\"":
        assert typed("bash", f"iamproof explain {quote}{CELL[:52]}\t", tmp_path, ROOT) == ["explain", CELL]
