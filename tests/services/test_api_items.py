import pytest
from starlette.testclient import TestClient

from tests.services.shelf import Shelf

PROBLEM = "application/problem+json"


def test_an_item_is_made(client: TestClient) -> None:
    """A name makes an item, and the answer says where it is."""
    answer = client.post("/items", json={"name": "lathe"})
    assert (answer.status_code, answer.headers["Location"]) == (201, "/items/1")
    assert answer.json().keys() == {"id", "name", "created_at"}
    assert client.get("/items/1").json() == answer.json()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"name": ""}', "at least 1"),
        (b'{"name": " \\t "}', "blank"),
        (b'{"name": "a\\u0000"}', "U+0000"),
        (b'{"name": "\\ud800"}', "unicode"),
        (b'{"name": "' + b"x" * 201 + b'"}', "at most 200"),
        (b'{"name": 5}', "valid string"),
        (b'{"name": "a", "colour": "b"}', "not permitted"),
        (b'{"name": ', "JSON"),
        (b"", "required"),
    ],
)
def test_bad_input_is_refused_with_its_reason(client: TestClient, body: bytes, reason: str) -> None:
    """What is not an item is answered 422 and says why, and nothing is kept."""
    answer = client.post("/items", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, PROBLEM)
    assert reason.lower() in answer.json()["detail"].lower()
    assert client.get("/items").json() == {"items": [], "next": None}


def test_a_deep_body_is_refused(client: TestClient) -> None:
    """Sixty thousand brackets are a bad request, not a crash."""
    answer = client.post("/items", content=b"[" * 60_000, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) in {(400, PROBLEM), (422, PROBLEM)}


def test_the_longest_name_is_taken(client: TestClient) -> None:
    """Two hundred characters are still a name, whatever their bytes."""
    assert client.post("/items", json={"name": "ä" * 200}).status_code == 201


def test_the_same_key_gives_the_same_item(client: TestClient) -> None:
    """A request that is sent again makes nothing new."""
    headers = {"Idempotency-Key": "order-7"}
    first = client.post("/items", json={"name": "lathe"}, headers=headers)
    again = client.post("/items", json={"name": "lathe"}, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(client: TestClient) -> None:
    """A key stands for one body."""
    headers = {"Idempotency-Key": "order-7"}
    client.post("/items", json={"name": "lathe"}, headers=headers)
    answer = client.post("/items", json={"name": "drill"}, headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, PROBLEM)
    assert "another body" in answer.json()["detail"]


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "tab\t"])
def test_a_bad_key_is_refused(client: TestClient, key: str) -> None:
    """A key is 1 to 200 visible ASCII characters."""
    answer = client.post("/items", json={"name": "a"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]


def test_pages_follow_each_other(client: TestClient) -> None:
    """Each page says where the next one starts, and the last says that there is none."""
    for name in "abc":
        client.post("/items", json={"name": name})
    first = client.get("/items?limit=2").json()
    second = client.get(f"/items?limit=2&after={first['next']}").json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["a", "b", "c"]
    assert (first["next"], second["next"]) == (2, None)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "after=-1", "after=9223372036854775808", "limit=x"]
)
def test_a_bad_page_is_refused(client: TestClient, query: str) -> None:
    """Pages have 1 to 1000 items, after an id that can be."""
    assert client.get(f"/items?{query}").status_code == 422


def test_a_removed_item_is_gone(client: TestClient) -> None:
    """The first DELETE removes, the second finds nothing."""
    client.post("/items", json={"name": "lathe"})
    assert [client.delete("/items/1").status_code for _ in range(2)] == [204, 404]
    assert client.get("/items/1").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808", "x"])
def test_an_impossible_id_is_refused(client: TestClient, number: str) -> None:
    """An id that no row can have is a bad request."""
    assert client.get(f"/items/{number}").status_code == 422


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/items"), ("GET", "/items"), ("GET", "/items/1"), ("DELETE", "/items/1")]
)
def test_a_lost_database_is_not_the_clients_fault(
    client: TestClient, shelf: Shelf, method: str, path: str
) -> None:
    """Every route answers 503 with a problem and asks to come again."""
    shelf.lose()
    answer = client.request(method, path, json={"name": "a"} if method == "POST" else None)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, PROBLEM)
    assert answer.headers["Retry-After"] == "1"
