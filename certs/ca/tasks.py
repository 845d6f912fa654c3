"""`invoke certs.init` and `certs.rotate`: the authority itself."""

from invoke.context import Context
from invoke.tasks import task

STACK = "the stack's name; PULUMI_STACK or `local` when not given"
JSON = "print JSON on standard output, for programs"


@task(
    help={
        "export_root": "file to write root and its key to, encrypted; carry it off this host",
        "remove_root_key": "then remove the root's key from this host; asks first",
        "recipient": "age recipient (age1...) to encrypt the exported root to",
        "passphrase_file": "file with the exported root's passphrase; one is made and shown when not given",
        "identity": "file with the age identity that opens --root",
        "root": "exported root to sign with, when its key is not on this host",
        "new_issuing": "make a new issuing CA of the same root",
        "dry_run": "say what would be done, and do nothing",
        "yes": "remove the root's key without asking",
        "stack": STACK,
        "json": JSON,
    }
)
def init(  # noqa: PLR0913, PLR0917  # one word for each file
    _context: Context,
    export_root: str = "",
    remove_root_key: bool = False,
    recipient: str = "",
    passphrase_file: str = "",
    identity: str = "",
    root: str = "",
    new_issuing: bool = False,
    dry_run: bool = False,
    yes: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Make the stack's certificate authority, and take its root offline.

    `up` makes one by itself.

    Examples: invoke certs.init; invoke certs.init --export-root /media/stick/root.pem
    """
    from certs.desk import ceremony  # noqa: PLC0415

    wanted = ceremony.Root(export_root, remove_root_key, root, recipient, passphrase_file, identity)
    ceremony.init(stack, wanted, new_issuing=new_issuing, dry_run=dry_run, yes=yes, as_json=json)


@task(
    help={
        "ca": "issuing, or root",
        "go_on": "the root: clients outside trust both, so issue from the new one and drop the old one",
        "at_once": "the root: do not stop for clients outside",
        "dry_run": "name the phases, and do none",
        "yes": "do not ask about certificates that are void afterwards",
        "stack": STACK,
        "json": JSON,
    }
)
def rotate(
    _context: Context,
    ca: str = "",
    go_on: bool = False,
    at_once: bool = False,
    dry_run: bool = False,
    yes: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Replace a CA in phases: trust both, issue from the new one, drop the old one; each seen in handshakes.

    Killed at any moment, the same command goes on from there.

    Examples: invoke certs.rotate --ca issuing; invoke certs.rotate --ca root
    """
    from certs.desk import change  # noqa: PLC0415

    change.rotate(stack, ca, go_on=go_on, at_once=at_once, dry_run=dry_run, yes=yes, as_json=json)
