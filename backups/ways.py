"""The ways of a restore to its target: from which backup, on which timeline; nothing is touched."""

from datetime import datetime, timedelta

from backups.catalog import Catalog
from backups.coverage import before, repositories_of, timeline_at, until, whole
from backups.history import on_lineage
from backups.info import Backup
from backups.mark import Mark
from backups.plan import Goal, Plan
from backups.target import Target
from backups.uncovered import clock, uncovered_after, uncovered_before
from operation.failure import Failure, refusal

CLOCK_TOLERANCE = timedelta(seconds=1)
"""A target this far ahead is still «now»; clocks of host and person differ."""
LAG_TOLERANCE = timedelta(seconds=30)
"""For the latest, a repository that lags no more than this is as good as the other."""
HEARTBEAT = timedelta(seconds=3)
"""The last second that was seen in a timeline, and its last archived commit, differ by no more than this."""


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


def _marked(catalog: Catalog, mark: Mark, repository: int) -> list[Plan]:
    fitting = before(catalog, mark)
    if not fitting:
        raise uncovered_before(catalog, mark.at)
    numbers = repositories_of(catalog, mark)
    found = [
        Plan(each, mark.timeline, Goal.MARK, mark.at, mark)
        for each in _best(fitting, repository)
        if each.repository in numbers
    ]
    if not found:
        raise uncovered_after(catalog, mark.at, mark.timeline, repository)
    return found


def _timed(catalog: Catalog, moment: datetime, now: datetime, repository: int) -> list[Plan]:
    if moment > now + CLOCK_TOLERANCE:
        raise refusal(
            f"{clock(moment)} is in the future.", remedy="name a time that has been, or use --latest."
        )
    timeline = timeline_at(catalog, moment)
    fitting = [
        backup
        for backup in whole(catalog)
        if backup.stopped <= moment and on_lineage(backup.timeline, backup.stop_lsn, timeline, catalog.forks)
    ]
    if not fitting:
        raise uncovered_before(catalog, moment)
    found = [
        Plan(each, timeline, goal, moment)
        for each in _best(fitting, repository)
        if (goal := _goal(catalog, each.repository, timeline, moment))
    ]
    if not found:
        raise uncovered_after(catalog, moment, timeline, repository)
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
        for each in whole(catalog)
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
    furthest = max(until(catalog, each) for each in fitting)
    near = [each for each in fitting if furthest - until(catalog, each) <= LAG_TOLERANCE]
    return [Plan(each, timeline, Goal.LATEST) for each in _best(near, repository)]


def _labelled(catalog: Catalog, label: str, repository: int) -> list[Plan]:
    found = [each for each in whole(catalog) if each.label == label and repository in {0, each.repository}]
    if not found:
        known = ", ".join(sorted({each.label for each in whole(catalog)})) or "none"
        raise refusal(f"there is no backup {label!r}.", remedy=f"take one of: {known}")
    return [Plan(each, each.timeline, Goal.BACKUP) for each in _best(found, repository)]


def _best(backups: list[Backup], repository: int) -> list[Backup]:
    newest: dict[int, Backup] = {}
    for backup in sorted(backups, key=lambda each: each.stopped):
        if repository in {0, backup.repository}:
            newest[backup.repository] = backup
    return [newest[number] for number in sorted(newest)]
