import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.images.conftest import query
from tests.images.workshop import Container, healthy, logs, until

pytestmark = pytest.mark.platform
PULSE = {"kind": "measure", "payload": {"name": "ä", "deep": [{"a": None}]}}


@pytest.fixture
def redis(cache: Container, cache_admin: str) -> Callable[..., str]:
    """Asks Redis as nobody of the platform can."""

    def ask(*words: str) -> str:
        argv = ["redis-cli", "--no-auth-warning", "-s", "/run/redis/admin.sock"]
        output = cache.exec_run([*argv, "--user", "test", "--pass", cache_admin, *words]).output
        return str(output.decode().strip())

    return ask


def keyed(client: httpx.Client, key: str, status: int = 202) -> httpx.Response:
    """Sends the pulse with a key."""
    answer = client.post("/pulses", json=PULSE, headers={"Idempotency-Key": key})
    assert answer.status_code == status, answer.text
    return answer


def test_a_pulse_is_in_the_stream_once(client: httpx.Client, redis: Callable[..., str]) -> None:
    """With all that a worker needs; twenty at once with one key all get the same answer."""
    key = secrets.token_hex(8)
    first = keyed(client, key).json()
    with ThreadPoolExecutor(20) as pool:
        again = list(pool.map(lambda _: keyed(client, key).json(), range(20)))
    assert all(each == first | {"replayed": True} for each in again)
    words = redis("XREVRANGE", "pulses", "+", "-", "COUNT", "2")
    assert words.count(key) == 1
    for part in ("kind\nmeasure", '{"deep":[{"a":null}],"name":"ä"}', "request_id\n", "at\n20"):
        assert part in words
    assert client.get(f"/pulses/{key}").json()["state"] == "accepted"


def test_a_pulse_that_was_given_up_says_so(client: httpx.Client, redis: Callable[..., str]) -> None:
    """With its reason, until somebody replays it; then it is accepted as before."""
    key = secrets.token_hex(8)
    keyed(client, key)
    redis("SET", f"pulses:dead:key:{key}", "unknown-kind")
    said = client.get(f"/pulses/{key}").json()
    assert (said["state"], said["reason"], said["result"]) == ("dead", "unknown-kind", None)
    redis("DEL", f"pulses:dead:key:{key}")
    said = client.get(f"/pulses/{key}").json()
    assert (said["state"], said["reason"]) == ("accepted", None)


def test_many_at_once_with_a_new_key_get_one_answer(client: httpx.Client) -> None:
    """Whoever comes first: one id for all, though the stream may hold it for the worker to pass over."""
    key = secrets.token_hex(8)
    with ThreadPoolExecutor(20) as pool:
        ids = set(pool.map(lambda _: keyed(client, key).json()["id"], range(20)))
    assert ids == {keyed(client, key).json()["id"]}


def test_a_claim_without_its_pulse_is_taken_up(client: httpx.Client, redis: Callable[..., str]) -> None:
    """A replica killed between the claim and the stream: nobody was told; sent again, it is in the stream."""
    key = secrets.token_hex(8)
    keyed(client, key)
    note = redis("GET", f"pulses:key:{key}")
    redis("SET", f"pulses:key:{key}", note.replace("accepted", "claimed"))
    before = int(redis("XLEN", "pulses"))
    assert client.get(f"/pulses/{key}").status_code == 404
    assert keyed(client, key).json() == {"id": note.split()[0], "key": key, "replayed": False}
    assert int(redis("XLEN", "pulses")) == before + 1
    other = {"kind": "other", "payload": {}}
    assert client.post("/pulses", json=other, headers={"Idempotency-Key": key}).status_code == 422
    assert int(redis("XLEN", "pulses")) == before + 1


def test_a_result_is_told(client: httpx.Client, database: Container) -> None:
    """What the worker committed, for whoever knows the key."""
    key = secrets.token_hex(8)
    keyed(client, key)
    query(
        database,
        f"insert into pulse_results values ('{key}', 'measure', '{{\"a\": [1]}}', now(), 'w')",
    )
    found = client.get(f"/pulses/{key}").json()
    assert (found["state"], found["kind"], found["result"]) == ("done", "measure", {"a": [1]})


def test_a_thousand_at_once(client: httpx.Client, redis: Callable[..., str]) -> None:
    """All are in the stream when the batch is acknowledged, in their order."""
    run, before = secrets.token_hex(4), int(redis("XLEN", "pulses"))
    pulses = [PULSE | {"key": f"{run}-{number}"} for number in range(1000)]
    for _ in range(2):
        answer = client.post("/pulses/batch", json={"pulses": pulses})
        assert answer.status_code == 202
        assert [each["key"] for each in answer.json()["pulses"]] == [each["key"] for each in pulses]
    assert int(redis("XLEN", "pulses")) == before + 1000
    assert f"{run}-999" in redis("XREVRANGE", "pulses", "+", "-", "COUNT", "1")


def test_a_full_cache_refuses_and_recovers(client: httpx.Client, redis: Callable[..., str]) -> None:
    """503 with a time to come again; what is in the stream stays; nothing of a payload gets into the log."""
    before, most = redis("XLEN", "pulses"), redis("CONFIG", "GET", "maxmemory").split()[-1]
    redis("CONFIG", "SET", "maxmemory", "1mb")
    try:
        answer = keyed(client, "full", 503)
        assert answer.headers["Retry-After"] == "1"
        assert "no more pulses" in answer.json()["detail"]
        assert client.get("/items?limit=1").status_code == 200
    finally:
        redis("CONFIG", "SET", "maxmemory", most)
    assert redis("XLEN", "pulses") == before
    assert keyed(client, "full").json()["replayed"] is False


def test_a_lost_cache_costs_pulses_alone(
    client: httpx.Client, api: Container, cache: Container, redis: Callable[..., str]
) -> None:
    """Away or frozen: 503 in time, items and readiness go on; back, nothing acknowledged is lost."""
    key = secrets.token_hex(8)
    keyed(client, key)
    kept = int(redis("XLEN", "pulses"))
    cache.pause()
    frozen = keyed(client, "frozen", 503)
    ready = client.get("/readyz").status_code
    cache.unpause()
    cache.kill("SIGKILL")
    assert frozen.elapsed.total_seconds() < 2.5
    assert keyed(client, "away", 503).elapsed.total_seconds() < 2.5
    assert (ready, client.get("/readyz").status_code, client.get("/items?limit=1").status_code) == (200,) * 3
    assert healthy(api)[0]
    cache.start()
    until(lambda: healthy(cache)[0], 20)
    until(lambda: client.post("/pulses", json=PULSE).status_code == 202, 5)
    assert int(redis("XLEN", "pulses")) > kept
    assert keyed(client, key).json()["replayed"] is True
    assert '"ä"' not in logs(api)
    assert key not in logs(api).replace(f"/pulses/{key}", "")
