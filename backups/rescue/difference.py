"""What differs between a table as it was and as it is: counted by primary key, else by whole rows."""

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from backups.engine import query
from backups.rescue.relation import Columns, Relation

BY_KEY = """
with past as (select {key}, ({row})::text as content, true as there from {past}),
     now as (select {key}, ({row})::text as content, true as there from {now} where ({where}
))
select count(*) filter (where now.there is null), count(*) filter (where past.there is null),
       count(*) filter (where past.content <> now.content), count(*) filter (where past.content = now.content)
from past full join now using ({key})
"""
BY_ROW = """
with past as (select ({row})::text as content, count(*) as times from {past} group by 1),
     now as (select ({row})::text as content, count(*) as times from {now} where ({where}
) group by 1),
     both_of_them as (
       select coalesce(past.times, 0) as before, coalesce(now.times, 0) as after
       from past full join now using (content))
select coalesce(sum(greatest(before - after, 0)), 0), coalesce(sum(greatest(after - before, 0)), 0), 0,
       coalesce(sum(least(before, after)), 0)
from both_of_them
"""


@dataclass(frozen=True)
class Difference:
    """Numbers of rows.

    Attributes:
        gone: that were there, and are not now.
        new: that are there now, and were not.
        changed: of the same primary key with other values; without a key they count as gone and new.
        same: that are as they were.
        by_key: whether there is a primary key to tell by.
        columns: that only one of the two tables has; left out of the comparison.
        fillable: columns of both that can be brought back by an `insert`.
    """

    gone: int
    new: int
    changed: int
    same: int
    by_key: bool
    columns: tuple[str, ...] = ()
    fillable: tuple[str, ...] = ()


def statement(past: Relation, now: Relation, columns: tuple[Columns, Columns], where: str) -> str:
    """The query that counts; pure.

    Args:
        past: the table as it was.
        now: the table as it is.
        columns: of the one and of the other.
        where: which rows of it; empty for all.
    """
    before, after = columns
    common = [name for name in before.names if name in after.names]
    by_key = bool(before.key) and before.key == after.key
    row = sql.SQL("row({})").format(_listed(common)).as_string(None)
    return (BY_KEY if by_key else BY_ROW).format(
        key=_listed(before.key).as_string(None),
        row=row,
        past=past.quoted,
        now=now.quoted,
        where=where or "true",
    )


def difference(
    target: Any, past: Relation, now: Relation, columns: tuple[Columns, Columns], where: str, database: str
) -> Difference:
    """Counts in a database that has both tables.

    Raises:
        Failure: with PostgreSQL's own words, such as for a condition that today's columns do not meet.
    """
    before, after = columns
    answer = query(target, statement(past, now, columns, where), database)
    gone, new, changed, same = map(int, answer.split("\t"))
    lone = tuple(sorted(set(before.names) ^ set(after.names)))
    fillable = tuple(name for name in after.fillable if name in before.names)
    by_key = bool(before.key) and before.key == after.key
    return Difference(gone, new, changed, same, by_key, lone, fillable)


def _listed(names: "tuple[str, ...] | list[str]") -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
