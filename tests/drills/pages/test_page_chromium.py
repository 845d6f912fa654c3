"""The pages in a real browser: a telephone, a window, paper; light and dark; by keyboard; without a network.

`./ops test` installs a Chromium where there is none. Elsewhere these tests fail and say what to install.
"""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from drills.evidence import INDEX
from drills.publication import publish
from operation.stack import Stack
from tests.axe import violations
from tests.chromium import OVERLAPPING, TOO_WIDE, Chromium, Page, opened
from tests.drills.pages import samples

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of four drills, and the index of two hundred more."""
    root = tmp_path_factory.mktemp("checkout")
    stack = Stack("drl-test", root)
    (root / "runbooks").mkdir()
    drills = [make(stack) for make in (samples.passed, samples.failed, samples.unbroken, samples.interrupted)]
    for journal in (*samples.many(200), *samples.many(1, "host-lost")):
        samples.kept(stack, journal)
    publish(stack, drills)
    return stack.folder / "evidence"


def pages(evidence: Path) -> list[Path]:
    """The reports, and the index."""
    return [*sorted(evidence.glob("*/report.html")), evidence / INDEX]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("number", range(5))
def test_a_page_fits_and_asks_for_nothing(
    chromium: Chromium, evidence: Path, number: int, width: int, scheme: str
) -> None:
    """Nothing in the console, no request but the page, nothing beyond the edge, no words over words."""
    path = pages(evidence)[number]
    page = opened(chromium, path.as_uri(), width, scheme=scheme)
    page.measure("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.measure("document.documentElement.scrollWidth") == width
    assert page.measure(TOO_WIDE) == []
    assert page.measure(OVERLAPPING) == []
    dark = page.measure("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 28)"
    assert dark is (scheme == "dark")
    assert page.requests() == [path.as_uri()]
    assert page.complaints() == []
    if width < 1000:  # axe takes seconds, and looks for nothing that depends on the width
        assert violations(page) == []


def test_a_page_that_is_alive_would_be_noticed(chromium: Chromium, tmp_path: Path) -> None:
    """The ears hear: a script, a request, a wide line."""
    path = tmp_path / "alive.html"
    path.write_text(
        "<script>console.log('here')</script><img src='other.png'><pre style='width:2000px'>wide</pre>"
    )
    page = opened(chromium, path.as_uri(), 390)
    assert len(page.requests()) == 2
    assert page.complaints()
    assert page.measure("document.documentElement.scrollWidth") > 390
    assert page.measure(TOO_WIDE) == ["PRE."]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address on this host, and what was asked of it."""
    heard: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_error(404)

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()


def test_markup_that_came_in_all_the_same_would_be_dead(
    chromium: Chromium, evidence: Path, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    """The page's policy keeps a script from running and a picture from being fetched; without it both are."""
    path, (address, heard) = tmp_path / "spoilt.html", listener
    bad = f"<img src='{address}/x.png'><script>document.title = 'ran'</script>"
    path.write_text(pages(evidence)[0].read_text().replace("</main>", f"{bad}</main>"))
    page = opened(chromium, path.as_uri(), 390)
    assert (page.measure("document.title") == "ran", heard) == (False, [])
    assert len(page.complaints()) >= 2
    path.write_text(bad)
    page = opened(chromium, path.as_uri(), 390)
    assert (page.measure("document.title") == "ran", heard) == (True, ["/x.png"])


@pytest.mark.parametrize("number", [1, 4])
def test_paper_is_a4(chromium: Chromium, evidence: Path, number: int) -> None:
    """Each sheet, and not more of them than the content needs."""
    paper = opened(chromium, pages(evidence)[number].as_uri(), 1280).paper()
    sizes = [tuple(map(float, each)) for each in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)]
    assert 1 <= len(sizes) <= 8
    assert all(abs(width - 595.3) < 1 and abs(height - 841.9) < 1 for width, height in sizes)


def test_folds_open_by_keyboard(chromium: Chromium, evidence: Path) -> None:
    """Tab reaches them, Enter opens them, and what has the focus is to be seen."""
    page = opened(chromium, pages(evidence)[0].as_uri(), 1280)
    for _ in range(2):
        press(page, "Tab", 9)
    assert page.measure("document.activeElement.tagName") == "SUMMARY"
    assert page.measure("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.measure("document.activeElement.parentElement.open") is False
    press(page, "Enter", 13, "\r")
    assert page.measure("document.activeElement.parentElement.open") is True


def press(page: Page, key: str, code: int, text: str = "") -> None:
    """One key."""
    for kind in ("keyDown", "keyUp"):
        page.call(
            "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text=text
        )
