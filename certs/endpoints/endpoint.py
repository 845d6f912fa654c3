"""Endpoints that serve certificates, and how each is asked for its own."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from cryptography import x509

from certs.ca.authority import root_path
from certs.endpoints import expiry, handshake, vantage
from certs.endpoints.outsiders import further
from certs.foreign import public_pair
from certs.pairs.statement import serial_of
from certs.pairs.store import certificate
from infra.monitors import monitors
from infra.parties import LOAD_BALANCER, services
from infra.sections.certificates import Certificates
from operation.containers import client, containers
from operation.failure import Failure
from operation.stack import Stack

PREAMBLES: dict[str, Literal["postgres"]] = {"database": "postgres"}
NONE = object()
"""In place of a container where none runs."""

AT_ONCE = 8
"""Endpoints that are asked at the same time; each answer is mostly waited for."""


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
        looked = pool.map(lambda words: _looked(stack, *words), zip(asked, found, strict=True))
        return [finding for each in looked for finding in each]


def _looked(stack: Stack, endpoint: Endpoint, replicas: Sequence[Any]) -> list[Finding]:
    if NONE in replicas:
        where = f"{endpoint.party}:{endpoint.port}"
        return [Finding(endpoint.party, where, None, "no container of it runs")]
    if len(replicas) == 1:
        return [look(stack, endpoint, replicas[0])]
    said = vantage.together(endpoint, replicas)
    return [
        look(stack, endpoint, running) if words is None else judged(stack, endpoint, running, words)
        for running, words in zip(replicas, said, strict=True)
    ]


def look(stack: Stack, endpoint: Endpoint, container: Any = None) -> Finding:
    """Asks one endpoint, in that container or, without one, from the host."""
    try:
        words = vantage.inside(endpoint, container) if container else _outside(stack, endpoint)
    except Failure as failure:
        return Finding(endpoint.party, _where(endpoint, container), None, failure.what)
    return judged(stack, endpoint, container, words)


def judged(stack: Stack, endpoint: Endpoint, container: Any, words: Mapping[str, str]) -> Finding:
    """What is wrong with what an endpoint showed.

    Args:
        stack: whose endpoint.
        endpoint: which was asked.
        container: the replica that showed it; None for what the host was shown.
        words: the result of `handshake.shake`.
    """
    where = _where(endpoint, container)
    try:
        seen = expiry.parsed(words, where)
    except Failure as failure:
        return Finding(endpoint.party, where, None, failure.what)
    kept = expected(stack, endpoint)
    stale = kept is not None and serial_of(kept) != seen.serial
    return Finding(endpoint.party, where, seen, seen.fault or _untrusted(stack, endpoint, seen), stale)


def _where(endpoint: Endpoint, container: Any) -> str:
    if endpoint.public:
        return f"{endpoint.server_name}:{endpoint.port}"
    return f"{container.name if container else vantage.HERE}:{endpoint.port}"


def _untrusted(stack: Stack, endpoint: Endpoint, seen: expiry.Served) -> str:
    """For public names that show our own CA's certificate, which is there for want of another."""
    own = certificate(stack, endpoint.party)
    if not (endpoint.public and own and serial_of(own) == seen.serial):
        return ""
    remedy = f"`{public_pair.remedy(stack)}`"
    return f"our own CA's certificate serves, which strangers do not trust: {remedy} gets another"


def _outside(stack: Stack, endpoint: Endpoint) -> dict[str, str]:
    ca = root_path(stack)
    if not ca.exists():
        return {"error": f"stack {stack.name} has no certificate authority yet"}
    also = further(stack) if endpoint.public else ()
    return handshake.shake(
        "127.0.0.1", endpoint.port, endpoint.server_name, str(ca), seconds=vantage.SECONDS, also=also
    )
