"""A Chromium without a window, by its DevTools protocol over a pipe; it is asked and listened to."""

import fcntl
import json
import os
import select
import subprocess
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drills.shell import end

PATIENCE = 90.0
TOO_WIDE = """
[...document.querySelectorAll("body *")]
  .filter(each => !each.closest("svg svg, defs") && each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => each.tagName + "." + each.className)
"""
OVERLAPPING = """
[...document.querySelectorAll("svg.chart")].flatMap(chart => {
  const words = [...chart.querySelectorAll("text")];
  const boxes = words.map(each => [each.textContent, each.getBoundingClientRect()]);
  const across = (a, b) => a.left < b.right - 1 && b.left < a.right - 1;
  const down = (a, b) => a.top < b.bottom - 3 && b.top < a.bottom - 3;
  return boxes.flatMap(([one, a], index) => boxes.slice(index + 1)
    .filter(([, b]) => across(a, b) && down(a, b))
    .map(([other]) => one + " / " + other));
})
"""
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--remote-debugging-pipe",
    "--hide-scrollbars",
    *QUIET,
)
PLUMB = 'exec "${@:3}" 3<&"$1" 4>&"$2"'
"""Chromium reads the protocol from descriptor 3 and writes it to 4."""


class Ended(AssertionError):  # noqa: N818  # what happened to the browser
    """The browser closed its side of the pipe."""


@dataclass
class Chromium:
    """A running browser.

    Attributes:
        events: what it told by itself, in its order.
    """

    to: int
    back: int
    events: list[dict[str, Any]] = field(default_factory=list)
    _count: int = 0
    _rest: bytes = b""

    def call(self, method: str, session: str = "", **params: object) -> dict[str, Any]:
        """Asks, and waits for the answer."""
        self._count += 1
        asked = {"id": self._count, "method": method, "params": params}
        asked |= {"sessionId": session} if session else {}
        os.write(self.to, json.dumps(asked).encode() + b"\0")
        answer = self._until(lambda message: message.get("id") == asked["id"])
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def wait_until_loaded(self, loader: str) -> None:
        """Waits until it has told that a navigation has come to its end."""

        def is_end(message: dict[str, Any]) -> bool:
            told = message.get("params", {})
            return (told.get("loaderId"), told.get("name")) == (loader, "load")

        if not any(is_end(each) for each in self.events):
            self._until(is_end)

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while True:
            for message in self._messages(deadline):
                if "method" in message:
                    self.events.append(message)
                if wanted(message):
                    return message

    def _messages(self, deadline: float) -> Iterator[dict[str, Any]]:
        """The next message; what lies behind it stays for later."""
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self.back], [], [], max(deadline - time.monotonic(), 0))
            assert ready, "the browser is silent"
            chunk = os.read(self.back, 1 << 16)
            if not chunk:
                raise Ended("the browser has ended")
            self._rest += chunk
        message, _, self._rest = self._rest.partition(b"\0")
        yield json.loads(message)


@dataclass
class Page:
    """One page in a window of its own."""

    browser: Chromium
    session: str

    def measure(self, script: str) -> Any:
        """Value of an expression on the page; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Asks this page."""
        return self.browser.call(method, self.session, **params)

    def picture(self, path: Path) -> None:
        """The whole page as a PNG."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(b64decode(answer["data"]))

    def paper(self) -> bytes:
        """The page as a PDF of the size that its style sheet asks for."""
        return b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])

    def requests(self) -> list[str]:
        """Addresses of everything that was asked for."""
        return [each["params"]["request"]["url"] for each in self._told("Network.requestWillBeSent")]

    def complaints(self) -> list[dict[str, Any]]:
        """Everything that stands in the console."""
        names = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [each["params"] for name in names for each in self._told(name)]

    def _told(self, event: str) -> list[dict[str, Any]]:
        """Of this page: those of other tests are still open, and some ask for news by themselves."""
        mine = (each for each in self.browser.events if each.get("sessionId") == self.session)
        return [each for each in mine if each["method"] == event]


@contextmanager
def started(program: str, folder: Path) -> Iterator[Chromium]:
    """A browser with an empty profile; it is ended afterwards."""
    pipes = [os.pipe(), os.pipe()]
    ours, theirs = (pipes[0][1], pipes[1][0]), [_high(pipes[0][0]), _high(pipes[1][1])]
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    words = (program, *FLAGS, *sandbox, f"--user-data-dir={folder}")
    argv = ("bash", "-c", PLUMB, "bash", *(str(each) for each in theirs), *words)
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(argv, pass_fds=theirs, stdout=said, stderr=said, start_new_session=True)
    for each in (pipes[0][0], pipes[1][1], *theirs):
        os.close(each)
    try:
        browser = Chromium(*ours)
        yield browser
        with suppress(Ended, BrokenPipeError):  # it may close the pipe before it answers
            browser.call("Browser.close")
        process.wait(PATIENCE)
    finally:
        for each in ours:
            os.close(each)
        end(process)


def opened(
    browser: Chromium, address: str, width: int, *, scheme: str = "light", leaves: bool = False
) -> Page:
    """A page in a window of that width, loaded; console and network are listened to.

    Nobody waits for one that leads on by itself (`leaves`): it is never loaded.
    """
    browser.events.clear()
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    page = Page(browser, session)
    for domain in ("Page", "Network", "Log", "Runtime"):
        page.call(f"{domain}.enable")
    page.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
    )
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.call("Page.setLifecycleEventsEnabled", enabled=True)
    page.call("Security.setIgnoreCertificateErrors", ignore=True)  # who is trusted, others test
    loader = page.call("Page.navigate", url=address)["loaderId"]
    if not leaves:
        browser.wait_until_loaded(loader)
    return page


def _high(descriptor: int) -> int:
    """The same file under a number that is not in the way of 3 and 4."""
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 20)
