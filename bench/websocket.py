"""Broadcasts to many WebSocket connections: how long until everybody has a message, and who was closed."""

import ssl
from argparse import ArgumentParser, Namespace
from statistics import quantiles

from bench.broadcast import Outcome, Target, broadcast
from bench.deployment import Deployment, own
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from operation.failure import Failure
from operation.progress import Progress
from operation.stack_file import configure
from tokens.issue import issued
from tokens.keys import key_file

MINUTES = 60
SPARE = 500
"""Connections of the load balancer beside the listeners' own."""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--connections", type=positive, default=2000, help="listeners")
    parser.add_argument("--messages", type=positive, default=40, help="broadcasts")


def _measure(options: Namespace, progress: Progress) -> Rows:
    with own(progress) as deployment:
        _admit(deployment, options.connections)
        with progress.step(f"up of {deployment.name}"):
            deployment.invoke("up", "--skip-backup")
        target = _target(deployment)
        with progress.step(f"{options.messages} broadcasts to {options.connections} connections"):
            try:
                outcome = broadcast(target, options.connections, options.messages)
            except (OSError, TimeoutError, ssl.SSLError) as error:
                words = error or type(error).__name__
                raise Failure(f"the channel cannot be measured: {words}.") from error
    yield from rows(outcome, options.connections, options.messages)


def _admit(deployment: Deployment, connections: int) -> None:
    """One client has them all here, which the load balancer's defaults allow to nobody."""
    most = connections + SPARE
    limits = {
        "load_balancer.max_connections": most,
        "load_balancer.connections_per_client": most,
        "load_balancer.rate_limit": {"sockets_per_client": most},
    }
    configure(deployment.stack, limits)


def _target(deployment: Deployment) -> Target:
    stack = deployment.stack
    return Target(
        f"wss://localhost:{stack.settings.load_balancer.https_port}/ws",
        issued(key_file(stack), "bench", ["realtime"], MINUTES),
        str(stack.folder / "certs" / "root.pem"),
    )


def rows(outcome: Outcome, connections: int, messages: int) -> Rows:
    """The figures of a run."""
    who = f"{connections} WebSocket connections"
    yield Row(f"{who}: opened and subscribed", "", Series((outcome.opening,)))
    every = [1000 * latency for each in outcome.latencies.values() for latency in each]
    if len(every) > 1:
        points = quantiles(every, n=100, method="inclusive")
        yield Row("a broadcast's way to a listener: median", "", Series((points[49],), "ms"))
        yield Row("the same: p99", "≤ 100 ms", Series((points[98],), "ms"))
        yield Row("the same: longest", "", Series((max(every),), "ms"))
    yield Row("connections closed by the server", "0", Series((len(outcome.closes),), "connections"))
    missing = connections * messages - outcome.received
    yield Row(f"messages that did not come, of {connections * messages}", "0", Series((missing,), "messages"))


SUBJECT = Subject("websocket", "broadcasts to many WebSocket connections", _arguments, _measure)
