"""What a restore gives up: rows that were written after the point, and marks that were made after it.

A row is given up when the transaction that inserted or last updated it committed after the point. PostgreSQL
remembers when transactions committed (`track_commit_timestamp`), by the same clock reading at which recovery
stops. A row that was deleted after the point comes back and is not seen here.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backups.catalog import Catalog
from backups.engine import query
from backups.history import on_lineage
from backups.mark import Mark
from backups.proof import DATABASES, batched
from operation.containers import execute
from operation.failure import Failure

TABLE_SECONDS, ALL_SECONDS = 5, 30
"""For one table, and for all of them: a table that is read to its end costs the serving database its disk."""
TABLES_AT_ONCE = 100
"""A command line has its limit."""
LOOKED_AT = 100
"""Transactions from the oldest remembered one on, of which one at least has committed: a second has one."""
HEARTBEAT = "operations.heartbeat"
"""One row that changes each second; the time says it already."""

TABLES = """
select format('%I.%I', nspname, relname) from pg_class join pg_namespace on pg_namespace.oid = relnamespace
where relkind = 'r' and relpersistence = 'p' and nspname !~ '^pg_' and nspname <> 'information_schema'
order by relpages, 1
"""
"""The small ones first, so that most are counted in time; partitions by themselves."""

REMEMBERED = """
select coalesce(min(pg_xact_commit_timestamp(number::text::xid)) <= '{point}', false)
from (
    select (oldest_commit_ts_xid::text::bigint + step) % 4294967296 as number
    from pg_control_checkpoint(), generate_series(0, {most}) as step
    where oldest_commit_ts_xid::text::bigint > 0
) as oldest
where number >= 3
"""
"""Whether commits are remembered since before the point; numbers below 3 are no transactions of anybody."""


@dataclass(frozen=True)
class Loss:
    """What is given up.

    Attributes:
        rows: by `database.schema.table`, those with any; None when nothing could be counted.
        uncounted: tables for which there was no time.
        why: why rows could not be counted at all, or what the number does not contain.
        marks: names, the oldest first.
    """

    rows: dict[str, int] | None = None
    uncounted: tuple[str, ...] = ()
    why: str = ""
    marks: tuple[str, ...] = ()

    @property
    def total(self) -> int | None:
        """Rows of all tables that were counted; None when none could be."""
        return None if self.rows is None else sum(self.rows.values())


def marks_after(point: datetime, marks: Sequence[Mark], catalog: Catalog) -> tuple[str, ...]:
    """Names of the marks that the serving database knows and the restored one will not."""
    return tuple(
        each.name
        for each in marks
        if each.at > point and on_lineage(each.timeline, each.position, catalog.timeline, catalog.forks)
    )


def rows_after(point: datetime, living: Any) -> Loss:
    """Counts the rows of a running database that were inserted or updated after a moment.

    Reads every table, under limits of time; what was not counted by then is named, and is not nothing.
    """
    try:
        return _rows_after(point, living)
    except Failure as failure:
        return Loss(why=f"the database did not answer: {failure.what.splitlines()[0]}")


def _rows_after(point: datetime, living: Any) -> Loss:
    if query(living, "show track_commit_timestamp") != "on":
        return Loss(why="the database does not remember yet when rows were written")
    if query(living, REMEMBERED.format(point=point.isoformat(), most=LOOKED_AT - 1)) != "t":
        return Loss(why="the database does not remember that long when rows were written")
    deadline = time.monotonic() + ALL_SECONDS
    found: dict[str, int | None] = {}
    for database in query(living, DATABASES).splitlines():
        tables = [each for each in query(living, TABLES, database).splitlines() if each != HEARTBEAT]
        for some in batched(tables, TABLES_AT_ONCE):
            counts = _counted(living, database, some, point, deadline - time.monotonic())
            found |= {f"{database}.{table}": count for table, count in counts.items()}
    rows = {name: count for name, count in found.items() if count}
    return Loss(rows, tuple(name for name, count in found.items() if count is None))


def count_argv(database: str, tables: Sequence[str], point: datetime, seconds: int) -> list[str]:
    """The command that counts: it goes on after a table that took too long, and ends in any case; pure."""
    argv = ["timeout", str(seconds), "psql", "-X", "-A", "-t", "-q", "-F", "\t", "-d", database]
    argv += ["-c", f"set statement_timeout = '{TABLE_SECONDS}s'"]
    argv += ["-c", "set default_transaction_read_only = on"]
    for number, table in enumerate(tables):
        since = f"pg_xact_commit_timestamp(xmin) > '{point.isoformat()}'"
        argv += ["-c", f"select {number}, count(*) from {table} where {since}"]  # noqa: S608  # quoted by the server
    return argv


def _counted(
    living: Any, database: str, tables: list[str], point: datetime, seconds: float
) -> dict[str, int | None]:
    """Rows by table; None where there was no time."""
    said = ""
    if seconds >= 1:
        said = execute(living, count_argv(database, tables, point, int(seconds))).stdout
    counts = dict(line.split("\t") for line in said.splitlines() if "\t" in line)
    return {
        table: int(counts[str(number)]) if str(number) in counts else None
        for number, table in enumerate(tables)
    }
