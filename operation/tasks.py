"""What was done to a stack."""

from invoke.context import Context
from invoke.tasks import task


@task(
    help={
        "limit": "how many, the newest; 0 for all",
        "since": "only those since then: 24h, 7d, or a time with its offset",
        "outcome": "only succeeded, unchanged, failed or interrupted",
        "task": "only this task, for example backup",
        "stack": "which stack; else PULUMI_STACK, else local",
        "json": "print JSON, times in UTC",
    }
)
def history(
    _context: Context,
    limit: int = 20,
    since: str = "",
    outcome: str = "",
    task: str = "",
    stack: str = "",
    json: bool = False,
) -> None:
    """Tell who changed the stack, when, for how long and with what outcome; the newest stands last.

    Example: invoke history --outcome failed --since 7d
    """
    from operation import history as inner  # noqa: PLC0415
    from operation.stack import stack_named  # noqa: PLC0415

    wanted = inner.Wanted(limit, since, outcome, task)
    inner.history(stack_named(stack), wanted, as_json=json)
