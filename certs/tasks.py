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
    positional=["name"],
    help={
        "name": "how you call it: small letters, digits and dashes",
        "profile": "person, client, server or peer (server and client at once)",
        "common_name": "for a client of PostgreSQL its role; else the name",
        "names": "DNS names, commas between",
        "addresses": "IP addresses, commas between",
        "emails": "a person's mail addresses, commas between",
        "days": "life; else bem:certificates.leaf_days",
        "key": "ecdsa-p256, ecdsa-p384, rsa-3072 or ed25519; else bem:certificates.leaf_key",
        "renew": "issue a new one even when the present one is good still",
        "dry_run": "say what would be issued, and issue nothing",
        "stack": STACK,
        "json": JSON,
    },
)
def issue(  # noqa: PLR0913, PLR0917  # what a certificate says
    _context: Context,
    name: str,
    profile: str = "person",
    common_name: str = "",
    names: str = "",
    addresses: str = "",
    emails: str = "",
    days: int = 0,
    key: str = "",
    renew: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Issue a certificate to a person, or to a client or server that is no party of the stack.

    Example: invoke certs.issue alice --emails alice@example.org
    """
    from certs.desk import single  # noqa: PLC0415

    single.issue(
        stack,
        name,
        profile,
        common_name=common_name,
        names=names,
        addresses=addresses,
        emails=emails,
        days=days,
        key=key,
        renew=renew,
        dry_run=dry_run,
        as_json=json,
    )


@task(
    positional=["name"],
    help={
        "name": "of certs.issue",
        "output": "file to write; it must not exist",
        "format": "p12 (browsers, systems) or pem (programs); else as the file's name ends",
        "passphrase_file": "file with the passphrase; one is made and shown when not given",
        "dry_run": "look whether it could be written, and write nothing",
        "stack": STACK,
        "json": "print JSON, a passphrase that was made in it",
    },
)
def export(
    _context: Context,
    name: str,
    output: str = "",
    format: str = "",
    passphrase_file: str = "",
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Write certificate, chain and key of somebody into one file, under a passphrase that is shown once.

    Example: invoke certs.export alice --output alice.p12
    """
    from certs.desk import single  # noqa: PLC0415

    single.export(stack, name, output, format, passphrase_file, dry_run=dry_run, as_json=json)


@task(
    name="import",
    help={
        "certificate": "PEM file with the certificate and those above it",
        "key": "PEM file with its private key; else it is in the same file",
        "root": "PEM file with the root that clients trust; for --public else the roots of this host",
        "passphrase_file": "file with the key's passphrase",
        "issuing": "a company's issuing CA, which signs for the stack from then on",
        "public": "a server's pair for the load balancer's public side",
        "dry_run": "look at all of it, and take nothing",
        "stack": STACK,
        "json": JSON,
    },
)
def import_(  # noqa: PLR0913, PLR0917  # one word for each file
    _context: Context,
    certificate: str,
    key: str = "",
    root: str = "",
    passphrase_file: str = "",
    issuing: bool = False,
    public: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Take an issuing CA, or a public server's pair, from elsewhere; chain and key are looked at first.

    Example: invoke certs.import --certificate ca.pem --key ca.key --root root.pem --issuing --dry-run
    """
    from certs.desk import intake  # noqa: PLC0415

    intake.import_(
        stack,
        certificate,
        key,
        root,
        passphrase_file,
        issuing=issuing,
        public=public,
        dry_run=dry_run,
        as_json=json,
    )


@task(help={"dry_run": "list them, and remove nothing", "stack": STACK, "json": JSON})
def prune(_context: Context, dry_run: bool = False, stack: str = "", json: bool = False) -> None:
    """Remove pairs that expired or were superseded, and former issuing CAs that expired.

    Example: invoke certs.prune --dry-run
    """
    from certs.desk import single  # noqa: PLC0415

    single.prune(stack, dry_run=dry_run, as_json=json)


@task(
    positional=["certificate"],
    help={
        "certificate": "a party, a name of certs.issue, or a serial number",
        "reason": "key_compromise, superseded, cessation_of_operation, affiliation_changed,"
        " privilege_withdrawn, ca_compromise or unspecified",
        "dry_run": "say what would be revoked, and revoke nothing",
        "yes": "do not ask",
        "stack": STACK,
        "json": JSON,
    },
)
def revoke(
    _context: Context,
    certificate: str,
    reason: str = "unspecified",
    dry_run: bool = False,
    yes: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Make a certificate void: every server gets the new list, and open sessions of it are cut.

    A party that serves with it gets another one before.

    Example: invoke certs.revoke alice --reason key_compromise
    """
    from certs.desk import change  # noqa: PLC0415

    change.revoke(stack, certificate, reason, dry_run=dry_run, yes=yes, as_json=json)


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


TASKS = (check, show, renew, init, issue, export, import_, prune, revoke, rotate, acme)
collection = Collection("certs", *TASKS)
