"""What Prometheus reads of a service."""

import os
from pathlib import Path

import pytest
from cryptography import x509
from prometheus_client import REGISTRY
from starlette.testclient import TestClient

from services.base.certificate_dates import SERVICE, CertificateDates, ListDates
from services.base.revocation import lists
from tests.images.authority import Authority
from tests.services.shelf import Shelf


def count(method: str, route: str, status: int) -> float:
    """Requests counted so far under these labels."""
    labels = {"service": SERVICE, "method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("bem_requests_total", labels) or 0.0


def timed(method: str, route: str) -> float:
    """Requests that the histogram has under these labels."""
    labels = {"service": SERVICE, "method": method, "route": route}
    return REGISTRY.get_sample_value("bem_request_seconds_count", labels) or 0.0


def test_a_request_is_counted_under_the_template_of_its_route(client: TestClient) -> None:
    """Two ids are one series, and the histogram has as many requests."""
    before = count("GET", "/items/{number}", 404), timed("GET", "/items/{number}")
    client.get("/items/1")
    client.get("/items/2")
    assert count("GET", "/items/{number}", 404) == before[0] + 2
    assert timed("GET", "/items/{number}") == before[1] + 2


def test_what_a_client_makes_up_becomes_no_series(client: TestClient) -> None:
    """Unknown paths and methods share one label."""
    before = count("GET", "other", 404), count("other", "/items", 405)
    client.get("/made-up-1")
    client.get("/made-up-2")
    client.request("MADEUP", "/items")
    assert (count("GET", "other", 404), count("other", "/items", 405)) == (before[0] + 2, before[1] + 1)
    assert "made-up" not in client.get("/metrics").text


def test_a_failure_is_counted_as_one(client: TestClient, shelf: Shelf) -> None:
    """A crash is a 500, a lost database a 503."""
    before = count("GET", "/items", 500), count("GET", "/items", 503)
    shelf.failure = RuntimeError("crash")
    client.get("/items")
    shelf.lose()
    client.get("/items")
    assert (count("GET", "/items", 500), count("GET", "/items", 503)) == (before[0] + 1, before[1] + 1)


def test_metrics_are_for_inside_only(client: TestClient) -> None:
    """What carries the load balancer's header is answered 404; Prometheus gets the counts."""
    assert "bem_requests_total" in client.get("/metrics").text
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404


def test_the_certificate_tells_its_end(tmp_path: Path) -> None:
    """The end of the pair's life is exported; where there is no pair, nothing is."""
    certificate, _ = Authority().leaf("api", ("api",))
    assert CertificateDates(tmp_path).collect() == []
    (tmp_path / "cert.pem").write_bytes(certificate)
    sample = CertificateDates(tmp_path).collect()[0].samples[0]
    leaf = x509.load_pem_x509_certificate(certificate)
    assert sample.value == pytest.approx(leaf.not_valid_after_utc.timestamp())


def test_the_lists_tell_their_end(tmp_path: Path) -> None:
    """The first that runs out is exported; without lists, or with a broken file, nothing is."""
    folder = Authority().deliver(tmp_path / "api", os.getuid(), "api", ("api",)) / "current"
    sample = ListDates(folder).collect()[0].samples[0]
    ends = [each.next_update_utc for each in lists(folder)]
    assert sample.value == min(each.timestamp() for each in ends if each)
    (folder / "crl.pem").write_text("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")
    assert ListDates(folder).collect() == []
    (folder / "crl.pem").unlink()
    assert ListDates(folder).collect() == []
