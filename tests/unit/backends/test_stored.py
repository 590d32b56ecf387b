"""Policies are what AWS stores, in the version that was asked for; and every refusal says what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from simulator.backends.aws import AwsOptions
from simulator.backends.moto import connect
from simulator.backends.stored import Store
from simulator.errors import BackendError, InputError
from tests.unit.backends.faulty import FaultyIam, apart_from_this_machine, send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

pytestmark = pytest.mark.timeout(60)

EC2 = "arn:aws:iam::aws:policy/AmazonEC2FullAccess"
READER = "arn:aws:iam::123456789012:policy/team/Reader"
# A text that decoding twice, or taking `+` for a blank, would change.
TEXT = '{\n "Version": "2012-10-17",\n "Statement": {"Resource": "arn:aws:s3:::b/a+b%20c/é"}\n}'


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    apart_from_this_machine(monkeypatch, tmp_path)


class Storing(FaultyIam):
    """Answers about one policy as AWS does: its text percent-encoded."""

    document = f"<Document>{quote(TEXT, safe='')}</Document>"

    def answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        """Answer GetPolicyVersion."""
        version = f"<PolicyVersion>{self.document}<VersionId>{form['VersionId']}</VersionId></PolicyVersion>"
        result = f"<GetPolicyVersionResult>{version}</GetPolicyVersionResult>"
        send(handler, 200, f"<GetPolicyVersionResponse>{result}</GetPolicyVersionResponse>")


def store(iam: FaultyIam, **more: Any) -> Store:
    return Store.of(AwsOptions(endpoint_url=iam.url, attempts=2, **more))


@pytest.fixture(scope="module")
def moto() -> Iterator[Any]:
    """A client that moto answers, with a policy in two versions; the second is the default one."""
    client = connect()
    documents = [
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
        for action in ("s3:GetObject", "s3:PutObject")
    ]
    client.create_policy(PolicyName="Reader", Path="/team/", PolicyDocument=json.dumps(documents[0]))
    client.create_policy_version(PolicyArn=READER, PolicyDocument=json.dumps(documents[1]), SetAsDefault=True)
    yield client
    client.delete_policy_version(PolicyArn=READER, VersionId="v1")
    client.delete_policy(PolicyArn=READER)


def test_text_is_decoded_once_and_stays_as_it_is_stored() -> None:
    with Storing() as iam:
        found = store(iam).policy(READER, "v3")
    assert (found.arn, found.version, found.text) == (READER, "v3", TEXT)


@pytest.mark.parametrize(
    ("arn", "version", "is_version", "says"),
    [
        (READER, "v1", "v1", "s3:GetObject"),
        (READER, "v2", "v2", "s3:PutObject"),
        (READER, None, "v2", "s3:PutObject"),
        (EC2, None, "v5", "ec2:*"),
        (EC2, "v5", "v5", "ec2:*"),
    ],
)
def test_version_that_is_not_stated_is_the_default_one(
    moto: Any, arn: str, version: str | None, is_version: str, says: str
) -> None:
    found = Store(lambda: moto).policy(arn, version)
    assert found.version == is_version
    assert says in found.text


@pytest.mark.parametrize(
    ("arn", "version", "message", "advice"),
    [
        (READER, "v9", f"AWS has no `{READER}@v9`", "it keeps v1, v2"),
        (EC2, "v1", f"AWS has no `{EC2}@v1`", "it keeps v5"),
        (f"{READER}s", "v1", f"AWS has no `{READER}s@v1`", "is it spelled so"),
        (f"{READER}s", None, f"AWS has no `{READER}s`", "is it spelled so"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(
    moto: Any, arn: str, version: str | None, message: str, advice: str
) -> None:
    with pytest.raises(InputError) as refused:
        Store(lambda: moto).policy(arn, version)
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.message == message
    assert diagnostic.help.startswith(advice)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("AccessDenied", "AccessDenied: not now"),
        ("ExpiredToken", "ExpiredToken: not now"),
        ("InvalidClientTokenId", "InvalidClientTokenId: not now"),
        ("Throttling", "Throttling: not now"),
        ("503", "503"),
        ("garbage", "ResponseParserError"),
        ("drop", "ConnectionClosedError"),
        ("wait", "ReadTimeoutError"),
    ],
)
def test_who_gets_no_answer_is_told_why(fault: str, says: str) -> None:
    with Storing(*[fault] * 9) as iam, pytest.raises(BackendError, match=f"AWS can't be asked: .*{says}"):
        store(iam, read_timeout=0.2 if fault == "wait" else 30.0).policy(READER, "v1")


def test_what_passes_is_outlasted() -> None:
    with Storing("Throttling") as iam:
        assert store(iam).policy(READER, "v1").text == TEXT


def test_an_answer_without_a_document_is_none() -> None:
    with Storing() as iam:
        iam.document = ""
        with pytest.raises(BackendError, match="has no document"):
            store(iam).policy(READER, "v1")


def test_arn_that_aws_refuses_is_the_users_to_mend() -> None:
    with Storing(*["ValidationError"] * 9) as iam, pytest.raises(InputError) as refused:
        store(iam).policy(READER, "v1")
    assert "AWS refuses" in refused.value.diagnostics[0].message


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"profile": "nobody"}, r"profile \(nobody\) could not be found"),
        ({"endpoint_url": "no address"}, "Invalid endpoint: no address"),
        ({"endpoint_url": "http://127.0.0.1:9"}, "EndpointConnectionError"),
    ],
)
def test_whom_nobody_reaches_is_told(options: dict[str, Any], says: str) -> None:
    with pytest.raises(BackendError, match=says):
        Store.of(AwsOptions(attempts=2, **options)).policy(READER, "v1")


def test_who_has_no_credentials_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with Storing() as iam, pytest.raises(BackendError, match="NoCredentialsError"):
        store(iam).policy(READER, "v1")


def test_nobody_is_asked_before_the_first_question() -> None:
    def refuse() -> Any:
        raise AssertionError

    Store(refuse)
