import secrets
import ssl
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.images.authority import Authority
from tests.images.conftest import query
from tests.images.workshop import Container, logs, port, until

pytestmark = pytest.mark.platform


def test_it_runs_as_its_party_on_a_read_only_root(api: Container) -> None:
    """Process 1 is tini, the user is 6004, and nothing can be written but in memory."""
    assert api.exec_run("id -u").output.strip() == b"6004"
    assert b"tini" in api.exec_run("cat /proc/1/comm").output
    assert api.exec_run("touch /srv/x").exit_code != 0
    assert api.exec_run("touch /tmp/x").exit_code == 0


def test_an_item_is_kept_once(client: httpx.Client, database: Container) -> None:
    """The same key gives the same row, another body is refused, and the row is in the database."""
    key = secrets.token_hex(8)
    answers = [
        client.post("/items", json={"name": name}, headers={"Idempotency-Key": key})
        for name in ("a", "a", "b")
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert query(database, f"select count(*) from items where idempotency_key = '{key}'") == "1"


def test_many_with_one_key_make_one_row(client: httpx.Client, database: Container) -> None:
    """Twenty at once with the same key all get the same id; who is told to come back does."""
    key = secrets.token_hex(8)

    def create(_: int) -> tuple[int, int]:
        answers: list[httpx.Response] = []

        def ended() -> bool:
            answers.append(client.post("/items", json={"name": "a"}, headers={"Idempotency-Key": key}))
            return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

        until(ended, 10)
        return answers[-1].status_code, answers[-1].json()["id"]

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(create, range(20)))
    assert len(answers) == 1
    assert query(database, f"select count(*) from items where idempotency_key = '{key}'") == "1"


def test_rows_are_paged_and_removed(client: httpx.Client) -> None:
    """What was written is on a page, until it is removed."""
    number = client.post("/items", json={"name": "a"}).json()["id"]
    page = client.get(f"/items?after={number - 1}&limit=1").json()
    assert [item["id"] for item in page["items"]] == [number]
    assert [client.delete(f"/items/{number}").status_code for _ in range(2)] == [204, 404]


def test_a_client_without_a_certificate_is_refused(api: Container, authority: Authority) -> None:
    """The handshake, or the first read, fails."""
    context = ssl.create_default_context(cadata=authority.trust.decode())
    address = f"https://127.0.0.1:{port(api, 8443)}/items"
    with httpx.Client(verify=context) as client, pytest.raises(httpx.TransportError):
        client.get(address, extensions={"sni_hostname": "api"})


def test_no_name_and_no_key_is_logged(client: httpx.Client, api: Container) -> None:
    """Logs are JSON lines with the request's id, and nothing of what was in it."""
    name, key, request = (secrets.token_hex(8) for _ in range(3))
    headers = {"Idempotency-Key": key, "X-Request-ID": request}
    assert client.post("/items", json={"name": name}, headers=headers).status_code == 201
    until(lambda: request in logs(api), 2)
    assert name not in logs(api)
    assert key not in logs(api)
