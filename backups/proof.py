"""What a restored database holds: the facts that a person, a verdict and a comparison need."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backups.engine import query

TABLES = """
select format('%I.%I', schemaname, relname) from pg_stat_user_tables
where schemaname not like 'pg\\_%' order by 1
"""


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
    for database in query(
        target, "select datname from pg_database where datallowconn and not datistemplate"
    ).split():
        if count:
            rows |= {f"{database}.{table}": number for table, number in _counts(target, database).items()}
    beats = query(target, "select to_regclass('operations.heartbeat') is not null") == "t"
    text = query(target, "select max(at) from operations.heartbeat") if beats else ""
    return Facts(
        checksums=query(target, "show data_checksums") == "on",
        rows=rows,
        heartbeat=datetime.fromisoformat(text) if text else None,
    )


def _counts(target: Any, database: str) -> dict[str, int]:
    tables = query(target, TABLES, database).splitlines()
    if not tables:
        return {}
    parts = [f"select {_literal(each)}, count(*) from {each}" for each in tables]  # noqa: S608  # quoted by the server
    lines = query(target, " union all ".join(parts), database).splitlines()
    return {name: int(number) for name, number in (line.rsplit("\t", 1) for line in lines)}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
