import ssl
from pathlib import Path

import httpx
import pytest

from infra.balancer_file import METRICS_PORT
from tests.images.authority import Authority
from tests.images.load_balancer.view import client
from tests.images.workshop import Container, port

pytestmark = pytest.mark.platform

INSIDE = ("/metrics", "/healthz", "/%6detrics", "/healthz/", "/metrics?x=1")


def test_answers_tell_browsers_to_be_careful(guarded: Container, authority: Authority) -> None:
    """Also those that the load balancer gives itself; none tells what made it."""
    with client(guarded, authority) as asking:
        answers = [asking.get("/items?limit=1"), asking.get("/metrics"), asking.get("/ws")]
    assert [each.status_code for each in answers] == [200, 404, 200]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["Strict-Transport-Security"] == "max-age=60"
        assert "Server" not in answer.headers


@pytest.mark.parametrize("path", INSIDE)
def test_what_services_tell_the_platform_is_not_for_clients(
    guarded: Container, authority: Authority, path: str
) -> None:
    """However it is written; whether the platform is ready is for everybody."""
    with client(guarded, authority) as asking:
        answer = asking.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
        assert asking.get("/readyz").status_code == 200


def test_figures_are_for_parties_of_the_platform(
    guarded: Container, authority: Authority, certificates: Path
) -> None:
    """Prometheus' format for a certificate of our CA; nobody else gets past the handshake."""
    address = f"https://localhost:{port(guarded, METRICS_PORT)}/metrics"
    stranger = ssl.create_default_context(cadata=authority.trust.decode())
    with httpx.Client(verify=stranger) as asking, pytest.raises(httpx.TransportError):
        asking.get(address)
    party = ssl.create_default_context(cadata=authority.trust.decode())
    party.load_cert_chain(certificates / "current" / "cert.pem", certificates / "current" / "key.pem")
    with httpx.Client(verify=party) as asking:
        answer = asking.get(address)
        assert asking.get(address.replace("/metrics", "/items")).status_code == 404
    assert answer.status_code == 200
    assert 'haproxy_server_status{proxy="api"' in answer.text
