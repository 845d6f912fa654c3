"""How much WAL a recovery has to replay: from the backup's begin to the target, by positions; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backups.catalog import Catalog
from backups.history import on_lineage, segment_end
from backups.mark import Mark
from backups.outlook.line import Size
from backups.plan import Goal, Plan

Known = tuple[datetime, int]
"""A moment, and the WAL position at it."""


@dataclass(frozen=True)
class Stretch:
    """WAL between two positions.

    Attributes:
        size: bytes.
        assumed: what had to be taken for true; empty when the end is known.
    """

    size: Size
    assumed: str = ""


def stretch(plan: Plan, catalog: Catalog, marks: Sequence[Mark], now: Known | None) -> Stretch:
    """What lies between the begin of the plan's backup, where replay starts, and its target.

    Args:
        plan: the way to the target.
        catalog: what the repositories hold.
        marks: of the stack.
        now: the present time and the position that the serving database has reached; None when none serves.
    """
    start = plan.backup.start_lsn
    if plan.goal is not Goal.TIME or plan.time is None:
        end, assumed = _end(plan, catalog, now)
        return Stretch(_size(start, end, end, end), assumed)
    known = _known(plan, catalog, marks, now)
    before = max((each for each in known if each[0] <= plan.time), default=(plan.time, plan.backup.stop_lsn))
    after = min((each for each in known if each[0] > plan.time), default=before)
    if after[0] == before[0]:
        return Stretch(_size(start, before[1], before[1], before[1]), "nothing is known of it but its begin")
    part = (plan.time - before[0]) / (after[0] - before[0])
    end = before[1] + round(part * (after[1] - before[1]))
    return Stretch(
        _size(start, end, *sorted((before[1], after[1]))),
        f"WAL grew evenly from {_clock(before[0])} to {_clock(after[0])}",
    )


def _end(plan: Plan, catalog: Catalog, now: Known | None) -> tuple[int, str]:
    """Where a recovery ends that does not end at a time, and what that takes for true."""
    if plan.mark is not None:
        return plan.mark.position, ""
    if plan.goal is Goal.BACKUP:
        return plan.backup.stop_lsn, ""
    if plan.goal is Goal.LATEST and now is not None:
        return now[1], ""
    reach = catalog.reach(plan.backup.repository, plan.timeline)
    end = segment_end(reach.segment) if reach else plan.backup.stop_lsn
    return end, "the old volume has no more than the repository" if plan.goal is Goal.LATEST else ""


def _known(plan: Plan, catalog: Catalog, marks: Sequence[Mark], now: Known | None) -> list[Known]:
    """Moments on the plan's timeline and its ancestors of which the position is known."""
    forks = catalog.forks
    backups = [(each.stopped, each.stop_lsn, each.timeline) for each in catalog.backups]
    named = [(each.at, each.position, each.timeline) for each in marks]
    found = [
        (moment, position)
        for moment, position, timeline in (*backups, *named)
        if on_lineage(timeline, position, plan.timeline, forks)
    ]
    reaches = [catalog.reach(number, plan.timeline) for number in catalog.archives]
    found += [(each.until, segment_end(each.segment)) for each in reaches if each and each.until]
    return [*found, now] if now is not None and plan.timeline == catalog.timeline else found


def _size(start: int, end: int, low: int, high: int) -> Size:
    return Size(max(0, end - start), max(0, low - start), max(0, high - start))


def _clock(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")
