"""Items, and how they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from psycopg.errors import Diagnostic

from services.base.database import Database
from services.base.limit import Connection
from services.base.problems import Unavailable

INSERT = b"""INSERT INTO public.items (name, idempotency_key) VALUES (%s, %s)
ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, name, created_at"""

REPLAY = b"""SELECT id, name, created_at, pg_logical_emit_message(true, 'bem.replay', '')
FROM public.items WHERE idempotency_key = %s"""
"""The message makes this a transaction that commits: where commits wait for a second copy, so does it.
Without it a row would be acknowledged that the first attempt had to leave uncertain."""

ONE = b"SELECT id, name, created_at FROM public.items WHERE id = %s"
PAGE = b"SELECT id, name, created_at FROM public.items WHERE id > %s ORDER BY id LIMIT %s"
REMOVE = b"DELETE FROM public.items WHERE id = %s RETURNING id"

ATTEMPTS = 3
"""Tries to find either a free key or its item, while others create and delete it."""


@dataclass(frozen=True)
class Item:
    """One row.

    Attributes:
        id: given by the database, growing.
        name: what the client called it.
        created_at: when its transaction began, with its offset.
    """

    id: int
    name: str
    created_at: datetime


class Items(Protocol):
    """Where items are kept; each method raises `Unavailable` when its outcome is unknown."""

    async def create(self, name: str, key: str | None) -> tuple[Item, bool]:
        """Makes an item, or finds the one that was made with the key; the flag says which (true: found)."""

    async def get(self, number: int) -> Item | None:
        """The item with that id."""

    async def page(self, after: int, limit: int) -> Sequence[Item]:
        """Items with greater ids, in their order."""

    async def delete(self, number: int) -> bool:
        """Removes an item; false when there is none."""


class StoredItems:
    """Items in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, name: str, key: str | None) -> tuple[Item, bool]:
        """See `Items`."""
        async with self._database.connection() as connection:
            for _ in range(ATTEMPTS):
                rows = await written(connection, INSERT, (name, key))
                replayed = not rows
                rows = rows or await written(connection, REPLAY, (key,))
                if rows:
                    return Item(*rows[0][:3]), replayed
        raise Unavailable("the key is being created and deleted by others; try again")

    async def get(self, number: int) -> Item | None:
        """See `Items`."""
        rows = await self._read(ONE, (number,))
        return rows[0] if rows else None

    async def page(self, after: int, limit: int) -> Sequence[Item]:
        """See `Items`."""
        return await self._read(PAGE, (after, limit))

    async def delete(self, number: int) -> bool:
        """See `Items`."""
        async with self._database.connection() as connection:
            return bool(await written(connection, REMOVE, (number,)))

    async def _read(self, query: bytes, values: tuple[object, ...]) -> list[Item]:
        async with self._database.connection() as connection:
            cursor = await connection.execute(query, values)
            return [Item(*row) for row in await cursor.fetchall()]


async def written(
    connection: Connection, statement: bytes, values: tuple[object, ...]
) -> list[tuple[Any, ...]]:
    """Runs one statement, which commits by itself, and believes in its success only without a warning.

    Raises:
        Unavailable: when the server warned, as it does when a wait for a second copy was cancelled.
    """
    warnings: list[str] = []

    def note(diagnostic: Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":
            warnings.append(diagnostic.message_primary or "")

    connection.add_notice_handler(note)
    try:
        cursor = await connection.execute(statement, values)
        rows = await cursor.fetchall()
    finally:
        connection.remove_notice_handler(note)
    if warnings:
        raise Unavailable("the commit is not certain; try again with the same Idempotency-Key")
    return rows
