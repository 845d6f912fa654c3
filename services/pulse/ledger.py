"""Where effects are written down: one statement, so one transaction, with the keys that make them unique."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import psycopg

from services.base.certain import certain
from services.base.limit import Connection, limit
from services.pulse.work import Done

WRITE = b"""WITH new AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[], %s::int[])
        AS new (key, kind, result, amount, attempts)
), fresh AS (
    INSERT INTO public.pulse_results (key, kind, result, worker, attempts)
    SELECT key, kind, result::jsonb, %s, attempts FROM new ORDER BY key
    ON CONFLICT (key) DO NOTHING RETURNING key
), added AS (
    INSERT INTO public.pulse_totals (kind, count, sum)
    SELECT kind, count(*), sum(amount) FROM new JOIN fresh USING (key) GROUP BY kind ORDER BY kind
    ON CONFLICT (kind) DO UPDATE SET count = pulse_totals.count + excluded.count,
        sum = pulse_totals.sum + excluded.sum
)
SELECT key FROM fresh"""
"""Keys and kinds are taken in order: two workers with the same ones wait for each other, and never both."""

FOUND = b"""SELECT key, kind, result, pg_logical_emit_message(true, 'bem.pulse', '')
FROM public.pulse_results WHERE key = ANY(%s)"""
"""The message makes this a transaction that commits: where commits wait for a second copy, so does it."""

PATIENCE = 10.0
"""Seconds after which the connection is severed although the database has said nothing."""


@dataclass(frozen=True)
class Written:
    """What is in the database under a key, however often it was asked for.

    Attributes:
        fresh: written just now; else it was there before.
    """

    kind: str
    result: object
    fresh: bool


class Ledger:
    """One connection, made anew when it is lost.

    Args:
        conninfo: see `services.base.postgres`.
        worker: name of this worker, kept beside each result.
    """

    def __init__(self, conninfo: str, worker: str) -> None:
        self._conninfo = conninfo
        self._worker = worker
        self._connection: Connection | None = None

    async def write(self, batch: Sequence[Done]) -> Mapping[str, Written]:
        """Writes the effects of all, or of none; a key that is there already has no second one.

        Returns:
            What is kept under each key.

        Raises:
            psycopg.Error: when it is not certain that all are there.
        """
        first = {each.pulse.key: each for each in reversed(batch)}
        try:
            connection = await self._open()
            with limit(connection, PATIENCE):
                fresh = await self._insert(connection, list(first.values()))
                return await self._found(connection, first, fresh)
        except (psycopg.OperationalError, psycopg.InterfaceError, asyncio.CancelledError):
            await self.close()
            raise

    async def close(self) -> None:
        """Closes the connection; the next writing opens another."""
        if self._connection is not None:
            await self._connection.close()
        self._connection = None

    async def _open(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        return self._connection

    async def _insert(self, connection: Connection, batch: Sequence[Done]) -> set[str]:
        columns = (
            [each.pulse.key for each in batch],
            [each.pulse.kind for each in batch],
            [each.text for each in batch],
            [each.outcome.amount for each in batch],
            [each.entry.attempts for each in batch],
        )
        with certain(connection):
            cursor = await connection.execute(WRITE, (*columns, self._worker))
            return {key for (key,) in await cursor.fetchall()}

    async def _found(
        self, connection: Connection, batch: Mapping[str, Done], fresh: set[str]
    ) -> Mapping[str, Written]:
        written = {
            key: Written(batch[key].pulse.kind, batch[key].outcome.result, fresh=True) for key in fresh
        }
        earlier: Iterable[str] = batch.keys() - fresh
        if not earlier:
            return written
        with certain(connection):
            cursor = await connection.execute(FOUND, (list(earlier),))
            rows = await cursor.fetchall()
        return written | {key: Written(kind, result, fresh=False) for key, kind, result, _ in rows}
