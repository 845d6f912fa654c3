"""Rows for the deployment's database, by PostgreSQL's own pgbench over the socket in its container."""

from typing import Any

from backups.engine import query
from bench.command import timed
from operation.containers import wait_for

DATABASE = "bem"
CLIENTS = 4
LIMIT = 900.0
ARCHIVE_SECONDS = 300.0
ARCHIVED = "select coalesce(last_archived_wal >= '{}', false) from pg_stat_archiver"


def fill(target: Any, scale: int) -> float:
    """Makes pgbench's tables, about 15 MB for each unit of the scale, vacuumed and frozen.

    Returns:
        size of the whole database, in GB.

    Raises:
        Failure: when it does not end in time.
    """
    _pgbench(target, "-i", "-q", "-s", str(scale))
    return int(query(target, f"select pg_database_size('{DATABASE}')")) / 1e9


def write(target: Any, seconds: int) -> None:
    """Runs pgbench's transactions, and waits until their WAL is in the repositories.

    Raises:
        Failure: when pgbench fails, or the WAL is not archived in time.
    """
    _pgbench(target, "-n", "-c", str(CLIENTS), "-T", str(seconds))
    segment = query(target, "select pg_walfile_name(pg_switch_wal())")
    wait_for(
        lambda: query(target, ARCHIVED.format(segment)) == "t", ARCHIVE_SECONDS, "the archiving of the writes"
    )


def _pgbench(target: Any, *options: str) -> None:
    timed(["docker", "exec", target.id, "pgbench", *options, DATABASE], LIMIT)
