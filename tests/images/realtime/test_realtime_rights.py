from pathlib import Path

import pytest

from infra.parties import REALTIME
from tests.images.cache.test_cache_users import said
from tests.images.conftest import Password
from tests.images.workshop import Container

pytestmark = pytest.mark.platform


def test_realtime_may_no_more_in_redis_than_it_needs(cache: Container, cache_password: Password) -> None:
    """It adds pulses but reads none; it keeps messages but deletes none; it ends nobody's connection."""
    secret = Path(next(iter(cache_password(REALTIME.role, REALTIME.uid)))).read_text()

    def ask(*words: str) -> str:
        return said(cache, REALTIME.role, secret, *words)

    assert "-" in ask("XADD", "pulses", "*", "kind", "x")
    assert "-" in ask("XADD", "channel:rights", "*", "data", "1")
    assert "NOPERM" not in ask("XRANGE", "channel:rights", "-", "+")
    forbidden = (
        ("XRANGE", "pulses", "-", "+"),
        ("XADD", "pulses:dead", "*", "kind", "x"),
        ("DEL", "channel:rights"),
        ("SET", "channel:rights", "x"),
        ("CLIENT", "KILL", "TYPE", "normal"),
        ("CONFIG", "GET", "maxmemory"),
        ("KEYS", "*"),
    )
    for words in forbidden:
        assert "NOPERM" in ask(*words), words
