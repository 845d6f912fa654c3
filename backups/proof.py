"""What a restored database holds: the facts that a person, a verdict and a comparison need."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backups.engine import query

TABLES = """
select format('%I.%I', schemaname, relname) from pg_stat_user_tables
where schemaname not like 'pg\\_%' order by 1
"""
DATABASES = "select datname from pg_database where datallowconn and not datistemplate order by 1"
TABLES_AT_ONCE = 100


@dataclass(frozen=True)
class Facts:
    """Of a whole cluster.

    Attributes:
        checksums: whether data pages carry them.
        rows: exact number of rows by `database.schema.table`.
        heartbeat: the newest second that is in it; None when the cluster keeps none.
    """

    checksums: bool
    rows: dict[str, int] = field(default_factory=dict)
    heartbeat: datetime | None = None


def gather(target: Any, *, count: bool = False) -> Facts:
    """Asks a server over its socket; works read-only too.

    Args:
        target: the container.
        count: count every table's rows, which reads them all.
    """
    rows: dict[str, int] = {}
    for database in query(target, DATABASES).splitlines():
        tables = query(target, TABLES, database).splitlines()
        for some in batched(tables, TABLES_AT_ONCE) if count else ():
            rows |= {f"{database}.{table}": number for table, number in _counts(target, database, some)}
    return Facts(
        checksums=query(target, "show data_checksums") == "on", rows=rows, heartbeat=heartbeat(target)
    )


def heartbeat(target: Any) -> datetime | None:
    """The newest second that a database knows of; None when it keeps none."""
    if query(target, "select to_regclass('operations.heartbeat') is not null") != "t":
        return None
    text = query(target, "select max(at) from operations.heartbeat")
    return datetime.fromisoformat(text) if text else None


def batched(tables: list[str], size: int) -> list[list[str]]:
    """Lists of that size at most: a command line has its limit."""
    return [tables[start : start + size] for start in range(0, len(tables), size)]


def _counts(target: Any, database: str, tables: list[str]) -> list[tuple[str, int]]:
    parts = [f"select {_literal(each)}, count(*) from {each}" for each in tables]  # noqa: S608  # quoted by the server
    lines = query(target, " union all ".join(parts), database).splitlines()
    return [(name, int(number)) for name, number in (line.rsplit("\t", 1) for line in lines)]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
