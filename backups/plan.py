"""The plan of a restore: which backup, which timeline, which moment; decided before anything is touched."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from backups.catalog import Catalog
from backups.history import on_lineage
from backups.info import Backup
from backups.mark import Mark
from backups.target import Target
from operation.failure import Failure, refusal

CLOCK_TOLERANCE = timedelta(seconds=1)
"""A target this far ahead is still «now»; clocks of host and person differ."""
LAG_TOLERANCE = timedelta(seconds=30)
"""For the latest, a repository that lags no more than this is as good as the other."""
HEARTBEAT = timedelta(seconds=3)
"""The last second that was seen in a timeline, and its last archived commit, differ by no more than this."""


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


def plans(target: Target, catalog: Catalog, now: datetime, repository: int = 0) -> list[Plan]:
    """All ways to the target, the best first: the local repository, then the newest backup.

    Args:
        target: what was asked for.
        catalog: for a time, with the ends of earlier timelines.
        now: the present time.
        repository: the only one to be used; 0 for any.

    Raises:
        Failure: when the target is not covered; says what is.
    """
    if target.latest:
        return _latest(catalog, repository)
    if target.label:
        return _labelled(catalog, target.label, repository)
    if target.mark is not None:
        return _marked(catalog, target.mark, repository)
    if target.time is None:
        raise refusal("a restore needs a target.")
    return _timed(catalog, target.time, now, repository)


def timeline_at(catalog: Catalog, moment: datetime) -> int:
    """The timeline that served at a moment.

    Between a timeline's last commit and its successor's first nobody could write: that time is still its own
    when the succession is recorded.
    """
    since = {reign.timeline: reign.since for reign in catalog.reigns}
    served = {each for each in catalog.timelines if _end(catalog, each)} | set(since)
    known = sorted({each for each in served if each < catalog.timeline} | {catalog.timeline})
    for timeline, successor in pairwise(known):
        end = _end(catalog, timeline)
        if successor in since:
            if moment < since[successor]:
                return timeline
        elif end is not None and moment <= end:
            return timeline
    return known[-1]


def covers(catalog: Catalog, repository: int, moment: datetime) -> bool:
    """Whether archived WAL of the serving timeline goes beyond a moment: recovery stops at a later commit."""
    reach = catalog.reach(repository, catalog.timeline)
    return reach is not None and reach.until is not None and moment < reach.until


def repositories_of(catalog: Catalog, mark: Mark) -> list[int]:
    """The repositories from which a mark can be reached: they have a backup before it and WAL beyond it."""
    covering = [
        number
        for number in sorted(catalog.archives)
        if (reach := catalog.reach(number, mark.timeline)) and reach.until and mark.at < reach.until
    ]
    return [
        number for number in covering if any(each.repository == number for each in _before(catalog, mark))
    ]


def _before(catalog: Catalog, mark: Mark) -> list[Backup]:
    return [
        each
        for each in _whole(catalog)
        if each.stopped <= mark.at
        and each.stop_lsn <= mark.position
        and on_lineage(each.timeline, each.stop_lsn, mark.timeline, catalog.forks)
    ]


def _marked(catalog: Catalog, mark: Mark, repository: int) -> list[Plan]:
    fitting = _before(catalog, mark)
    if not fitting:
        raise _uncovered_before(catalog, mark.at)
    numbers = repositories_of(catalog, mark)
    found = [
        Plan(each, mark.timeline, Goal.MARK, mark.at, mark)
        for each in _best(fitting, repository)
        if each.repository in numbers
    ]
    if not found:
        raise _uncovered_after(catalog, mark.at, mark.timeline, repository)
    return found


def _end(catalog: Catalog, timeline: int) -> datetime | None:
    found = (catalog.reach(number, timeline) for number in catalog.archives)
    return max((each.until for each in found if each and each.until), default=None)


def _timed(catalog: Catalog, moment: datetime, now: datetime, repository: int) -> list[Plan]:
    if moment > now + CLOCK_TOLERANCE:
        raise refusal(
            f"{_clock(moment)} is in the future.", remedy="name a time that has been, or use --latest."
        )
    timeline = timeline_at(catalog, moment)
    fitting = [
        backup
        for backup in _whole(catalog)
        if backup.stopped <= moment and on_lineage(backup.timeline, backup.stop_lsn, timeline, catalog.forks)
    ]
    if not fitting:
        raise _uncovered_before(catalog, moment)
    found = [
        Plan(each, timeline, goal, moment)
        for each in _best(fitting, repository)
        if (goal := _goal(catalog, each.repository, timeline, moment))
    ]
    if not found:
        raise _uncovered_after(catalog, moment, timeline, repository)
    return found


def _goal(catalog: Catalog, repository: int, timeline: int, moment: datetime) -> Goal | None:
    """How that repository gets to a moment on a timeline; None when its WAL does not lead there."""
    reach = catalog.reach(repository, timeline)
    if reach is None or reach.until is None:
        return None
    if moment < reach.until:
        return Goal.TIME
    if timeline == catalog.timeline:
        return None
    last = next((reign.until for reign in catalog.reigns if reign.timeline == timeline), None)
    whole = last is None or reach.until >= last - HEARTBEAT
    return Goal.END if whole else None


def _latest(catalog: Catalog, repository: int) -> list[Plan]:
    timeline = catalog.timeline
    fitting = [
        each
        for each in _whole(catalog)
        if repository in {0, each.repository}
        and on_lineage(each.timeline, each.stop_lsn, timeline, catalog.forks)
    ]
    if not fitting:
        raise Failure(
            "there is no backup to restore from.",
            "nothing was changed.",
            "`invoke backup` takes one while the database lives; `invoke status` shows the repositories; the "
            "volume that served before, if it is kept, comes back by `invoke restore.undo`.",
        )
    furthest = max(_until(catalog, each) for each in fitting)
    near = [each for each in fitting if furthest - _until(catalog, each) <= LAG_TOLERANCE]
    return [Plan(each, timeline, Goal.LATEST) for each in _best(near, repository)]


def _labelled(catalog: Catalog, label: str, repository: int) -> list[Plan]:
    found = [each for each in _whole(catalog) if each.label == label and repository in {0, each.repository}]
    if not found:
        known = ", ".join(sorted({each.label for each in _whole(catalog)})) or "none"
        raise refusal(f"there is no backup {label!r}.", remedy=f"take one of: {known}")
    return [Plan(each, each.timeline, Goal.BACKUP) for each in _best(found, repository)]


def _whole(catalog: Catalog) -> list[Backup]:
    return [each for each in catalog.backups if not each.failed and each.repository not in catalog.silent]


def _best(backups: list[Backup], repository: int) -> list[Backup]:
    newest: dict[int, Backup] = {}
    for backup in sorted(backups, key=lambda each: each.stopped):
        if repository in {0, backup.repository}:
            newest[backup.repository] = backup
    return [newest[number] for number in sorted(newest)]


def _until(catalog: Catalog, backup: Backup) -> datetime:
    reach = catalog.reaches.get(backup.repository)
    return max(backup.stopped, reach.until) if reach and reach.until else backup.stopped


def _uncovered_before(catalog: Catalog, moment: datetime) -> Failure:
    oldest = min((backup.stopped for backup in _whole(catalog)), default=None)
    known = f"the oldest restore point is {_clock(oldest)}." if oldest else "there is no backup yet."
    return refusal(f"{_clock(moment)} lies before every backup that leads to it.", remedy=known)


def _uncovered_after(catalog: Catalog, moment: datetime, timeline: int, repository: int) -> Failure:
    numbers = [number for number in catalog.archives if repository in {0, number}]
    reaches = (catalog.reach(number, timeline) for number in numbers)
    newest = max((reach.until for reach in reaches if reach and reach.until), default=None)
    known = f"archived WAL of that time reaches to {_clock(newest)}; " if newest else ""
    more = (
        "use --latest for more."
        if timeline == catalog.timeline
        else "the rest is only in the volume that served then: `invoke restore.undo`."
    )
    return refusal(f"{_clock(moment)} is not covered by archived WAL.", remedy=known + more)


def _clock(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")
