"""An ACME server for what a real one does not do on demand: garbage, rates, silence. It issues nothing."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PROBLEM = "application/problem+json"


@dataclass
class Answer:
    """What the server says to one path."""

    status: int = 200
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def problem(code: str, detail: str, status: int = 400, **headers: str) -> Answer:
    """An error as RFC 8555 has them."""
    content = json.dumps({"type": f"urn:ietf:params:acme:error:{code}", "detail": detail}).encode()
    return Answer(status, content, {"Content-Type": PROBLEM, **headers})


class Actor(ThreadingHTTPServer):
    """Directory, nonces and accounts work; orders are answered with what the test says.

    Attributes:
        answers: what is said to a path, in place of what it would say.
        asked: paths, in the order in which they were asked for.
        bad_nonces: how many signed requests are still refused for their nonce.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.asked: list[str] = []
        self.bad_nonces = 0

    @property
    def base(self) -> str:
        """Its address."""
        return f"https://localhost:{self.server_port}"

    @property
    def directory(self) -> str:
        """The address of its directory."""
        return f"{self.base}/dir"

    def default(self, path: str) -> Answer:
        """What a server says to whom it likes."""
        if path == "/dir":
            names = ("newNonce", "newAccount", "newOrder", "revokeCert", "renewalInfo")
            return Answer(content=json.dumps({name: f"{self.base}/{name}" for name in names}).encode())
        if path == "/newAccount":
            return Answer(201, b'{"status": "valid"}', {"Location": f"{self.base}/account/1"})
        return Answer(200 if path == "/newNonce" else 404, b"{}")


class Handler(BaseHTTPRequestHandler):
    """Hands the server's words on."""

    server: Actor

    def do_GET(self) -> None:
        """Unsigned requests."""
        self._answer()

    def do_HEAD(self) -> None:
        """Nonces."""
        self._answer()

    def do_POST(self) -> None:
        """Signed requests; signatures are not looked at."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.server.bad_nonces:
            self.server.bad_nonces -= 1
            self._say(problem("badNonce", "this nonce is worn"))
            return
        self._answer()

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(self.path)
        found = (
            self.server.answers.get(self.path) or self.server.answers.get(path) or self.server.default(path)
        )
        self._say(found() if callable(found) else found)

    def _say(self, answer: Answer) -> None:
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", "Replay-Nonce": "bm9uY2U", **answer.headers}
        for name, value in {**headers, "Content-Length": str(len(answer.content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content)


@contextmanager
def acting(pair: Path) -> Iterator[Actor]:
    """The server on loopback, with a certificate from that folder."""
    actor = Actor()
    side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    side.load_cert_chain(pair / "cert.pem", pair / "key.pem")
    actor.socket = side.wrap_socket(actor.socket, server_side=True)
    thread = threading.Thread(target=actor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield actor
    finally:
        actor.shutdown()
        actor.server_close()
        thread.join()
