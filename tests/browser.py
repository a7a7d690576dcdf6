"""A real headless Chromium, spoken to in its own protocol over a pair of pipes.

It reaches no network: all names lead nowhere, and each request that a page makes is noted.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from real_parts import bound_to_us, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
WAIT_SECONDS = 60
FLAGS = (
    *("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--no-default-browser-check"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--force-color-profile=srgb"),
)

AT_3_AND_4 = """
import fcntl, os, sys
to_read, to_write = (fcntl.fcntl(int(pipe), fcntl.F_DUPFD, 10) for pipe in sys.argv[1:3])
os.dup2(to_read, 3)
os.dup2(to_write, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Starts a program with its pipes where it looks for them."""


@dataclass
class Page:
    """One tab: what it said, what it asked for, and what it is asked to do."""

    browser: Browser
    session: str
    target: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def call(self, method: str, **params: object) -> dict[str, Any]:
        return self.browser.call(method, session=self.session, **params)

    def open(self, path: Path) -> None:
        """Go to a file and wait until it is loaded."""
        self.browser.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        self.browser.wait_for("Page.loadEventFired", self.session)

    def eval(self, script: str) -> Any:
        """The value of an expression, awaited."""
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_until(self, script: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + WAIT_SECONDS
        while not self.eval(script):
            assert time.monotonic() < end, f"never came true: {script}"
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """Press a key, as a keyboard does."""
        text = {"Enter": "\r", "Space": " "}.get(key)
        name = " " if key == "Space" else key
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32}
        down = {"key": name, "code": key, "windowsVirtualKeyCode": codes[key]}
        self.call(
            "Input.dispatchKeyEvent",
            type="keyDown" if text else "rawKeyDown",
            **down,
            **({"text": text} if text else {}),
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", **down)

    def close(self) -> None:
        del self.browser.pages[self.session]
        self.browser.call("Target.closeTarget", targetId=self.target)

    def look(self, *, width: int = 1280, height: int = 900, is_dark: bool = False) -> None:
        """Be so wide, and light or dark."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        scheme = "dark" if is_dark else "light"
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def shoot(self, path: Path) -> None:
        """Take a picture of the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def print(self) -> bytes:
        """The page as PDF."""
        return base64.b64decode(
            self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
        )


class Browser:
    """The program and its two pipes."""

    def __init__(self, program: str, folder: Path) -> None:
        to_read, self._out = os.pipe()
        self._in, to_write = os.pipe()
        flags = [*FLAGS, f"--user-data-dir={folder}"]
        if os.getuid() == 0:
            flags.append("--no-sandbox")  # which root may not have
        self.process = subprocess.Popen(
            bound_to_us(
                sys.executable, "-c", AT_3_AND_4, str(to_read), str(to_write), program, *flags
            ),
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._rest = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []
        self.pages: dict[str, Page] = {}

    def page(self) -> Page:
        """A new tab that notes what goes wrong and what it asks for."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session, target)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.look()
        return page

    def call(self, method: str, session: str | None = None, **params: object) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def wait_for(self, event: str, session: str) -> None:
        while not any(
            seen["method"] == event and seen.get("sessionId") == session for seen in self.events
        ):
            self._read()

    def close(self) -> None:
        with contextlib.suppress(OSError, AssertionError):
            self.call("Browser.close")
        for pipe in (self._in, self._out):
            os.close(pipe)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            chunk = os.read(self._in, 1 << 20)
            if not chunk:
                raise AssertionError("Chromium has ended")
            self._rest += chunk
        data, _, self._rest = self._rest.partition(b"\0")
        message = json.loads(data)
        if "method" in message:
            self.events.append(message)
            self._note(message)
        return message

    def _note(self, event: dict[str, Any]) -> None:
        page, params = self.pages.get(event.get("sessionId", "")), event["params"]
        if page is None:
            return
        method = event["method"]
        if method == "Runtime.exceptionThrown":
            page.complaints.append(str(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            page.complaints.append(str([arg.get("value") for arg in params["args"]]))
        elif method == "Log.entryAdded":
            page.complaints.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            page.requests.append(params["request"]["url"])


@contextlib.contextmanager
def running_browser(folder: Path) -> Iterator[Browser]:
    """A Chromium of its own for as long as it takes; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing("there is no Chromium", "`apt-get install chromium` brings it")
    browser = Browser(program, folder)
    try:
        yield browser
    finally:
        browser.close()
