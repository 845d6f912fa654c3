"""The table that is to be brought back, and the one beside it that takes its rows."""

from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from psycopg import sql

from backups.engine import query
from operation.failure import Failure, refusal

BYTES = 63
"""That PostgreSQL keeps of a name (its manual, «Identifiers and Key Words»)."""

PARTS = 2
"""Of a name: schema and table."""

COLUMNS = """
select a.attname, coalesce(array_position(i.indkey, a.attnum) is not null, false), a.attgenerated = ''
from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
where a.attrelid = to_regclass({name}) and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
TABLES = """
select schemaname || '.' || tablename from pg_tables
where schemaname not in ('pg_catalog', 'information_schema') order by 1
"""


@dataclass(frozen=True)
class Relation:
    """A table's name.

    Attributes:
        schema: as PostgreSQL keeps it, without quotes.
        table: the same.
    """

    schema: str
    table: str

    def __str__(self) -> str:
        """As a person reads it."""
        return f"{self.schema}.{self.table}"

    @property
    def quoted(self) -> str:
        """As a statement takes it."""
        return sql.Identifier(self.schema, self.table).as_string(None)

    @property
    def last(self) -> str:
        """The table's own name, quoted."""
        return sql.Identifier(self.table).as_string(None)

    @property
    def literal(self) -> str:
        """The quoted name as a string, for `to_regclass`."""
        return sql.Literal(self.quoted).as_string(None)

    def rescued(self, moment: datetime) -> "Relation":
        """The table beside it, for the rows of a moment."""
        suffix = f"_rescued_{moment.astimezone(UTC):%Y%m%dt%H%M%S}"
        kept = self.table.encode()[: BYTES - len(suffix)].decode(errors="ignore")
        return Relation(self.schema, kept + suffix)


@dataclass(frozen=True)
class Columns:
    """Of a table, in order.

    Attributes:
        names: all of them.
        key: those of the primary key; empty without one.
        fillable: those that an `insert` may name: not the generated ones.
    """

    names: tuple[str, ...]
    key: tuple[str, ...]
    fillable: tuple[str, ...]


def relation(target: Any, typed: str, database: str) -> Relation:
    """Reads a name as PostgreSQL does: folded unless quoted, in schema `public` when none is named.

    Raises:
        Failure: when it is no name of a table.
    """
    try:
        text = sql.Literal(typed).as_string(None)
        parts = query(target, f"select unnest(parse_ident({text}))", database).splitlines()
    except Failure:
        parts = []
    if not 1 <= len(parts) <= PARTS:
        raise refusal(
            f"{typed!r} is no name of a table.", remedy="for example: --table items, --table audit.log"
        )
    return Relation(*parts) if len(parts) == PARTS else Relation("public", parts[0])


def columns(target: Any, of: Relation, database: str) -> Columns | None:
    """The columns of a table; None when there is no such table."""
    lines = query(target, COLUMNS.format(name=of.literal), database).splitlines()
    found = [line.rsplit("\t", 2) for line in lines]
    if not found:
        return None
    return Columns(
        names=tuple(name for name, _, _ in found),
        key=tuple(name for name, in_key, _ in found if in_key == "t"),
        fillable=tuple(name for name, _, plain in found if plain == "t"),
    )


def resembling(target: Any, of: Relation, database: str) -> list[str]:
    """Tables of a database whose names come near, the nearest first; else the first few there are."""
    known = query(target, TABLES, database).splitlines()
    return get_close_matches(str(of), known, 3, 0.5) or known[:5]
