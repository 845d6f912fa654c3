"""Rescues as they are asked for from the command line."""

from backups import lineage
from backups.engine import repositories
from backups.move import settle
from backups.preflight import preflight
from backups.rescue.account import foretell, tell
from backups.rescue.choice import wanted_of
from backups.rescue.rescue import rescue
from backups.target import Target, looked_up
from operation.containers import container
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import Stack, stack_named


def run(
    name: str, table: str, target: Target, options: dict[str, str], *, dry_run: bool, as_json: bool
) -> None:
    """Brings a table back and prints what differs.

    Args:
        name: the stack's.
        table: as it was typed.
        target: the moment.
        options: `where`, `database`, `repo` and `to_table`, each empty when it was left out.
        dry_run: pre-flight only.
        as_json: print JSON.

    Raises:
        Failure: when the table or moment cannot be had; the serving database is as it was.
    """
    stack = stack_named(name)
    number = repositories(options["repo"])[0] if options["repo"] else 0
    target = looked_up(stack, target)
    progress = progress_of(stack, "backup.rescue", quiet=as_json)
    with mutation(stack, f"backup.rescue --table {table} {target}") as outcome:
        if not dry_run:
            settle(stack, progress)
        fresh = Stack(stack.name, stack.root)
        serving = container(fresh, "database")
        checked = preflight(fresh, target, number, progress)
        wanted = wanted_of(serving, table, checked.options[0], options)
        if dry_run:
            outcome.outcome, outcome.detail = "unchanged", "dry run"
            foretell(wanted, checked.options[0], as_json=as_json)
            return
        highest = max([*checked.catalog.timelines, *(each.timeline for each in lineage.recorded(fresh))])
        rescued = rescue(fresh, serving, wanted, checked.options, progress, highest)
        outcome.detail = f"{rescued.rows} rows in {wanted.beside}"
    tell(rescued, as_json=as_json)
