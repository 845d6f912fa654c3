"""Revoked certificates at HAProxy: Prometheus' at its figures, and a replica's behind it."""

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from infra.balancer_file import METRICS_PORT
from tests.images.authority import Authority
from tests.images.conftest import Party
from tests.images.load_balancer.view import client, ready
from tests.images.workshop import Container, port, until

pytestmark = pytest.mark.platform


def serial(folder: Path) -> int:
    """Of the certificate that a party has now."""
    return x509.load_pem_x509_certificate((folder / "current" / "cert.pem").read_bytes()).serial_number


@pytest.fixture
def own(start: Callable[..., Container], party: Party, replicas: list[Container]) -> Container:
    """A load balancer whose revocation lists are its own."""
    assert replicas
    return start(party("revoking", 6002, "load-balancer", "load-balancer", "localhost"))


def renew(own: Container, party: Party) -> None:
    """Delivers new lists and makes HAProxy read them."""
    party("revoking", 6002, "load-balancer", "load-balancer", "localhost")
    status, words = own.exec_run("reload")
    assert status == 0, words


def test_a_revoked_client_gets_no_figures(own: Container, authority: Authority, party: Party) -> None:
    """Another one does."""
    folder = party("prometheus", 6010, "prometheus")
    address = f"https://localhost:{port(own, METRICS_PORT)}/metrics"

    def answered(shown: Path) -> bool:
        context = ssl.create_default_context(cadata=authority.trust.decode())
        context.load_cert_chain(shown / "current" / "cert.pem", shown / "current" / "key.pem")
        with httpx.Client(verify=context) as asking:
            try:
                return asking.get(address).status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

    until(lambda: answered(folder), 10)
    authority.revoked.append(serial(folder))
    renew(own, party)
    until(lambda: not answered(folder), 10)
    assert answered(party("another", 6010, "prometheus"))


def test_a_revoked_replica_gets_no_requests(
    own: Container, authority: Authority, party: Party, replicas: list[Container]
) -> None:
    """All replicas show one certificate here: without it there is none, with a new one there are two."""
    with client(own, authority) as asking:
        until(lambda: ready(asking), 20)
        api = party("api", 6004, "bem_api")
        authority.revoked.append(serial(api))
        renew(own, party)
        until(lambda: not ready(asking), 20)
        party("api", 6004, "bem_api")
        until(lambda: ready(asking), 20)
    assert all(each.attrs["State"]["Running"] for each in replicas)
