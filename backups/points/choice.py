"""Which point's snapshot belongs to a moment of the database: never one that is ahead of it."""

from collections.abc import Callable, Iterable

from backups.catalog import Catalog
from backups.history import on_lineage
from backups.plan import Goal, Plan
from backups.points.point import Point


def goes_along(plan: Plan) -> bool:
    """Whether anything but the database goes back; the latest is never older than what the others have."""
    return plan.goal is not Goal.LATEST


def fits(point: Point, plan: Plan, catalog: Catalog) -> bool:
    """Whether a point lies at the plan's moment or before it, on the way that leads there; pure.

    A cache behind its database gives workers a pulse once more, and its key keeps it from a second effect.
    One ahead of it would have forgotten pulses whose effects the database no longer has.
    """
    mark = point.mark
    if not on_lineage(mark.timeline, mark.position, plan.timeline, catalog.forks):
        return False
    if plan.goal is Goal.BACKUP:
        return mark.timeline < plan.timeline or mark.position <= plan.backup.stop_lsn
    if plan.mark is not None:
        return mark.timeline < plan.timeline or mark.position <= plan.mark.position
    return plan.time is None or mark.at <= plan.time


def newest(
    names: Iterable[str], read: Callable[[str], Point | None], plan: Plan, catalog: Catalog, part: str
) -> Point | None:
    """The newest point that fits and has that part; manifests are read from the newest on, until one does.

    Args:
        names: of the points that some repository has.
        read: gives a point's manifest; None for one that cannot be read.
        plan: where the database goes.
        catalog: what the repositories hold.
        part: that is wanted.
    """
    for name in sorted(names, reverse=True):
        found = read(name)
        if found is not None and found.part(part) is not None and fits(found, plan, catalog):
            return found
    return None
