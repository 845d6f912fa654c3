"""The status page: who may see it, and what it says."""

import re
import time
from datetime import UTC, datetime
from http.cookies import SimpleCookie

import pytest
from starlette.testclient import TestClient

from services.console.prometheus import Alert, Sample, Series
from tests.services.console.oracle import Oracle
from tests.services.test_tokens import STRANGER, token

GOOD = {"Authorization": f"Bearer {token(scope='status:read')}"}
LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def well(oracle: Oracle) -> None:
    """A stack with nothing wrong."""
    oracle.said["wanted"] = [Sample({"job": "api", "kind": "service"}, 2.0)]
    oracle.tell("up", "job", api=2)
    oracle.tell("rate", "service", api=12.5)
    oracle.tell("errors", "service", api=0.0)
    oracle.tell("median", "service", api=0.004)
    oracle.tell("slow", "service", api=0.0312)
    oracle.tell("answers", "repository", local=1, s3=1)
    oracle.tell("segment_age", "repository", local=4, s3=5)
    oracle.tell("segment_wanted", "x", x=130)
    oracle.tell("backup_age", "repository", local=3600, s3=7200)
    oracle.tell("life", "x", x=90 * 86400)
    oracle.tell("not_after", "job", api=time.time() + 80 * 86400)
    oracle.tell("drill_ended", "runbook", database_volume_lost=LONG_AGO.timestamp())
    oracle.tell("drill_passed", "runbook", database_volume_lost=1)
    oracle.tell("drill_rto", "runbook", database_volume_lost=9.1)
    oracle.tell("drill_rto_objective", "runbook", database_volume_lost=60)
    now = time.time()
    oracle.shown["rate"] = [Series({"service": "api"}, ((now - 60, 1.0), (now - 30, 3.0)))]


def text_of(page: str) -> str:
    """A page as it is read: without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_strangers_see_a_form_and_prometheus_is_not_asked(visitor: TestClient, oracle: Oracle) -> None:
    """No token: nobody did anything wrong; figures for programs are a problem."""
    page = visitor.get("/status/")
    assert page.status_code == 401
    assert page.headers["WWW-Authenticate"] == 'Bearer realm="bem"'
    assert 'name="token"' in page.text
    assert "Not accepted" not in page.text
    problem = visitor.get("/status/figures.json")
    assert (problem.status_code, problem.headers["Content-Type"]) == (401, "application/problem+json")
    assert oracle.asked == 0


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (token(scope="items:read"), "the token lacks the scope status:read"),
        (token(scope="status:read", exp=1), "the token has expired"),
        (token(STRANGER, scope="status:read"), "the token&#39;s signature is wrong"),
        ("rubbish <b>", "this is no token"),
        ("", ""),
    ],
)
def test_bad_tokens_are_told_why(visitor: TestClient, oracle: Oracle, given: str, reason: str) -> None:
    """In the form, by header and by cookie alike; what was given is not repeated."""
    answers = [
        visitor.post("/status/session", data={"token": given}),
        visitor.get("/status/", headers={"Authorization": f"Bearer {given}"}),
        visitor.get("/status/", headers={"Cookie": f"__Secure-status={given.split(' ', maxsplit=1)[0]}"}),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert (f"Not accepted: {reason}." in answer.text) == bool(reason)
        assert "Set-Cookie" not in answer.headers
        assert "rubbish" not in answer.text
    assert oracle.asked == 0


def test_a_session_begins_with_a_token_and_ends(visitor: TestClient, oracle: Oracle) -> None:
    """The cookie is for this page alone, not for scripts, and no longer good than the token."""
    well(oracle)
    begun = visitor.post("/status/session", data={"token": f" {token(scope='status:read')}\n"})
    assert (begun.status_code, begun.headers["Location"]) == (303, "/status/")
    cookie = SimpleCookie(begun.headers["Set-Cookie"])["__Secure-status"]
    assert (cookie["path"], cookie["samesite"], cookie["secure"], cookie["httponly"]) == (
        *("/status", "strict", True, True),
    )
    assert 0 < int(cookie["max-age"]) <= 3600
    assert visitor.get("/status/").status_code == 200
    ended = visitor.post("/status/session/end")
    assert ended.status_code == 303
    assert visitor.get("/status/").status_code == 401


def test_a_well_stack_says_so(visitor: TestClient, oracle: Oracle) -> None:
    """First the sentence, then the figures."""
    well(oracle)
    page = visitor.get("/status/?window=6h", headers=GOOD)
    assert page.status_code == 200
    text = text_of(page.text)
    assert '<p id="headline" role="status" class="good">Everything is well</p>' in page.text
    assert "What is wrong" not in text
    assert "api 2 of 2 12.5/s 0 % 4 ms 31.2 ms" in text
    assert "local yes 4 s ago 1 h ago" in text
    assert "database-volume-lost passed 9.1 s objective 1 min - objective - 2026-01-02 03:04:05 UTC" in text
    assert "api 80 d" in text
    assert "Requests, 6 hours ago until now. api: from 1/s to 3/s, now 3/s." in text
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "style=" not in page.text
    assert "<script>" not in page.text


def test_what_is_wrong_comes_first(visitor: TestClient, oracle: Oracle) -> None:
    """Alerts, the worst first, and what the tables show in red; all of it escaped."""
    well(oracle)
    oracle.said["up"] = [Sample({"job": "api"}, 1.0)]
    oracle.said["answers"] = [Sample({"repository": "local"}, 0.0), Sample({"repository": "s3"}, 1.0)]
    oracle.said["segment_age"] = [Sample({"repository": "s3"}, 900.0)]
    oracle.said["not_after"] = [Sample({"job": "api"}, time.time() + 2 * 86400)]
    oracle.said["drill_passed"] = []
    oracle.firing = [
        Alert("Slow", "warning", "api", "it is <slow>", "do this", LONG_AGO),
        Alert("Down", "critical", "api", "it is down", "do `invoke <that>`", LONG_AGO),
    ]
    page = visitor.get("/status/", headers=GOOD)
    text = text_of(page.text)
    assert 'class="bad">7 things are wrong</p>' in page.text
    for earlier, later in [
        ("it is down", "it is &lt;slow&gt;"),
        ("it is &lt;slow&gt;", "api: 1 of 2 replicas answer"),
        ("repository local does not answer", "Services"),
    ]:
        assert text.index(earlier) < text.index(later)
    assert "<code>invoke &lt;that&gt;</code>" in page.text
    assert "repository s3 has nothing newer than 15 min" in text
    assert "api&#39;s certificate ends in 2 d" in text
    assert "the last drill of database-volume-lost failed" in text


def test_an_unknown_stack_is_not_called_well(visitor: TestClient, oracle: Oracle) -> None:
    """A Prometheus that has just started knows of no repository, which is worth a line."""
    assert oracle.said == {}
    page = visitor.get("/status/", headers=GOOD)
    assert "1 thing is wrong" in page.text
    assert "nobody has looked into the backups" in page.text


def test_a_silent_prometheus_is_told(visitor: TestClient, oracle: Oracle) -> None:
    """With the status for it, so that a script that asks does not take it for good."""
    oracle.silent = True
    page = visitor.get("/status/", headers=GOOD)
    assert page.status_code == 503
    assert 'class="bad">Nothing is known: Prometheus does not answer (ConnectError)</p>' in page.text
    problem = visitor.get("/status/figures.json", headers=GOOD)
    assert (problem.status_code, problem.headers["Retry-After"]) == (503, "5")


def test_programs_get_the_same_as_json(visitor: TestClient, oracle: Oracle) -> None:
    """Seconds and shares as numbers, moments with their offset."""
    well(oracle)
    said = visitor.get("/status/figures.json", headers=GOOD).json()
    assert said["well"] is True
    assert said["services"][0] == {
        "role": "api",
        "kind": "service",
        "up": 2,
        "wanted": 2,
        "rate": 12.5,
        "errors": 0.0,
        "median": 0.004,
        "slow": 0.0312,
    }
    assert said["drills"][0]["ended"] == "2026-01-02T03:04:05+00:00"
    assert said["curves"]["rate"][0]["points"][1][1] == 3.0


@pytest.mark.parametrize("path", ["/status/?window=1y", "/status/figures.json?window="])
def test_other_windows_are_refused(visitor: TestClient, path: str) -> None:
    """By name and reason, as everywhere."""
    answer = visitor.get(path, headers=GOOD)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")


def test_files_beside_the_page(visitor: TestClient) -> None:
    """Two, for everybody; what is not there is not looked for on the disk."""
    assert visitor.get("/status/style.css").headers["Content-Type"].startswith("text/css")
    assert visitor.get("/status/page.js").headers["Content-Type"].startswith("text/javascript")
    assert visitor.get("/status/server.py").status_code == 404
    assert visitor.get("/status/..%2Fserver.py").status_code == 404
    assert (visitor.get("/status").status_code, visitor.get("/status").headers["Location"]) == (
        308,
        "/status/",
    )
