"""Whether the database answers now, and may be written to."""

import psycopg

from services.base.database import reason
from services.base.dependency import PATIENCE, Dependency
from services.base.limit import Connection, limit

QUERY = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"


class DatabaseDependency(Dependency):
    """PostgreSQL, as one service reaches it."""

    def __init__(self, conninfo: str) -> None:
        super().__init__("database")
        self._conninfo = conninfo
        self._connection: Connection | None = None

    async def answer(self) -> str:
        """See `Dependency`."""
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        with limit(self._connection, PATIENCE):
            cursor = await self._connection.execute(QUERY)
            row = await cursor.fetchone()
        return "the database is read-only" if row is None or row[0] else ""

    def reason(self, error: Exception) -> str:
        """See `Dependency`."""
        if not isinstance(error, psycopg.Error | OSError):
            raise error
        return reason(error)

    async def close(self) -> None:
        """See `Dependency`."""
        if self._connection is not None:
            await self._connection.close()
