"""``iamproof parity``, run as people run it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.asked import CELLS, run, write_suite
from tests.e2e.test_record import rewrite
from tests.unit.backends.faulty import FaultyIam

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

pytestmark = pytest.mark.timeout(120)

KNOWN = """\
format: 1
divergences:
  - reason: reading is judged otherwise over there
    what: decision
    backends: [embedded, recording]
    action: S3:get*
    resource: arn:aws:s3:::box/*
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite, a recording ``same.json`` of our answers and one, ``other.json``, that differs."""
    folder = tmp_path_factory.mktemp("parity")
    write_suite(folder)
    with FaultyIam() as iam:
        assert run(folder, "record", "boxes.yaml", "--to", "same.json", "--endpoint-url", iam.url).returncode == 0
    rewrite(folder / "same.json", folder / "other.json", "s3:GetObject", "explicitDeny")
    return folder


def compared(folder: Path, other: str, *options: str) -> CompletedProcess[str]:
    return run(folder, "parity", "boxes.yaml", "--backend", "embedded", "--backend", other, *options)


def data(done: CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def known(folder: Path, text: str) -> str:
    (folder / "known.yaml").write_text(text, encoding="utf-8")
    return "--known=known.yaml"


@pytest.mark.parametrize("other", ["moto", "recording:same.json"])
def test_backends_that_agree(folder: Path, other: str) -> None:
    done = compared(folder, other)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"{CELLS} cells, {CELLS} requests: {CELLS} answered alike\n")


def test_a_difference_is_told_with_both_answers_and_its_cells(folder: Path) -> None:
    done = compared(folder, "recording:other.json")
    assert done.returncode == 1
    assert "1. decision: s3:GetObject on arn:aws:s3:::box/ann/a\n" in done.stdout
    assert "   embedded              allowed; by Boxes#Read\n" in done.stdout
    assert "   recording:other.json  explicitDeny; by Boxes#Read\n" in done.stdout
    assert "   cell: boxes.yaml::" in done.stdout
    assert done.stdout.endswith("8 cells, 8 requests: 4 answered alike, 4 differ\n")


def test_the_json_has_what_the_text_has(folder: Path) -> None:
    found = data(compared(folder, "recording:other.json", "--format", "json"))
    assert (found["schema"], found["requests"], found["alike"], found["differing"], found["unknown"]) == (
        "iamproof/parity@1",
        CELLS,
        4,
        4,
        4,
    )
    assert {(one["what"], one["action"], one["reason"]) for one in found["differences"]} == {
        ("decision", "s3:GetObject", None)
    }


def test_a_known_divergence_with_its_reason_is_no_failure(folder: Path) -> None:
    done = compared(folder, "recording:other.json", known(folder, KNOWN))
    assert done.returncode == 0
    assert "   known: reading is judged otherwise over there\n" in done.stdout
    assert done.stdout.endswith("4 answered alike, 4 differ as known\n")


def test_a_known_divergence_without_a_reason_is_refused_with_its_line(folder: Path) -> None:
    for text in ("  - what: decision", '  - {reason: " ", what: decision}'):
        done = compared(folder, "recording:other.json", known(folder, f"format: 1\ndivergences:\n{text}\n"))
        assert (done.returncode, done.stdout) == (2, "")
        assert "known.yaml:3:" in done.stderr
        assert "reason" in done.stderr


@pytest.mark.parametrize(
    ("what", "complaint"),
    [("decisoin", "decision"), ("[decision]", "known.yaml:4:11"), ("decision\n    acton: s3:*", "`action`")],
)
def test_a_slip_in_the_known_divergences_is_set_right(folder: Path, what: str, complaint: str) -> None:
    done = compared(folder, "moto", known(folder, f"format: 1\ndivergences:\n  - reason: x\n    what: {what}\n"))
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


def test_a_known_divergence_that_is_gone_is_told(folder: Path) -> None:
    """So that the list does not outlive its reasons."""
    done = compared(folder, "recording:same.json", known(folder, KNOWN))
    assert done.returncode == 0
    assert "Known, but not seen any more: reading is judged otherwise over there (known.yaml:3:" in done.stdout
    found = data(compared(folder, "recording:same.json", "--known=known.yaml", "--format=json"))
    assert [one["reason"] for one in found["unused"]] == ["reading is judged otherwise over there"]


def test_a_known_divergence_of_other_backends_excuses_nothing(folder: Path) -> None:
    text = KNOWN.replace("[embedded, recording]", "[moto, aws]")
    assert compared(folder, "recording:other.json", known(folder, text)).returncode == 1


def test_an_answer_that_is_missing_ends_with_3(folder: Path) -> None:
    with FaultyIam() as iam:
        run(folder, "record", "boxes.yaml", "-k", "write", "--to", "part.json", "--endpoint-url", iam.url)
    done = compared(folder, "recording:part.json")
    assert done.returncode == 3
    assert "Without an answer: 4 of 8 requests\n" in done.stdout
    assert done.stdout.endswith("8 requests: 4 answered alike, 4 without an answer\n")


def test_the_service_itself_can_be_one_of_the_two(folder: Path) -> None:
    with FaultyIam() as iam:
        done = compared(folder, "aws", "--endpoint-url", iam.url)
    assert done.returncode == 0, done.stderr
    assert f"aws: answers of {iam.url}, account 123456789012\n" in done.stdout


@pytest.mark.parametrize("backends", [(), ("embedded",), ("embedded", "moto", "aws")])
def test_two_backends_are_compared(folder: Path, backends: tuple[str, ...]) -> None:
    done = run(folder, "parity", "boxes.yaml", *(word for name in backends for word in ("--backend", name)))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"two backends are compared, not {len(backends)}" in done.stderr
