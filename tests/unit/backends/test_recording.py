"""Recordings are sorted, dated, sealed, and answer what was recorded and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from simulator.backends import Failure, SimulationAnswer, backend, client
from simulator.backends.journal import record
from simulator.backends.recording import load
from simulator.errors import BackendError, InputError
from tests.unit.backends.samples import ALICE, ALLOW, ALLOW_ALL, DENY, A, asks, entry, shared_policy

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from simulator.backends import Outcome, SimulationRequest
    from simulator.backends.batch import Heard

REQUESTS = cast(
    "list[SimulationRequest]",
    [
        asks("s3:PutObject", ContextEntries=[entry("b:cde", "2"), entry("a:bcd", "1")]),
        asks("s3:GetObject", policies=[ALLOW, DENY]),
        asks("s3:GetObject", ResourceArns=[A], CallerArn=ALICE, ResourcePolicy=shared_policy()),
        asks("s3:GetObject", OrderedOrganizationPolicyInputList=[{"ServiceControlPolicyInputList": [ALLOW_ALL]}]),
        asks("nocolon"),
    ],
)


class Embedded:
    """Stands in for AWS."""

    def outcomes(
        self, batch: Sequence[SimulationRequest], heard: Heard | None = None
    ) -> Generator[tuple[int, Outcome]]:
        """Answer in another order than asked."""
        for index, outcome in reversed(list(enumerate(backend("embedded").answer(batch)))):
            if heard is not None:
                heard(index, outcome)
            yield index, outcome


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a recording of `REQUESTS`, made on a day that does not change."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    file = tmp_path / "aws.json"
    record(Embedded(), REQUESTS, file, account="123456789012", tool_version="0.1.0", region="eu-west-1")
    return file


def test_a_replay_gives_what_was_recorded(path: Path) -> None:
    """Answers and refusals alike."""
    replay = backend(f"recording:{path}")
    assert replay.answer(REQUESTS) == backend("embedded").answer(REQUESTS)
    assert replay.source == "answers of AWS, account 123456789012, recorded on 2026-09-21"


def test_the_order_of_context_makes_no_difference(path: Path) -> None:
    """Neither does a star for the resource."""
    request = asks("s3:PutObject", ContextEntries=[entry("a:bcd", "1"), entry("b:cde", "2")], ResourceArns=["*"])
    (outcome,) = backend(f"recording:{path}").answer([cast("SimulationRequest", request)])
    assert isinstance(outcome, SimulationAnswer)


def test_what_was_not_recorded_is_named(path: Path) -> None:
    """And has no answer."""
    request = cast("SimulationRequest", asks("s3:GetObject", ResourceArns=[A, A]))
    (outcome,) = backend(f"recording:{path}").answer([request])
    assert outcome == Failure(
        "NotRecorded",
        f"the recording `{path}` has no answer for `s3:GetObject` on `{A}` and 1 more with these policies and this context",
    )


def test_the_file_can_be_reviewed(path: Path) -> None:
    """Sorted by action, an answer a line, documents and contexts once, with provenance on top."""
    content = json.loads(path.read_text())
    assert list(content) == [
        "schema", "generation", "account", "region", "endpoint_url", "started", "finished", "tool",
        "documents", "contexts", "answers", "digest",
    ]  # fmt: skip
    assert (content["started"], content["tool"]) == ("2026-09-21T14:13:20Z", {"name": "iamproof", "version": "0.1.0"})
    assert [row["request"]["ActionNames"][0] for row in content["answers"]] == [
        "nocolon", "s3:GetObject", "s3:GetObject", "s3:GetObject", "s3:PutObject",
    ]  # fmt: skip
    assert sorted(content["documents"].values()) == sorted({ALLOW, DENY, ALLOW_ALL, shared_policy()})
    assert list(content["contexts"].values()) == [[entry("a:bcd", "1"), entry("b:cde", "2")]]
    lines = path.read_text().splitlines()
    assert [line.count('"ActionNames"') for line in lines if '"ActionNames"' in line] == [1] * len(REQUESTS)


def test_the_same_answers_give_the_same_file(path: Path) -> None:
    """To the byte."""
    other = path.with_name("other.json")
    record(Embedded(), REQUESTS[::-1] * 2, other, account="123456789012", tool_version="0.1.0", region="eu-west-1")
    assert other.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('"allowed"', '"explicitDeny"'), "is not as it was recorded: its digest differs"),
        (lambda text: text.replace("2026-09-21", "2026-09-22"), "is not as it was recorded"),
        (lambda text: text[:-10], "is no JSON"),
        (lambda _: "[]", "is no recording"),
        (lambda _: "[" * 100_000, "is no JSON"),
        (lambda text: text.replace("recording@1", "recording@9"), "is no recording"),
    ],
)
def test_an_edited_file_is_refused(path: Path, change: Any, message: str) -> None:
    """Whatever was changed in it."""
    path.write_text(change(path.read_text()))
    with pytest.raises(InputError, match=message):
        load(path)


def test_a_sealed_file_of_another_shape_is_refused(path: Path) -> None:
    """The digest alone proves nothing."""
    from simulator.backends.recording import _digest

    content: dict[str, Any] = {"schema": "iamproof/recording@1", "documents": []}
    content["digest"] = _digest(content)
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match="is not of the shape of a recording"):
        load(path)


def test_a_missing_file_is_told_in_words(tmp_path: Path) -> None:
    """As any other input."""
    with pytest.raises(InputError, match="there is no file"):
        backend(f"recording:{tmp_path / 'none.json'}")


def test_a_path_that_can_not_be_written_is_told_in_words(tmp_path: Path) -> None:
    """Before anything is asked."""
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="can't be written"):
        record(Embedded(), REQUESTS, tmp_path / "file" / "aws.json", account="1", tool_version="1")


def test_a_recording_has_boto3s_face(path: Path) -> None:
    """Answers, refusals and pages; what is missing is named."""
    iam = client(f"recording:{path}")
    response = iam.simulate_custom_policy(**asks("s3:GetObject", policies=[ALLOW, DENY]))
    assert response["EvaluationResults"][0]["EvalDecision"] == "explicitDeny"
    with pytest.raises(ClientError, match="The action is invalid since it is missing names"):
        iam.simulate_custom_policy(**asks("nocolon"))
    with pytest.raises(BackendError, match="has no answer for `s3:DeleteObject` on `\\*`"):
        iam.simulate_custom_policy(**asks("s3:DeleteObject"))
    pages = iam.get_paginator("simulate_custom_policy").paginate(**asks("s3:GetObject", policies=[ALLOW, DENY]))
    assert len(list(pages)) == 1
    assert iam.can_paginate("simulate_custom_policy")
