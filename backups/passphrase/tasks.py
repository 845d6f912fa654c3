"""`invoke backup.passphrase`."""

from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"
REPO = "local or s3; both when left out"


@task(
    help={
        "repo": REPO,
        "yes": "do not ask",
        "dry_run": "ask the repositories, say what would be encrypted anew, and change nothing",
        "stack": STACK,
        "json": JSON,
    }
)
def passphrase(
    _context: Context,
    repo: str = "",
    yes: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Give the repositories another passphrase; backups stay as they are, and archiving goes on.

    After an interruption the same command goes on. A new recovery kit is due then.
    Example: invoke backup.passphrase --dry-run
    """
    from backups.passphrase import console  # noqa: PLC0415

    console.passphrase(stack, repo, yes=yes, dry_run=dry_run, as_json=json)
