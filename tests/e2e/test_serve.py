"""``iamproof serve``, run as people run it: a process that others ask, and that ends when it is told."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import boto3
import pytest

import iamproof
from tests.serving import COMMAND, ROOT, Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "scenarios/account.yaml"
USER = "arn:aws:iam::123456789012:user/ec2webuser"

pytestmark = [pytest.mark.timeout(120), pytest.mark.moto]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """The account of the shipped suites."""
    with serving("--account", ACCOUNT) as found:
        yield found


def client(url: str, service: str = "iam") -> Any:
    """A stock client, as in a process that knows nothing of ours."""
    make: Any = boto3.client
    return make(service, "us-east-1", endpoint_url=url, aws_access_key_id="any", aws_secret_access_key="any")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "serve", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_it_listens_on_this_machine_unless_told_otherwise(served: Served) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", served.url)


def test_boto3_in_another_process_asks_the_account_that_was_loaded(served: Served) -> None:
    """What the embedded client answers for the same account file, the server answers over HTTP."""
    asked: dict[str, Any] = {"PolicySourceArn": USER, "ActionNames": ["iam:ListUsers", "ec2:RunInstances"]}
    answers = client(served.url).simulate_principal_policy(**asked)["EvaluationResults"]
    assert (
        answers
        == iamproof.client("embedded", account=str(ROOT / ACCOUNT)).simulate_principal_policy(**asked)[
            "EvaluationResults"
        ]
    )
    assert [one["EvalDecision"] for one in answers] == ["allowed", "explicitDeny"]


def test_the_account_has_the_id_of_its_file(served: Served) -> None:
    assert client(served.url, "sts").get_caller_identity()["Account"] == "123456789012"


def test_a_busy_port_is_said_in_words(served: Served) -> None:
    done = run("--port", served.port)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"`127.0.0.1:{served.port}` can't be served: address already in use" in done.stderr
    assert "try another `--port`" in done.stderr


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--account", "scenarios/acount.yaml"), "there is no file `scenarios/acount.yaml`"),
        (("--account", "scenarios/common.yaml"), "scenarios/common.yaml:"),
        (("--host", "host.invalid"), "`host.invalid:5000` can't be served"),
        (("--port", "99999"), "the option `--port` can't be `99999`"),
    ],
)
def test_what_cannot_be_served_ends_before_anything_is(options: tuple[str, ...], complaint: str) -> None:
    done = run(*options)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("number", "options", "said"),
    [
        (signal.SIGINT, ("--account", ACCOUNT), "serving (account 123456789012: 5 users, 3 groups, 1 role)"),
        (signal.SIGTERM, ("--host", "0.0.0.0"), "warning: no credentials are checked, and others may reach"),
    ],
)
def test_a_signal_ends_it_in_order(number: signal.Signals, options: tuple[str, ...], said: str) -> None:
    """Exit code 0, no traceback, and the port is free again."""
    with serving(*options) as served:
        assert client(f"http://127.0.0.1:{served.port}").list_users()["IsTruncated"] is False
        served.process.send_signal(number)
        out, err = served.process.communicate(timeout=30)
        assert (served.process.returncode, out) == (0, "")
        assert said in err
        assert "Traceback" not in err
        with closing(socket.socket()) as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", int(served.port)))


def test_on_loopback_nothing_is_warned_of(served: Served) -> None:
    """Asked last, for the server is ended to read all that it said."""
    served.process.terminate()
    _, err = served.process.communicate(timeout=30)
    assert err == "serving (account 123456789012: 5 users, 3 groups, 1 role); Ctrl-C ends it\n"
