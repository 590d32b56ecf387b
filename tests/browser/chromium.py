"""Chromium over its debugging pipe: a page, what it logs and loads, its pictures and prints.

The protocol is JSON with a NUL behind each message, on the file descriptors 3 and 4 of the browser, so
the standard library is all that is needed.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from select import select
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["CHROMIUM", "Browser", "Tab", "chromium"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# Without these it looks for hosts of its vendor's at every start, which a closed network refuses.
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--headless",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-sandbox",
)
_SECONDS = 60

# The browser wants its descriptors under these numbers, which other files may have here.
_UNDER_3_AND_4 = """
import fcntl, os, sys
spare = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for number, descriptor in enumerate(spare, 3):
    os.dup2(descriptor, number)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """A running browser; a message goes to it and its answer comes back."""

    def __init__(self, write: int, read: int) -> None:
        self._write = write
        self._read = read
        self._buffer = b""
        self._number = 0
        self._tabs: dict[str, Tab] = {}

    def tab(self) -> Tab:
        """Open a tab that keeps what its page logs and asks for."""
        target = self.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        tab = self._tabs[session] = Tab(self, session)
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            tab.ask(f"{domain}.enable")
        return tab

    def ask(self, method: str, parameters: dict[str, Any] | None = None, session: str | None = None) -> Any:
        """Send a message and return the result of its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters or {}}
        message |= {"sessionId": session} if session else {}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next(time.monotonic() + _SECONDS)
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.hear(answer)

    def hear(self, event: dict[str, Any]) -> None:
        """Give an event to the tab that it is of."""
        tab = self._tabs.get(event.get("sessionId", ""))
        if tab is not None and "method" in event:
            tab.events.append((event["method"], event["params"]))

    def wait(self) -> None:
        """Wait for the next event."""
        self.hear(self._next(time.monotonic() + _SECONDS))

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select([self._read], [], [], max(0.0, until - time.monotonic()))
            piece = os.read(self._read, 1 << 20) if ready else b""
            assert piece, "the browser said nothing"
            self._buffer += piece
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message


@dataclass
class Tab:
    """A page."""

    browser: Browser
    session: str
    events: deque[tuple[str, Any]] = field(default_factory=deque)

    def ask(self, method: str, **parameters: Any) -> Any:
        """Send a message about this page."""
        return self.browser.ask(method, parameters, self.session)

    def open(self, url: str) -> Tab:
        """Go to *url* and wait until it is loaded."""
        for address in ("about:blank", url):  # from a page to a place in it nothing would be loaded
            self.events.clear()
            self.ask("Page.navigate", url=address)
            while not any(method == "Page.loadEventFired" for method, _ in self.events):
                self.browser.wait()
        return self

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page, or of the promise that it is."""
        done = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def size(self, width: int, height: int) -> None:
        """Give the window a size."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def media(self, media: str = "", **features: str) -> None:
        """Choose the medium and features, as ``prefers_color_scheme="dark"``."""
        rows = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.ask("Emulation.setEmulatedMedia", media=media, features=rows)

    def press(self, key: str) -> None:
        """Press a key that is no character, or Enter, which is one too."""
        codes = {"Tab": 9, "Enter": 13, "Space": 32, "ArrowRight": 39, "ArrowDown": 40}
        text = {"Enter": "\r", "Space": " "}.get(key, "")
        name = " " if key == "Space" else key
        about = {"key": name, "code": key, "windowsVirtualKeyCode": codes[key]}
        self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **about)

    def picture(self, path: Path) -> None:
        """Write what the window shows."""
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))

    def print(self) -> bytes:
        """Return the page printed, as PDF."""
        printed = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(printed["data"])

    @property
    def faults(self) -> list[str]:
        """What the page logged as an error or a warning, and what it asked of any network."""
        return [text for method, parameters in self.events if (text := _fault(method, parameters))]


def _fault(method: str, parameters: Any) -> str:
    match method:
        case "Runtime.exceptionThrown":
            return str(parameters["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning", "assert"):
            return f"console: {parameters['args']}"
        case "Log.entryAdded" if parameters["entry"]["level"] in ("error", "warning"):
            return f"log: {parameters['entry']['text']}"
        case "Network.requestWillBeSent":
            url = str(parameters["request"]["url"])
            return "" if url.startswith("file:") else f"asks for {url[:200]}"
    return ""


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """Start Chromium with a new profile, and end it."""
    assert CHROMIUM is not None
    to_read, write = os.pipe()
    read, to_write = os.pipe()
    arguments = [CHROMIUM, *_QUIET, "--remote-debugging-pipe", f"--user-data-dir={profile}"]
    process = subprocess.Popen(
        [sys.executable, "-c", _UNDER_3_AND_4, str(to_read), str(to_write), *arguments],
        pass_fds=(to_read, to_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(to_write)
    browser = Browser(write, read)
    try:
        yield browser
        browser.ask("Browser.close")
    finally:
        os.close(write)
        os.close(read)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
