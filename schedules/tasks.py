"""`invoke backup.schedule`, `invoke drill.schedule`, `invoke schedule.*`."""

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"
KIND = "auto (what this host has), systemd, cron or foreground"
JITTER = "seconds by which a run is put off at most; always the same on one host"
DRY_RUN = "print the units or lines, change nothing"
DEFAULT_JITTER = 600


@task(
    name="schedule",
    help={
        "full": "when to take full backups, a cron expression of five fields",
        "diff": "when to take differential backups",
        "incr": "when to take incremental backups",
        "verify": "prove each backup by a restore once it is taken; --no-verify does not",
        "kind": KIND,
        "jitter": JITTER,
        "remove": "remove all schedules of backups",
        "stack": STACK,
        "json": JSON,
        "dry_run": DRY_RUN,
    },
)
def backup(  # noqa: PLR0913, PLR0917  # each is an option that a person types
    _context: Context,
    full: str = "",
    diff: str = "",
    incr: str = "",
    verify: bool = True,
    kind: str = "auto",
    jitter: int = DEFAULT_JITTER,
    remove: bool = False,
    stack: str = "",
    json: bool = False,
    dry_run: bool = False,
) -> None:
    """Let backups run by themselves: full on Sundays at 02:00, incremental on other days, or when you say.

    Examples: invoke backup.schedule; invoke backup.schedule --kind systemd --dry-run
    """
    from schedules import console  # noqa: PLC0415

    if remove:
        console.remove(stack, prefix="backup-", dry_run=dry_run)
    else:
        times = (full, diff, incr)
        console.backups(stack, times, kind, jitter, as_json=json, dry_run=dry_run, verify=verify)


@task(
    name="schedule",
    positional=["name"],
    help={
        "name": "of a runbook; `invoke drill.list` lists them",
        "cron": "when, a cron expression of five fields; else what the runbook's `schedule` says",
        "kind": KIND,
        "jitter": JITTER,
        "remove": "remove the schedule of this drill",
        "stack": STACK,
        "json": JSON,
        "dry_run": DRY_RUN,
    },
)
def drill(  # each is an option that a person types
    _context: Context,
    name: str,
    cron: str = "",
    kind: str = "auto",
    jitter: int = DEFAULT_JITTER,
    remove: bool = False,
    stack: str = "",
    json: bool = False,
    dry_run: bool = False,
) -> None:
    """Let a drill run by itself, as often as its runbook says.

    Example: invoke drill.schedule database-volume-lost
    """
    from schedules import console  # noqa: PLC0415

    if remove:
        console.remove(stack, f"drill-{name}", dry_run=dry_run)
    else:
        console.drill(stack, name, cron, kind, jitter, as_json=json, dry_run=dry_run)


@task(
    name="schedule",
    help={
        "cron": "when, a cron expression of five fields; else each night at 01:40",
        "kind": KIND,
        "jitter": JITTER,
        "remove": "remove the schedule",
        "stack": STACK,
        "json": JSON,
        "dry_run": DRY_RUN,
    },
)
def certificates(
    _context: Context,
    cron: str = "",
    kind: str = "auto",
    jitter: int = DEFAULT_JITTER,
    remove: bool = False,
    stack: str = "",
    json: bool = False,
    dry_run: bool = False,
) -> None:
    """Let certificates and revocation lists renew themselves: what is due, each night.

    Example: invoke certs.schedule
    """
    from schedules import console, plan  # noqa: PLC0415

    if remove:
        console.remove(stack, prefix=plan.RENEWAL, dry_run=dry_run)
    else:
        console.certificates(stack, cron, kind, jitter, as_json=json, dry_run=dry_run)


@task(name="list", default=True, help={"stack": STACK, "json": JSON})
def listing(_context: Context, stack: str = "", json: bool = False) -> None:
    """List what runs by itself: how the last run ended, when the next one is, and what is wrong.

    Exit status 1 when something is wrong. Example: invoke schedule.list --json
    """
    from schedules import console  # noqa: PLC0415

    console.show(stack, as_json=json)


@task(help={"stack": STACK})
def run(_context: Context, stack: str = "") -> None:
    """Start every run at its time, until Ctrl-C: for hosts and containers without systemd and cron.

    What was missed meanwhile is made up for once. Example: invoke schedule.run
    """
    from schedules import console  # noqa: PLC0415

    console.run(stack)


@task(
    positional=["name"],
    help={
        "name": "of a schedule; `invoke schedule.list` lists them",
        "if_due": "do nothing unless a run is due, and wait for its moment (timers say this)",
        "stack": STACK,
    },
)
def fire(_context: Context, name: str, if_due: bool = False, stack: str = "") -> None:
    """Run the job of a schedule now, and keep how it went; exit status is the job's.

    Waits up to an hour for another operation on the stack. Example: invoke schedule.fire backup-full
    """
    from schedules import console  # noqa: PLC0415

    console.fire(stack, name, if_due=if_due)


@task(
    positional=["name"],
    help={
        "name": "of a schedule; `invoke schedule.list` lists them",
        "stack": STACK,
        "dry_run": "say what would be removed",
    },
)
def remove(_context: Context, name: str, stack: str = "", dry_run: bool = False) -> None:
    """Remove a schedule with its units or lines; everything else stays as it is.

    Example: invoke schedule.remove backup-full
    """
    from schedules import console  # noqa: PLC0415

    console.remove(stack, name, dry_run=dry_run)


collection = Collection("schedule", listing, run, fire, remove)
