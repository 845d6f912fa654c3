import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from infra.sections.load_balancer import RateLimit
from tests.images.authority import Authority
from tests.images.load_balancer.view import HTTPS, client, ready
from tests.images.workshop import Container, port, until

pytestmark = pytest.mark.platform

LIMIT = 12
OF_TOKEN = 4
HEAD = (
    b"POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
)


@pytest.fixture(scope="module")
def strict(start: Callable[..., Container], replicas: list[Container], authority: Authority) -> Container:
    """A load balancer with low rates."""
    assert replicas
    limits = RateLimit(requests_per_client=LIMIT, requests_per_token=OF_TOKEN, sockets_per_client=2)
    container = start(rate_limit=limits)
    with client(container, authority) as asking:
        until(lambda: ready(asking), 10)
    return container


def until_refused(asking: httpx.Client, path: str, **headers: str) -> Iterator[httpx.Response]:
    """Answers up to the first 429; a window may end in between, so there may be those of two."""
    for _ in range(3 * LIMIT):
        answer = asking.get(path, headers=headers)
        yield answer
        if answer.status_code == 429:
            return


def test_a_client_beyond_its_rate_is_told_when_to_return(strict: Container, authority: Authority) -> None:
    """Good answers tell what is left; 429 tells the seconds, not more than a window; then it is served."""
    with client(strict, authority) as asking:
        answers = list(until_refused(asking, "/items?limit=1"))
        refused = answers[-1]
        assert [each.status_code for each in answers[-4:]] == [200, 200, 200, 429]
        assert [each.headers["RateLimit-Remaining"] for each in answers[-4:]] == ["2", "1", "0", "0"]
        assert refused.headers["RateLimit-Limit"] == str(LIMIT)
        assert (refused.headers["Content-Type"], refused.json()["status"]) == (
            "application/problem+json",
            429,
        )
        seconds = int(refused.headers["Retry-After"])
        assert 1 <= seconds <= 10
        assert asking.get("/readyz").status_code == 200
        assert until(lambda: asking.get("/items?limit=1").status_code == 200, seconds + 1) < seconds + 0.5


def test_a_token_beyond_its_rate_leaves_other_tokens_alone(strict: Container, authority: Authority) -> None:
    """It is counted by its digest; the tighter of both limits is the one that is told."""
    with client(strict, authority) as asking:
        until(lambda: int(asking.get("/items?limit=1").headers["RateLimit-Remaining"]) > 2 * OF_TOKEN, 11)
        refused = list(until_refused(asking, "/items?limit=1", Authorization="Bearer one"))[-1]
        other = asking.get("/items?limit=1", headers={"Authorization": "Bearer two"})
    assert (refused.status_code, refused.headers["RateLimit-Limit"]) == (429, str(OF_TOKEN))
    assert (other.status_code, other.headers["RateLimit-Remaining"]) == (200, str(OF_TOKEN - 1))


def test_sockets_are_counted_by_themselves(strict: Container, authority: Authority) -> None:
    """Opening too many does not keep a client from asking, and the other way round."""
    with client(strict, authority) as asking:
        answers = list(until_refused(asking, "/ws"))
        assert (answers[-1].status_code, answers[-1].headers["RateLimit-Limit"]) == (429, "2")
        until(lambda: asking.get("/items?limit=1").status_code == 200, 11)


def test_exempt_networks_have_no_limit(
    start: Callable[..., Container], replicas: list[Container], authority: Authority
) -> None:
    """Nor the headers that tell one."""
    assert replicas
    container = start(rate_limit=RateLimit(requests_per_client=1, exempt=("0.0.0.0/0",)))
    with client(container, authority) as asking:
        until(lambda: ready(asking), 10)
        answers = [asking.get("/items?limit=1") for _ in range(5)]
    assert {each.status_code for each in answers} == {200}
    assert "RateLimit-Limit" not in answers[-1].headers


@pytest.mark.parametrize(("size", "status"), [(2048, 422), (2049, 413)])
def test_a_large_body_is_refused(guarded: Container, authority: Authority, size: int, status: int) -> None:
    """By its announced length; one that fits is the service's to judge."""
    with client(guarded, authority) as asking:
        answer = asking.post("/items", content=b"x" * size)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_body_of_unknown_length_is_the_services_to_refuse(guarded: Container, authority: Authority) -> None:
    """HAProxy does not count what streams through."""
    with client(guarded, authority, http2=False) as asking:
        answer = asking.post("/items", content=(b"x" * 1024 for _ in range(100)))
    assert answer.status_code == 413


@pytest.mark.parametrize(("size", "status"), [(8_000, 200), (16_000, 400)])
def test_large_headers_are_refused(guarded: Container, authority: Authority, size: int, status: int) -> None:
    """Head and headers have 15 KiB."""
    with client(guarded, authority, http2=False) as asking:
        assert asking.get("/items?limit=1", headers={"X-Large": "x" * size}).status_code == status


@pytest.mark.parametrize("begun", [b"", HEAD.removesuffix(b"\r\n"), HEAD + b"{"])
def test_a_slow_client_is_cut_and_others_are_served(
    guarded: Container, authority: Authority, begun: bytes
) -> None:
    """Who says nothing, or drips headers or a body, is answered 408 or hung up on when the time is over."""
    with ExitStack() as held, client(guarded, authority) as asking:
        slow = [held.enter_context(opened(guarded, authority)) for _ in range(4)]
        for each in slow:
            each.sendall(begun)
        started = time.monotonic()
        cut: set[int] = set()

        def all_cut() -> bool:
            assert asking.get("/items?limit=1").status_code == 200
            left = set(range(len(slow))) - cut
            cut.update(number for number in left if refused(slow[number], drip=bool(begun)))
            return len(cut) == len(slow)

        until(all_cut, 5)
    assert time.monotonic() - started > 0.5


def test_a_client_with_too_many_connections_gets_no_more(guarded: Container, authority: Authority) -> None:
    """Until it closes one."""
    with ExitStack() as held:
        for _ in range(8):
            held.enter_context(opened(guarded, authority))
        with pytest.raises(OSError, match=r"reset|EOF|closed"):
            opened(guarded, authority)
    with client(guarded, authority) as asking:
        until(lambda: ready(asking), 3)


def opened(container: Container, authority: Authority) -> ssl.SSLSocket:
    """A TLS connection on which nothing was said yet."""
    context = ssl.create_default_context(cadata=authority.trust.decode())
    plain = socket.create_connection(("localhost", port(container, HTTPS)), 5)
    try:
        return context.wrap_socket(plain, server_hostname="localhost")
    except OSError:
        plain.close()
        raise


def refused(connection: ssl.SSLSocket, *, drip: bool) -> bool:
    """Whether the other side hung up or answered 408; one more byte is sent meanwhile."""
    connection.settimeout(0.05)
    try:
        if drip:
            connection.sendall(b"x")
        said = connection.recv(4096)
    except TimeoutError:
        return False
    except OSError:
        return True
    return not said or b" 408 " in said
