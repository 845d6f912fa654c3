"""Targets that nothing leads to: what an operator is told is there."""

from datetime import datetime

from backups.catalog import Catalog
from backups.coverage import whole
from operation.failure import Failure, refusal


def uncovered_before(catalog: Catalog, moment: datetime) -> Failure:
    """Too early: no backup is as old."""
    oldest = min((backup.stopped for backup in whole(catalog)), default=None)
    known = f"the oldest restore point is {clock(oldest)}." if oldest else "there is no backup yet."
    return refusal(f"{clock(moment)} lies before every backup that leads to it.", remedy=known)


def uncovered_after(catalog: Catalog, moment: datetime, timeline: int, repository: int) -> Failure:
    """Too late: archived WAL does not go so far."""
    numbers = [number for number in catalog.archives if repository in {0, number}]
    reaches = (catalog.reach(number, timeline) for number in numbers)
    newest = max((reach.until for reach in reaches if reach and reach.until), default=None)
    known = f"archived WAL of that time reaches to {clock(newest)}; " if newest else ""
    more = (
        "use --latest for more."
        if timeline == catalog.timeline
        else "the rest is only in the volume that served then: `invoke restore.undo`."
    )
    return refusal(f"{clock(moment)} is not covered by archived WAL.", remedy=known + more)


def clock(moment: datetime) -> str:
    """A moment as a person types it."""
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")
