import ipaddress
import ssl
import time
from collections.abc import Callable

import httpx
import pytest

from tests.images.authority import Authority
from tests.images.load_balancer.view import HTTP, HTTPS, client, lines_of
from tests.images.workshop import Container, Workshop, healthy, port, until

pytestmark = pytest.mark.platform


def test_plain_http_is_sent_to_https(balancer: Container) -> None:
    """308 keeps method, path and query; nothing is served without TLS."""
    answer = httpx.get(f"http://localhost:{port(balancer, HTTP)}/items?limit=1")
    assert (answer.status_code, answer.headers["Location"]) == (
        308,
        f"https://localhost:{HTTPS}/items?limit=1",
    )


@pytest.mark.parametrize("http2", [True, False])
def test_items_are_served_over_both_protocols(balancer: Container, authority: Authority, http2: bool) -> None:
    """HTTP/2 and HTTP/1.1, with an id of the load balancer's own and HSTS."""
    with client(balancer, authority, http2=http2) as asking:
        answer = asking.get("/items?limit=1", headers={"X-Request-ID": "mine"})
    assert (answer.status_code, answer.http_version) == (200, "HTTP/2" if http2 else "HTTP/1.1")
    assert answer.headers["X-Request-ID"] != "mine"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize(
    ("highest", "accepted"), [(ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)]
)
def test_old_tls_is_refused(
    balancer: Container, authority: Authority, highest: ssl.TLSVersion, accepted: bool
) -> None:
    """TLS 1.2 is the oldest that is spoken."""
    context = ssl.create_default_context(cadata=authority.trust.decode())
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, highest
    address = f"https://localhost:{port(balancer, HTTPS)}/readyz"
    with httpx.Client(verify=context) as asking:
        if accepted:
            assert asking.get(address).status_code == 200
        else:
            with pytest.raises(httpx.ConnectError):
                asking.get(address)


def test_both_replicas_are_reached(balancer: Container, authority: Authority) -> None:
    """The access log, in JSON, soon names two servers, the path without its query and the client."""
    ids: set[str] = set()

    def both() -> bool:
        with client(balancer, authority) as asking:
            ids.update(asking.get("/items?limit=1").headers["X-Request-ID"] for _ in range(4))
        return len({line["server"] for line in lines_of(balancer, ids)}) == 2

    until(both, 5)
    for line in lines_of(balancer, ids):
        assert (line["path"], line["status"]) == ("/items", 200)
        assert ipaddress.ip_address(line["client"]).version == 4


def test_its_own_health_is_for_the_loopback_only(balancer: Container, authority: Authority) -> None:
    """The check inside succeeds; from outside the path is unknown."""
    assert healthy(balancer)[0]
    with client(balancer, authority) as asking:
        assert asking.get("/lb-health").status_code == 404


def test_a_certificate_of_another_name_is_not_healthy(
    start: Callable[..., Container], authority: Authority, workshop: Workshop
) -> None:
    """The health check verifies what it is shown."""
    folder = authority.deliver(workshop.folder / "stranger", 6002, "stranger", ("stranger",))
    container = start(folder)
    time.sleep(1)
    well, words = healthy(container)
    assert not well
    assert "load-balancer: curl" in words
