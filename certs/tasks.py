"""Tasks about certificates: what is served, what is stored, and renewal."""

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task

from certs.acme.tasks import acme
from certs.ca.tasks import init, rotate
from certs.desk.tasks import export, import_, issue, prune, revoke

__all__ = [
    "acme",
    "check",
    "collection",
    "export",
    "import_",
    "init",
    "issue",
    "prune",
    "renew",
    "revoke",
    "rotate",
    "show",
]

STACK = "the stack's name; PULUMI_STACK or `local` when not given"
JSON = "print JSON on standard output, for programs"


@task(default=True, help={"stack": STACK, "json": JSON})
def check(_context: Context, stack: str = "", json: bool = False) -> None:
    """Read the certificates that are served, by real handshakes.

    Fails when one is expired, does not verify, cannot be read, or has less than 1/12 of its life left.
    `stale` means that the server shows another certificate than the one last delivered.

    Example: invoke certs.check --json
    """
    from certs.desk import console  # noqa: PLC0415  # cryptography is not for `invoke --list`

    console.check(stack, as_json=json)


@task(
    positional=[],
    help={
        "party": "a party, a name of certs.issue, root, issuing, a PEM file, or host:port; else all",
        "pem": "print the certificate in PEM, and those above it",
        "starttls": "postgres: what a server wants before TLS; port 5432 does not need it",
        "stack": STACK,
        "json": JSON,
    },
)
def show(
    _context: Context,
    party: str = "",
    pem: bool = False,
    starttls: str = "",
    stack: str = "",
    json: bool = False,
) -> None:
    """List the certificates in the local store, or show one wherever it is; keys never.

    Examples: invoke certs.show; invoke certs.show --party localhost:8443
    """
    from certs.desk import console  # noqa: PLC0415

    console.show(party, stack, as_json=json, as_pem=pem, starttls=starttls)


@task(
    help={
        "party": "renew this one, for example database",
        "all": "renew every party",
        "due": "renew those with less than a third of their life left, and the public one in its window",
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
    from certs.desk import console  # noqa: PLC0415

    console.renew(party, stack, every=all, due=due, as_json=json, dry_run=dry_run)


TASKS = (check, show, renew, init, issue, export, import_, prune, revoke, rotate, acme)
collection = Collection("certs", *TASKS)
