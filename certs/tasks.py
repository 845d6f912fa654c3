"""Tasks about certificates: what is served, what is stored, and renewal."""

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task

STACK = "the stack's name; PULUMI_STACK or `local` when not given"
JSON = "print JSON on standard output, for programs"


@task(default=True, help={"stack": STACK, "json": JSON})
def check(_context: Context, stack: str = "", json: bool = False) -> None:
    """Read the certificates that are served, by real handshakes.

    Fails when one is expired, does not verify, cannot be read, or has less than 1/12 of its life left.
    `stale` means that the server shows another certificate than the one last delivered.

    Example: invoke certs.check --json
    """
    from certs import console  # noqa: PLC0415  # cryptography is not for `invoke --list`

    console.check(stack, as_json=json)


@task(help={"party": "only this one, for example database", "stack": STACK, "json": JSON})
def show(_context: Context, party: str = "", stack: str = "", json: bool = False) -> None:
    """List the certificates in the local store, keys never.

    Example: invoke certs.show --party database
    """
    from certs import console  # noqa: PLC0415

    console.show(party, stack, as_json=json)


@task(
    help={
        "party": "renew this one, for example database",
        "all": "renew every party",
        "due": "renew those with less than a third of their life left",
        "dry_run": "list those that would be renewed, and renew none",
        "stack": STACK,
        "json": JSON,
    }
)
def renew(
    _context: Context,
    party: str = "",
    all: bool = False,
    due: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Issue, deliver and put into service new certificates; each is seen in a handshake before the next.

    Example: invoke certs.renew --due
    """
    from certs import console  # noqa: PLC0415

    console.renew(party, stack, every=all, due=due, as_json=json, dry_run=dry_run)


collection = Collection("certs", check, show, renew)
