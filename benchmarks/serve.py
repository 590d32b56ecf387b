"""Served simulations beside moto's own GetUser, in the same run: calls a second and their ratio.

    python benchmarks/serve.py [SECONDS]

Clients and server share the machine, perhaps with others, so they are measured in many short turns: the
ratio is the median of the turns', each beside its own GetUser.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    "Authorization": "AWS4-HMAC-SHA256 Credential=benchmark/20260101/us-east-1/iam/aws4_request, Signature=none",
}
USER = {"Action": "CreateUser", "Version": "2010-05-08", "UserName": "alice"}
TURNS = 40


def requests() -> dict[str, str]:
    """Return the bodies to compare: moto's own call, and two simulations."""
    policy = (ROOT / "policies" / "IAMUsersMFAManagement.json").read_text()
    custom = {
        "Action": "SimulateCustomPolicy",
        "Version": "2010-05-08",
        "PolicyInputList.member.1": policy,
        "ActionNames.member.1": "iam:CreateVirtualMFADevice",
        "ResourceArns.member.1": "arn:aws:iam::123456789012:mfa/alice",
        "CallerArn": "arn:aws:iam::123456789012:user/alice",
        "ContextEntries.member.1.ContextKeyName": "aws:MultiFactorAuthPresent",
        "ContextEntries.member.1.ContextKeyType": "boolean",
        "ContextEntries.member.1.ContextKeyValues.member.1": "true",
    }
    principal = {
        "Action": "SimulatePrincipalPolicy",
        "Version": "2010-05-08",
        "PolicySourceArn": "arn:aws:iam::123456789012:user/alice",
        "ActionNames.member.1": "iam:GetUser",
    }
    get = {"Action": "GetUser", "Version": "2010-05-08", "UserName": "alice"}
    return {name: urlencode(form) for name, form in (("GetUser", get), ("Custom", custom), ("Principal", principal))}


def run_server(pipe: Connection) -> None:
    """Serve in a process of its own until told to stop."""
    from simulator.backends.serve import Server  # noqa: PLC0415  # in the server's process

    with Server(0) as server:
        pipe.send(server.port)
        pipe.recv()


def rate(connection: HTTPConnection, body: str, seconds: float) -> float:
    """Return calls a second."""
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        connection.request("POST", "/", body, HEADERS)
        response = connection.getresponse()
        text = response.read()
        assert response.status == 200, text
        count += 1
    return count / (time.perf_counter() - start)


def main() -> None:
    """Measure in turns; print the best rate of each, and its median share of the turn's GetUser."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.2
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=run_server, args=(theirs,))
    process.start()
    connection = HTTPConnection("127.0.0.1", ours.recv())
    rate(connection, urlencode(USER), 0.0)
    connection.request("POST", "/", urlencode(USER), HEADERS)
    connection.getresponse().read()
    bodies = requests()
    turns = [{name: rate(connection, body, seconds) for name, body in bodies.items()} for _ in range(TURNS)]
    for name in bodies:
        share = median(turn[name] / turn["GetUser"] for turn in turns)
        print(f"{name:10} {max(turn[name] for turn in turns):7.0f} calls/s   {share:.2f} of GetUser")
    ours.send(None)
    process.join()


if __name__ == "__main__":
    main()
