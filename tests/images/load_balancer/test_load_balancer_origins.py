import httpx
import pytest

from tests.images.authority import Authority
from tests.images.load_balancer.view import FRIEND, client
from tests.images.workshop import Container

pytestmark = pytest.mark.platform

STRANGERS = ("https://evil.example.org", "https://app.example.org.evil.org", "http://app.example.org", "null")
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


def allowed(answer: httpx.Response) -> list[str]:
    """The headers by which a browser lets a script read an answer."""
    return [name for name in answer.headers if name.startswith("access-control-")]


def test_a_listed_origin_may_read_answers(guarded: Container, authority: Authority) -> None:
    """By its name, never by a wildcard, and without credentials; caches keep its answers apart."""
    with client(guarded, authority) as asking:
        answer = asking.get("/items?limit=1", headers={"Origin": FRIEND})
        preflight = asking.options("/items", headers={"Origin": FRIEND, **ASKED})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, FRIEND)
    assert "RateLimit-Remaining" in answer.headers["Access-Control-Expose-Headers"]
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, FRIEND)
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    for each in (answer, preflight):
        assert "Origin" in each.headers["Vary"]
        assert "access-control-allow-credentials" not in each.headers


@pytest.mark.parametrize("origin", STRANGERS)
def test_a_foreign_origin_gets_nothing(guarded: Container, authority: Authority, origin: str) -> None:
    """Its preflight is refused; a plain request is answered, for its browser to keep from the script."""
    with client(guarded, authority) as asking:
        answer = asking.get("/items?limit=1", headers={"Origin": origin})
        preflight = asking.options("/items", headers={"Origin": origin, **ASKED})
    assert (answer.status_code, allowed(answer), answer.headers["Vary"]) == (200, [], "Origin")
    assert (preflight.status_code, allowed(preflight)) == (403, [])


def test_without_a_list_every_origin_is_foreign(balancer: Container, authority: Authority) -> None:
    """The default."""
    with client(balancer, authority) as asking:
        preflight = asking.options("/items", headers={"Origin": FRIEND, **ASKED})
    assert (preflight.status_code, allowed(preflight)) == (403, [])
