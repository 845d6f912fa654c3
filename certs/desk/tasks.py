"""Certificates of a name: issued, exported, imported, pruned, revoked."""

from invoke.context import Context
from invoke.tasks import task

STACK = "the stack's name; PULUMI_STACK or `local` when not given"
JSON = "print JSON on standard output, for programs"


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
