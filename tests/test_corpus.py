"""Every case of the corpus against every backend: the decision and the statements that led to it.

A case that a backend can't pass stands in `SKIPPED` with the reason.  It is run all the same: one that passes
fails the run, so that the table never outlives its reasons.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import nullcontext
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema
import pytest

import iamproof
from simulator.backends.embedded import EmbeddedClient
from tests.corpus.account import LATER, RecordedAccount, changed, provision
from tests.corpus.asking import ask_api, ask_evaluator, ask_oracle, expected
from tests.corpus.replaying import comparable, replay, shown
from tests.corpus.rows import FOLDER, Recording, Row, read, recordings, rows, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Skip(NamedTuple):
    """Cases by their ``file/name``, with wildcards, that some backends can't pass."""

    backends: tuple[str, ...]
    cases: str
    reason: str


API = ("embedded", "moto")
NOT_WHOLE = "the request is not given whole"
EMPTY_LIST = "the API takes no key without a value"

SKIPPED = (
    Skip(("oracle",), "policy-grammar/*", "the oracle takes parsed policies and refuses none"),
    Skip(
        ("evaluator", *API),
        "resources/a-short-arn-is-filled-up-behind-a-star-for-the-region",
        "the evaluator reads such an ARN only as it is written (R3), not filled up as well (R4)",
    ),
    Skip(
        ("evaluator", *API),
        "variables/a-default-does-not-stand-in-for-a-list",
        "the evaluator takes a list for a missing key, whose default applies",
    ),
    Skip(API, "session/*", "the API takes neither session policies nor resource control policies"),
    Skip(API, "conditions-logic/for-all-values-holds-for-an-empty-list", EMPTY_LIST),
    Skip(API, "conditions-logic/for-any-value-fails-for-an-empty-list", EMPTY_LIST),
    Skip(API, "conditions-logic/for-any-value-negated-fails-for-an-empty-list", EMPTY_LIST),
    Skip(API, "conditions-logic/an-empty-list-*", EMPTY_LIST),
    Skip(API, "conditions-null/an-empty-list-is-null", EMPTY_LIST),
    Skip(API, "elsewhere/awscli-principal-*", "the documents of the principal are not shown"),
    Skip(API, "context-keys/awscli-ctxkeys-principal-1", "the documents of the principal are not shown"),
    Skip(API, "elsewhere/localstack-*", NOT_WHOLE),
    Skip(API, "elsewhere/openshift-installer-1322", NOT_WHOLE),
    Skip(API, "elsewhere/smoketurner-2020", NOT_WHOLE),
    Skip(API, "elsewhere/ecs-*", NOT_WHOLE),
    Skip(API, "elsewhere/s3readonly-2026", NOT_WHOLE),
    Skip(API, "elsewhere/adminaccess-unknown-action", NOT_WHOLE),
    Skip(API, "elsewhere/terraform-acc-principal-simulation", "only what a test asserts is known"),
    Skip(API, "elsewhere/boto3-3111", "the policies are told in words"),
    Skip(API, "elsewhere/aws-cli-*", NOT_WHOLE),
    Skip(API, "context-values/input_canonical_*", "several requests in one; a test of their own asks them"),
)

#: Recordings that are true as far as they go: AWS's documentation left members out.
PARTIAL = ("elsewhere/awscli-custom-1", "elsewhere/awscli-custom-2", "context-keys/ctxkeys_missing_Effect")


def reason_to_skip(backend: str, case: object) -> str | None:
    """Why *backend* can't pass *case*, None when it has to."""
    return next((s.reason for s in SKIPPED if backend in s.backends and fnmatchcase(str(case), s.cases)), None)


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """A moto server with the simulator's calls, one for the whole run."""
    from simulator.backends.serve import Server

    with Server(port=0) as server:
        yield server.url


@pytest.fixture(scope="session")
def moto(moto_url: str) -> Any:
    """boto3's client of IAM, talking HTTP to moto; the recorded account is there."""
    iam = boto("iam", moto_url)
    provision(iam, boto("organizations", moto_url))
    return iam


def boto(service: str, url: str) -> Any:
    """A stock client that needs no configuration of the machine."""
    import boto3

    make: Any = boto3.client
    return make(
        service, endpoint_url=url, region_name="us-east-1", aws_access_key_id="moto", aws_secret_access_key="moto"
    )


@pytest.fixture(scope="session")
def embedded() -> Any:
    """The embedded client, as users get it."""
    return iamproof.client("embedded")


# --- the corpus itself ------------------------------------------------------------------------------


def test_the_schema_is_the_one_of_the_rows() -> None:
    assert json.loads((FOLDER / "_schema.json").read_text("utf-8")) == schema(), "run python -m tests.corpus.rows"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_file_of_rows_keeps_the_schema(path: object) -> None:
    jsonschema.validate(read(FOLDER / str(path)), schema())


def test_names_are_unique_in_their_file() -> None:
    names = [*map(str, rows()), *map(str, recordings())]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_reason_to_skip_is_needed() -> None:
    names = [*map(str, rows()), *map(str, recordings())]
    assert [skip for skip in SKIPPED if not any(fnmatchcase(name, skip.cases) for name in names)] == []


# --- rows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows(), ids=str)
def test_the_oracle_answers_as_the_row_says(row: Row) -> None:
    check("oracle", row, expected(row), lambda: ask_oracle(row))


@pytest.mark.parametrize("row", rows(), ids=str)
def test_the_evaluator_answers_as_the_row_says(row: Row) -> None:
    check("evaluator", row, expected(row), lambda: ask_evaluator(row))


@pytest.mark.parametrize("row", rows(), ids=str)
def test_the_embedded_client_answers_as_the_row_says(row: Row, embedded: Any) -> None:
    check("embedded", row, expected(row), lambda: ask_api(row, embedded))


@pytest.mark.moto
@pytest.mark.parametrize("row", rows(), ids=str)
def test_moto_answers_as_the_row_says(row: Row, moto: Any) -> None:
    check("moto", row, expected(row), lambda: ask_api(row, moto))


# --- recordings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_the_embedded_client_answers_as_aws_did(recording: Recording) -> None:
    client = EmbeddedClient(RecordedAccount(later=str(recording) == LATER))
    check("embedded", recording, comparable(recording.response), lambda: asked_again(recording, client))


@pytest.mark.moto
@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_moto_answers_as_aws_did(recording: Recording, moto: Any) -> None:
    with changed(moto) if str(recording) == LATER else nullcontext():
        check("moto", recording, comparable(recording.response), lambda: asked_again(recording, moto))


CANONICAL = [recording for recording in recordings() if recording.id.startswith("input_canonical_")]


@pytest.mark.parametrize("recording", CANONICAL, ids=str)
def test_a_typed_value_has_the_text_that_aws_gives_it(recording: Recording, embedded: Any) -> None:
    (entry,) = recording.request["ContextEntries"]

    def equals(text: str) -> bool:
        condition = {"StringEquals": {entry["ContextKeyName"]: text}}
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
        answer = embedded.simulate_custom_policy(
            PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": statement})],
            ActionNames=["s3:GetObject"],
            ContextEntries=[entry],
        )
        return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")

    assert equals(recording.response["matching_literal"])
    assert [text for text in recording.response["non_matching_literals"] if equals(text)] == []


def asked_again(recording: Recording, client: Any) -> Any:
    """Send the recorded request, and keep of the answer what the recording can tell."""
    found = replay(recording, client)
    return shown(found, recording.response) if str(recording) in PARTIAL else found


def check(backend: str, case: Row | Recording, wanted: object, ask: Callable[[], object]) -> None:
    """Ask, and compare; what is in the table of skips has to fail."""
    reason = reason_to_skip(backend, case)
    if reason is None:
        assert wanted == ask()
        return
    try:
        passed = wanted == ask()
    except Exception:  # noqa: BLE001  # whatever it is, the backend can't pass
        passed = False
    if not passed:
        pytest.skip(reason)
    pytest.fail(f"{case} passes on {backend}: take it out of SKIPPED ({reason})")
