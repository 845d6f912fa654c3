"""Whether the database answers now, and may be written to."""

import asyncio
import logging

import psycopg

from services.api.configuration import Configuration
from services.api.database import reason
from services.api.limit import Connection, limit

LOG = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds after which no answer is the answer."""

PAUSE = 0.5
"""Seconds between two questions of the watch."""

QUERY = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"


class Readiness:
    """Asks by a connection of its own: a busy pool must not look like a lost database.

    Attributes:
        reached: the database has answered at least once since the start.
        trouble: why the last question was not answered well; empty when it was.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.reached = False
        self.trouble = "not asked yet"
        self._reason = ""
        self._conninfo = configuration.conninfo
        self._connection: Connection | None = None
        self._question: asyncio.Task[str] | None = None

    async def ask(self) -> str:
        """Asks, together with everybody who asks meanwhile, and gives the trouble (empty: none)."""
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self._trouble())
        done, _ = await asyncio.wait({self._question}, timeout=PATIENCE)
        self._note(self._question.result() if done else "the database does not answer in time")
        return self.trouble

    async def watch(self) -> None:
        """Asks for ever, so that the log tells when the database went and came."""
        while True:
            await self.ask()
            await asyncio.sleep(PAUSE)

    async def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            await self._connection.close()

    def _note(self, trouble: str) -> None:
        if trouble and not self.trouble:
            LOG.warning("the database is lost", extra={"reason": self._reason or trouble})
        if self.trouble and not trouble:
            LOG.info("the database answers")
        self.reached = self.reached or not trouble
        self.trouble = trouble

    async def _trouble(self) -> str:
        self._reason = ""
        try:
            return await self._answer()
        except (psycopg.Error, OSError) as error:
            await self.close()
            self._reason = reason(error)
            return "the database does not answer"

    async def _answer(self) -> str:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        with limit(self._connection, PATIENCE):
            cursor = await self._connection.execute(QUERY)
            row = await cursor.fetchone()
        return "the database is read-only" if row is None or row[0] else ""
