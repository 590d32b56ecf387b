"""``iamproof test --watch``, driven as a process: files change under it, and it says what became of the cells."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
WAITING = "watching "

POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "%s", "Resource": "*"}]}\n'
SUITE = """\
suite: Of %(name)s
policies: [%(policy)s]
scenarios:
  - name: it reads
    actions: iam:ListUsers
    expect: %(verdict)s
"""

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform == "win32", reason="the tests end it by the signal of Ctrl-C"),
]


class Watching:
    """A running ``iamproof test --watch``; its lines arrive one by one."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        command = [sys.executable, "-c", "from iamproof.cli import main; main()", "test", "--watch", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(None)

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait(60)
        self._listener.join(60)

    def turn(self, *, until: str = WAITING) -> str:
        """Return what is said until it waits for a change again, or until it is over."""
        found = []
        while (line := self._lines.get(timeout=60)) is not None:
            found.append(line)
            if line.startswith(until):
                break
        return "".join(found)

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C; return the exit code and the last words."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60), self.turn()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Watching]]:
    """Starts a watch in the folder of the test, and ends it."""
    started: list[Watching] = []

    def start(*arguments: str) -> Watching:
        started.append(Watching(tmp_path, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.end()


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def two_suites(folder: Path) -> None:
    """Two suites, each of a policy of its own."""
    for name in ("one", "two"):
        (folder / "scenarios").mkdir(exist_ok=True)
        suite(folder, name)
        policy(folder, name, "iam:ListUsers")


def suite(folder: Path, name: str, verdict: str = "allow") -> None:
    text = SUITE % {"name": name, "policy": f"../{name}.json", "verdict": verdict}
    (folder / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")


def policy(folder: Path, name: str, action: str) -> None:
    (folder / f"{name}.json").write_text(POLICY % action, encoding="utf-8")


def test_a_changed_policy_decides_its_own_cells_anew_and_tells_what_flipped(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    watching = watch()
    assert "Verdict: as expected\n" in watching.turn()
    policy(tmp_path, "one", "iam:GetUser")
    said = watching.turn()
    assert " one.json changed: 1 of 2 cells decided anew\n" in said
    cell = "scenarios/one.yaml::it reads::principal[any sign-in]-iam:ListUsers-*"
    assert f"  decided otherwise: {cell}: allowed → implicitDeny (fails now)\n" in said
    assert "2 cells, 1 unexpected deny" in said
    assert "Verdict: not as expected\n" in said
    policy(tmp_path, "one", "iam:List*")
    said = watching.turn()
    assert f"  decided otherwise: {cell}: implicitDeny → allowed (opened, no longer fails)\n" in said
    assert "Verdict: as expected\n" in said


def test_a_changed_suite_decides_its_own_cells_anew(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    watching = watch()
    watching.turn()
    suite(tmp_path, "two", "deny")
    said = watching.turn()
    assert " scenarios/two.yaml changed: 1 of 2 cells decided anew\n" in said
    assert "  expected otherwise: scenarios/two.yaml" in said


def test_an_invariant_is_proved_anew_when_its_policy_changed(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    path = tmp_path / "scenarios" / "two.yaml"
    claim = "invariants:\n  - {name: nobody deletes, actions: iam:DeleteUser, expect: deny}\n"
    path.write_text(path.read_text(encoding="utf-8") + claim, encoding="utf-8")
    watching = watch("--failures")
    assert "Verdict: as expected\n" in watching.turn()
    policy(tmp_path, "one", "iam:List*")
    assert " one.json changed: 1 of 2 cells and 0 of 1 invariant decided anew\n" in watching.turn()
    policy(tmp_path, "two", "iam:*")
    said = watching.turn()
    assert " two.json changed: 1 of 2 cells and 1 of 1 invariant decided anew\n" in said
    assert "nobody deletes" in said
    assert "Verdict: not as expected\n" in said
    policy(tmp_path, "one", "iam:ListU*")
    said = watching.turn()
    assert " and 0 of 1 invariant decided anew\n" in said
    assert "Verdict: not as expected\n" in said


def test_a_broken_file_is_told_and_watching_goes_on(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    watching = watch()
    watching.turn()
    suite(tmp_path, "one", "alow")
    said = watching.turn()
    assert "scenarios/one.yaml:6:13: error[wrong-value]: `alow` is not a verdict" in said
    assert "did you mean `allow`?" in said
    policy(tmp_path, "two", "iam:GetUser")
    watching.turn()
    suite(tmp_path, "one")
    said = watching.turn()
    assert "two.json" in said, "what changed while a file was broken is not forgotten"
    assert "2 of 2 cells decided anew" in said
    assert "2 cells, 1 unexpected deny" in said


def test_it_starts_with_a_broken_file_too(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    (tmp_path / "one.json").unlink()
    watching = watch()
    assert "there is no file `one.json`" in watching.turn()
    policy(tmp_path, "one", "iam:ListUsers")
    assert "Verdict: as expected\n" in watching.turn()


def test_a_new_suite_and_one_that_is_gone_are_noticed(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    watching = watch()
    watching.turn()
    policy(tmp_path, "three", "iam:ListUsers")
    suite(tmp_path, "three")
    said = watching.turn()
    assert "1 of 3 cells decided anew\n" in said
    assert "  new: scenarios/three.yaml::" in said
    (tmp_path / "scenarios" / "three.yaml").unlink()
    said = watching.turn()
    assert "a file is gone: 0 of 2 cells decided anew\n" in said
    assert "  gone: scenarios/three.yaml::" in said


def test_a_changed_account_or_extended_file_touches_the_suites_that_read_it(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    text = "suite: With an account\nextends: base.yaml\nscenarios:\n  - {name: reads, as: ann, actions: iam:ListUsers, expect: allow}\n"
    account = "id: '111111111111'\nusers: {ann: {policies: [../one.json]}}\n"
    write(tmp_path, **{"scenarios__more.yaml": text})
    write(tmp_path, **{"scenarios__base.yaml": "account: account.yaml\n", "scenarios__account.yaml": account})
    watching = watch()
    watching.turn()
    write(tmp_path, **{"scenarios__account.yaml": account.replace("one", "two")})
    assert " scenarios/account.yaml changed: 1 of 3 cells decided anew\n" in watching.turn()
    write(tmp_path, **{"scenarios__base.yaml": "account: account.yaml\ntags: [more]\n"})
    assert " scenarios/base.yaml changed: 1 of 3 cells decided anew\n" in watching.turn()


def test_the_configuration_touches_everything(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    watching = watch()
    watching.turn()
    write(tmp_path, **{"iamproof.yaml": "format: 1\n"})
    assert " iamproof.yaml changed: 2 of 2 cells decided anew\n" in watching.turn()


def test_reports_are_written_of_all_cells_each_time(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    watching = watch("--report", "csv=out.csv")
    watching.turn()
    policy(tmp_path, "one", "iam:GetUser")
    watching.turn()
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert sum("failed" in line for line in lines) == 1


def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    watching = watch()
    watching.turn()
    assert watching.interrupt() == (130, "\nno longer watching\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--list",), "`--list` and `--watch` exclude each other"),
        (("-k", "a b"), "two words stand side by side"),
        (("--only", "actoin=*"), "did you mean `action=…`?"),
        (("--backend", "awss"), "did you mean `aws`?"),
        (("--report", "htm=x"), "did you mean `html`?"),
    ],
)
def test_a_wrong_option_ends_it_at_once(tmp_path: Path, watch: Any, arguments: tuple[str, ...], said: str) -> None:
    two_suites(tmp_path)
    watching = watch(*arguments)
    assert said in watching.turn()
    assert watching.process.wait(60) == 2


def test_a_selection_holds_in_each_turn(tmp_path: Path, watch: Any) -> None:
    two_suites(tmp_path)
    watching = watch("-k", "two")
    assert "1 cell, 1 left out by selection" in watching.turn()
    policy(tmp_path, "two", "iam:GetUser")
    assert " two.json changed: 1 of 1 cell decided anew\n" in watching.turn()
