"""What is covered: which timeline served when, how far its WAL goes, and which backups lead there."""

from datetime import datetime
from itertools import pairwise

from backups.catalog import Catalog
from backups.history import on_lineage
from backups.info import Backup
from backups.mark import Mark


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
    return [number for number in covering if any(each.repository == number for each in before(catalog, mark))]


def before(catalog: Catalog, mark: Mark) -> list[Backup]:
    """The backups from which recovery comes to a mark, if there is WAL to it."""
    return [
        each
        for each in whole(catalog)
        if each.stopped <= mark.at
        and each.stop_lsn <= mark.position
        and on_lineage(each.timeline, each.stop_lsn, mark.timeline, catalog.forks)
    ]


def whole(catalog: Catalog) -> list[Backup]:
    """The backups that ended well, in repositories that answer."""
    return [each for each in catalog.backups if not each.failed and each.repository not in catalog.silent]


def until(catalog: Catalog, backup: Backup) -> datetime:
    """How far recovery from a backup gets."""
    reach = catalog.reaches.get(backup.repository)
    return max(backup.stopped, reach.until) if reach and reach.until else backup.stopped


def _end(catalog: Catalog, timeline: int) -> datetime | None:
    found = (catalog.reach(number, timeline) for number in catalog.archives)
    return max((each.until for each in found if each and each.until), default=None)
