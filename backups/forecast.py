"""What a restore will do, said before it is agreed to."""

from datetime import datetime, timedelta

from backups.engine import REPOSITORIES
from backups.listing import MEBIBYTE
from backups.plan import Goal, Plan
from backups.preflight import Checked


def forecast(checked: Checked, now: datetime) -> list[str]:
    """Lines: from what, to which moment, and what is lost by it."""
    plan = checked.options[0]
    backup = plan.backup
    size = f"{backup.database_bytes / MEBIBYTE:.0f} MiB"
    lines = [
        f"  from   {backup.label} in {REPOSITORIES[backup.repository]}, {size}, timeline {plan.timeline}",
        f"  to     {_goal(plan)}",
    ]
    point = point_of(plan)
    if point is not None:
        seconds = max(0, round((now - point).total_seconds()))
        lines.append(
            f"  lost   what was written in the last {timedelta(seconds=seconds)}; "
            "the volume that has it is kept for `restore.undo`"
        )
    if checked.unarchived > 1:
        lines.append(f"  note   {checked.unarchived} WAL segments wait to be archived")
    return lines


def point_of(plan: Plan) -> datetime | None:
    """The moment after which rows are given up; None when all there is comes back."""
    if plan.goal is Goal.LATEST:
        return None
    return plan.time or plan.backup.stopped


def _goal(plan: Plan) -> str:
    return {
        Goal.LATEST: "everything there is",
        Goal.MARK: f"mark {plan.mark.name if plan.mark else ''}, {plan.time}",
        Goal.BACKUP: "the end of that backup",
        Goal.END: f"the end of timeline {plan.timeline}, which is before {plan.time}",
    }.get(plan.goal, str(plan.time))
