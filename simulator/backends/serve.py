"""moto's server with the simulator's calls: for the AWS CLI, boto3, Terraform and any other client.

The server listens before it says so and ends on SIGINT and SIGTERM.  It holds one process's moto: what
is created there is gone with it.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from simulator.backends.moto import install
from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Self

    from simulator.accounts.model import Account

__all__ = ["DEFAULT_HOST", "DEFAULT_PORT", "Server", "serve"]

DEFAULT_HOST = "127.0.0.1"  #: moto checks no credentials, so nobody else may reach it
DEFAULT_PORT = 5000
_ACCOUNT_VARIABLE = "MOTO_ACCOUNT_ID"
_BACKLOG = 128
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server:
    """A server in a thread of its own; *port* 0 takes any that is free.

    As a context manager it runs inside the block.  The account's id is moto's only account meanwhile.
    """

    def __init__(self, port: int = DEFAULT_PORT, host: str = DEFAULT_HOST, *, account: Account | None = None) -> None:
        self._socket = _listen(host, port)
        self._account = account
        self._was_account = os.environ.get(_ACCOUNT_VARIABLE)
        self._server: Any = None
        self._thread: threading.Thread | None = None
        self.host = host
        self.port: int = self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        """The address to give to clients as their endpoint."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Load the account and begin to answer."""
        install()
        _fill(self._account)
        if self._account is not None:
            os.environ[_ACCOUNT_VARIABLE] = self._account.id
        self._server = _make(self.host, self.port, self._socket)
        # Short looks at the clock: who stops the server waits for the next.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer what came in, and no more."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._socket.close()
        if self._account is not None:
            if self._was_account is None:
                os.environ.pop(_ACCOUNT_VARIABLE, None)
            else:
                os.environ[_ACCOUNT_VARIABLE] = self._was_account

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(
    port: int = DEFAULT_PORT,
    host: str = DEFAULT_HOST,
    *,
    account: Account | None = None,
    ready: Callable[[str], None] = print,
) -> None:
    """Serve until SIGINT or SIGTERM; *ready* is told the address once it can be used.

    Raises `InputError` when the address can't be had.
    """
    with _until_signal() as ended, Server(port, host, account=account) as server:
        ready(server.url)
        ended.wait()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port whose last connections linger may be had again; one that somebody listens at may not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        message = f"`{host}:{port}` can't be served: {reason.lower()}"
        ours = isinstance(error, socket.gaierror) or getattr(error, "errno", None) == errno.EADDRNOTAVAIL
        advice = (
            "`--host` is an address of this machine, as 127.0.0.1"
            if ours
            else "try another `--port`; 0 takes a free one"
        )
        raise InputError([Diagnostic("serve-address", message, help=advice)]) from error
    return listener


def _make(host: str, port: int, listener: socket.socket) -> Any:
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415  # dear: only who serves pays
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server  # noqa: PLC0415  # as above

    class Handler(MotoRequestHandler):
        """Does not tell of every request."""

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    application = DomainDispatcherApplication(create_backend_app)
    return make_server(host, port, application, threaded=True, request_handler=Handler, fd=listener.fileno())


def _fill(account: Account | None) -> None:
    """Load *account*, or moto's own default account, with every AWS managed policy beside it."""
    from moto.core.models import DEFAULT_ACCOUNT_ID  # noqa: PLC0415  # dear: only who serves pays
    from moto.iam.models import iam_backends  # noqa: PLC0415  # as above

    from simulator.backends.moto_directory import load_account, load_managed  # noqa: PLC0415  # as above

    load_managed(iam_backends[DEFAULT_ACCOUNT_ID]["aws"] if account is None else load_account(account))


@contextmanager
def _until_signal() -> Iterator[threading.Event]:
    """Give an event that a signal sets, and put the handlers back behind it."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the handler's signature
        ended.set()

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
