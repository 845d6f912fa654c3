"""`invoke backup.verify` and `backup.proofs`."""

from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"
REPO = "local or s3; both when left out"


@task(help={"repo": REPO, "stack": STACK, "json": JSON})
def verify(_context: Context, repo: str = "", stack: str = "", json: bool = False) -> None:
    """Prove the newest backup: restored into a scratch database, up to a point that the living one makes now.

    Compares both there; checks every page, heap and index, and the statements of backups/verify.sql. Signs
    the verdict. Example: invoke backup.verify --repo local
    """
    from backups.proving import console as proving  # noqa: PLC0415

    proving.verify(stack, repo, as_json=json)


@task(
    help={
        "check": "look at this file alone: a proof or a drill's journal, with its .sig beside it",
        "stack": STACK,
        "json": JSON,
    }
)
def proofs(_context: Context, check: str = "", stack: str = "", json: bool = False) -> None:
    """List the proofs: verdict, age, until when each counts, and whether its signature holds.

    Exit status 1 when one was changed or is gone. Example: invoke backup.proofs --json
    """
    from pathlib import Path  # noqa: PLC0415

    from backups.proving import console as proving  # noqa: PLC0415

    if check:
        proving.check(stack, Path(check), as_json=json)
    else:
        proving.listing(stack, as_json=json)
