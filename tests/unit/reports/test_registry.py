"""The table of formats and the writer: endings, folders, whole files or none."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import reports
import reports.json
from simulator.errors import InputError
from simulator.suites.result import Live
from tests.unit.reports.sample import make_run, sample_cells, sample_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.suites.result import Run


@pytest.mark.parametrize(
    ("name", "fmt"),
    [
        ("out/report.json", "json"),
        ("a.HTML", "html"),
        ("a.md", "md"),
        ("a.xml", "junit"),
        ("a.junit.xml", "junit"),
        ("a.sarif", "sarif"),
        ("a.sarif.json", "sarif"),
        ("a.oscal.json", "oscal"),
        ("a.csv", "csv"),
        ("oscal.json", "json"),
    ],
)
def test_an_ending_names_the_format(name: str, fmt: str) -> None:
    assert fmt == reports.format_of(name)


@pytest.mark.parametrize("name", ["report", "report.txt", "json", ""])
def test_an_unknown_ending_is_bad_input_that_lists_the_formats(name: str) -> None:
    with pytest.raises(InputError) as caught:
        reports.format_of(name)
    assert "sarif" in caught.value.diagnostics[0].help


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        reports.render(sample_run(), "junti")
    assert caught.value.diagnostics[0].help == "did you mean `junit`?"


@pytest.mark.parametrize("fmt", sorted(reports.FORMATS))
def test_every_format_is_written_as_it_renders(fmt: str, tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "report.bin"
    assert (target,) == reports.write(sample_run(), target, fmt)
    assert reports.render(sample_run(), fmt) == target.read_bytes().decode()
    assert [target] == list(target.parent.iterdir())


@pytest.mark.parametrize("fmt", sorted(reports.FORMATS))
def test_every_format_is_the_same_to_the_byte(fmt: str) -> None:
    assert reports.render(sample_run(), fmt) == reports.render(sample_run(), fmt)


def test_nothing_half_written_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.json"
    target.write_text("before")

    def breaks(run: Run, beside: object) -> Iterator[str]:
        del beside
        yield "{"
        raise RuntimeError(run.backend)

    monkeypatch.setattr(reports.json, "chunks", breaks)
    with pytest.raises(RuntimeError, match="embedded"):
        reports.write(sample_run(), target)
    assert target.read_text() == "before"
    assert [target] == list(tmp_path.iterdir())


def test_a_folder_in_the_way_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(InputError, match="it is a folder"):
        reports.write(sample_run(), tmp_path / "a.json")


def test_a_file_in_the_way_of_a_folder_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="can't be written"):
        reports.write(sample_run(), tmp_path / "file" / "a.json")


@pytest.mark.parametrize("name", ["nul\x00.json", "a" * 300 + ".json"])
def test_an_impossible_name_is_bad_input(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written"):
        reports.write(sample_run(), str(tmp_path / name))


def test_a_report_is_as_readable_as_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    (written,) = reports.write(sample_run(), tmp_path / "a.csv")
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == stat.S_IMODE(written.stat().st_mode)


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "real" / "a.csv")
    reports.write(sample_run(), tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real" / "a.csv").is_file()


def test_a_pipe_is_written_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()), daemon=True)
    reader.start()
    reports.write(sample_run(), pipe)
    reader.join(5)
    assert [reports.render(sample_run(), "csv").replace("\r\n", "\n")] == received
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_an_unknown_option_is_a_programming_error() -> None:
    with pytest.raises(TypeError):
        reports.render(sample_run(), "json", colour=True)


@pytest.mark.parametrize("name", sorted(reports.FORMATS))
def test_a_difference_of_the_live_services_is_told_with_its_rule(name: str) -> None:
    """In every format."""
    plain = next(cell for cell in sample_cells() if cell.outcome == "passed" and cell.live is None)
    differs = replace(plain, id="x", action="s3:ListParts", live=Live("implicitDeny", "X77: delegates"))
    assert "X77" in reports.render(make_run((plain, differs)), name)
