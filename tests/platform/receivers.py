"""Real receivers of alerts: a web server that is posted to, and a mail server; both in this process."""

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.ports import free


@dataclass
class Received:
    """What came in, in its order.

    Attributes:
        posts: bodies of webhooks.
        mails: whole messages.
        web: port of the web server.
        smtp: port of the mail server.
    """

    posts: list[dict[str, Any]] = field(default_factory=list)
    mails: list[email.message.EmailMessage] = field(default_factory=list)
    web: int = 0
    smtp: int = 0

    def posted(self, alert: str, status: str = "firing", **labels: str) -> bool:
        """Whether that alert was posted, with those labels."""
        return any(
            each["status"] == status and each["labels"].items() >= {"alertname": alert, **labels}.items()
            for post in self.posts
            for each in post["alerts"]
        )

    def open(self, alert: str) -> bool:
        """Whether that alert was posted last as one that fires."""
        said = [
            each["status"]
            for post in self.posts
            for each in post["alerts"]
            if each["labels"]["alertname"] == alert
        ]
        return said[-1:] == ["firing"]

    def forget(self) -> None:
        """What came until now, as if it had not."""
        self.posts.clear()
        self.mails.clear()

    def mailed(self, alert: str, word: str = "FIRING") -> bool:
        """Whether a mail about that alert came."""
        return any(f"[{word}]" in mail["Subject"] and alert in mail["Subject"] for mail in self.mails)


@contextmanager
def receivers() -> Iterator[Received]:
    """Both servers, on every address of this host and ports of nobody else, until the block ends."""
    received = Received()
    received.web, received.smtp = free(2)
    with ExitStack() as stack:
        for server in (_web(received), _mail(received)):
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received


def _web(received: Received) -> socketserver.BaseServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.posts.append(json.loads(body))
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Tests look at what came, not at lines."""

    return ThreadingHTTPServer(("0.0.0.0", received.web), Handler)  # noqa: S104  # containers reach it


def _mail(received: Received) -> socketserver.BaseServer:
    class Handler(socketserver.StreamRequestHandler):
        """As much of RFC 5321 as a client needs that wants no extension."""

        def handle(self) -> None:
            self._say("220 test")
            for line in self.rfile:
                word = line.decode().split(maxsplit=1)[0].upper()
                if word == "DATA":
                    self._say("354 go on")
                    received.mails.append(self._message())
                self._say({"QUIT": "221 bye", "EHLO": "250 test", "HELO": "250 test"}.get(word, "250 ok"))
                if word == "QUIT":
                    return

        def _message(self) -> email.message.EmailMessage:
            lines = []
            for line in self.rfile:
                if line == b".\r\n":
                    break
                lines.append(line.removeprefix(b"."))
            return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    return Server(("0.0.0.0", received.smtp), Handler)  # noqa: S104  # containers reach it
