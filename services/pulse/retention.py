"""Results that are older than the stack keeps them: removed in small steps, beside the work."""

import asyncio
import logging

import psycopg

from services.base.limit import limit

LOG = logging.getLogger(__name__)

REMOVE = b"""DELETE FROM public.pulse_results WHERE key IN (
    SELECT key FROM public.pulse_results
    WHERE processed_at < now() - make_interval(days => %s) ORDER BY processed_at LIMIT %s)"""

STEP = 2000
"""Rows of one transaction: short, so that nobody waits for its locks."""

BETWEEN, ROUND = 0.5, 3600.0
"""Seconds between two steps while there is more, and between two rounds."""

PATIENCE = 30.0
"""Seconds for one step."""


class Retention:
    """Removes old results for ever; with its key a result also loses the memory that it was there.

    A pulse that comes once more after that is processed once more. Totals stay as they are. A database that
    is away, or older than the right to remove, ends a round and no worker.

    Args:
        conninfo: see `services.base.postgres`.
        days: that results are kept.
    """

    def __init__(self, conninfo: str, days: int) -> None:
        self._conninfo = conninfo
        self._days = days

    async def run(self) -> None:
        """One round after the other."""
        while True:
            try:
                removed = await self.round()
            except psycopg.Error as error:
                LOG.info("no retention", extra={"reason": str(error).partition("\n")[0]})
            else:
                if removed:
                    LOG.info("old results removed", extra={"rows": removed, "days": self._days})
            await asyncio.sleep(ROUND)

    async def round(self) -> int:
        """Removes what is too old, and gives the number of rows.

        Raises:
            psycopg.Error: when the database refuses or is away; what was removed stays so.
        """
        whole = 0
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            while True:
                with limit(connection, PATIENCE):
                    cursor = await connection.execute(REMOVE, (self._days, STEP))
                whole += cursor.rowcount
                if cursor.rowcount < STEP:
                    return whole
                await asyncio.sleep(BETWEEN)
