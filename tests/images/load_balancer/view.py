"""The load balancer as its clients and its builder see it."""

import json
import secrets
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from infra import balancer_file
from infra.routes import Route
from infra.sections.load_balancer import LoadBalancer
from operation.stack import Stack
from tests.images.authority import Authority
from tests.images.workshop import Container, Workshop, healthy, logs, port, until

HTTPS = 18443
HTTP = 18080
CONFIGURATION = "/usr/local/etc/haproxy/haproxy.cfg"
FRIEND = "https://app.example.org"
"""An origin in the list."""
BACKENDS = (Route("api", slots=4), Route("realtime", "/ws", socket=True, slots=2))
FIGURES: dict[str, object] = {"https_port": HTTPS, "http_port": HTTP, "max_connections": 9000}


def text(figures: Mapping[str, object] = {}, backends: tuple[Route, ...] = BACKENDS) -> str:
    """The configuration as infra renders it; figures are not validated again, so they may be wrong."""
    balancer = LoadBalancer().model_copy(update=FIGURES | dict(figures))
    return balancer_file.filled_in(Stack("test", given={}), balancer, backends)


def rendered(workshop: Workshop, backends: tuple[Route, ...] = BACKENDS, **figures: object) -> Path:
    """The configuration in a file of its own."""
    file = workshop.folder / f"haproxy-{secrets.token_hex(4)}.cfg"
    file.write_text(text(figures, backends))
    return file


def client(container: Container, authority: Authority, *, http2: bool = True) -> httpx.Client:
    """A client from outside that trusts the platform's CA."""
    context = ssl.create_default_context(cadata=authority.trust.decode())
    address = f"https://localhost:{port(container, HTTPS)}"
    return httpx.Client(base_url=address, verify=context, http2=http2, timeout=5)


def well(container: Container) -> bool:
    """Whether the container's own health check succeeds."""
    return healthy(container)[0]


def ready(asking: httpx.Client) -> bool:
    """Whether a replica answers through the load balancer."""
    try:
        return asking.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def settled(container: Container, authority: Authority) -> None:
    """Waits until two replicas have answered everything for two seconds.

    A health check that was under way when an outage ended may still take a replica out for a moment.
    """
    well_since = time.monotonic()

    def steady() -> bool:
        nonlocal well_since
        with client(container, authority) as asking:
            answers = [asking.get("/readyz") for _ in range(4)]
        servers = {line["server"] for line in lines_of(container, {id_of(each) for each in answers})}
        if {each.status_code for each in answers} != {200} or len(servers) < 2:
            well_since = time.monotonic()
        return time.monotonic() - well_since > 2

    until(steady, 20)


def id_of(answer: httpx.Response) -> str:
    """By which the log knows the request."""
    return str(answer.headers["X-Request-ID"])


def served_of(container: Container) -> str:
    """The certificate that it shows."""
    return ssl.get_server_certificate(("localhost", port(container, HTTPS)))


def lines_of(container: Container, ids: set[str]) -> list[dict[str, Any]]:
    """The access log of those requests."""
    found = [json.loads(line) for line in logs(container).splitlines() if line.startswith("{")]
    return [line for line in found if line["request_id"] in ids]
