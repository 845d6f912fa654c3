"""What a person asked to be brought back, looked at by the serving database before anything is restored."""

from datetime import UTC, datetime
from typing import Any

from psycopg import sql

from backups.engine import query
from backups.forecast import point_of
from backups.plan import Plan
from backups.proving.verify import statements
from backups.rescue.relation import Relation, columns, relation
from backups.rescue.rescue import Wanted
from operation.failure import Failure, refusal


def wanted_of(serving: Any, typed: str, plan: Plan, options: dict[str, str]) -> Wanted:
    """Reads what was typed.

    Args:
        serving: the container of the database that serves.
        typed: the table's name.
        plan: the way to the moment.
        options: `where`, `database` and `to_table`, each empty when it was left out.

    Raises:
        Failure: when there is no such database, the name is none, is taken, or the condition is no condition.
    """
    database = options["database"]
    named = sql.Literal(database).as_string(None)
    if query(serving, f"select count(*) from pg_database where datname = {named}") != "1":  # noqa: S608  # a literal
        raise refusal(f"there is no database {database!r}.", remedy="`--database bem` is the platform's own.")
    table = relation(serving, typed, database)
    beside = table.rescued(point_of(plan) or datetime.now(UTC))
    if options["to_table"]:
        beside = relation(serving, options["to_table"], database)
    if columns(serving, beside, database) is not None:
        raise refusal(
            f"there is a table {beside} already.",
            remedy="drop or rename it, or give the rescued rows another name: --to-table NAME",
        )
    _check_condition(serving, table, options["where"], database)
    return Wanted(table, beside, options["where"], database)


def _check_condition(serving: Any, table: Relation, where: str, database: str) -> None:
    if not where:
        return
    example = "for example: --where \"customer = 7 and at > '2026-11-01'\""
    if len(statements(where)) != 1 or where.rstrip().endswith(";"):
        raise refusal("--where takes one condition.", remedy=example)
    if columns(serving, table, database) is None:
        return
    try:
        query(serving, f"explain select 1 from {table.quoted} where ({where}\n)", database)  # noqa: S608  # a superuser's own
    except Failure as failure:
        if "syntax error" in failure.what or "unterminated" in failure.what:
            raise refusal(f"--where is no condition: {failure.what}", remedy=example) from failure
