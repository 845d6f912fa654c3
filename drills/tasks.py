"""`invoke drill` and what belongs to it."""

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"


@task(
    default=True,
    positional=["name"],
    help={
        "name": "of a runbook, for example database-volume-lost; `invoke drill.list` lists them",
        "stack": STACK,
        "yes": "do not ask at a terminal; elsewhere, and with --json, nobody is asked",
        "json": "print the evidence journal; with --dry-run the cells",
        "keep": "when the drill fails, keep the twin for a look",
        "dry_run": "say what would be executed",
    },
)
def run(
    _context: Context,
    name: str,
    stack: str = "",
    yes: bool = False,
    json: bool = False,
    keep: bool = False,
    dry_run: bool = False,
) -> None:
    """Break a twin of the stack and repair it by a runbook; exit status 0 when RTO and RPO are met.

    The twin is restored from the real backups and removed at the end; the stack itself stays as it is.
    Example: invoke drill database-volume-lost
    """
    from drills import console  # noqa: PLC0415

    console.run(name, stack, yes=yes, as_json=json, keep=keep, dry_run=dry_run)


@task(name="list", help={"stack": STACK, "json": JSON})
def listing(_context: Context, stack: str = "", json: bool = False) -> None:
    """List the runbooks, their objectives, and how their last drill ended.

    Example: invoke drill.list --json
    """
    from drills import console  # noqa: PLC0415

    console.listing(stack, as_json=json)


@task(
    positional=[],
    help={
        "name": "a runbook, for its newest drill, or a drill's folder; else the newest drill of all",
        "last": "the newest drill of all; the same as no name",
        "all": "every drill",
        "open": "show it in a browser",
        "stack": STACK,
        "json": JSON,
    },
)
def report(
    _context: Context,
    name: str = "",
    last: bool = False,
    all: bool = False,
    open: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Write the HTML report of a drill and the index of all drills, from their journals and ledgers.

    Each drill does so at its end. The pages need nothing but themselves: they can be mailed and printed.
    Example: invoke drill.report --name database-volume-lost --open
    """
    from drills import report_console  # noqa: PLC0415

    report_console.write(stack, name, last=last, everything=all, show=open, as_json=json)


collection = Collection("drill", run, listing, report)
