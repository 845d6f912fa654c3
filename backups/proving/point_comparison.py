"""The restored database held against the living one, both at the same point."""

from collections.abc import Mapping
from typing import Any

from backups.engine import query
from backups.proof import Facts
from backups.proving.point import Point

ENDED_BETWEEN = """
with seen as (select '{snapshot}'::pg_snapshot as counted, pg_current_snapshot() as restored),
later as (
  select pg_snapshot_xip(counted) as number from seen
  union all
  select generate_series(pg_snapshot_xmax(counted)::text::bigint,
    pg_snapshot_xmax(restored)::text::bigint - 1)::text::xid8 from seen)
select count(*) from later where pg_xact_status(number) = 'committed'
"""
"""Transactions that recovery to the point brought back and the count did not see. All that it saw had ended
in the WAL before the point, so with none between, both have the same rows."""


def differences(point: Point, facts: Facts, ended_between: int) -> list[str]:
    """What the restored database says otherwise than the living one did at the point; pure.

    Args:
        point: as it was recorded.
        facts: of the database that pauses at it.
        ended_between: transactions that the count did not see: with any, counts say nothing.
    """
    if facts.heartbeat != point.mark.heartbeat:
        return [f"the newest second is {facts.heartbeat}, and at the point it was {point.mark.heartbeat}"]
    return [] if ended_between else _otherwise(point.rows, facts.rows)


def ended_between(target: Any, point: Point) -> int:
    """Transactions that are in the restored database, and that the count at the point did not see."""
    return int(query(target, ENDED_BETWEEN.format(snapshot=point.snapshot)))


def _otherwise(recorded: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    return [
        f"{table} has {found.get(table, 'no')} rows, and at the point it had {number}"
        for table, number in recorded.items()
        if found.get(table) != number
    ]
