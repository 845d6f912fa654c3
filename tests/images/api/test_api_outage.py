import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.images.api.writing import answered, post, status_of
from tests.images.conftest import Client, query
from tests.images.workshop import Container, healthy, until

pytestmark = pytest.mark.platform


def test_a_lost_database_is_answered_quickly_and_found_again(
    client: httpx.Client, api: Container, database: Container
) -> None:
    """Stopped: 503 within 2 s, alive but not ready. Back: written within a second of its first answer."""
    database.stop(timeout=10)
    answers = [answered(client) for _ in range(3)]
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < 4
    assert client.get("/readyz").status_code == 503
    assert healthy(api) == (True, 'api: {"status":"alive"}')
    database.start()
    until(lambda: query(database, "select 1") == "1", 20)
    until(lambda: post(client) == 201, 1.5)


def test_sessions_that_the_database_ends_cost_no_request(client: httpx.Client, database: Container) -> None:
    """All, right after they answered: what an ended session leaves to read is seen before it is used."""
    ended = "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity where usename = 'bem_api'"
    for _ in range(5):
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda _: client.get("/items?limit=1").status_code, range(16))) == {200}
        assert int(query(database, ended)) > 0
        assert [client.get("/items?limit=1").status_code for _ in range(8)] == [200] * 8


def test_a_frozen_database_is_answered_quickly(client: httpx.Client, database: Container) -> None:
    """A server that takes the bytes and never answers is given up, on every connection."""
    assert post(client) == 201
    database.pause()
    answers = [answered(client) for _ in range(6)]
    ready = client.get("/readyz").status_code
    database.unpause()
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < 4
    assert ready == 503
    until(lambda: post(client) == 201, 1.5)


def test_a_read_only_database_is_not_ready(client: httpx.Client, database: Container) -> None:
    """Writes are refused as unavailable while reads go on."""
    query(database, "alter system set default_transaction_read_only = on")
    query(database, "select pg_reload_conf()")
    until(lambda: client.get("/readyz").status_code == 503, 5)
    statuses = post(client), client.get("/items?limit=1").status_code
    query(database, "set transaction read write; alter system reset default_transaction_read_only")
    database.exec_run(
        ["sh", "-c", "sed -i /default_transaction_read_only/d /cluster/data/postgresql.auto.conf"]
    )
    query(database, "select pg_reload_conf()")
    assert statuses == (503, 200)
    until(lambda: client.get("/readyz").status_code == 200, 5)


def test_a_commit_that_is_not_certain_is_not_acknowledged(
    client: httpx.Client, database: Container, waiting: None
) -> None:
    """Neither when it takes too long, nor when its wait is cancelled, nor when its row is found again."""
    assert waiting is None
    key = secrets.token_hex(8)
    status, seconds = answered(client, key)
    assert (status, seconds < 4) == (503, True)
    assert post(client, key) == 503
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(client.post, "/items", json={"name": "x"})
        cancel = "select count(pg_cancel_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'"
        until(lambda: query(database, f"{cancel} and query like 'INSERT%'") not in {"", "0"}, 1.5)
        assert (late.result().status_code, "not certain" in late.result().text) == (503, True)


def test_the_same_key_finds_a_row_that_became_certain(client: httpx.Client, database: Container) -> None:
    """Once commits are certain again, sending it again is acknowledged."""
    assert query(database, "show synchronous_standby_names") == ""
    key = secrets.token_hex(8)
    assert [post(client, key), post(client, key)] == [201, 201]


def test_a_replica_without_a_database_never_gets_healthy(
    replica: Callable[..., Container], database: Container, inside: Client
) -> None:
    """Before the database was reached once, /healthz and the health check say no."""
    database.stop(timeout=10)
    container = replica(alias="api-early")
    with inside(container) as client:
        until(lambda: status_of(client, "/healthz") == 503, 10)
        assert not healthy(container)[0]
        database.start()
        until(lambda: status_of(client, "/healthz") == 200, 20)
    assert healthy(container)[0]
    container.remove(force=True)


def test_a_stopping_replica_finishes_first(replica: Callable[..., Container], inside: Client) -> None:
    """After SIGTERM it is not ready, still answers for a while, and ends within 20 s with status 0."""
    container = replica(alias="api-late")
    with inside(container) as client:
        until(lambda: status_of(client, "/readyz") == 200, 20)
        started = time.monotonic()
        container.kill("SIGTERM")
        until(lambda: status_of(client, "/readyz") == 503, 1)
        answer = client.post("/items", json={"name": "last"})
        assert (answer.status_code, answer.headers["Connection"]) == (201, "close")
    assert container.wait(timeout=20)["StatusCode"] == 0
    assert time.monotonic() - started < 20
