"""A small IAM endpoint that misbehaves on demand: throttles, waits, breaks, cuts off, pages."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from simulator.backends.directory import Nobody
from simulator.backends.faults import Fault
from simulator.backends.params import OPERATIONS
from simulator.backends.query import parse_form
from simulator.backends.service import Service
from simulator.backends.wire_xml import answer_xml, refusal_xml
from simulator.catalogue import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

    import pytest

__all__ = ["FaultyIam", "apart_from_this_machine"]

SERVICE = Service(Nobody(), load())


def apart_from_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the machine's own configuration of AWS out, and waits short."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    # botocore waits up to seconds before a retry, and longer once it was throttled.
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)


class FaultyIam:
    """Answers rightly once `faults` are used up; `answered` holds what was answered rightly.

    A fault is an error code, or one of ``wait``, ``hold``, ``cut``, ``garbage`` and ``drop``.  What is held
    is answered rightly when `go` is set.
    """

    def __init__(self, *faults: str, page: int | None = None) -> None:
        self.faults: Iterator[str] = iter(faults)
        self.page = page
        self.answered: list[dict[str, Any]] = []
        self.requests = 0
        self.held, self.go = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                owner.handle(self, dict(parse_qsl(form, keep_blank_values=True)))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def handle(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        """Misbehave, or answer."""
        with self.lock:
            self.requests += 1
            fault = next(self.faults, "")
        match fault:
            case "":
                self.answer(handler, form)
            case "wait":
                time.sleep(0.4)
                handler.close_connection = True
            case "hold":
                self.held.set()
                self.go.wait(30)
                self.answer(handler, form)
            case "drop":
                handler.close_connection = True
            case "cut":
                handler.send_response(200)
                handler.send_header("Content-Length", "4096")
                handler.end_headers()
                handler.wfile.write(b"<SimulateCustomPolicyResponse>")
                handler.close_connection = True
            case "garbage":
                send(handler, 200, "<SimulateCustomPolicyResponse><EvaluationRes")
            case "500" | "503":
                send(handler, int(fault), "")
            case code:
                refuse(handler, code, "not now", 400)

    def answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        """Answer as AWS does."""
        operation = form["Action"]
        if operation == "GetCallerIdentity":
            identity = (
                "<Arn>arn:aws:iam::123456789012:user/probe</Arn><UserId>X</UserId><Account>123456789012</Account>"
            )
            result = f"<GetCallerIdentityResult>{identity}</GetCallerIdentityResult>"
            send(handler, 200, f"<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>")
            return
        params = parse_form(form.items(), OPERATIONS[operation])
        if self.page is not None:
            params.setdefault("MaxItems", self.page)
        try:
            answer = SERVICE.answer(operation, params)
        except Fault as fault:
            refuse(handler, fault.code, fault.message, fault.status)
            return
        with self.lock:
            self.answered.append(params)
        send(handler, 200, answer_xml(operation, answer))


def send(handler: BaseHTTPRequestHandler, status: int, body: str) -> None:
    """Send a whole response."""
    data = body.encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def refuse(handler: BaseHTTPRequestHandler, code: str, message: str, status: int) -> None:
    """Send an error as IAM does."""
    send(handler, status, refusal_xml(code, message))
