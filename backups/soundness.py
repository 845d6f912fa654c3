"""Ways to a target whose WAL is whole: a hole in it ends recovery early, quietly and with rows missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from backups import continuity
from backups.catalog import Catalog, reach_before
from backups.continuity import ARCHIVED_AT_ONCE, MOST, Archived, Span, Torn, missing, spans
from backups.engine import REPOSITORIES
from backups.history import SEGMENT, number_of, timeline_of
from backups.plan import Goal, Plan
from operation.failure import Failure


@dataclass(frozen=True)
class Lost:
    """Segments that a way needs and no repository has.

    Attributes:
        plan: the way.
        segments: their names, the oldest first.
        until: the last commit before the first of them; None when nobody can say.
    """

    plan: Plan
    segments: tuple[str, ...]
    until: datetime | None


@dataclass
class Archives:
    """The segments of each repository, listed when somebody first asks.

    Attributes:
        target: the container that can ask the repositories.
        stanza: whose.
        catalog: what they hold.
    """

    target: Any
    stanza: str
    catalog: Catalog
    known: dict[int, Archived] = field(default_factory=dict)

    def __getitem__(self, repository: int) -> Archived:
        """Of one repository.

        Raises:
            Failure: when it cannot be listed.
        """
        if repository not in self.known:
            name = self.catalog.archives[repository]
            self.known[repository] = continuity.read(self.target, self.stanza, repository, name)
        return self.known[repository]

    def elsewhere(self, repository: int, segment: str) -> bool:
        """Whether another repository has a segment; a silent one has none."""
        others = [each for each in self.catalog.archives if each != repository]
        return any(self[each].has(segment) for each in others if each not in self.catalog.silent)


def sound(archives: Archives, options: list[Plan]) -> tuple[list[Plan], list[str]]:
    """The ways without a hole, then those whose holes the other repository fills; and what to say about it.

    Raises:
        Failure: when none is left; names the last second that can be reached.
    """
    ways, lost, notes = [], [], []
    for plan in options:
        found = examined(archives, plan)
        if isinstance(found, Lost):
            lost.append(found)
            notes.append(f"{REPOSITORIES[plan.backup.repository]} lacks {named(found.segments)}: left out")
            continue
        ways.append(found)
        if found.bridged:
            words = named(found.bridged)
            notes.append(f"{REPOSITORIES[plan.backup.repository]} lacks {words}: from the other repository")
    if not ways:
        raise _unreachable(lost[0])
    return sorted(ways, key=lambda each: bool(each.bridged)), notes


def examined(archives: Archives, plan: Plan) -> Plan | Lost:
    """One way, with the segments that another repository has to give; or what is lost on it."""
    repository = plan.backup.repository
    gone = lacked(archives, plan)
    if not gone:
        return plan
    nowhere = [each for each in gone if not archives.elsewhere(repository, each)]
    lost = tuple(each for each in nowhere if not _on_its_way(archives, plan, each))
    if lost or len(gone) == MOST:
        first = (lost or gone)[0]
        until = reach_before(archives.target, archives.stanza, archives.catalog, repository, first)
        if plan.goal is not Goal.TIME or plan.time is None or until is None or plan.time >= until:
            return Lost(plan, lost or tuple(gone), until)
    return replace(plan, bridged=tuple(each for each in gone if each not in nowhere))


def lacked(archives: Archives, plan: Plan) -> list[str]:
    """Segments of a way that the backup's own repository does not have, the oldest first.

    Raises:
        Failure: when it cannot be listed.
    """
    return missing(archives[plan.backup.repository], _way(archives, plan))


def _on_its_way(archives: Archives, plan: Plan, segment: str) -> bool:
    """Whether it may still be archived: several are at once, and a later one may be done first.

    Such a one is in the volume that served, where recovery looks for it; without that, it is the end.
    """
    newest = archives[plan.backup.repository].newest(timeline_of(segment)) or 0
    return number_of(segment) > newest - ARCHIVED_AT_ONCE


def _way(archives: Archives, plan: Plan) -> list[Span]:
    backup, catalog = plan.backup, archives.catalog
    last = (backup.stop_lsn - 1) // SEGMENT
    if plan.mark is not None:
        last = (plan.mark.position - 1) // SEGMENT
    elif plan.goal is not Goal.BACKUP:
        last = max(last, archives[backup.repository].newest(plan.timeline) or 0)
    return spans(plan.timeline, catalog.forks.get(plan.timeline, ()), backup.start_lsn // SEGMENT, last)


def torn(target: Any, stanza: str, catalog: Catalog) -> dict[int, Torn]:
    """Repositories that lack WAL between their newest backup and now; one that cannot be listed is left out.

    The newest folders of the present timeline are looked at; the whole list only where the newest backup is
    of an earlier one, which is so after a restore until the next backup.
    """
    newest = {each.repository: each for each in catalog.backups if not each.failed}
    found = continuity.torn(target, stanza, {number: each.start_lsn for number, each in newest.items()})
    forks = catalog.forks.get(catalog.timeline, ())
    archives = Archives(target, stanza, catalog)
    for number, backup in newest.items():
        if backup.timeline == catalog.timeline or not forks or number not in catalog.reaches:
            continue
        before = spans(catalog.timeline, forks, backup.start_lsn // SEGMENT, forks[-1].at // SEGMENT - 1)
        if gone := _gone(archives, number, before):
            found[number] = Torn(len(gone) + (found[number].segments if number in found else 0), gone[0])
    return found


def _gone(archives: Archives, repository: int, way: Sequence[Span]) -> list[str]:
    try:
        return missing(archives[repository], way)
    except Failure:
        return []


def named(segments: Sequence[str]) -> str:
    """The first, and how many more."""
    more = f" and {len(segments) - 1} more" if len(segments) > 1 else ""
    return f"WAL segment {segments[0]}{more}"


def _unreachable(lost: Lost) -> Failure:
    until = lost.until.isoformat() if lost.until else "an unknown second"
    remedy = f"`invoke restore --to {until}` comes as far. " if lost.until else ""
    return Failure(
        f"{named(lost.segments)} of timeline {timeline_of(lost.segments[0])} is in no repository.",
        f"a recovery would end before it, at {until}, and leave out what came behind. Nothing was changed.",
        f"{remedy}A database that still runs has all of it: `invoke backup` makes a new begin.",
    )
