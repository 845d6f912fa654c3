"""Certificates and CAs replaced under load, one withdrawn, and all of them looked at."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from bench.broadcast import Target
from bench.clients import TRUSTED, Clients, Record
from bench.deployment import Deployment, own
from bench.row import Row, Rows
from bench.series import Series
from bench.sockets import Sockets
from bench.subject import Subject, positive
from certs.endpoints import endpoint
from certs.endpoints.endpoint import Endpoint
from operation.containers import containers
from operation.progress import Progress
from operation.stack_file import configure
from tokens.issue import issued
from tokens.keys import key_file

PAUSE = 0.25
"""Seconds between an answer and the next request of each client, so that clients leave room for the work."""

BOTH = "roots.pem"
"""Both roots, while the root is rotated."""

ASKED = 50
"""Endpoints: a port of one replica each. The stack has fewer, so its own are asked again and again."""

MINUTES = 60
DRAIN = 3600
"""Seconds that the load balancer keeps WebSockets after a reload: longer than all of this takes."""


@dataclass(frozen=True)
class Seen:
    """What clients saw.

    Attributes:
        seconds: that the command took.
        requests: of the clients.
        closes: codes of WebSockets that the server closed.
    """

    seconds: float
    requests: Record
    closes: list[int]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--clients", type=positive, default=50, help="that ask all the time")
    parser.add_argument("--sockets", type=positive, default=200, help="WebSockets that stay open")


def _measure(options: Namespace, progress: Progress) -> Rows:
    with own(progress) as made:
        configure(made.stack, {"load_balancer.drain_seconds": DRAIN})
        with progress.step(f"up of {made.name}"):
            made.invoke("up", "--skip-backup")

        def under_load(what: str, *words: str, trusted: str = TRUSTED) -> Seen:
            with progress.step(what):
                return _watched(made, options, lambda: made.invoke(*words), trusted)

        renewed = under_load("every certificate renewed", "certs.renew", "--all")
        yield from rows("renewal of every certificate", renewed)
        issuing = under_load("issuing CA rotated", "certs.rotate", "--ca", "issuing", "--yes")
        yield from rows("rotation of the issuing CA", issuing)
        with progress.step("the next root is trusted"):
            made.invoke("certs.rotate", "--ca", "root")
        words = ("certs.rotate", "--ca", "root", "--go-on", "--yes")
        yield from rows("rotation of the root CA", under_load("root CA rotated", *words, trusted=BOTH))
        with progress.step("a certificate withdrawn"):
            withdrawn = made.invoke("certs.revoke", "api", "--reason", "key_compromise", "--yes")
        yield Row("revoked, until every server refuses it", "≤ 60 s", Series((withdrawn.seconds,)))
        with progress.step(f"a check of {ASKED} endpoints"):
            yield Row(f"a check of {ASKED} endpoints", "≤ 3 s", Series((_checked(made),)))


def rows(what: str, seen: Seen) -> Rows:
    """The figures of one change."""
    failed = Series((seen.requests.failed,), "requests")
    yield Row(f"{what}: failed, of {seen.requests.good + seen.requests.failed} requests", "0", failed)
    yield Row("the same: WebSockets closed by the server", "0", Series((len(seen.closes),), "connections"))
    yield Row("the same: longest time without an answer", "", Series((seen.requests.longest,)))
    yield Row("the same: time", "", Series((seen.seconds,)))


def _watched(made: Deployment, options: Namespace, action: Callable[[], Any], trusted: str) -> Seen:
    stack = made.stack
    target = Target(
        f"wss://localhost:{stack.settings.load_balancer.https_port}/ws",
        issued(key_file(stack), "bench", ["realtime"], MINUTES),
        str(stack.folder / "certs" / trusted),
    )
    with (
        Sockets(target, options.sockets) as sockets,
        Clients(stack, options.clients, PAUSE, trusted) as clients,
    ):
        started = time.monotonic()
        action()
        seconds = time.monotonic() - started
    return Seen(seconds, clients.record, sockets.closes)


def _checked(made: Deployment) -> float:
    """Seconds for so many handshakes."""
    stack = made.stack
    asked: list[Endpoint] = []
    replicas = 0
    for each in cycle(endpoint.endpoints(stack)):
        replicas += len(containers(stack, each.party)) if each.inside else 1
        asked.append(each)
        if replicas >= ASKED:
            break
    started = time.monotonic()
    endpoint.findings(stack, asked)
    return time.monotonic() - started


SUBJECT = Subject(
    "renewals", "certificates and CAs replaced under 50 clients and 200 WebSockets", _arguments, _measure
)
