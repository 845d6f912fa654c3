"""How long nobody was answered, seen by new connections over real TLS."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from certs.ca.authority import authority
from certs.pairs.profile import Profile
from certs.pairs.store import ensure
from infra.ports import free
from operation import outage
from operation.gap import measured
from operation.outage import Outage, answers
from operation.stack import Stack

Serving = Callable[[], object]


class Answer(BaseHTTPRequestHandler):
    """Refuses everything: that is an answer, too."""

    def do_GET(self) -> None:
        """See the class."""
        self.send_error(503)

    def log_message(self, *_words: object) -> None:
        """Keeps quiet."""


@contextmanager
def served(stack: Stack, certificates: Path) -> Iterator[None]:
    """A server at the load balancer's port."""
    server = ThreadingHTTPServer(("127.0.0.1", stack.settings.load_balancer.https_port), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """One with a root certificate and a port that is free."""
    (port,) = free(1)
    made = Stack("outage", tmp_path, {"bem:load_balancer": {"https_port": port}})
    authority(made)
    return made


@pytest.fixture
def certificates(stack: Stack) -> Path:
    """The pair of that stack's load balancer."""
    profile = Profile(
        party="load-balancer",
        common_name="load-balancer",
        names=("load-balancer",),
        addresses=(),
        server=True,
        client=False,
        uid=0,
        days=1,
    )
    ensure(stack, profile)
    return stack.folder / "certs" / "load-balancer"


def test_the_longest_time_without_an_answer(stack: Stack, certificates: Path) -> None:
    """Of two servers with a pause between them; a refusal counts as an answer."""
    watched = Outage(stack)
    with served(stack, certificates):
        assert answers(stack)
        watched.begin()
        watched.begin()
    ended = time.monotonic()
    threading.Event().wait(0.4)
    with served(stack, certificates):
        away = time.monotonic() - ended
        found = watched.end()
    assert found is not None
    assert found >= away - 2 * outage.PAUSE
    assert found < away + 1


def test_nothing_is_measured_that_never_began(stack: Stack) -> None:
    """Most deployments."""
    assert Outage(stack).end() is None


def test_no_answer_at_all(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends by itself; there is no figure to tell."""
    monkeypatch.setattr(outage, "RETURN", 0.2)
    watched = Outage(stack)
    watched.begin()
    assert watched.end() is None


def test_a_stranger_at_the_port_is_no_answer(stack: Stack, certificates: Path, tmp_path: Path) -> None:
    """Its certificate is another CA's."""
    other = Stack("other", tmp_path / "other", stack.given)
    authority(other)
    with served(stack, certificates):
        assert not answers(other)


def test_what_a_person_is_told() -> None:
    """A figure, or nothing."""
    assert measured(1.64) == ["clients were not answered for 1.6 s."]
    assert measured(None) == []
