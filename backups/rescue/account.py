"""What a rescue is going to do, and what it has done, in words and for machines."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from psycopg import sql

from backups.engine import REPOSITORIES
from backups.forecast import point_of
from backups.plan import Plan
from backups.rescue.rescue import Rescued, Wanted


def foretell(wanted: Wanted, plan: Plan, *, as_json: bool) -> None:
    """Prints what a rescue would do."""
    found = {
        "table": str(wanted.table),
        "to_table": str(wanted.beside),
        "database": wanted.database,
        "where": wanted.where,
        "backup": plan.backup.label,
        "repository": REPOSITORIES[plan.backup.repository],
        "timeline": plan.timeline,
        "to": _clock(point_of(plan)),
    }
    text = (
        f"{wanted.table} as of {found['to']} would be brought back as {wanted.beside}, "
        f"from {plan.backup.label} in {found['repository']}"
    )
    print(json.dumps(found, indent=1) if as_json else text)


def content(rescued: Rescued) -> dict[str, object]:
    """What a rescue found, for machines."""
    wanted = rescued.wanted
    return {
        "table": str(wanted.table),
        "rescued": str(wanted.beside),
        "database": wanted.database,
        "rows": rescued.rows,
        "backup": rescued.plan.backup.label,
        "repository": REPOSITORIES[rescued.plan.backup.repository],
        "to": _clock(point_of(rescued.plan)),
        "newest_second": _clock(rescued.heartbeat),
        "difference": asdict(rescued.difference) if rescued.difference else None,
        "incomparable": rescued.incomparable,
        "statements": next_steps(rescued),
    }


def next_steps(rescued: Rescued) -> dict[str, str]:
    """Statements that a person may want next; none of them is executed."""
    past, found = rescued.wanted.beside, rescued.difference
    steps = {}
    if found is None:
        steps["let it take the old place"] = (
            f"alter table {past.quoted} rename to {rescued.wanted.table.last};"
        )
    elif found.by_key and found.gone:
        steps["bring the lost rows back"] = _insert(rescued, found.fillable)
    if found is not None and found.by_key and found.changed:
        steps["see the changed rows, as they were"] = _changed(rescued)
    return {**steps, "remove what was rescued": f"drop table {past.quoted};"}


def _insert(rescued: Rescued, fillable: tuple[str, ...]) -> str:
    past, now = rescued.wanted.beside.quoted, rescued.wanted.table.quoted
    names = ", ".join(_of("", name) for name in fillable)
    rows = f"select {names} from {past} p where not exists (select from {now} n where {_same(rescued)})"  # noqa: S608  # printed
    return f"insert into {now} ({names}) overriding system value {rows};"


def _changed(rescued: Rescued) -> str:
    past, now = rescued.wanted.beside.quoted, rescued.wanted.table.quoted
    names = rescued.difference.fillable if rescued.difference else ()
    sides = (f"({', '.join(_of(alias, name) for name in names)})::text" for alias in "pn")
    words = " is distinct from ".join(f"row{each}" for each in sides)
    return f"select p.* from {past} p join {now} n on {_same(rescued)} where {words};"  # noqa: S608  # printed


def _same(rescued: Rescued) -> str:
    return " and ".join(f"{_of('p', name)} = {_of('n', name)}" for name in rescued.key)


def _of(alias: str, name: str) -> str:
    quoted = sql.Identifier(name).as_string(None)
    return f"{alias}.{quoted}" if alias else quoted


def tell(rescued: Rescued, *, as_json: bool) -> None:
    """Prints what a rescue did; statements for later on standard error."""
    if as_json:
        print(json.dumps(content(rescued), indent=1))
        return
    wanted, found = rescued.wanted, rescued.difference
    print(f"{wanted.beside}: {rescued.rows} rows of {wanted.table}, as of {_clock(point_of(rescued.plan))}")
    if found is None:
        print(f"  not compared: {rescued.incomparable}")
    else:
        told = f"{found.gone} gone, {found.changed} changed, {found.new} new, {found.same} as they were"
        print(f"  since then: {told}" + ("" if found.by_key else " (whole rows: there is no primary key)"))
        if found.columns:
            print(f"  left out, since only one of the tables has them: {', '.join(found.columns)}")
    print(f"statements for later (`invoke exec database -- psql -d {wanted.database}`):", file=sys.stderr)
    for what, text in next_steps(rescued).items():
        print(f"  -- {what}\n  {text}", file=sys.stderr)


def _clock(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
