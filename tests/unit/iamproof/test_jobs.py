"""Several processes decide as one does; what a dead one leaves is never a pass."""

from __future__ import annotations

import os
import signal
import threading
import time
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from iamproof.cli import main
from iamproof.jobs import Ahead, can_share, in_order, settled_by
from simulator.catalogue import load
from simulator.suites.load import load_suites
from simulator.suites.run import EmbeddedRunner, Settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.suites.cells import Cell

USERS = [f"user{number}" for number in range(60)]
SUITE = """\
suite: Many
account:
  id: "123456789012"
  policies: {own: ../policies/own.json}
  users: {%s}
resources:
  home:
    own: arn:aws:s3:::homes/${aws:username}/a
    others: arn:aws:s3:::homes/someone/a
scenarios:
  - name: Homes
    as: [%s]
    session: [with MFA, access key]
    actions: ["s3:GetObject", "s3:PutObject"]
    on: home
    expect: allow
"""
OWN = """\
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::homes/${aws:username}/*"}]}
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of 480 cells, three of four of which fail."""
    for name in ("scenarios", "policies"):
        (tmp_path / name).mkdir()
    (tmp_path / "policies" / "own.json").write_text(OWN)
    users = ", ".join(f"{name}: {{policies: [own]}}" for name in USERS)
    (tmp_path / "scenarios" / "many.yaml").write_text(SUITE % (users, ", ".join(USERS)))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cells(folder: Path) -> tuple[Cell, ...]:
    return load_suites([folder / "scenarios"]).cells()


def no_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def in_a_worker(monkeypatch: pytest.MonkeyPatch, act: Callable[[Cell], None]) -> None:
    """Let every process but this one *act* before it decides a cell."""
    here, settled = os.getpid(), EmbeddedRunner.settled

    def acting(self: EmbeddedRunner, cell: Cell) -> Settled:
        if os.getpid() != here:
            act(cell)
        return settled(self, cell)

    monkeypatch.setattr(EmbeddedRunner, "settled", acting)


@pytest.mark.parametrize("count", [2, 3, 500])
def test_results_are_those_of_one_process_in_their_order(cells: tuple[Cell, ...], count: int) -> None:
    alone, runner = EmbeddedRunner(cells, load()), EmbeddedRunner(cells, load())
    assert can_share(runner, cells)
    lost: list[Cell] = []
    shared = [settled.of(cell) for cell, settled in settled_by(runner, cells, count, lost=lost)]
    assert shared == [alone.result(cell) for cell in cells]
    assert not lost
    assert no_children()


@pytest.mark.parametrize(("how", "said"), [("kill", "was ended by signal 9"), ("raise", "ended with 1")])
def test_cells_of_a_dead_process_are_errors(
    cells: tuple[Cell, ...], monkeypatch: pytest.MonkeyPatch, how: str, said: str
) -> None:
    def die(cell: Cell) -> None:
        if cell is cells[200]:
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise ValueError

    in_a_worker(monkeypatch, die)
    lost: list[Cell] = []
    found = list(settled_by(EmbeddedRunner(cells, load()), cells, 2, lost=lost))
    assert [cell for cell, _ in found] == list(cells)
    assert [cell for cell, settled in found if settled.outcome == "error"] == lost
    assert cells[200] in lost
    assert cells[199] in lost  # the block is told as a whole
    assert cells[100] not in lost
    assert f"not decided: the process that decides it {said}" in str(found[200][1].message)
    assert no_children()


def test_who_stops_early_leaves_no_process(cells: tuple[Cell, ...]) -> None:
    running = settled_by(EmbeddedRunner(cells, load()), cells, 3, lost=[])
    assert len(list(islice(running, 5))) == 5
    running.close()  # type: ignore[attr-defined]  # a generator; what an interrupt does
    assert no_children()


def test_where_there_is_no_fork_one_process_decides(cells: tuple[Cell, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_share(EmbeddedRunner(cells, load()), cells)
    assert not can_share(EmbeddedRunner(cells, load()), cells[:10])
    monkeypatch.delattr(os, "fork")
    assert not can_share(EmbeddedRunner(cells, load()), cells)


@pytest.mark.parametrize("options", [(), ("-x",), ("--max-failures", "70"), ("-k", "own", "--coverage")])
def test_the_report_is_the_same_to_the_byte(
    folder: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    texts = []
    for more in ((), ("--jobs", "3"), ("-j2",)):
        command = ["test", "--report", "json=run.json", *options, *more]
        monkeypatch.setattr("sys.argv", ["iamproof", *command])
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert ended.value.code == 1
        texts.append((folder / "run.json").read_bytes())
    assert texts[0].count(b"failed") > 0
    assert texts == [texts[0]] * 3


def test_a_dead_process_ends_the_command_with_4(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_a_worker(monkeypatch, lambda _: os._exit(9))
    with pytest.raises(SystemExit) as ended:
        main(["test", "--report", "json=run.json", "--jobs", "2"])
    assert ended.value.code == 4
    assert "a process ended before it had decided its 480 cells" in capsys.readouterr().err
    assert (folder / "run.json").read_text().count('"outcome":"error"') == 480


def test_what_is_done_ahead_is_the_same_in_order() -> None:
    ahead = Ahead(str, range(200))
    assert [str(number) for number in range(200)] == list(ahead)
    ahead.stop()
    assert no_children()


def test_what_a_dead_process_leaves_undone_is_done_here() -> None:
    here = os.getpid()

    def twice(number: int) -> int:
        if number == 3 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * number

    ahead = Ahead(twice, range(6))
    assert list(ahead) == [0, 2, 4, 6, 8, 10]
    ahead.stop()
    assert no_children()


def test_a_defect_ahead_is_a_defect_here() -> None:
    def fail(number: int) -> int:
        raise ZeroDivisionError(number)

    ahead = Ahead(fail, [1])
    with pytest.raises(ZeroDivisionError):
        list(ahead)
    ahead.stop()


def test_what_is_not_waited_for_is_ended() -> None:
    ahead = Ahead(time.sleep, [600])
    ahead.stop()
    assert no_children()


@pytest.mark.parametrize("jobs", [1, 2, 3, 64])
def test_what_several_processes_find_comes_in_order(jobs: int) -> None:
    assert list(in_order(str, range(500), jobs=jobs, died=pytest.fail)) == [str(number) for number in range(500)]
    assert no_children()


def test_what_a_killed_process_of_several_leaves_undone_is_done_here() -> None:
    here, told = os.getpid(), list[str]()

    def twice(number: int) -> int:
        if number == 100 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * number

    assert list(in_order(twice, range(500), jobs=2, died=told.append)) == list(range(0, 1000, 2))
    assert told == ["was ended by signal 9"]
    assert no_children()


def test_processes_that_are_killed_while_they_work_hold_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    here, fork, begun, told = os.getpid(), os.fork, list[int](), list[str]()

    def slow(number: int) -> int:
        if os.getpid() != here:
            time.sleep(600)
        return number

    def kill() -> None:
        for process in begun:
            os.kill(process, signal.SIGKILL)

    def noted() -> int:
        begun.append(fork())
        return begun[-1]

    monkeypatch.setattr(os, "fork", noted)
    running = in_order(slow, range(100), jobs=2, died=told.append)
    threading.Timer(0.2, kill).start()
    assert list(running) == list(range(100))
    assert told == ["was ended by signal 9"] * 2
    assert no_children()
