from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.app import application
from services.base.bearer import Guard
from services.base.drain import Drain
from services.base.tokens import Verifier
from tests.services.belt import Belt
from tests.services.shelf import Shelf, Weather
from tests.services.test_tokens import KEY, jwks


@pytest.fixture
def described(shelf: Shelf, belt: Belt, weather: Weather, drain: Drain, tmp_path: Path) -> Any:
    """The description of an application that wants tokens."""
    keys = tmp_path / "token-keys"
    keys.write_text(jwks(one=KEY))
    guard = Guard(Verifier(keys))
    return TestClient(application(shelf, belt, guard, weather, drain)).get("/openapi.json").json()


def operations(described: Any) -> list[tuple[str, Any]]:
    """Each of them with its name."""
    return [
        (f"{method} {path}", operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_tells_its_errors(described: Any) -> None:
    """As problems, with those that the load balancer answers; a token is wanted everywhere."""
    found = operations(described)
    assert [name for name, _ in found] == [
        "post /items",
        "get /items",
        "get /items/{number}",
        "delete /items/{number}",
        "post /pulses",
        "post /pulses/batch",
        "get /pulses/{key}",
    ]
    for name, operation in found:
        wanted = {"400", "401", "403", "413", "422", "429", "503"} | ({"404"} if "{" in name else set())
        problems = {status for status in operation["responses"] if status >= "400"}
        assert problems == wanted, name
        for status in problems:
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"]
        assert operation["security"] == [{"token": []}]
        assert "Needs the scope" in operation["description"]


def test_the_problem_is_described(described: Any) -> None:
    """And nothing is named that is not there."""
    schemas = described["components"]["schemas"]
    assert {"type", "title", "status", "detail", "request_id"} == set(schemas["Problem"]["required"])
    assert schemas["Problem"]["properties"]["errors"]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    references = set(_references(described))
    assert {reference.rpartition("/")[2] for reference in references} <= set(schemas)


def test_without_pulses_and_tokens_none_are_described(shelf: Shelf, weather: Weather, drain: Drain) -> None:
    """A stack without workers has no such routes, and one that asks for no token says nothing of any."""
    client = TestClient(application(shelf, None, Guard(None), weather, drain))
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {"/items", "/items/{number}"}
    assert "securitySchemes" not in described["components"]
    assert "401" not in described["paths"]["/items"]["get"]["responses"]
    assert client.post("/pulses", json={"kind": "x", "payload": {}}).status_code == 404


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [each for inner in value.values() for each in _references(inner)]
    return [each for inner in value for each in _references(inner)] if isinstance(value, list) else []
