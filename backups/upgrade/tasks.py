"""`invoke database.upgrade`."""

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task


@task(
    auto_shortflags=False,  # `--to` and `--stack`, `--rehearse` and `--dry-run` want no single letters
    help={
        "to": "major version that is to serve; the next one when left out",
        "rehearse": "upgrade a copy from the backups, look into it, and change nothing",
        "yes": "do not ask",
        "dry_run": "say what would be done, and do not even rehearse it",
        "stack": "which stack; else PULUMI_STACK, else local",
        "json": "print JSON",
    },
)
def upgrade(  # one word for each thing that is chosen
    _context: Context,
    to: str = "",
    rehearse: bool = False,
    yes: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Move the database to another major version of PostgreSQL: rehearsed on a copy, proven, with a way back.

    It stands still while pg_upgrade runs, with hard links: seconds, whatever its size. The old volume is kept
    for `restore.undo`. Example: invoke database.upgrade --to 18 --rehearse
    """
    from backups.upgrade import console  # noqa: PLC0415

    console.upgrade(stack, to, rehearsal=rehearse, yes=yes, dry_run=dry_run, as_json=json)


collection = Collection("database")
collection.add_task(upgrade)
