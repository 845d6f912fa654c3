from pathlib import Path

import pytest

from tests.images.conftest import Password
from tests.images.workshop import Container, healthy

pytestmark = pytest.mark.platform
TLS = "--tls --cacert /certs/current/ca.pem --cert /certs/current/cert.pem --key /certs/current/key.pem"


def said(cache: Container, user: str, secret: str, *words: str) -> str:
    """What Redis answers a user over TLS."""
    connection = ["redis-cli", "--no-auth-warning", "-h", "127.0.0.1", "--sni", "cache", *TLS.split()]
    output = cache.exec_run([*connection, "--user", user, "--pass", secret, *words]).output
    return str(output.decode().strip())


def test_a_user_does_its_work_and_nothing_else(cache: Container, cache_password: Password) -> None:
    """The api adds pulses; it reads no channel, configures nothing; a wrong password opens nothing."""
    assert healthy(cache)[0]
    secret = Path(next(iter(cache_password("api", 6004)))).read_text()
    assert "-" in said(cache, "api", secret, "XADD", "pulses", "*", "kind", "x")
    assert "NOPERM" in said(cache, "api", secret, "XADD", "channel:a", "*", "kind", "x")
    assert "NOPERM" in said(cache, "api", secret, "CONFIG", "GET", "maxmemory")
    assert "NOAUTH" in cache.exec_run(["redis-cli", "-s", "/run/redis/admin.sock", "PING"]).output.decode()
    assert "WRONGPASS" in said(cache, "default", "", "PING")
    assert "WRONGPASS" in said(cache, "api", "guess", "XADD", "pulses", "*", "kind", "x")
