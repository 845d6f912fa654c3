"""Marks as they are asked for from the command line."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC

from backups import lineage, mark, switch
from backups.catalog import read_catalog, with_ends
from backups.coverage import repositories_of
from backups.engine import REPOSITORIES
from backups.mark import Mark
from backups.preflight import reader
from operation.containers import container
from operation.lock import locked
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import stack_named

Row = Mapping[str, object]


def make(stack_name: str, name: str, *, dry_run: bool, as_json: bool) -> None:
    """Makes a mark and prints it.

    Raises:
        Failure: when the name cannot be had, or the database does not run.
    """
    stack = stack_named(stack_name)
    mark.checked(stack, name)
    if dry_run:
        print(json.dumps({"would_mark": name}) if as_json else f"would mark this moment as {name}")
        return
    with mutation(stack, f"backup.mark {name}") as outcome:
        made = mark.make(stack, container(stack, "database"), name)
        outcome.detail = f"{made.at.astimezone(UTC).isoformat()}, timeline {made.timeline}"
    if as_json:
        print(json.dumps(_row(made), indent=1))
        return
    print(f"{name}: {made.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, timeline {made.timeline}")
    print(f"back to it: invoke restore --to-mark {name}")


def listing(stack_name: str, *, as_json: bool) -> None:
    """Prints all marks, and from which repositories each can be reached.

    Raises:
        Failure: when the repositories cannot be asked.
    """
    stack = stack_named(stack_name)
    known = mark.marks(stack)
    rows: list[Row] = []
    if known:
        progress = progress_of(stack, "backup.marks", quiet=as_json)
        lives = switch.alive(stack) is not None
        with (
            nullcontext() if lives else locked(stack, "backup.marks"),
            reader(stack, progress.detail) as (asked, _),
        ):
            catalog = read_catalog(asked, stack.settings.backups.stanza, lineage.recorded(stack))
            catalog = with_ends(asked, stack.settings.backups.stanza, catalog)
        places = [[REPOSITORIES[number] for number in repositories_of(catalog, each)] for each in known]
        rows = [{**_row(each), "in": those} for each, those in zip(known, places, strict=True)]
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        there = " and ".join(row["in"]) if isinstance(row["in"], list) else ""
        print(f"{row['name']:<32} {row['at']}  timeline {row['timeline']}  {there or 'not archived yet'}")
    if not rows:
        print("no marks yet: invoke backup.mark NAME")


def _row(made: Mark) -> dict[str, object]:
    return {
        "name": made.name,
        "at": made.at.astimezone(UTC).isoformat(),
        "timeline": made.timeline,
        "position": made.position,
        "heartbeat": made.heartbeat.astimezone(UTC).isoformat(),
    }
