"""Endpoints that serve certificates, and how each is asked for its own."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography import x509

from certs.ca.authority import root_path
from certs.endpoints import expiry, handshake
from certs.endpoints.outsiders import further
from certs.foreign import public_pair
from certs.pairs.statement import serial_of
from certs.pairs.store import certificate
from certs.serving.generation import CURRENT
from infra.monitors import monitors
from infra.parties import LOAD_BALANCER, services
from infra.sections import Certificates
from operation.containers import client, containers, execute
from operation.failure import Failure
from operation.stack import Stack

PREAMBLES: dict[str, Literal["postgres"]] = {"database": "postgres"}
NONE = object()
"""In place of a container where none runs."""

AT_ONCE = 8
"""Endpoints that are asked at the same time; each answer is mostly waited for."""

SECONDS = 5.0
"""Longest wait for one step of a handshake on the same host."""


@dataclass(frozen=True)
class Endpoint:
    """A port that shows a certificate.

    Attributes:
        party: whose certificate; also the role of its containers.
        port: TCP port.
        server_name: the name that it must be good for.
        inside: asked from within each of its containers, since no port is published.
        starttls: PostgreSQL's preamble, or none.
        public: shows what clients of the platform are shown, which may be another CA's.
    """

    party: str
    port: int
    server_name: str
    inside: bool = True
    starttls: Literal["postgres"] | None = None
    public: bool = False


@dataclass(frozen=True)
class Finding:
    """What one endpoint showed.

    Attributes:
        party: whose certificate.
        where: container and port, or the published address.
        served: the certificate; None when there was no handshake.
        fault: what is wrong; empty when nothing is.
        stale: another certificate than the one in the local store, which was delivered last.
    """

    party: str
    where: str
    served: expiry.Served | None
    fault: str
    stale: bool = False


PORTS = {"object-store": 8333, "database": 5432, "cache": 6379}
SERVICE_PORT = 8443


def endpoints(stack: Stack) -> Sequence[Endpoint]:
    """All of a stack, the one that clients see first."""
    settings = stack.settings
    front = settings.load_balancer.https_port
    ports = {**PORTS, **{each.party.role: each.port for each in monitors(settings.monitoring)}}
    others = [each.role for each in services(settings) if each.server and each is not LOAD_BALANCER]
    return (
        *_front(settings.certificates, front),
        *(
            Endpoint(role, ports.get(role, SERVICE_PORT), role, starttls=PREAMBLES.get(role))
            for role in others
        ),
    )


def _front(certificates: Certificates, port: int) -> tuple[Endpoint, ...]:
    """The load balancer's: one pair for all; else another CA's for the public names, and ours."""
    role = LOAD_BALANCER.role
    if not certificates.foreign:
        return (Endpoint(role, port, certificates.names[0], inside=False),)
    name = certificates.public_names[0].replace("*", "any", 1)
    return Endpoint(role, port, name, inside=False, public=True), Endpoint(role, port, role, inside=False)


def expected(stack: Stack, endpoint: Endpoint) -> x509.Certificate | None:
    """The certificate that an endpoint has to show: the one delivered last; None when nobody knows."""
    own = certificate(stack, endpoint.party)
    return (public_pair.serving(stack) or own) if endpoint.public else own


def findings(stack: Stack, asked: Sequence[Endpoint]) -> list[Finding]:
    """Asks every endpoint, each replica by itself; a silent one does not keep others from being asked.

    Raises:
        Failure: when Docker does not answer.
    """
    engine = client()

    def replicas(each: Endpoint) -> list[Any]:
        return (containers(stack, each.party, engine) or [NONE]) if each.inside else [None]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(replicas, asked))
        one_by_one = [(each, running) for each, those in zip(asked, found, strict=True) for running in those]
        return list(pool.map(lambda words: _looked(stack, *words), one_by_one))


def _looked(stack: Stack, endpoint: Endpoint, container: Any) -> Finding:
    if container is NONE:
        where = f"{endpoint.party}:{endpoint.port}"
        return Finding(endpoint.party, where, None, "no container of it runs")
    return look(stack, endpoint, container)


def look(stack: Stack, endpoint: Endpoint, container: Any = None) -> Finding:
    """Asks one endpoint, in that container or, without one, from the host."""
    where = f"{container.name if container else '127.0.0.1'}:{endpoint.port}"
    if endpoint.public:
        where = f"{endpoint.server_name}:{endpoint.port}"
    try:
        words = _inside(endpoint, container) if container else _outside(stack, endpoint)
        seen = expiry.parsed(words, where)
    except Failure as failure:
        return Finding(endpoint.party, where, None, failure.what)
    kept = expected(stack, endpoint)
    stale = kept is not None and serial_of(kept) != seen.serial
    return Finding(endpoint.party, where, seen, seen.fault or _untrusted(stack, endpoint, seen), stale)


def _untrusted(stack: Stack, endpoint: Endpoint, seen: expiry.Served) -> str:
    """For public names that show our own CA's certificate, which is there for want of another."""
    own = certificate(stack, endpoint.party)
    if not (endpoint.public and own and serial_of(own) == seen.serial):
        return ""
    remedy = f"`{public_pair.remedy(stack)}`"
    return f"our own CA's certificate serves, which strangers do not trust: {remedy} gets another"


def probe(endpoint: Endpoint) -> list[str]:
    """The command that asks an endpoint from within its container, with its own pair."""
    arguments = {
        "host": "127.0.0.1",
        "port": endpoint.port,
        "server_name": endpoint.server_name,
        "ca": f"{CURRENT}/ca.pem",
        "certificate": f"{CURRENT}/cert.pem",
        "key": f"{CURRENT}/key.pem",
        "starttls": endpoint.starttls or "",
        "seconds": SECONDS,
    }
    return ["python3", "-I", "-c", Path(handshake.__file__).read_text(), json.dumps(arguments)]


def _inside(endpoint: Endpoint, container: Any) -> dict[str, str]:
    output = execute(container, probe(endpoint))
    try:
        words: dict[str, str] = json.loads(output.stdout)
    except ValueError:
        return {"error": (output.stderr or output.stdout).strip().rpartition("\n")[2]}
    return words


def _outside(stack: Stack, endpoint: Endpoint) -> dict[str, str]:
    ca = root_path(stack)
    if not ca.exists():
        return {"error": f"stack {stack.name} has no certificate authority yet"}
    also = further(stack) if endpoint.public else ()
    return handshake.shake(
        "127.0.0.1", endpoint.port, endpoint.server_name, str(ca), seconds=SECONDS, also=also
    )
