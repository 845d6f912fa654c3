"""The planner's statistics behind an upgrade: without them every query is planned blindly."""

from backups import switch
from operation.containers import execute
from operation.progress import Progress
from operation.stack import Stack

KEEPS = 18
"""The first version whose pg_upgrade takes them along (PostgreSQL 18's release notes, E.1.3.7)."""


def gather(stack: Stack, version: int, progress: Progress) -> None:
    """Has them gathered in three stages, the first of which takes seconds; the database serves meanwhile."""
    target = switch.alive(stack)
    missing = ["--missing-stats-only"] if version >= KEEPS else []
    with progress.step("gather statistics"):
        argv = ["vacuumdb", "--all", "--analyze-in-stages", *missing]
        status = execute(target, argv).status if target is not None else 1
    if status != 0:
        progress.say(f"! statistics are not complete: `invoke exec database -- {' '.join(argv)}`")
