import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from infra import balancer_volume
from infra.balancer_delivery import ConfigurationProvider, deliver
from infra.balancer_file import generation_of
from infra.balancer_volume import FOLDER, Place
from infra.routes import Route
from infra.sections.load_balancer import RateLimit
from operation.failure import Failure
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack
from tests.images.authority import Authority
from tests.images.load_balancer.test_load_balancer_sockets import trust
from tests.images.load_balancer.view import HTTP, HTTPS, client, ready
from tests.images.load_balancer.view import text as view_text
from tests.images.workshop import Container, Workshop, logs, until

pytestmark = pytest.mark.platform

ALONE = (Route("realtime", slots=2),)
"""No database behind it, whose own troubles on a busy host would look like the reload's."""


RATES = RateLimit(requests_per_client=10_000_000)


def text(figures: Mapping[str, object] = {}) -> str:
    """The configuration; curl alone asks more often than a client may by default."""
    return view_text({"rate_limit": RATES, **figures}, ALONE)


@pytest.fixture(scope="module")
def place(workshop: Workshop, image: str, certificates: Path) -> Place:
    """A volume without a configuration, and one with the load balancer's pair."""
    pair = workshop.volume()
    carrier = workshop.run(
        image,
        "pair",
        {str(certificates): "/from:ro", pair: "/to"},
        entrypoint=["cp", "-a", "/from/.", "/to/"],
        user="0:0",
        cap_add=["CHOWN", "DAC_OVERRIDE", "FOWNER"],
    )
    assert carrier.wait(timeout=30)["StatusCode"] == 0
    return Place(Stack(f"test-{secrets.token_hex(4)}"), workshop.volume(), pair, image)


@pytest.fixture(scope="module")
def running(workshop: Workshop, place: Place, echo: Container, authority: Authority) -> Container:
    """A load balancer that has its first configuration from the volume, which nothing ran for."""
    assert echo
    deliver(place, text())
    container = workshop.run(
        place.image,
        "load-balancer",
        {place.volume: f"{FOLDER}:ro", place.certificates: "/certs:ro"},
        ports=(HTTPS, HTTP),
        labels={LABEL_STACK: place.stack.name, LABEL_ROLE: "load-balancer"},
    )
    with client(container, authority) as asking:
        until(lambda: ready(asking), 10)
    return container


def generation(container: Container) -> str:
    """The digest of what the present worker runs."""
    return str(container.exec_run("generation").output.decode().strip())


@pytest.fixture
def load(
    workshop: Workshop, running: Container, authority: Authority, image: str
) -> Iterator[Callable[[], list[str]]]:
    """Requests over both protocols until it is asked how they ended: by a status, or by an error.

    curl speaks HTTP/2, since httpx takes an orderly goodbye (GOAWAY with the highest stream) for an error.
    It tells by stderr: stdout waits for a full buffer, which a slow host does not reach.
    """
    done = Event()
    ca = workshop.folder / "load.pem"
    ca.write_bytes(authority.trust)
    url = f"https://load-balancer:{HTTPS}/items?limit=1&number=[1-1000000]"
    command = [
        "curl",
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{stderr}%{http_code} %{http_version}\\n",
        "--cacert",
        "/ca.pem",
        "--connect-to",
        f"load-balancer:{HTTPS}:{running.name}:{HTTPS}",  # others of this run have the same alias
        url,
    ]
    curl = workshop.run(image, "curl", {str(ca): "/ca.pem:ro"}, entrypoint=command)

    def ask() -> list[str]:
        statuses: list[str] = []
        while not done.is_set():
            with client(running, authority, http2=False) as asking:
                for _ in range(20):
                    try:
                        statuses.append(f"{asking.get('/items?limit=1').status_code} 1")
                    except httpx.TransportError as error:
                        statuses.append(repr(error))
        return statuses

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(ask) for _ in range(2)]

        def statuses() -> list[str]:
            done.set()
            curl.kill("SIGINT")
            return [status for each in asked for status in each.result()] + logs(curl).splitlines()

        yield statuses
        done.set()


def test_another_configuration_is_served_without_a_failed_request(
    running: Container, place: Place, authority: Authority, load: Callable[[], list[str]]
) -> None:
    """Under load, three times; an open WebSocket goes on; what was served before is kept beside it."""
    address = f"wss://localhost:{running.ports[f'{HTTPS}/tcp'][0]['HostPort']}/ws"
    with connect(address, ssl=trust(authority, "http/1.1"), compression=None) as channel:
        for seconds in (61, 62, 63):
            deliver(place, text({"hsts_seconds": seconds}))
            with client(running, authority) as asking:
                told = asking.get("/items?limit=1").headers["Strict-Transport-Security"]
            assert told == f"max-age={seconds}"
        channel.send("still there")
        assert channel.recv(timeout=5) == "still there"
    statuses = load()
    assert len(statuses) > 100
    assert set(statuses) == {"200 1", "200 2"}
    before = running.exec_run(["cat", f"{FOLDER}/haproxy.cfg.before"]).output.decode()
    assert before == text({"hsts_seconds": 62})


@pytest.mark.parametrize("kept", [True, False])
def test_what_was_counted_is_kept_over_a_reload(
    running: Container, place: Place, authority: Authority, kept: bool
) -> None:
    """By the peers; the same file without them forgets."""
    file = text({"hsts_seconds": 70 + kept})
    deliver(place, file if kept else file.replace(" peers reloads store", " store"))

    def left() -> tuple[int, int]:
        with client(running, authority) as asking:
            headers = asking.get("/items?limit=1").headers
        return int(headers["RateLimit-Remaining"]), int(headers["RateLimit-Reset"])

    def within_one_window() -> bool:
        """Whether both looks, one before and one after a reload, were at the same window."""
        for _ in range(5):
            before, early = left()
        running.exec_run("reload")
        after, late = left()
        if late > early or early < 3:
            return False
        assert after == before - 1 if kept else after > before
        return True

    until(within_one_window, 30)


def test_a_broken_configuration_never_reaches_the_volume(
    running: Container, place: Place, authority: Authority
) -> None:
    """HAProxy's own words tell the line; the file before stays, and serves."""
    file, served = balancer_volume.held(place), generation(running)
    with pytest.raises(Failure) as refused:
        deliver(place, text({"https_port": "nonsense"}))
    assert "[ALERT]" in refused.value.what
    assert "nonsense" in refused.value.what
    assert balancer_volume.held(place) == file
    assert generation(running) == served
    with client(running, authority) as asking:
        assert ready(asking)


def test_one_that_passes_the_check_and_does_not_start_is_taken_back(
    running: Container, place: Place, authority: Authority
) -> None:
    """A port that is bound already is no error of the file; HAProxy says so when it starts."""
    file, served = balancer_volume.held(place), generation(running)
    taken = text({"http_port": 53}).replace("bind *:53", "bind 192.0.2.1:53")
    with pytest.raises(Failure) as refused:
        deliver(place, taken)
    assert "192.0.2.1:53" in refused.value.what
    assert "serves" in str(refused.value)
    assert balancer_volume.held(place) == file
    assert generation(running) == served
    with client(running, authority) as asking:
        assert ready(asking)
    deliver(place, text({"hsts_seconds": 80}))
    assert generation(running) == generation_of(text({"hsts_seconds": 80}))


def test_the_resource_changes_with_the_file_alone(place: Place, running: Container) -> None:
    """Another image is no change; a volume that holds something else has no delivery."""
    assert running
    file = balancer_volume.held(place)
    state: dict[str, Any] = {
        "content": file,
        "volume": place.volume,
        "certificates": place.certificates,
        "stack": place.stack.name,
        "image": place.image,
    }
    provider = ConfigurationProvider()
    assert provider.diff("", state, state | {"image": "another"}).changes is False
    assert provider.diff("", state, state | {"content": "x"}).changes is True
    assert provider.diff("", state, state | {"volume": "x"}).replaces == ["volume"]
    assert provider.read(place.volume, state).id == place.volume
    assert provider.read(place.volume, state | {"content": "x"}).id == ""
