"""``iamproof record`` and what its files are for, run as people run them against an endpoint that misbehaves."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from simulator.backends import recording
from simulator.backends.batch import SimulationAnswer
from tests.e2e.asked import CELLS, environment, run, write_suite
from tests.serving import COMMAND
from tests.unit.backends.faulty import FaultyIam

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.backends.batch import Outcome

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the suite lies."""
    write_suite(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the suite and the recording ``kept.json`` of all its cells; who was asked is gone."""
    folder = tmp_path_factory.mktemp("kept")
    write_suite(folder)
    with FaultyIam() as iam:
        done = run(folder, "record", "boxes.yaml", "--to", "kept.json", "--endpoint-url", iam.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert f"asking {iam.url}, account 123456789012: {CELLS} requests in 2 calls" in done.stderr
    assert f"wrote kept.json: {CELLS} answers" in done.stderr
    return folder, iam.url


def report(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run the suite; return the exit code, the JSON and the text."""
    done = run(folder, "test", "boxes.yaml", "--report", "json=out.json", *arguments)
    return done.returncode, json.loads((folder / "out.json").read_text(encoding="utf-8")), done.stdout


def calls(iam: FaultyIam) -> list[str]:
    """What was answered rightly, each call as a text."""
    return [json.dumps(params, sort_keys=True, default=str) for params in iam.answered]


# --- recordings -------------------------------------------------------------------------------------


def test_a_recording_decides_offline(kept: tuple[Path, str]) -> None:
    """Nobody listens at the endpoint any more; the verdict says whose answers these are."""
    code, found, text = report(kept[0], "--backend", "recording:kept.json")
    assert (code, found["summary"]["passed"], found["backend"]) == (0, CELLS, "recording")
    assert f"Decisions: answers of {kept[1]}, account 123456789012, recorded on " in text


def test_a_recording_can_be_reviewed(kept: tuple[Path, str]) -> None:
    """Provenance first, then each answer on a line, in order of the actions."""
    text = (kept[0] / "kept.json").read_text(encoding="utf-8")
    found = json.loads(text)
    assert list(found)[:7] == ["schema", "generation", "account", "region", "endpoint_url", "started", "finished"]
    lines = [line for line in text.splitlines() if line.lstrip().startswith('{"request"')]
    actions = [json.loads(line.rstrip(","))["request"]["ActionNames"] for line in lines]
    assert (len(actions), actions) == (CELLS, sorted(actions))


def test_what_was_not_recorded_is_named_and_ends_with_3(folder: Path) -> None:
    with FaultyIam() as iam:
        run(folder, "record", "boxes.yaml", "-k", "write", "--to", "part.json", "--endpoint-url", iam.url)
    code, found, _ = report(folder, "--backend", "recording:part.json")
    assert code == 3
    missing = [cell for cell in found["cells"] if cell["outcome"] == "error"]
    assert {cell["action"] for cell in missing} == {"s3:GetObject"}
    assert {cell["outcome"] for cell in found["cells"] if cell["action"] == "s3:PutObject"} == {"passed"}
    request = "`s3:GetObject` on `arn:aws:s3:::box/ann/a` by `arn:aws:iam::123456789012:user/ann`"
    assert f"has no answer for {request}" in missing[0]["message"]


@pytest.mark.parametrize("option", ["--backend=recording:edited.json", "--corroborate=edited.json"])
def test_an_edited_recording_is_refused(kept: tuple[Path, str], option: str) -> None:
    folder = kept[0]
    text = (folder / "kept.json").read_text(encoding="utf-8")
    (folder / "edited.json").write_text(text.replace("implicitDeny", "allowed", 1), encoding="utf-8")
    done = run(folder, "test", "boxes.yaml", option)
    assert (done.returncode, done.stdout) == (2, "")
    assert "`edited.json` is not as it was recorded: its digest differs" in done.stderr


def test_an_interrupted_recording_goes_on_where_it_stopped(folder: Path) -> None:
    """What was on its way is kept too, and no request is answered twice."""
    target = ("record", "boxes.yaml", "--to", "long.json", "--endpoint-url")
    with FaultyIam("", "", "hold", page=1) as iam:
        with subprocess.Popen(
            [*COMMAND, *target, iam.url], cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True
        ) as process:
            assert iam.held.wait(60)
            process.send_signal(signal.SIGINT)
            iam.go.set()
            _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "what was answered is kept, and the same command goes on from there" in err
        assert "Traceback" not in err
        assert not (folder / "long.json").exists()
        done = run(folder, *target, iam.url)
        assert done.returncode == 0, done.stderr
        assert sorted(calls(iam)) == sorted(set(calls(iam)))
    assert not (folder / "long.json.part").exists()
    assert report(folder, "--backend", "recording:long.json")[1]["summary"]["passed"] == CELLS


def test_a_recording_that_is_refused_on_the_way_keeps_what_it_has(folder: Path) -> None:
    """With exit code 3, and without asking on in vain; with better credentials the same command ends it."""
    target = ("record", "boxes.yaml", "--to", "denied.json", "--endpoint-url")
    with FaultyIam("", "", *["AccessDenied"] * 2) as iam:
        done = run(folder, *target, iam.url)
        assert done.returncode == 3
        assert "4 of 8 requests have no answer: AccessDenied: not now" in done.stderr
        assert iam.requests == 3
        assert run(folder, *target, iam.url).returncode == 3  # refused once more
        assert run(folder, *target, iam.url).returncode == 0
        assert len(calls(iam)) == len(set(calls(iam))) == 2


# --- faults through the command ---------------------------------------------------------------------


def test_what_passes_is_outlasted_and_nothing_asked_twice(folder: Path) -> None:
    """A 500, cut and garbled bodies, a dropped connection, a throttling: pages are followed, cells decided."""
    with FaultyIam("", "500", "cut", "garbage", "drop", "Throttling", page=1) as iam:
        code, found, _ = report(folder, "--backend", "aws", "--endpoint-url", iam.url)
        assert (code, found["summary"]["passed"]) == (0, CELLS)
        assert len(calls(iam)) == len(set(calls(iam))) == 4  # two principals, two pages each
        assert iam.requests == 1 + 5 + 4


def test_cells_without_an_answer_are_errors_and_end_with_3(folder: Path) -> None:
    """The others keep theirs."""
    with FaultyIam("", "", "AccessDenied") as iam:
        code, found, text = report(folder, "--backend", "aws", "--endpoint-url", iam.url)
        assert iam.requests == 3
    assert (code, found["summary"]["errors"], found["summary"]["passed"]) == (3, CELLS // 2, CELLS // 2)
    assert {cell["message"] for cell in found["cells"] if cell["outcome"] == "error"} == {
        "`aws` could not answer: AccessDenied: not now"
    }
    assert f"{CELLS} cells, {CELLS // 2} undecided (error)" in text


def test_an_interrupted_run_is_reported_as_incomplete(folder: Path) -> None:
    arguments = ("test", "boxes.yaml", "--backend", "aws", "--report", "json=out.json", "--endpoint-url")
    with (
        FaultyIam("", "hold", "hold") as iam,
        subprocess.Popen(
            [*COMMAND, *arguments, iam.url],
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert iam.held.wait(60)
        process.send_signal(signal.SIGINT)
        iam.go.set()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Verdict: incomplete\n" in out
    assert "what was decided so far is reported as INCOMPLETE" in err
    assert "Traceback" not in err
    summary = json.loads((folder / "out.json").read_text(encoding="utf-8"))["summary"]
    assert (summary["verdict"], summary["not_run"]) == ("incomplete", CELLS)


def test_an_endpoint_that_is_not_there_is_said_in_words(folder: Path) -> None:
    with FaultyIam() as iam:
        url = iam.url
    done = run(folder, "test", "boxes.yaml", "--backend", "aws", "--endpoint-url", url)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("iamproof: AWS can't be asked: EndpointConnectionError")


# --- corroboration ----------------------------------------------------------------------------------


def test_corroboration_stands_in_the_verdict_and_the_report(kept: tuple[Path, str]) -> None:
    code, found, text = report(kept[0], "--corroborate", "kept.json")
    assert (code, found["summary"]["verdict"], found["backend"]) == (0, "as expected", "embedded")
    assert f"{kept[1]} answered 8 of 8 of these requests on {found['corroboration']['date']}: 8 agree" in text
    assert found["corroboration"]["answered"] == found["corroboration"]["agree"] == CELLS
    assert all(cell["source_answer"] == cell["actual"] for cell in found["cells"])


def test_another_answer_of_aws_fails_the_cell_whatever_was_expected(kept: tuple[Path, str]) -> None:
    folder = kept[0]
    rewrite(folder / "kept.json", folder / "other.json", "s3:GetObject", "explicitDeny")
    code, found, text = report(folder, "--corroborate", "other.json")
    assert code == 1
    failed = [cell for cell in found["cells"] if cell["outcome"] == "failed"]
    assert {cell["action"] for cell in failed} == {"s3:GetObject"}
    assert {(cell["actual"], cell["source_answer"]) for cell in failed} == {
        ("allowed", "explicitDeny"),
        ("implicitDeny", "explicitDeny"),
    }
    assert "answered explicitDeny to `s3:GetObject` on `arn:aws:s3:::box/ann/a`, which is allowed here" in text
    assert "8 of 8 of these requests" in text
    assert ": 4 agree" in text


def test_every_report_shows_the_other_answer(kept: tuple[Path, str]) -> None:
    folder, forms = kept[0], ("html", "md", "csv", "junit", "sarif", "oscal", "github")
    rewrite(folder / "kept.json", folder / "other.json", "s3:GetObject", "explicitDeny")
    written = (f"--report={form}=out.{form}" for form in forms)
    run(folder, "test", "boxes.yaml", "--corroborate", "other.json", *written)
    texts = {form: (folder / f"out.{form}").read_text(encoding="utf-8") for form in forms}
    assert [
        form for form, text in texts.items() if not re.search("answered explicitDeny|explicit deny from AWS", text)
    ] == []


def rewrite(path: Path, target: Path, action: str, decision: Any) -> None:
    """Write a recording in which AWS decided otherwise about *action*."""
    found = recording.load(path)
    changed: list[tuple[Any, Outcome]] = []
    for request, outcome in found.pairs:
        if list(request["ActionNames"]) == [action] and isinstance(outcome, SimulationAnswer):
            part = {**outcome.result["ResourceSpecificResults"][0], "EvalResourceDecision": decision}
            whole: Any = {**outcome.result, "EvalDecision": decision, "ResourceSpecificResults": [part]}
            changed.append((request, SimulationAnswer(whole)))
        else:
            changed.append((request, outcome))
    recording.save(replace(found, pairs=tuple(changed)), target)


def test_corroboration_goes_with_our_own_decisions_only(kept: tuple[Path, str]) -> None:
    done = run(kept[0], "test", "boxes.yaml", "--corroborate", "kept.json", "--backend", "moto")
    assert (done.returncode, done.stdout) == (2, "")
    assert "`--corroborate` goes with the backend `embedded`" in done.stderr


# --- options ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the suite alone."""
    folder = tmp_path_factory.mktemp("empty")
    write_suite(folder)
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ("test", "boxes.yaml", "--endpoint-url", "http://127.0.0.1:9"),
        ("test", "boxes.yaml", "--backend", "moto", "--region", "eu-west-1"),
        ("parity", "boxes.yaml", "--backend", "embedded", "--backend", "moto", "--profile", "audit"),
    ],
)
def test_an_option_that_nobody_would_heed_is_refused(empty: Path, arguments: tuple[str, ...]) -> None:
    done = run(empty, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"`{arguments[-2]}` is for the backend `aws`" in done.stderr
    assert "say `--backend aws` to ask there, or leave the option out" in done.stderr


def test_a_recording_of_nothing_is_refused(empty: Path) -> None:
    done = run(empty, "record", "boxes.yaml", "-k", "zebra", "--to", "x.json")
    assert done.returncode == 5
    assert not (empty / "x.json").exists()
