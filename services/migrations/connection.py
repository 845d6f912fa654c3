"""How the job reaches the database: mutual TLS as `bem_owner`, one run at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

CERTIFICATES = "/certs/current"
LOCK = 7_216_005
"""Key of the advisory lock that two runs at once would both want."""

WAITS = "-c lock_timeout=5000 -c statement_timeout=0 -c idle_in_transaction_session_timeout=60000"
"""Milliseconds. A migration that waits for a table makes every query behind it wait: better to fail."""


@contextmanager
def connected() -> Iterator[Connection]:
    """A connection that nobody else who migrates has at the same time."""
    engine = create_engine(
        "postgresql+psycopg://bem_owner@database:5432/bem",
        poolclass=NullPool,
        connect_args={
            "sslmode": "verify-full",
            "sslrootcert": f"{CERTIFICATES}/ca.pem",
            "sslcert": f"{CERTIFICATES}/cert.pem",
            "sslkey": f"{CERTIFICATES}/key.pem",
            "application_name": "migrations",
            "connect_timeout": 10,
            "options": WAITS,
        },
    )
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK})
        connection.commit()
        yield connection


def current() -> str | None:
    """The schema's revision; None for an empty database."""
    with connected() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    return None if revision is None else str(revision)
