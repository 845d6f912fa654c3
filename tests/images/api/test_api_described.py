"""The running api against its own description, and what an attacker would try."""

import secrets
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from operation.stack import Stack
from tests.images.api.writing import post
from tests.images.authority import Authority
from tests.images.conftest import Party, query
from tests.images.workshop import Container, logs, port
from tokens.bearer import Bearer
from tokens.issue import SCOPES, issued
from tokens.keys import key_file

pytestmark = pytest.mark.platform

SETTINGS = """
generation.deterministic = true
generation.database = "none"

[phases.coverage]
# A method that httptools does not know gets its 400; the load balancer answers those.
unexpected-methods = ["PUT", "PATCH", "OPTIONS", "TRACE"]

[checks.not_a_server_error]
# 503 is described: a host whose disk stands still for seconds makes the api say so. 500 is an error.
expected-statuses = ["2xx", "3xx", "4xx", "503"]

[checks.positive_data_acceptance]
# 422: the same Idempotency-Key with another body, which no schema can say.
expected-statuses = ["2xx", "404", "422", "503"]
"""


def test_it_does_what_its_description_says(
    api: Container, authority: Authority, party: Party, cache_stack: Stack, tmp_path: Path
) -> None:
    """Schemathesis: no 500, answers as described, bad data refused, tokens needed, other methods 405."""
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    (tmp_path / "ca.pem").write_bytes(authority.trust)
    pair = party("load-balancer", 6002, "load-balancer", "localhost") / "current" / "pair.pem"
    token = issued(key_file(cache_stack), "fuzzer", SCOPES)
    argv = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--no-color",
        "run",
        f"https://localhost:{port(api, 8443)}/openapi.json",
        *("--tls-verify", str(tmp_path / "ca.pem"), "--request-cert", str(pair)),
        *(
            "--header",
            f"Authorization:Bearer {token}",
            "--checks",
            "all",
        ),
        *("--phases", "coverage,fuzzing", "--max-examples", "8", "--no-shrink", "--continue-on-failure"),
    ]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tested: 7" in done.stdout
    assert "the application failed" not in logs(api)


EVIL = (
    "'; DROP TABLE items; --",
    "' OR '1'='1",
    "1); DELETE FROM items WHERE ('1'='1",
    "$$; SELECT pg_sleep(5); $$",
    "%s %(name)s {} \\",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "Robert\r\nSet-Cookie: a=b",
    "\u202e\ufeff😀",
)


def test_what_looks_like_sql_is_a_name(client: httpx.Client, database: Container) -> None:
    """Kept and given back as it came, as name, key and payload; the table is still there."""
    before = int(query(database, "select count(*) from items"))
    for name in EVIL:
        made = client.post("/items", json={"name": name})
        assert (made.status_code, made.json()["name"]) == (201, name)
        assert client.get(f"/items/{made.json()['id']}").json()["name"] == name
        pulse = {"kind": "x", "payload": {name: name}}
        assert client.post("/pulses", json=pulse).status_code == 202
        assert client.post("/pulses", json={"kind": name, "payload": {}}).status_code == 422
    key = f"';DELETE/**/FROM/**/items;--{secrets.token_hex(4)}"
    assert [post(client, key), post(client, key)] == [201, 201]
    for path in ("/items/1;DROP", "/items/1'--", "/items?after=1;DROP", "/items?limit=1'", "/pulses/a'b"):
        assert client.get(path).status_code == 422
    assert int(query(database, "select count(*) from items")) == before + len(EVIL) + 1


@contextmanager
def raw(api: Container, authority: Authority, pair: Path) -> Iterator[ssl.SSLSocket]:
    """A connection on which anything can be sent."""
    context = ssl.create_default_context(cadata=authority.trust.decode())
    context.load_cert_chain(pair)
    with (
        socket.create_connection(("localhost", port(api, 8443)), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="api") as connection,
    ):
        yield connection


@pytest.mark.parametrize(
    "header",
    [
        "Idempotency-Key: a\nX-Evil: b",
        "Idempotency-Key: a\x00b",
        "X-Request-ID: a\rSet-Cookie: b",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Content-Length: -1",
        "Content-Length: 1\r\nContent-Length: 2",
        f"Authorization: Bearer {'x' * 100_000}",
    ],
)
def test_a_broken_header_is_refused(
    api: Container, authority: Authority, party: Party, bearer: Bearer, header: str
) -> None:
    """Never a 5xx, never a header of the attacker's in the answer, and others are served on."""
    pair = party("load-balancer", 6002, "load-balancer", "localhost") / "current" / "pair.pem"
    carried = next(bearer.auth_flow(httpx.Request("GET", "https://api/"))).headers["Authorization"]
    lines = ["POST /items HTTP/1.1", "Host: api", f"Authorization: {carried}", header, "Connection: close"]
    with raw(api, authority, pair) as connection:
        connection.sendall("\r\n".join([*lines, "", '{"']).encode("latin-1"))
        connection.settimeout(3)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except OSError:
            pass
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    assert not head or head.split()[1].startswith("4"), head
    assert "set-cookie" not in head.lower()
    assert "x-evil" not in head.lower()
