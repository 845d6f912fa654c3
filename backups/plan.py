"""The plan of a restore: which backup, which timeline, which moment; decided before anything is touched."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backups.catalog import Backup, Catalog
from backups.history import on_lineage
from backups.lineage import completed, reign_at
from operation.failure import Failure, refusal

CLOCK_TOLERANCE = timedelta(seconds=1)
"""A target this far ahead is still «now»; clocks of host and person differ."""


@dataclass(frozen=True)
class Target:
    """What a person asked for; exactly one of the three.

    Attributes:
        time: with an offset from UTC.
        label: a backup's label.
        latest: everything there is.
    """

    time: datetime | None = None
    label: str = ""
    latest: bool = False


@dataclass(frozen=True)
class Plan:
    """One way to reach the target.

    Attributes:
        backup: where recovery starts; names the repository as well.
        timeline: which one it follows, always by number.
        time: where it pauses; None for a backup's own end and for the latest.
        latest: goes to the very end.
    """

    backup: Backup
    timeline: int
    time: datetime | None
    latest: bool = False


def parse_target(to: str, label: str, latest: bool) -> Target:
    """Reads what was typed.

    Raises:
        Failure: when none or several are given, or a time has no offset.
    """
    if sum((bool(to), bool(label), latest)) != 1:
        raise refusal(
            "say exactly one of --to TIME, --backup LABEL, --latest.",
            remedy="for example: invoke restore --to 2026-11-24T03:10:00+01:00",
        )
    return Target(time=_moment(to) if to else None, label=label, latest=latest)


def plans(target: Target, catalog: Catalog, now: datetime) -> list[Plan]:
    """All ways to the target, the best first: the local repository, then the newest backup.

    Raises:
        Failure: when the target is not covered; says what is.
    """
    if target.latest:
        return _latest(catalog)
    if target.label:
        return _labelled(catalog, target.label)
    if target.time is None:
        raise refusal("a restore needs a target.")
    return _timed(catalog, target.time, now)


def timeline_at(catalog: Catalog, moment: datetime) -> tuple[int, datetime]:
    """The timeline that served at a moment, and the moment as that timeline's WAL can reach it.

    Between a timeline's last commit and its successor's first nobody could write: the last commit stands for
    all of that time.
    """
    firsts: dict[int, datetime] = {}
    for backup in catalog.backups:
        firsts.setdefault(backup.timeline, backup.started)
    for reach in catalog.reaches.values():
        firsts.setdefault(reach.timeline, reach.until or moment)
    reign = reign_at(completed(catalog.reigns, firsts), moment)
    if reign is None:
        return catalog.timeline, moment
    return reign.timeline, min(moment, reign.until) if reign.until else moment


def _timed(catalog: Catalog, moment: datetime, now: datetime) -> list[Plan]:
    if moment > now + CLOCK_TOLERANCE:
        raise refusal(
            f"{_clock(moment)} is in the future.", remedy="name a time that has been, or use --latest."
        )
    timeline, reachable = timeline_at(catalog, moment)
    fitting = [
        backup
        for backup in _whole(catalog)
        if backup.stopped <= reachable
        and on_lineage(backup.timeline, backup.stop_lsn, timeline, catalog.forks)
    ]
    if not fitting:
        raise _uncovered_before(catalog, moment)
    covered = [each for each in fitting if _reaches(catalog, each.repository, timeline, reachable)]
    if not covered:
        raise _uncovered_after(catalog, moment)
    return [Plan(each, timeline, reachable) for each in _best(covered)]


def _latest(catalog: Catalog) -> list[Plan]:
    timeline = catalog.timeline
    fitting = [
        each for each in _whole(catalog) if on_lineage(each.timeline, each.stop_lsn, timeline, catalog.forks)
    ]
    if not fitting:
        raise Failure(
            "there is no backup to restore from.",
            "nothing was changed.",
            "`invoke backup` takes one while the database lives; `invoke status` shows the repositories.",
        )
    furthest = max(_until(catalog, each) for each in fitting)
    near = [each for each in fitting if furthest - _until(catalog, each) <= timedelta(seconds=30)]
    return [Plan(each, timeline, None, latest=True) for each in _best(near)]


def _labelled(catalog: Catalog, label: str) -> list[Plan]:
    found = [each for each in _whole(catalog) if each.label == label]
    if not found:
        known = ", ".join(sorted({each.label for each in catalog.backups})) or "none"
        raise refusal(f"there is no backup {label!r}.", remedy=f"take one of: {known}")
    return [Plan(each, each.timeline, None) for each in _best(found)]


def _whole(catalog: Catalog) -> list[Backup]:
    return [backup for backup in catalog.backups if not backup.failed]


def _best(backups: list[Backup]) -> list[Backup]:
    newest: dict[int, Backup] = {}
    for backup in sorted(backups, key=lambda each: each.stopped):
        newest[backup.repository] = backup
    return [newest[number] for number in sorted(newest)]


def _until(catalog: Catalog, backup: Backup) -> datetime:
    reach = catalog.reaches.get(backup.repository)
    return max(backup.stopped, reach.until) if reach and reach.until else backup.stopped


def _reaches(catalog: Catalog, repository: int, timeline: int, moment: datetime) -> bool:
    reach = catalog.reaches.get(repository)
    if reach is None:
        return False
    return timeline < reach.timeline or (reach.until is not None and moment <= reach.until)


def _uncovered_before(catalog: Catalog, moment: datetime) -> Failure:
    oldest = min((backup.stopped for backup in _whole(catalog)), default=None)
    known = f"the oldest restore point is {_clock(oldest)}." if oldest else "there is no backup yet."
    return refusal(f"{_clock(moment)} lies before every backup that leads to it.", remedy=known)


def _uncovered_after(catalog: Catalog, moment: datetime) -> Failure:
    newest = max((reach.until for reach in catalog.reaches.values() if reach.until), default=None)
    known = f"archived WAL reaches to {_clock(newest)}; use --latest for more." if newest else "use --latest."
    return refusal(f"{_clock(moment)} is not covered by archived WAL.", remedy=known)


def _moment(text: str) -> datetime:
    example = "for example 2026-11-24T03:10:00+01:00, or …Z for UTC."
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refusal(f"{text!r} is not a time.", remedy=f"write it as ISO 8601, {example}") from None
    if moment.tzinfo is None:
        raise refusal(
            f"{text!r} has no offset from UTC, so it is not one moment.", remedy=f"add it: {example}"
        )
    return moment


def _clock(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
