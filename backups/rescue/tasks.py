"""`invoke backup.rescue`."""

from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"


@task(
    auto_shortflags=False,  # they would leave no letter for `to_mark` but its underscore
    help={
        "table": "its name: items, or audit.log with its schema",
        "to": "the moment, a time with its offset: 2026-11-24T03:10:00+01:00",
        "to_mark": "the name of a mark: its very moment",
        "backup": "the label of a backup: its own end",
        "where": "a condition on its columns; all rows when left out",
        "to_table": "what the rescued rows are called; the table's name and the moment when left out",
        "database": "that has the table",
        "repo": "local or s3; the best when left out",
        "dry_run": "pre-flight only: say what would be brought back, and change nothing",
        "stack": STACK,
        "json": JSON,
    },
)
def rescue(  # noqa: PLR0913, PLR0917  # one word for each thing that is chosen
    _context: Context,
    table: str,
    to: str = "",
    to_mark: str = "",
    backup: str = "",
    where: str = "",
    to_table: str = "",
    database: str = "bem",
    repo: str = "",
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Bring a table back as it was, beside the one that serves: nothing is overwritten, differences are told.

    The database serves on meanwhile; the moment is restored into a scratch.
    Example: invoke backup.rescue --table items --to 2026-11-24T03:10:00+01:00
    """
    from backups.rescue import console  # noqa: PLC0415
    from backups.target import parse_target  # noqa: PLC0415

    target = parse_target(to, backup, False, to_mark)
    chosen = {"where": where, "to_table": to_table, "database": database, "repo": repo}
    console.run(stack, table, target, chosen, dry_run=dry_run, as_json=json)
