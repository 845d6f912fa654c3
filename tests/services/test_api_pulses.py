import json
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.payload import DEEPEST, LARGEST
from services.api.pulses import Found
from tests.services.belt import Belt

PROBLEM = "application/problem+json"
PULSE = {"kind": "measure", "payload": {"a": 1}}


def nested(levels: int) -> Any:
    """An object in an object in an object."""
    value: Any = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def test_a_pulse_is_accepted_and_asked_for(client: TestClient, belt: Belt) -> None:
    """202 with id and key; its state is at the address of the answer, first accepted and then done."""
    answer = client.post("/pulses", json=PULSE, headers={"Idempotency-Key": "k-1"})
    assert (answer.status_code, answer.headers["Location"]) == (202, "/pulses/k-1")
    assert answer.json() == {"id": "id-k-1", "key": "k-1", "replayed": False}
    assert client.get("/pulses/k-1").json()["state"] == "accepted"
    belt.done["k-1"] = Found("k-1", "done", "measure", [1], datetime(2026, 1, 1, tzinfo=UTC))
    found = client.get("/pulses/k-1").json()
    assert (found["state"], found["result"], found["processed_at"]) == ("done", [1], "2026-01-01T00:00:00Z")
    assert client.get("/pulses/nobody").status_code == 404


def test_a_key_is_made_where_none_is_given(client: TestClient, belt: Belt) -> None:
    """Two pulses without a key are two pulses."""
    keys = {client.post("/pulses", json=PULSE).json()["key"] for _ in range(2)}
    assert keys == set(belt.carried)
    assert len(keys) == 2


def test_the_same_key_answers_the_same(client: TestClient, belt: Belt) -> None:
    """Sent again it is the same pulse, whatever the order of its keys; another body is refused."""
    headers = {"Idempotency-Key": "k"}
    bodies: list[dict[str, Any]] = [{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 2, "b": 2}]
    answers = [
        client.post("/pulses", json={"kind": "x", "payload": body}, headers=headers) for body in bodies
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 422]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, "true", None]
    assert len(belt.carried) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"payload": {}}, "required"),
        ({"kind": "x"}, "required"),
        ({"kind": "X", "payload": {}}, "pattern"),
        ({"kind": "", "payload": {}}, "pattern"),
        ({"kind": "x", "payload": []}, "dictionary"),
        ({"kind": "x", "payload": "a"}, "dictionary"),
        ({"kind": "x", "payload": {}, "more": 1}, "not permitted"),
        ({"kind": "x", "payload": {"a": "\0"}}, "U+0000"),
        ({"kind": "x", "payload": {"\0": 1}}, "U+0000"),
        ({"kind": "x", "payload": {"a": "\ud800"}}, "surrogate"),
        ({"kind": "x", "payload": {"a": float("nan")}}, "NaN"),
        ({"kind": "x", "payload": {"a": float("inf")}}, "NaN"),
        ({"kind": "x", "payload": {"a": "x" * LARGEST}}, "must not exceed"),
        ({"kind": "x", "payload": nested(DEEPEST + 1)}, "nested"),
    ],
)
def test_bad_input_is_refused_with_its_reason(
    client: TestClient, belt: Belt, body: dict[str, Any], reason: str
) -> None:
    """What is no pulse is 422 and says why, and nothing is carried."""
    answer = client.post("/pulses", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, PROBLEM)
    assert reason in answer.json()["detail"]
    assert not belt.carried


@pytest.mark.parametrize(
    "payload", [{}, {"a": "\\u0000"}, {"a": "\\\\u0000"}, nested(DEEPEST), {"a": "x" * (LARGEST - 8)}]
)
def test_odd_payloads_are_taken(client: TestClient, payload: dict[str, Any]) -> None:
    """Backslashes that only look like a forbidden character, the deepest and the largest."""
    assert client.post("/pulses", json={"kind": "x", "payload": payload}).status_code == 202


@pytest.mark.parametrize("key", ["", "a b", "-a", "a/b", "x" * 201, 'a"', "ä"])
def test_a_bad_key_is_refused(client: TestClient, key: str) -> None:
    """Keys are plain words, for they are part of an address."""
    answer = client.post("/pulses", json=PULSE, headers={b"Idempotency-Key": key.encode()})
    assert answer.status_code == 422


def test_a_batch_is_accepted_in_its_order(client: TestClient, belt: Belt) -> None:
    """A thousand at once; one that is there twice is one."""
    wanted: list[dict[str, Any]] = [PULSE | {"key": f"k{number}"} for number in range(998)]
    answer = client.post("/pulses/batch", json={"pulses": [*wanted, wanted[0], PULSE]})
    assert answer.status_code == 202
    keys = [each["key"] for each in answer.json()["pulses"]]
    assert keys[:999] == [*(each["key"] for each in wanted), "k0"]
    assert len(belt.carried) == 999
    again = client.post("/pulses/batch", json={"pulses": wanted}).json()["pulses"]
    assert {each["replayed"] for each in again} == {True}


@pytest.mark.parametrize(
    "pulses",
    [
        [],
        [PULSE] * 1001,
        [PULSE | {"key": "a b"}],
        [PULSE | {"key": "a"}, {"kind": "other", "payload": {}, "key": "a"}],
        [PULSE, {"kind": "x"}],
    ],
)
def test_a_bad_batch_is_refused_whole(client: TestClient, belt: Belt, pulses: list[Any]) -> None:
    """One bad pulse, none, too many, or one key for two bodies: nothing is carried."""
    assert client.post("/pulses/batch", json={"pulses": pulses}).status_code == 422
    assert not belt.carried


def test_a_lost_stream_is_not_the_clients_fault(client: TestClient, belt: Belt) -> None:
    """503 with a time to come again, and items go on."""
    belt.lost = True
    answers = [client.post("/pulses", json=PULSE), client.get("/pulses/a")]
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(503, "1")}
    assert client.get("/items").status_code == client.get("/readyz").status_code == 200


def test_a_batch_may_be_larger_than_other_bodies(client: TestClient) -> None:
    """A batch of 500 KiB is taken, a pulse of that size is 413."""
    pulses = [{"kind": "x", "payload": {"a": "x" * 1000}} for _ in range(500)]
    assert client.post("/pulses/batch", json={"pulses": pulses}).status_code == 202
    assert client.post("/pulses", json={"pulses": pulses}).status_code == 413
    assert client.post("/pulses/batch", content=b" " * (1024 * 1024 + 1)).status_code == 413
