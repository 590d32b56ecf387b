"""A server on this machine that sends files under a content security policy of its own."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["served"]

_TYPES = {"css": "text/css", "html": "text/html; charset=utf-8", "js": "text/javascript"}


@contextmanager
def served(files: Mapping[str, str], policy: str) -> Iterator[str]:
    """Serve *files* and return the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = files.get(self.path)
            self.send_response(200 if text is not None else 404)
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Type", _TYPES.get(self.path.rpartition(".")[2], "text/plain"))
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
