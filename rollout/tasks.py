"""Rolling services out: deploy, scale, restart, migrate."""

from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"
DRY_RUN = "say what would change, and touch nothing"


@task(
    help={
        "service": "api, realtime, pulse, training or console; all of them when not given",
        "image": "tag or digest of an image to use in place of a build; needs --service",
        "force": "roll also what has not changed",
        "dry_run": DRY_RUN,
        "stack": STACK,
        "json": JSON,
    }
)
def deploy(
    _context: Context,
    service: str = "",
    image: str = "",
    force: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Build, migrate, try a canary, roll start-first, look from outside, and go back when it is not good.

    Examples: invoke deploy; invoke deploy --service api; invoke deploy --service api --image bem-api:try
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from rollout import console  # noqa: PLC0415

    console.deploy(stack_named(stack), service, image, force=force, dry_run=dry_run, as_json=json)


@task(
    positional=["service"],
    help={
        "service": "api, realtime, pulse, training or console",
        "replicas": "how many shall run at once, 1 to 64",
        "dry_run": DRY_RUN,
        "stack": STACK,
        "json": JSON,
    },
)
def scale(
    _context: Context,
    service: str,
    replicas: int = 0,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Set how many replicas of a service run; the stack's file keeps the number.

    Example: invoke scale api --replicas 3
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from rollout import console  # noqa: PLC0415

    console.scale(stack_named(stack), service, replicas, dry_run=dry_run, as_json=json)


@task(
    positional=["service"],
    help={
        "service": "api, realtime, pulse, training or console",
        "dry_run": DRY_RUN,
        "stack": STACK,
        "json": JSON,
    },
)
def restart(
    _context: Context, service: str, dry_run: bool = False, stack: str = "", json: bool = False
) -> None:
    """Replace every replica by a new one of the same image, one after the other, without a gap.

    Example: invoke restart api
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from rollout import console  # noqa: PLC0415

    console.restart(stack_named(stack), service, dry_run=dry_run, as_json=json)


@task(
    help={
        "to": "revision to go to, forward or back; else the newest",
        "dry_run": "print the SQL of a way forward, or say what a way back would undo, and touch nothing",
        "yes": "do not ask before a way back, which can lose data",
        "stack": STACK,
        "json": JSON,
    }
)
def migrate(
    _context: Context,
    to: str = "",
    dry_run: bool = False,
    yes: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Bring the database's schema to a revision: the newest, or one given.

    Examples: invoke migrate --dry-run; invoke migrate; invoke migrate --to 0001
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from rollout import migrating  # noqa: PLC0415

    migrating.migrate(stack_named(stack), to, dry_run=dry_run, yes=yes, as_json=json)
