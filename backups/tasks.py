"""`invoke backup`, `invoke restore` and what belongs to them."""

from typing import Any

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task

from backups.passphrase.tasks import passphrase
from backups.proving.tasks import proofs, verify
from backups.rescue.tasks import rescue
from backups.retention.tasks import retention

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"
REPO = "local or s3; both when left out"
ONLY = "database: nothing beside it"


@task(
    default=True,
    help={
        "type": "full, diff or incr",
        "repo": REPO,
        "verify": "then prove what is there by a restore, as backup.verify does",
        "only": ONLY,
        "stack": STACK,
        "json": JSON,
        "dry_run": "say what would run",
    },
)
def take(  # one word for each thing that is chosen
    _context: Context,
    type: str = "incr",
    repo: str = "",
    verify: bool = False,
    only: str = "",
    stack: str = "",
    json: bool = False,
    dry_run: bool = False,
) -> None:
    """Back everything up that has state: one recovery point in both repositories; the first is full.

    Example: invoke backup --type full --repo s3
    """
    from backups import console  # noqa: PLC0415

    console.take(stack, type, repo, as_json=json, dry_run=dry_run, proof=verify, only=only)


@task(name="list", help={"stack": STACK, "json": JSON})
def listing(_context: Context, stack: str = "", json: bool = False) -> None:
    """List the restore points, and to which second each repository's WAL reaches.

    Example: invoke backup.list --json
    """
    from backups import console  # noqa: PLC0415

    console.listing(stack, as_json=json)


@task(
    positional=["name"],
    help={
        "name": "how you call this moment: before-release-7",
        "dry_run": "look at the name, and make no mark",
        "stack": STACK,
        "json": JSON,
    },
)
def mark(_context: Context, name: str, dry_run: bool = False, stack: str = "", json: bool = False) -> None:
    """Give this moment a name, and keep what is true of it: `restore --to-mark` comes back to exactly that.

    Example: invoke backup.mark before-release-7
    """
    from backups import marking  # noqa: PLC0415

    marking.make(stack, name, dry_run=dry_run, as_json=json)


@task(help={"stack": STACK, "json": JSON})
def marks(_context: Context, stack: str = "", json: bool = False) -> None:
    """List the marks, and the repositories from which each can be reached.

    Example: invoke backup.marks --json
    """
    from backups import marking  # noqa: PLC0415

    marking.listing(stack, as_json=json)


@task(
    default=True,
    help={
        "to": "a time with its offset: 2026-11-24T03:10:00+01:00",
        "to_mark": "the name of a mark: its very moment",
        "backup": "the label of a backup: its own end",
        "latest": "everything that was acknowledged",
        "repo": "local or s3; the best when left out",
        "vault_as_of": "read S3 as it was at this time, before somebody deleted or overwrote",
        "only": ONLY,
        "yes": "do not ask",
        "dry_run": "the same as --preview",
        "preview": "pre-flight only: say from what, how long it takes, and what would be lost",
        "stack": STACK,
        "json": JSON,
    },
)
def to_point(  # noqa: PLR0913, PLR0917  # one word for each way to say where to
    _context: Context,
    to: str = "",
    to_mark: str = "",
    backup: str = "",
    latest: bool = False,
    repo: str = "",
    vault_as_of: str = "",
    only: str = "",
    yes: bool = False,
    dry_run: bool = False,
    preview: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Restore all that has state: the database into a new volume, proven, then moved to; the cache with it.

    Until then the running database serves; afterwards its volume is kept for `restore.undo`.
    Examples: invoke restore --to 2026-11-24T03:10:00+01:00; invoke restore --latest --preview
    """
    from backups import console  # noqa: PLC0415
    from backups.target import parse_target  # noqa: PLC0415

    target = parse_target(to, backup, latest, to_mark, vault_as_of)
    console.restore(stack, target, repo, yes=yes, dry_run=dry_run or preview, as_json=json, only=only)


@task(
    help={
        "yes": "do not ask",
        "dry_run": "say to which volume, and change nothing",
        "stack": STACK,
        "json": JSON,
    }
)
def undo(
    _context: Context, yes: bool = False, dry_run: bool = False, stack: str = "", json: bool = False
) -> None:
    """Go back to the volume that served before the last restore, on a new timeline.

    Example: invoke restore.undo
    """
    from backups import console  # noqa: PLC0415

    console.undo(stack, yes=yes, as_json=json, dry_run=dry_run)


@task(
    positional=["generation"],
    help={
        "generation": "number of the volume; `invoke status` lists them",
        "yes": "do not ask",
        "dry_run": "say which volume, and remove nothing",
        "stack": STACK,
        "json": JSON,
    },
)
def forget(
    _context: Context,
    generation: str,
    yes: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Remove the volume of an earlier generation for good.

    Example: invoke restore.forget 1
    """
    from backups import console  # noqa: PLC0415

    console.forget(stack, generation, yes=yes, as_json=json, dry_run=dry_run)


def collections() -> tuple[Any, Any]:
    """The collections `backup` and `restore`."""
    backup = Collection("backup")
    for each in (take, listing, verify, proofs, mark, marks, rescue, passphrase, retention):
        backup.add_task(each)
    restore = Collection("restore")
    for each in (to_point, undo, forget):
        restore.add_task(each)
    return backup, restore
