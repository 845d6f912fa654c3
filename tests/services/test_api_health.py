from starlette.testclient import TestClient

from services.base.drain import Drain
from tests.services.shelf import Weather


def test_a_replica_is_alive_once_it_has_met_its_database(client: TestClient, weather: Weather) -> None:
    """Before the first answer of the database a replica is of no use, and afterwards it is."""
    weather.reached = False
    assert client.get("/healthz").status_code == 503
    weather.reached = True
    assert client.get("/healthz").status_code == 200


def test_an_outage_of_the_database_kills_no_replica(client: TestClient, weather: Weather) -> None:
    """Not ready, but alive: another replica would not have a database either."""
    weather.trouble = "connection refused"
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["detail"]) == (503, "connection refused")


def test_a_ready_replica_says_so(client: TestClient) -> None:
    """With a database that answers and a replica that stays, requests may come."""
    assert client.get("/readyz").status_code == 200


def test_a_stopping_replica_is_not_ready(client: TestClient, drain: Drain) -> None:
    """Readiness ends at once, liveness does not."""
    drain.begun = True
    assert [client.get(path).status_code for path in ("/readyz", "/healthz")] == [503, 200]
