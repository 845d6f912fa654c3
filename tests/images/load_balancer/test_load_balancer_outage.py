import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from infra.routes import Route
from tests.images.authority import Authority
from tests.images.conftest import Party, query
from tests.images.load_balancer.view import client, ready, served_of, settled
from tests.images.workshop import Container, healthy, until

pytestmark = pytest.mark.platform


def test_without_an_api_it_is_healthy_and_says_so(
    start: Callable[..., Container], authority: Authority
) -> None:
    """A name that does not resolve is a 503 problem, not a load balancer that does not start."""
    container = start(backends=(Route("nobody"),))
    until(lambda: healthy(container)[0], 5)
    with client(container, authority) as asking:
        answer = asking.get("/items")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
    container.kill("SIGUSR1")
    assert container.wait(timeout=30)["StatusCode"] == 0


def test_an_outage_of_the_database_ends_by_itself(
    balancer: Container, authority: Authority, database: Container
) -> None:
    """503 while it is away; served again within two seconds of its return."""
    with client(balancer, authority) as asking:
        database.stop(timeout=10)
        until(lambda: not ready(asking), 3)
        assert asking.post("/items", json={"name": "x"}).status_code == 503
        database.start()
        until(lambda: query(database, "select 1") == "1", 20)
        until(lambda: ready(asking), 2)


def test_a_replica_killed_while_writing_costs_no_acknowledged_row(
    balancer: Container, authority: Authority, replicas: list[Container], database: Container
) -> None:
    """At most the requests in flight have no answer; the other replica takes all others at once."""
    settled(balancer, authority)
    name = secrets.token_hex(8)
    stop = time.monotonic() + 4

    def write(_: int) -> tuple[int, int]:
        good = bad = 0
        with client(balancer, authority) as asking:
            while time.monotonic() < stop:
                try:
                    status = asking.post("/items", json={"name": name}).status_code
                except httpx.TransportError:
                    status = 0
                good, bad = good + (status == 201), bad + (status != 201)
        return good, bad

    with ThreadPoolExecutor(4) as pool:
        results = [pool.submit(write, number) for number in range(4)]
        time.sleep(1.5)
        replicas[0].kill()
    replicas[0].start()
    good, bad = (sum(each.result()[which] for each in results) for which in (0, 1))
    kept = int(query(database, f"select count(*) from items where name = '{name}'"))
    assert good > 100
    assert bad <= 4
    assert good <= kept <= good + bad
    until(lambda: healthy(replicas[0])[0], 20)


def test_a_renewed_certificate_is_shown_after_a_reload(
    balancer: Container, authority: Authority, party: Party
) -> None:
    """SIGUSR2 takes the new pair while requests go on, none of which fails."""
    party("load-balancer", 6002, "load-balancer", "localhost")
    before = served_of(balancer)
    assert served_of(balancer) == before
    with client(balancer, authority, http2=False) as asking, ThreadPoolExecutor(1) as pool:
        statuses = pool.submit(lambda: [asking.get("/items?limit=1").status_code for _ in range(300)])
        balancer.kill("SIGUSR2")
        until(lambda: served_of(balancer) != before, 5)
        assert set(statuses.result()) == {200}
