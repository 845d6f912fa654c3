import logging
import time
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
from tests.services.test_tokens import KEY, STRANGER, claims, jwks, raw, token

PROBLEM = "application/problem+json"
PULSE = {"kind": "x", "payload": {}}
ROUTES = [
    ("POST", "/items", {"name": "a"}, "items:write"),
    ("GET", "/items", None, "items:read"),
    ("GET", "/items/1", None, "items:read"),
    ("DELETE", "/items/1", None, "items:write"),
    ("POST", "/pulses", PULSE, "pulses:write"),
    ("POST", "/pulses/batch", {"pulses": [PULSE]}, "pulses:write"),
    ("GET", "/pulses/a", None, "pulses:write"),
]


@pytest.fixture
def guarded(shelf: Shelf, belt: Belt, weather: Weather, drain: Drain, tmp_path: Path) -> TestClient:
    """Asks an application that wants tokens."""
    keys = tmp_path / "token-keys"
    keys.write_text(jwks(one=KEY))
    return TestClient(application(shelf, belt, Guard(Verifier(keys)), weather, drain))


@pytest.mark.parametrize(("method", "path", "body", "scope"), ROUTES)
def test_each_route_wants_its_own_scope(
    guarded: TestClient, method: str, path: str, body: Any, scope: str
) -> None:
    """No token 401, all scopes but the right one 403, the right one through; nothing happens before."""
    scopes = {"items:read", "items:write", "pulses:write", "realtime", "status:read"}
    others = token(scope=" ".join(sorted(scopes - {scope})))
    answers = [
        guarded.request(method, path, json=body, headers=headers)
        for headers in (
            {},
            {"Authorization": f"Bearer {others}"},
            {"Authorization": f"bearer {token(scope=scope)}"},
        )
    ]
    assert [answer.status_code for answer in answers[:2]] == [401, 403]
    assert answers[2].status_code in {200, 201, 202, 404}
    assert {answer.headers["Content-Type"] for answer in answers[:2]} == {PROBLEM}
    assert answers[0].headers["WWW-Authenticate"] == 'Bearer realm="bem"'
    challenge = answers[1].headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{scope}"' in challenge


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer a.b.c",
        f"Bearer {token(STRANGER)}",
        f"Bearer {token(exp=int(time.time()) - 60)}",
        f"Bearer {raw({'alg': 'none', 'kid': 'one'}, claims())}",
        f"Bearer {token('x' * 32, 'HS256')}",
        f"Bearer {token()} {token()}",
    ],
)
def test_a_bad_token_is_401_before_anything_else(guarded: TestClient, shelf: Shelf, header: str) -> None:
    """Also where the database is away: it is not asked."""
    shelf.lose()
    answer = guarded.get("/items", headers={"Authorization": header})
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, PROBLEM)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_stranger_s_body_is_not_even_read(guarded: TestClient) -> None:
    """Without a token, what is no JSON is 401 like everything else; with one it is 422."""
    header = {"Content-Type": "application/json"}
    assert guarded.post("/items", content=b"{", headers=header).status_code == 401
    header["Authorization"] = f"Bearer {token(scope='items:write')}"
    assert guarded.post("/items", content=b"{", headers=header).status_code == 422


def test_health_and_description_are_open(guarded: TestClient) -> None:
    """Machines ask without a token, and so does who wants to read how to ask."""
    paths = ("/healthz", "/readyz", "/openapi.json")
    assert {guarded.get(path).status_code for path in paths} == {200}


def test_the_log_says_who_asked(guarded: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """The subject is there, the token is not."""
    caplog.set_level(logging.INFO)
    carried = token(scope="items:read", sub="alice")
    guarded.get("/items", headers={"Authorization": f"Bearer {carried}"})
    record = next(each for each in caplog.records if each.name == "services.base.exchange")
    assert record.__dict__["subject"] == "alice"
    assert carried not in str(record.__dict__)


def test_without_authentication_all_is_open(client: TestClient) -> None:
    """Where the stack's file says off."""
    assert client.get("/items").status_code == 200
