"""The status page in a real browser: telephone and window, light and dark, by keyboard, kept up to date."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from services.base.drain import Drain
from services.base.tokens import Verifier
from services.console.prometheus import Alert, Sample, Series
from services.console.server import application
from tests.axe import violations
from tests.chromium import OVERLAPPING, TOO_WIDE, Chromium, Page, opened
from tests.services.console.oracle import Oracle
from tests.services.console.test_console_page import LONG_AGO, well
from tests.services.test_tokens import KEY, jwks, token

pytestmark = pytest.mark.slow

SCROLLED = ("TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "SPAN", "SMALL")
"""What may be wider than a telephone: tables scroll by themselves."""

TOKEN = token(scope="status:read")


@pytest.fixture(autouse=True)
def nobody(chromium: Chromium) -> None:
    """No session is left of the test before."""
    chromium.call("Storage.clearCookies")


@pytest.fixture
def address(oracle: Oracle, tmp_path: Path) -> Iterator[str]:
    """Where the page is served, without TLS: to browsers this host is a safe place all the same."""
    keys = tmp_path / "token-keys"
    keys.write_text(jwks(one=KEY))
    app = application("shop", oracle, Verifier(keys), Drain())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}/status/"
    server.should_exit = True
    thread.join()


def until(check: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits for something to be so."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end
        time.sleep(0.02)


def entered(chromium: Chromium, address: str, width: int = 1280, scheme: str = "light") -> Page:
    """The page as the address of `token.page` leads to it."""
    page = opened(chromium, f"{address}#{TOKEN}", width, scheme=scheme, leaves=True)
    until(lambda: page.measure("document.readyState === 'complete' && !!document.getElementById('headline')"))
    return page


def busy(oracle: Oracle) -> None:
    """A stack with much to show: seventeen roles, curves with a gap, and trouble."""
    well(oracle)
    now, roles = time.time(), ("api", "realtime", "load-balancer", "a-service-with-a-long-name", "pulse")
    oracle.said["wanted"] = [Sample({"job": role, "kind": "service"}, 2.0) for role in roles]
    oracle.said["up"] = [Sample({"job": role}, 2.0) for role in roles[:-1]]
    for key, size in (("rate", 300.0), ("slow", 0.2), ("errors", 0.01)):
        points = [(now - 3600 + 30 * step, size * (1 + step % 7) / 7) for step in range(120) if step % 40 > 4]
        oracle.shown[key] = [
            Series({"service": role}, tuple((at, value * part) for at, value in points))
            for role, part in (("api", 1.0), ("realtime", 0.6))
        ]
    oracle.shown["segment_age"] = [
        Series({"repository": name}, tuple((now - 3600 + 30 * step, step % 9 + 1.0) for step in range(120)))
        for name in ("local", "s3")
    ]
    oracle.said["not_after"] = [
        Sample({"job": role}, now + 86400 * 20 * number) for number, role in enumerate(roles)
    ]
    oracle.firing = [
        Alert(
            "ServiceDown", "critical", "pulse", "pulse does not answer at all", "`invoke status`", LONG_AGO
        ),
        Alert(
            "BackupOld", "warning", "s3", "repository s3 has no backup of 26 h", "`invoke backup`", LONG_AGO
        ),
    ]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("trouble", [True, False])
def test_the_page_fits_and_everybody_can_use_it(
    chromium: Chromium, oracle: Oracle, address: str, width: int, scheme: str, trouble: bool
) -> None:
    """Nothing beyond the edge, no words over words, no complaint, none of axe, contrast included."""
    (busy if trouble else well)(oracle)
    page = entered(chromium, address, width, scheme)
    assert page.measure("location.hash") == ""
    assert page.measure("document.documentElement.scrollWidth") == width
    assert [each for each in page.measure(TOO_WIDE) if not each.startswith(SCROLLED)] == []
    assert page.measure(OVERLAPPING) == []
    assert [each for each in page.complaints() if "401" not in each["entry"]["text"]] == []
    assert violations(page) == []
    kinds = {address.split("?", maxsplit=1)[0].rsplit("/", 1)[1] for address in page.requests()}
    assert kinds <= {"", "session", "style.css", "page.js", ","}
    dark = page.measure("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 28)"
    assert dark is (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_can_be_used_by_everybody(chromium: Chromium, address: str, scheme: str) -> None:
    """A stranger's page, and the one that says why a token was not taken."""
    page = opened(chromium, address, 390, scheme=scheme)
    assert violations(page) == []
    page = opened(chromium, f"{address}#rubbish", 390, scheme=scheme, leaves=True)
    until(lambda: page.measure("!!document.querySelector('[role=alert]')"))
    assert (
        page.measure("document.querySelector('[role=alert]').textContent")
        == "Not accepted: this is no token."
    )
    assert violations(page) == []


def test_by_keyboard_alone(chromium: Chromium, oracle: Oracle, address: str) -> None:
    """Sign in, pause, choose a week, scroll a table, sign out: in the order of reading, and visibly."""
    well(oracle)
    page = opened(chromium, address, 390)
    for _ in range(5):
        press(page, "Tab")
        if focused(page) == "INPUT token":
            break
    page.call("Input.insertText", text=TOKEN)
    press(page, "Enter")
    until(lambda: page.measure("!!document.getElementById('content')"))
    seen = []
    for _ in range(10):
        press(page, "Tab")
        seen.append(focused(page))
        if seen[-1] == "BODY":
            break
        assert page.measure("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        if seen[-1] == "BUTTON pause":
            press(page, "Enter")
            assert page.measure("document.activeElement.getAttribute('aria-pressed')") == "true"
    assert seen[:6] == ["A", "A", "A", "A", "BUTTON pause", "BUTTON"]
    assert seen.count("DIV") >= 3
    page.measure("document.querySelectorAll('nav a')[3].focus()")
    press(page, "Enter")
    until(lambda: page.measure("location.search") == "?window=7d")
    until(lambda: page.measure("!!document.querySelector('.tools form button')"))
    page.measure("document.querySelector('.tools form button').focus()")
    press(page, "Enter")
    until(lambda: page.measure("!!document.getElementById('token')"))


def test_it_keeps_itself_up_to_date(chromium: Chromium, oracle: Oracle, address: str) -> None:
    """In place: what is wrong now is said, focus stays; paused, nothing moves; a lost server is told."""
    well(oracle)
    page = entered(chromium, address, 390)
    assert page.measure("document.getElementById('headline').textContent") == "Everything is well"
    page.measure("document.querySelector('.table').focus(); document.querySelector('.table').scrollLeft = 40")
    oracle.said["up"] = [Sample({"job": "api"}, 1.0)]
    page.measure("refresh()")
    assert page.measure("document.getElementById('headline').textContent") == "1 thing is wrong"
    assert page.measure("document.getElementById('headline').className") == "bad"
    assert focused(page) == "DIV"
    assert page.measure("document.querySelector('.table').scrollLeft") == 40
    page.measure("document.getElementById('pause').click()")
    asked = oracle.asked
    page.measure("refresh()")
    assert oracle.asked == asked
    page.measure("document.getElementById('pause').click()")
    oracle.silent = True
    page.measure("refresh()")
    assert "Nothing is known" in page.measure("document.getElementById('headline').textContent")
    page.call(
        "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0
    )
    page.measure("refresh()")
    assert "cannot be brought up to date" in page.measure("document.getElementById('headline').textContent")


def press(page: Page, key: str) -> None:
    """One key, down and up."""
    code = {"Tab": 9, "Enter": 13}[key]
    text = {"text": "\r"} if key == "Enter" else {}
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)


def focused(page: Page) -> str:
    """Tag and identity of what has the focus."""
    said = "`${document.activeElement.tagName} ${document.activeElement.id}`.trim()"
    return str(page.measure(said))
