"""Tasks about tokens: who may ask the platform for what."""

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"


@task(
    help={
        "subject": "who will carry it; logs name them",
        "scope": "what for: items:read, items:write, pulses:write, realtime, status:read; commas between",
        "minutes": "how long it is good, 1440 at most",
        "stack": STACK,
        "json": "print JSON, the token in it",
    }
)
def issue(
    _context: Context,
    subject: str,
    scope: str = "items:read",
    minutes: int = 15,
    stack: str = "",
    json: bool = False,
) -> None:
    """Print a token, alone on its line, for the header `Authorization: Bearer`.

    Example: invoke token.issue --subject alice --scope items:read,items:write --minutes 15
    """
    from tokens import console  # noqa: PLC0415  # cryptography is not for `invoke --list`

    console.issue(subject, scope, minutes, stack, as_json=json)


@task(
    help={
        "drop_old": "forget the old keys at once: every token that is out is void",
        "dry_run": "say what would be done, and do nothing",
        "stack": STACK,
        "json": "print JSON",
    }
)
def rotate(
    _context: Context, drop_old: bool = False, dry_run: bool = False, stack: str = "", json: bool = False
) -> None:
    """Make a new signing key, show it to the services by a rolling update, and sign with it from then on.

    Tokens of the old key stay good until they end. Interrupted anywhere, type it again.

    Example: invoke token.rotate
    """
    from tokens import console  # noqa: PLC0415

    console.change(stack, drop_old=drop_old, dry_run=dry_run, as_json=json)


@task(name="list", help={"stack": STACK, "json": "print JSON"})
def list_(_context: Context, stack: str = "", json: bool = False) -> None:
    """List the keys that sign tokens or did; private halves never.

    Example: invoke token.list --json
    """
    from tokens import console  # noqa: PLC0415

    console.show(stack, as_json=json)


@task(
    help={
        "subject": "who will look; else you",
        "minutes": "how long the page stays open, 1440 at most",
        "open": "show it in a browser",
        "stack": STACK,
        "json": "print JSON, the token in it",
    }
)
def page(
    _context: Context,
    subject: str = "",
    minutes: int = 480,
    open: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Print the status page's address with a token for it, which the browser sends to nobody else.

    The stack needs `bem:monitoring.enabled: true`. Example: invoke token.page --open
    """
    from tokens import status_page  # noqa: PLC0415

    status_page.show(stack, subject, minutes, opened=open, as_json=json)


collection = Collection("token", issue, page, rotate, list_)
