"""The longest wait for a database that may never answer again."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import AsyncConnection

Connection = AsyncConnection[tuple[Any, ...]]  # columns have the types of their query


@contextmanager
def limit(connection: Connection, seconds: float) -> Iterator[None]:
    """Severs the connection when the block takes longer; what waits in it then fails at once.

    A cancelled task would ask the server to cancel and wait for its reply: with a frozen server, for ever.
    """
    timer = asyncio.get_running_loop().call_later(max(seconds, 0), _sever, connection)
    try:
        yield
    finally:
        timer.cancel()


def _sever(connection: Connection) -> None:
    """Shuts the connection's socket, which libpq sees as a server that hung up."""
    if connection.closed:
        return
    with socket.socket(fileno=os.dup(connection.fileno())) as double:
        double.shutdown(socket.SHUT_RDWR)
