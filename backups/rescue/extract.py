"""The rows of a table as they were, put into a table of their own in the scratch, and carried over."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from psycopg import sql

from backups.engine import query
from backups.rescue.relation import Columns, Relation, columns, resembling
from operation.exec_feed import feed, output_of
from operation.failure import Failure, refusal

MEBIBYTE = 1024**2
UNTOUCHED = "nothing was written into the database that serves."


def copied(of: Relation, to: Relation, key: tuple[str, ...], where: str) -> str:
    """The statements that copy rows into a plain table; pure.

    Names, types and NOT NULL come along, and the primary key; neither defaults nor what is generated, checks,
    triggers and foreign keys, which could name things that the serving database no longer has.
    """
    text = f"create table {to.quoted} (like {of.quoted});\n"
    rows = f"select * from {of.quoted} where ({where or 'true'}\n)"  # noqa: S608  # a superuser's own words
    text += f"insert into {to.quoted} {rows};\n"
    if key:
        names = sql.SQL(", ").join(map(sql.Identifier, key)).as_string(None)
        text += f"alter table {to.quoted} add primary key ({names});\n"
    return text + f"select count(*) from {to.quoted}"  # noqa: S608


def extract(scratch: Any, of: Relation, to: Relation, where: str, database: str) -> tuple[Columns, int]:
    """Makes the table in the scratch; gives its columns and how many rows it has.

    Raises:
        Failure: when the table was not there at that time, or the condition does not hold with it.
    """
    known = columns(scratch, of, database)
    if known is None:
        raise refusal(
            f"there was no table {of} in database {database} at that time.",
            remedy=f"there were: {', '.join(resembling(scratch, of, database)) or 'none'}",
        )
    try:
        rows = query(scratch, copied(of, to, known.key, where), database)
    except Failure as failure:
        raise Failure(f"the rows cannot be read: {failure.what}", UNTOUCHED, "mend --where.") from failure
    return known, int(rows.splitlines()[-1])


def carry(scratch: Any, serving: Any, table: Relation, database: str, say: Callable[[str], None]) -> None:
    """Brings a table from the scratch into the database that serves: all of it, or nothing.

    Raises:
        Failure: when it could not be read or written; then there is no such table.
    """
    dump = ["pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges"]
    pieces = output_of(scratch, [*dump, f"--table={table.quoted}", database], f"reading {table}")
    load = ["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", f"--dbname={database}"]
    output = feed(serving, load, counted(pieces, say))
    if output.status != 0:
        words = (output.stderr or output.stdout).strip()[-500:]
        raise Failure(f"writing {table} failed: {words}", "it was rolled back; nothing else was touched.")


def counted(pieces: Iterable[bytes], say: Callable[[str], None]) -> Iterator[bytes]:
    """The same pieces; says now and then how many MiB have passed."""
    total = 0
    for piece in pieces:
        if (total + len(piece)) // (16 * MEBIBYTE) > total // (16 * MEBIBYTE):
            say(f"{(total + len(piece)) // MEBIBYTE} MiB")
        total += len(piece)
        yield piece
