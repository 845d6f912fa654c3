"""The load balancer as its clients and its builder see it."""

import json
import secrets
import ssl
from pathlib import Path
from typing import Any

import httpx

from infra import templates
from operation.stack import Stack
from tests.images.authority import Authority
from tests.images.workshop import Container, Workshop, healthy, logs, port

HTTPS = 18443
HTTP = 18080
CONFIGURATION = "/usr/local/etc/haproxy/haproxy.cfg"


def rendered(workshop: Workshop, **changes: object) -> Path:
    """The configuration, as infra renders it."""
    values: dict[str, object] = {
        "https_port": HTTPS,
        "http_port": HTTP,
        "max_connections": 9000,
        "api_slots": 4,
        "api_service": "api",
        "stack_name": "test",
    }
    file = workshop.folder / f"haproxy-{secrets.token_hex(4)}.cfg"
    text = templates.rendered(Stack("test"), "load-balancer/haproxy.cfg.j2", **(values | changes))
    file.write_text(text)
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


def served_of(container: Container) -> str:
    """The certificate that it shows."""
    return ssl.get_server_certificate(("localhost", port(container, HTTPS)))


def lines_of(container: Container, ids: set[str]) -> list[dict[str, Any]]:
    """The access log of those requests."""
    found = [json.loads(line) for line in logs(container).splitlines() if line.startswith("{")]
    return [line for line in found if line["request_id"] in ids]
