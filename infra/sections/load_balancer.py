"""The load balancer: ports, limits, and what it forbids."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from infra.sections.section import Port, Section


def _network(text: str) -> str:
    """An IP network as HAProxy and people write it, without bits beyond its mask."""
    return str(ipaddress.ip_network(text))


def _origin(text: str) -> str:
    """An origin as browsers send it; a wildcard or `null` would let everybody in."""
    if not ORIGIN.fullmatch(text):
        message = f"{text!r} is no origin: write https://host or https://host:port, in small letters"
        raise ValueError(message)
    return text


Rate = Annotated[int, Field(ge=1, le=10_000_000)]
Seconds = Annotated[int, Field(ge=1, le=86_400)]
ORIGIN = re.compile(r"https?://([a-z0-9][a-z0-9.-]*|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?")
OWN_PORTS = (8405, 8406)
"""TCP ports in the load balancer's container: its figures for Prometheus, and what is told over a reload."""


class RateLimit(Section):
    """Requests in ten seconds; a client is an IPv4 address or an IPv6 network of 64 bits.

    The defaults are high: Docker shows every client of this host and all of IPv6 as one address.
    """

    requests_per_client: Rate = Field(50_000, description="requests of one client in ten seconds")
    requests_per_token: Rate = Field(50_000, description="requests with one bearer token in ten seconds")
    sockets_per_client: Rate = Field(1_000, description="WebSockets that one client opens in ten seconds")
    exempt: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        (), description="networks without any limit by client or token"
    )


class LoadBalancer(Section):
    """The only service that publishes ports, in host mode, so that it sees clients' addresses."""

    https_port: Port = Field(8443, description="TLS with HTTP/2, on every address of the host")
    http_port: Port = Field(8080, description="answers with a redirect to https_port")
    max_connections: int = Field(2000, ge=10, le=9000, description="open client connections")
    connections_per_client: int = Field(1500, ge=1, le=9000, description="open connections of one client")
    max_body_bytes: int = Field(1_048_576, ge=1024, le=1_073_741_824, description="announced body, at most")
    request_seconds: Seconds = Field(5, description="for a request's head and the first 15 KiB of its body")
    silence_seconds: Seconds = Field(10, description="that a client may be silent while it sends or receives")
    socket_silence_seconds: Seconds = Field(120, description="that a WebSocket may be silent")
    drain_seconds: Seconds = Field(600, description="that open WebSockets live on after a reload")
    hsts_seconds: int = Field(63_072_000, ge=0, le=315_360_000, description="browsers insist on TLS so long")
    cors_origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = Field(
        (), description="other origins whose scripts may read answers"
    )
    rate_limit: RateLimit = RateLimit()

    @model_validator(mode="after")
    def _ports_apart(self) -> "LoadBalancer":
        if self.https_port == self.http_port:
            message = "https_port and http_port must differ"
            raise ValueError(message)
        if {self.https_port, self.http_port}.intersection(OWN_PORTS):
            message = f"ports {OWN_PORTS[0]} and {OWN_PORTS[1]} are the load balancer's own"
            raise ValueError(message)
        return self
