"""`invoke certs.acme`."""

from invoke.context import Context
from invoke.tasks import task

STACK = "the stack's name; PULUMI_STACK or `local` when not given"
JSON = "print JSON on standard output, for programs"


@task(
    help={
        "force": "obtain one although none is due, and ask a server that wants to be left alone",
        "dry_run": "say what serves, whether a new one is due, and which servers would be asked; ask none",
        "stack": STACK,
        "json": JSON,
    }
)
def acme(
    _context: Context, force: bool = False, dry_run: bool = False, stack: str = "", json: bool = False
) -> None:
    """Obtain or renew the public certificate, and put it into service without a dropped connection.

    Does nothing while none is due. What serves goes on serving when it fails; when that has expired, our own
    CA's certificate takes its place. The same command goes on where a killed one was.

    Example: invoke certs.acme --dry-run
    """
    from certs.acme import console  # noqa: PLC0415

    console.acme(stack, force=force, dry_run=dry_run, as_json=json)
