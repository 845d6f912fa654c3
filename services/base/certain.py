"""A commit that is believed only when PostgreSQL did not warn."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.errors import Diagnostic

from services.base.limit import Connection


class Uncertain(psycopg.OperationalError):
    """The rows are there, but a wait for their second copy was cancelled: a failover may lose them."""


@contextmanager
def certain(connection: Connection) -> Iterator[None]:
    """Watches for warnings while the block commits.

    Raises:
        Uncertain: when there was one.
    """
    warnings: list[str] = []

    def note(diagnostic: Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":
            warnings.append(diagnostic.message_primary or "")

    connection.add_notice_handler(note)
    try:
        yield
    finally:
        connection.remove_notice_handler(note)
    if warnings:
        raise Uncertain(warnings[0])
