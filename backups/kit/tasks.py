"""`invoke backup.kit`, `invoke backup.endpoint` and `./ops recover`."""

from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"


@task(
    iterable=["recipient"],
    help={
        "recipient": "an age recipient that opens it: age1…; several times for several people",
        "passphrase_file": "file with a passphrase, in place of recipients; with --check what opens it",
        "output": "file to write it to",
        "check": "say what is in this kit, and what the stack has changed since",
        "identity": "with --check: file with an age identity that opens it",
        "dry_run": "say what the kit would hold, and write nothing",
        "stack": STACK,
        "json": JSON,
    },
)
def kit(
    _context: Context,
    recipient: list[str],
    passphrase_file: str = "",
    output: str = "",
    check: str = "",
    identity: str = "",
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Write the recovery kit: all that a bare host needs and no repository holds, encrypted, to be printed.

    Examples: invoke backup.kit --recipient age1… --output kit.age;
    invoke backup.kit --check kit.age --identity me.key
    """
    from backups.kit import console  # noqa: PLC0415

    if check:
        console.check(stack, check, identity, passphrase_file, as_json=json)
    else:
        console.make(stack, recipient, passphrase_file, output, dry_run=dry_run, as_json=json)


@task(
    help={
        "to": "S3 elsewhere, as host or host:port: s3.example.org",
        "own": "the stack's own object store again",
        "bucket": "the bucket there",
        "region": "its region; us-east-1 when never given",
        "uri_style": "path or host: where that S3 wants the bucket's name",
        "ca_file": "PEM file in the checkout with its root; public roots when never given",
        "keys_file": "file with the access key and the secret, a line each; `-` for standard input",
        "make_bucket": "make the bucket, locked, where it is missing",
        "dry_run": "ask the place, and write nothing",
        "stack": STACK,
        "json": JSON,
    }
)
def endpoint(  # noqa: PLR0913, PLR0917  # one word for each coordinate
    _context: Context,
    to: str = "",
    own: bool = False,
    bucket: str = "",
    region: str = "",
    uri_style: str = "",
    ca_file: str = "",
    keys_file: str = "",
    make_bucket: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Say where the S3 repository is and whether it answers; or move it, which `invoke up` carries out.

    Example: invoke backup.endpoint --to s3.example.org --bucket bem-backups --keys-file keys
    """
    from backups.endpoint import console  # noqa: PLC0415

    wish = console.Wish(to, own, bucket, region, uri_style, ca_file, keys_file, make_bucket)
    console.endpoint(stack, wish, dry_run=dry_run, as_json=json)


@task(
    positional=["kit"],
    help={
        "kit": "the recovery kit: a file of `backup.kit`",
        "identity": "file with an age identity that opens it",
        "passphrase_file": "file with its passphrase; asked for when left out",
        "stack": "another name for it; that of the kit when left out",
        "dry_run": "open the kit, ask its repository, and touch nothing",
        "json": JSON,
    },
)
def recover(
    _context: Context,
    kit: str,
    identity: str = "",
    passphrase_file: str = "",
    stack: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Bring a lost stack back on a bare host: settings and keys from its kit, the data from S3.

    `./ops recover` sets the host up first. Killed at any moment, the same command goes on.
    Example: invoke recover kit.age --identity me.key
    """
    from backups.kit import recovery_console  # noqa: PLC0415

    recovery_console.run(kit, identity, passphrase_file, stack, dry_run=dry_run, as_json=json)
