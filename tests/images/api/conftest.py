"""A client of one replica."""

from collections.abc import Iterator

import httpx
import pytest

from tests.images.conftest import Client, query
from tests.images.workshop import Container, until


@pytest.fixture
def client(api: Container, inside: Client) -> Iterator[httpx.Client]:
    """Asks the replica; the database is well."""
    with inside(api) as client:
        until(lambda: client.get("/readyz").status_code == 200, 10)
        yield client


@pytest.fixture
def waiting(database: Container) -> Iterator[None]:
    """Commits wait for a second copy that does not come."""
    query(database, "alter system set synchronous_standby_names = 'nobody'")
    query(database, "select pg_reload_conf()")
    until(lambda: query(database, "show synchronous_standby_names") == "nobody", 5)
    yield
    query(database, "alter system reset synchronous_standby_names")
    query(database, "select pg_reload_conf()")
