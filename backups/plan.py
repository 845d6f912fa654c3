"""The plan of a restore: which backup, which timeline, which moment; decided before anything is touched."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backups.info import Backup
from backups.mark import Mark


class Goal(StrEnum):
    """Where recovery is to end."""

    TIME = "time"
    MARK = "mark"
    BACKUP = "backup"
    END = "end"
    LATEST = "latest"


@dataclass(frozen=True)
class Plan:
    """One way to reach the target.

    Attributes:
        backup: where recovery starts; names the repository as well.
        timeline: which one it follows, always by number.
        goal: a time, a mark, the backup's own end, the end of an abandoned timeline, or the latest of all.
        time: the moment that was asked for, or of the mark; None for a backup and for the latest.
        mark: that was asked for.
        bridged: WAL segments that the backup's repository lacks, and another one gives.
        vault: the time as of which S3 is read; None for as it is.
    """

    backup: Backup
    timeline: int
    goal: Goal
    time: datetime | None = None
    mark: Mark | None = None
    bridged: tuple[str, ...] = ()
    vault: datetime | None = None

    @property
    def pauses(self) -> bool:
        """Whether recovery has a target to pause at; otherwise it ends with the WAL."""
        return self.goal in {Goal.TIME, Goal.MARK, Goal.BACKUP}


def point_of(plan: Plan) -> datetime | None:
    """The moment after which rows are given up; None when all there is comes back."""
    if plan.goal is Goal.LATEST:
        return None
    return plan.time or plan.backup.stopped
