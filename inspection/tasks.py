"""Looking into a stack: what runs, what it wrote, a command inside; and the same stack for a laptop."""

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"


@task(
    positional=[],
    help={
        "service": "only this one; a job such as migrations, too",
        "all": "tasks that ended, too, and why",
        "stack": STACK,
        "json": JSON,
    },
)
def ps(_context: Context, service: str = "", all: bool = False, stack: str = "", json: bool = False) -> None:
    """List what runs of a stack: tasks, their hosts, health and images, and jobs.

    Examples: invoke ps; invoke ps --service api --all
    """
    from inspection import ps as inner  # noqa: PLC0415
    from operation.stack import stack_named  # noqa: PLC0415

    inner.ps(stack_named(stack), service, ended=all, as_json=json)


@task(
    name="exec",
    positional=["service"],
    help={
        "service": "whose container",
        "replica": "which of its replicas; else the one with the lowest number",
        "user": "name or uid inside; else the service's own",
        "stack": STACK,
    },
)
def execute(_context: Context, service: str, replica: int = 0, user: str = "", stack: str = "") -> None:
    """Run the command after `--` in a service's container; its exit status is passed on.

    Examples: invoke exec api -- id; invoke exec database -- psql -d bem
    """
    from inspection import execution  # noqa: PLC0415
    from operation.stack import stack_named  # noqa: PLC0415

    status = execution.execute(stack_named(stack), service, after_dashes(), replica=replica, user=user)
    if status:
        raise Exit(code=status)


@task(
    positional=["service"],
    help={
        "service": "a service, or all",
        "stack": STACK,
        "tail": "lines of each container; else 50, or all with --grep",
        "since": "10m, 2h, 30 (seconds), or a time with its offset",
        "grep": "only lines that hold this pattern (a regular expression)",
        "follow": "go on until interrupted, also with containers that start later",
        "json": "print one JSON object a line",
    },
)
def logs(
    _context: Context,
    service: str,
    stack: str = "",
    tail: int = -1,
    since: str = "",
    grep: str = "",
    follow: bool = False,
    json: bool = False,
) -> None:
    """Print what the services' containers wrote, all replicas in the order of time.

    Examples: invoke logs database --tail 20; invoke logs all --follow --since 10m
    """
    from inspection import logs as inner  # noqa: PLC0415
    from inspection.since import since as begin  # noqa: PLC0415
    from operation import audit  # noqa: PLC0415
    from operation.stack import stack_named  # noqa: PLC0415

    inner.show(
        stack_named(stack),
        service,
        tail=None if tail == -1 else tail,
        since=begin(since, audit.now()),
        follow=follow,
        grep=grep,
        as_json=json,
    )


@task(
    help={
        "output": "file to write; else .ops/<stack>/compose/docker-compose.yaml",
        "stack": STACK,
        "json": JSON,
    }
)
def compose(_context: Context, output: str = "", stack: str = "", json: bool = False) -> None:
    """Write a docker-compose.yaml of the same stack, for a laptop without Swarm and Pulumi.

    Example: invoke compose
    """
    from inspection import compose as inner  # noqa: PLC0415
    from operation.stack import stack_named  # noqa: PLC0415

    inner.compose(stack_named(stack), output, as_json=json)


def after_dashes() -> list[str]:
    """The words after `--` as they were typed; Invoke's own remainder is one string without the quotes."""
    from invoke.main import program  # noqa: PLC0415

    words = list(getattr(program, "argv", None) or [])
    return words[words.index("--") + 1 :] if "--" in words else []
