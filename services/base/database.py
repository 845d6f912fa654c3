"""The connections that requests use, and how long a request waits for them."""

import asyncio
import logging
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg_pool import AsyncConnectionPool

from services.base.limit import Connection, limit
from services.base.problems import Unavailable

LOG = logging.getLogger(__name__)

ANSWER = 1.8
"""Seconds after which a request is answered 503 although the database has said nothing."""

WAIT = 0.8
"""Seconds of those that a request waits for a free connection."""

CHECK = 0.4
"""Seconds of those that a connection may take to show that it is alive."""

FRESH = 1.0
"""Seconds for which an answer shows that a connection is alive; no database is back sooner after its end.
To ask each time took a fifth of the service's time."""

RECONNECT = 0.5
"""Seconds after which a lost connection is given up, so that the next request asks for a fresh one.

The pool's own patience doubles from one second on, and would miss the return of the database by many."""

QUEUE = 1000
"""Requests that may wait for a connection at once; more are refused at once."""


class Database:
    """A pool of checked connections.

    Args:
        conninfo: see `services.base.postgres`.
        size: connections at most.
    """

    def __init__(self, conninfo: str, size: int) -> None:
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            conninfo,
            kwargs={"autocommit": True},
            min_size=min(2, size),
            max_size=size,
            max_waiting=QUEUE,
            max_lifetime=600,
            timeout=WAIT,
            reconnect_timeout=RECONNECT,
            name="requests",
            open=False,
        )
        self._answered: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()

    async def open(self) -> None:
        """Starts connecting; does not wait for it."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Closes every connection."""
        await self._pool.close(timeout=2)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection in autocommit mode, for the rest of a request's time.

        Raises:
            Unavailable: when there is none in time, or it breaks in the block; what was asked may be done.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + ANSWER
        try:
            connection = await self._living(clock() + WAIT)
            try:
                with limit(connection, deadline - clock()):
                    yield connection
                self._answered[connection] = clock()
            finally:
                await self._pool.putconn(connection)
        except (
            psycopg.OperationalError,
            psycopg.InterfaceError,
            psycopg.errors.ReadOnlySqlTransaction,
        ) as error:
            LOG.warning("database unavailable", extra={"reason": reason(error)})
            raise Unavailable("the database is not available now; try again") from error

    async def _living(self, deadline: float) -> Connection:
        """A connection that has just answered: within `FRESH`, without a word since then, or when asked.

        Dead ones go back closed, for the pool to replace, and the next is tried at once: after an outage all
        idle ones are dead, and the pool's own check would sleep between two of them.
        """
        clock = asyncio.get_running_loop().time
        while True:
            connection = await self._pool.getconn(max(deadline - clock(), 0))
            if clock() - self._answered.pop(connection, 0) < FRESH and not _speaks(connection):
                return connection
            try:
                with limit(connection, CHECK):
                    await connection.execute("")
            except (psycopg.OperationalError, psycopg.InterfaceError):
                await connection.close()
                await self._pool.putconn(connection)
            except BaseException:
                await self._pool.putconn(connection)
                raise
            else:
                return connection


def _speaks(connection: Connection) -> bool:
    """Whether there is something to read: a server that ends a session says so, or just hangs up."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def reason(error: BaseException) -> str:
    """The first line of what went wrong."""
    words: Any = str(error).strip() or type(error).__name__
    return str(words).splitlines()[0]
