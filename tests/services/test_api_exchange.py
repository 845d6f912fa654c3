import json
import logging

import pytest
from starlette.testclient import TestClient

from services.base.body_limit import LARGEST
from services.base.drain import Drain
from services.base.logs import JsonLine
from tests.services.shelf import Shelf


def test_a_passed_id_is_kept(client: TestClient) -> None:
    """The id that the load balancer gave is in the answer and in a problem."""
    answer = client.get("/items/1", headers={"X-Request-ID": "abc-1"})
    assert (answer.headers["X-Request-ID"], answer.json()["request_id"]) == ("abc-1", "abc-1")


@pytest.mark.parametrize("passed", ["", "two words", "x" * 129, '"}'])
def test_a_strange_id_is_replaced(client: TestClient, passed: str) -> None:
    """What is not a plain word never gets into a log."""
    made = client.get("/items", headers={"X-Request-ID": passed}).headers["X-Request-ID"]
    assert made
    assert made != passed


def test_the_log_has_the_request_but_not_its_content(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """One line with id, path and status; neither name nor key nor query is in it."""
    caplog.set_level(logging.INFO)
    headers = {"Idempotency-Key": "hidden-key", "X-Request-ID": "abc-2"}
    client.post("/items?secret=hidden-query", json={"name": "hidden-name"}, headers=headers)
    records = [record for record in caplog.records if record.name == "services.base.exchange"]
    line = json.loads(JsonLine().format(records[0]))
    assert (line["method"], line["path"], line["status"]) == ("POST", "/items", 201)
    assert "hidden" not in json.dumps(line)


def test_a_failure_is_answered_and_logged_without_its_words(
    client: TestClient, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    """A crash is a 500 problem; the log has type and place, and not what a client sent."""
    shelf.failure = RuntimeError("hidden words")
    answer = client.get("/items")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    failures = [record for record in caplog.records if record.exc_info]
    line = json.loads(JsonLine().format(failures[0]))
    assert line["exception"] == "RuntimeError"
    assert "hidden" not in json.dumps(line)


def test_unknown_paths_and_methods_are_problems(client: TestClient) -> None:
    """404 and 405 look like every other error, and 405 names every method that there is."""
    answers = [client.get("/nothing"), client.put("/items")]
    assert answers[1].headers["Allow"] == "GET, POST"
    assert client.options("/items/1").headers["Allow"] == "DELETE, GET"
    assert client.put("/pulses/batch").headers["Allow"] == "POST"
    assert [answer.status_code for answer in answers] == [404, 405]
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/problem+json"}


@pytest.mark.parametrize("announced", [True, False])
def test_a_large_body_is_refused(client: TestClient, announced: bool) -> None:
    """One byte too many is 413, by its announced length or as it comes in."""
    body = b" " * (LARGEST + 1)
    answer = client.post("/items", content=body if announced else iter([body[:9], body[9:]]))
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")


def test_a_body_of_the_largest_size_is_read(client: TestClient) -> None:
    """The limit itself is allowed."""
    body = b'{"name": "a"}'
    headers = {"Content-Type": "application/json"}
    answer = client.post("/items", content=body + b" " * (LARGEST - len(body)), headers=headers)
    assert answer.status_code == 201


def test_a_draining_replica_closes_its_connections(client: TestClient, drain: Drain) -> None:
    """Clients of a replica that ends are sent elsewhere, with their answer."""
    assert client.get("/items").headers.get("Connection") != "close"
    drain.begun = True
    answer = client.get("/items")
    assert (answer.status_code, answer.headers["Connection"]) == (200, "close")
