import asyncio
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.api.items import written
from services.base.limit import Connection, limit
from services.base.problems import Unavailable


class Server:
    """A connection whose server says something while it commits."""

    def __init__(self, severity: str) -> None:
        self._severity = severity
        self._handlers: list[Callable[[Any], None]] = []

    def add_notice_handler(self, handler: Callable[[Any], None]) -> None:
        """As psycopg has it."""
        self._handlers.append(handler)

    def remove_notice_handler(self, handler: Callable[[Any], None]) -> None:
        """As psycopg has it."""
        self._handlers.remove(handler)

    async def execute(self, _statement: bytes, _values: tuple[object, ...]) -> "Server":
        """Tells every handler."""
        for handler in self._handlers:
            handler(SimpleNamespace(severity_nonlocalized=self._severity, message_primary="canceling wait"))
        return self

    async def fetchall(self) -> list[tuple[Any, ...]]:
        """One row, as if all were well."""
        return [(1,)]


def test_a_quiet_commit_is_believed() -> None:
    """A notice of no weight changes nothing."""
    connection = cast("Connection", Server("NOTICE"))
    assert asyncio.run(written(connection, b"INSERT", ())) == [(1,)]


def test_a_commit_with_a_warning_is_not_acknowledged() -> None:
    """A cancelled wait for the second copy looks like success but for a warning."""
    connection = cast("Connection", Server("WARNING"))
    with pytest.raises(Unavailable, match="not certain"):
        asyncio.run(written(connection, b"INSERT", ()))


@pytest.mark.parametrize(("seconds", "severed"), [(0.05, True), (5.0, False)])
def test_a_connection_is_severed_when_its_time_is_up(seconds: float, severed: bool) -> None:
    """The other side sees the end of the stream at the limit, and not before."""
    here, there = socket.socketpair()
    connection = cast("Connection", SimpleNamespace(closed=False, fileno=here.fileno))
    there.setblocking(False)

    async def wait() -> None:
        with limit(connection, seconds):
            await asyncio.sleep(0.2)

    with here, there:
        asyncio.run(wait())
        if severed:
            assert there.recv(1) == b""
        else:
            with pytest.raises(BlockingIOError):
                there.recv(1)
