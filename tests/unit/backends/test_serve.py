"""The server answers any client, says where it is, and ends when it is told."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from simulator.accounts.load import load_account
from simulator.backends.serve import Server, serve
from simulator.errors import InputError
from tests.unit.backends.samples import asks

if TYPE_CHECKING:
    from simulator.accounts.model import Account

pytestmark = pytest.mark.timeout(60)
ROOT = Path(__file__).parents[3]
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, Signature=none",
}


@pytest.fixture(scope="module")
def account() -> Account:
    """The account of the shipped suites."""
    return load_account(ROOT / "scenarios" / "account.yaml", root=ROOT)


def connect(url: str, service: str = "iam", region: str = "us-east-1") -> Any:
    """Return a stock client."""
    make: Any = boto3.client
    return make(service, region, endpoint_url=url, aws_access_key_id="x", aws_secret_access_key="y")


def test_a_stock_client_asks_the_account(account: Account) -> None:
    """Its principals, its id, and every AWS managed policy."""
    with Server(0, account=account) as server:
        iam = connect(server.url)
        response = iam.simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{account.id}:user/ec2webuser", ActionNames=["iam:ListUsers", "s3:GetObject"]
        )
        assert [r["EvalDecision"] for r in response["EvaluationResults"]] == ["allowed", "explicitDeny"]
        assert connect(server.url, "sts").get_caller_identity()["Account"] == account.id
        assert len(iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"]) == 1000
    with pytest.raises(ConnectionRefusedError), closing(socket.create_connection((server.host, server.port), 1)):
        pass


def test_a_call_that_iam_does_not_have_is_refused_as_iam_does(capfd: pytest.CaptureFixture[str]) -> None:
    """Not by a traceback on the server's side."""
    with Server(0) as server, closing(HTTPConnection(server.host, server.port, timeout=10)) as connection:
        connection.request("POST", "/", "Action=Simulate%3CNothing%3E&Version=2010-05-08", HEADERS)
        response = connection.getresponse()
        text = response.read().decode()
    assert response.status == 400
    assert "<Code>InvalidAction</Code>" in text
    assert "Could not find operation Simulate&lt;Nothing&gt; for version 2010-05-08" in text
    assert "Traceback" not in capfd.readouterr().err


def test_a_busy_port_is_told_in_words() -> None:
    """Before anything is loaded."""
    with (
        Server(0) as server,
        pytest.raises(InputError, match=r"`127\.0\.0\.1:\d+` can't be served: address already in use"),
    ):
        serve(server.port)


def test_an_impossible_port_is_told_in_words() -> None:
    """As an unknown host is."""
    for port, host in ((99999, "127.0.0.1"), (0, "host.invalid")):
        with pytest.raises(InputError, match="can't be served"):
            Server(port, host)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(number: signal.Signals) -> None:
    """In order, with nothing but the address said."""
    code = (
        "from simulator.backends.serve import serve; serve(0, ready=lambda url: print(url, flush=True)); print('over')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    with process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        response = connect(url).simulate_custom_policy(**asks())
        assert response["EvaluationResults"][0]["EvalDecision"] == "allowed"
        process.send_signal(number)
        assert process.communicate(timeout=20) == ("over\n", "")
    assert process.returncode == 0
