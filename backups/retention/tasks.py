"""`invoke backup.retention`."""

from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"


@task(
    auto_shortflags=False,  # `--diff`, `--days` and `--dry-run` begin alike
    help={
        "full": "full backups kept in each repository",
        "diff": "differential backups kept in each repository",
        "days": "days that can be returned to, in place of a number of full backups",
        "yes": "do not ask",
        "dry_run": "say what would expire, and change nothing",
        "stack": STACK,
        "json": JSON,
    },
)
def retention(  # one word for each thing that is kept
    _context: Context,
    full: str = "",
    diff: str = "",
    days: str = "",
    yes: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Say what is kept; with numbers, say what would expire by them, set them, and expire.

    Example: invoke backup.retention --days 30 --dry-run
    """
    from backups.retention import console  # noqa: PLC0415
    from backups.retention.policy import Wish  # noqa: PLC0415

    console.retention(stack, Wish(full, diff, days), yes=yes, dry_run=dry_run, as_json=json)
