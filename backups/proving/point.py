"""The point of a proof: a moment of the living database that recovery pauses at, and what is true of it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backups.catalog import Catalog
from backups.engine import query
from backups.history import lsn, on_lineage, timeline_of
from backups.mark import Mark
from backups.plan import Goal, Plan
from operation.containers import Output, execute, required
from operation.failure import Failure

DATABASE = "bem"
"""Where clients' rows are: its tables are counted."""
COUNTED_BYTES = 256 * 1024**2
"""The smallest tables are counted, up to so much together: a second of reading. The heartbeat waits."""
COUNT_SECONDS = 10
"""After that the count ends, so that nothing waits longer for it."""
TABLES = """
select format('%I.%I', nspname, relname) from (
  select nspname, relname, relpersistence,
    sum(pg_relation_size(c.oid)) over (order by pg_relation_size(c.oid), c.oid) as together
  from pg_class c join pg_namespace n on n.oid = relnamespace
  where relkind = 'r' and relpersistence = 'p' and nspname <> 'information_schema' and nspname !~ '^pg_'
) as known where together <= {most} order by 1
"""

COUNT = """begin isolation level repeatable read read only;
set local lock_timeout = '2s';
do $$ begin
  perform set_config(name, '{seconds}s', true) from pg_settings where name = 'transaction_timeout';
end $$;
set local statement_timeout = '{seconds}s';
select pg_current_snapshot();
select at, pg_walfile_name(at) from pg_create_restore_point('{name}') as at;
{counts}commit"""
"""The snapshot is taken just before the point. What ended between the two is looked for later.

PostgreSQL limits whole transactions from 17 on; before, it limits each count."""

POINT = r"""
export COUNT="$1"
psql -X -A -t -q -v ON_ERROR_STOP=1 -d postgres <<'SQL'
begin;
lock table operations.heartbeat in share mode;
select json_build_object('heartbeat', max(at), 'at', clock_timestamp()) from operations.heartbeat;
\set counted `psql -X -A -t -q -v ON_ERROR_STOP=1 -d "$DATABASE" -c "$COUNT"`
\echo :counted
commit;
select pg_switch_wal();
SQL
"""
"""As a mark: no second is written meanwhile, and the segment is archived at once. Rows are in another
database, so a session of its own counts them."""


@dataclass(frozen=True)
class Point:
    """What the living database said.

    Attributes:
        mark: the point; its name is no mark's, so nobody restores to it.
        segment: the WAL file that holds it.
        snapshot: the transactions that the count saw, as PostgreSQL writes it.
        rows: by table, as `bem.public.items`.
    """

    mark: Mark
    segment: str
    snapshot: str
    rows: dict[str, int]

    @property
    def recorded(self) -> dict[str, Any]:
        """What a proof keeps of it."""
        return {"at": self.mark.at, "heartbeat": self.mark.heartbeat, "rows": self.rows}


def name_at(moment: datetime) -> str:
    """The point's name: capitals are in no mark's name, and the microsecond is in no other point's."""
    return f"proof-{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


def make(living: Any, moment: datetime) -> Point:
    """Makes a point in the running database and counts what is small.

    Where that takes too long, or a table is locked, another point is made and nothing counted.

    Raises:
        Failure: when the database refuses.
    """
    tables = query(living, TABLES.format(most=COUNTED_BYTES), DATABASE).splitlines()
    try:
        return _made(living, name_at(moment), tables)
    except Failure:
        return _made(living, name_at(datetime.now(UTC)), [])


def _made(living: Any, name: str, tables: list[str]) -> Point:
    argv = ["bash", "-c", POINT, "bash", count_of(name, tables)]
    return parse(name, execute(living, argv, environment={"DATABASE": DATABASE}))


def count_of(name: str, tables: list[str]) -> str:
    """The statements that make the point and count those tables; pure."""
    parts = [f"'{each.replace(chr(39), chr(39) * 2)}', (select count(*) from {each})" for each in tables]  # noqa: S608  # quoted by the server
    counts = "".join(f"select json_build_array({each});\n" for each in parts)
    return COUNT.format(name=name, seconds=COUNT_SECONDS, counts=counts)


def parse(name: str, output: Output) -> Point:
    """What the database said, as a point.

    Raises:
        Failure: when it said something else, with its own words.
    """
    lines = required(output, "making the point of a proof").splitlines()
    try:
        said, snapshot, place, *counts = [each for each in lines if each][:-1]
        position, segment = place.split("|")
        facts = json.loads(said)
        at, heartbeat = (datetime.fromisoformat(facts[key]) for key in ("at", "heartbeat"))
        rows = {f"{DATABASE}.{table}": int(number) for table, number in map(json.loads, counts)}
    except (ValueError, KeyError, TypeError) as error:
        words = (output.stderr or output.stdout).strip()[-500:]
        raise Failure(
            f"no point could be made in the living database: {words}",
            "nothing was proven.",
            "try again; `invoke logs database` tells more.",
        ) from error
    mark = Mark(name, at, lsn(position), timeline_of(segment), heartbeat)
    return Point(mark, segment, snapshot, rows)


def way(catalog: Catalog, repository: int, mark: Mark) -> Plan | None:
    """From the newest backup before the point to the point; None when there is no backup before it.

    Whether the WAL leads there is what the proof finds out.
    """
    fitting = [
        each
        for each in catalog.backups
        if each.repository == repository
        and not each.failed
        and each.stop_lsn <= mark.position
        and on_lineage(each.timeline, each.stop_lsn, mark.timeline, catalog.forks)
    ]
    if not fitting or repository in catalog.silent:
        return None
    backup = max(fitting, key=lambda each: each.stopped)
    return Plan(backup, mark.timeline, Goal.MARK, mark.at, mark)
