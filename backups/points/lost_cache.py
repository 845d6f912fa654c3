"""A cache that was lost with its volume: the newest snapshot goes into the empty one in its place."""

from typing import Any

from backups import lineage
from backups.catalog import Catalog, read_catalog
from backups.history import on_lineage
from backups.points import library, moving
from backups.points.beside import PULSES, Beside
from backups.points.library import Library
from backups.points.point import CACHE, Point
from backups.points.snapshot import has_cache, streams
from operation.containers import container
from operation.progress import Progress
from operation.stack import Stack


def bring_back(stack: Stack, progress: Progress) -> Point | None:
    """Brings the newest snapshot back where the cache has never had a pulse and a point knows some.

    A cache that has taken one since is never overwritten: that pulse was acknowledged.

    Args:
        stack: whose; its database serves.
        progress: where it is said.

    Returns:
        the point; None where nothing was lost, or nothing is there to bring back.

    Raises:
        Failure: when the snapshot cannot be read or put in its place; the same command tries again.
    """
    if not has_cache(stack) or taken(streams(container(stack, CACHE))):
        return None
    target = container(stack, "database")
    catalog = read_catalog(target, stack.settings.backups.stanza, lineage.recorded(stack))
    books = library.opened(stack, target)
    point = newest(books, catalog)
    if point is None:
        return None
    beside = Beside(point, tuple(books.holding(point.name, CACHE)))
    with progress.step(f"bring the lost cache back from {point.name}"):
        _put(stack, beside, target, progress)
    return point


def newest(books: Library, catalog: Catalog) -> Point | None:
    """The newest point of the timeline that serves, or of one that it came from, whose cache knew pulses."""
    for name in reversed(books.names):
        point = books.read(name)
        part = point.part(CACHE) if point else None
        if point is None or part is None or not taken(part.facts):
            continue
        mark = point.mark
        if on_lineage(mark.timeline, mark.position, catalog.timeline, catalog.forks):
            return point
    return None


def taken(found: dict[str, Any]) -> bool:
    """Whether those streams have ever had a pulse; pure."""
    return bool(found.get(PULSES, {}).get("added"))


def _put(stack: Stack, beside: Beside, target: Any, progress: Progress) -> None:
    generation = stack.settings.database.generation
    along = moving.prepare(stack, beside, target, generation, progress)
    along = moving.halt(stack, along, progress)
    try:
        moving.complete(stack, along, progress)
    except BaseException:
        moving.resume(stack, along, progress)
        raise
