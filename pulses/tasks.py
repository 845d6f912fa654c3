"""`invoke pulse.status` and what belongs to it."""

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"
CHOICE = {
    "id": "of a dead letter, as `invoke pulse.dead` shows it; may be given several times",
    "all": "every dead letter that there is now",
    "yes": "do not ask",
    "dry_run": "say which it would be",
    "stack": STACK,
    "json": JSON,
}


@task(help={"stack": STACK, "json": JSON})
def status(_context: Context, stack: str = "", json: bool = False) -> None:
    """Show how many pulses wait, which worker holds how many, how fast they get done, and the dead letters.

    Example: invoke pulse.status --json
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from pulses import console  # noqa: PLC0415

    console.status(stack_named(stack), as_json=json)


@task(help={"limit": "how many, the oldest; 0 for all", "stack": STACK, "json": JSON})
def dead(_context: Context, limit: int = 50, stack: str = "", json: bool = False) -> None:
    """List the pulses that the workers gave up, with the reason of each.

    Example: invoke pulse.dead --json
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from pulses import console  # noqa: PLC0415

    console.dead(stack_named(stack), limit=limit, as_json=json)


@task(iterable=["id"], help=CHOICE)
def replay(
    _context: Context,
    id: list[str],
    all: bool = False,
    yes: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Give dead letters back to the workers, under the same keys: an effect that was had is not had again.

    Examples: invoke pulse.replay --all --dry-run; invoke pulse.replay --all --yes
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from pulses import console  # noqa: PLC0415

    console.replay(stack_named(stack), id, everything=all, yes=yes, dry_run=dry_run, as_json=json)


@task(iterable=["id"], help=CHOICE)
def drop(
    _context: Context,
    id: list[str],
    all: bool = False,
    yes: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Remove dead letters for good; nothing else has them.

    Examples: invoke pulse.drop --all --dry-run; invoke pulse.drop --id 1764072000000-0 --yes
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from pulses import console  # noqa: PLC0415

    console.drop(stack_named(stack), id, everything=all, yes=yes, dry_run=dry_run, as_json=json)


collection = Collection("pulse", status, dead, replay, drop)
