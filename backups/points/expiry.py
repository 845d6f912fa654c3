"""Which points no backup needs any more; retention is the database's own."""

from collections.abc import Iterable, Sequence
from typing import Any

from backups.info import Backup
from backups.points import library, shelf
from backups.points.library import Library
from backups.points.point import Point
from operation.progress import Progress


def unneeded(points: Sequence[Point], backups: Iterable[Backup]) -> list[Point]:
    """Those that lie before the oldest backup of their repository, but for the newest of them; pure.

    That one still belongs to the first moments behind the backup. Without a backup nothing is unneeded.

    Args:
        points: of one repository.
        backups: of the same.
    """
    stops = [each.stopped for each in backups]
    if not stops:
        return []
    before = sorted((each for each in points if each.mark.at < min(stops)), key=lambda each: each.mark.at)
    return before[:-1]


def broken_off(shelf_of: dict[str, set[str]], newest: str) -> list[str]:
    """Points that were interrupted before they were whole, older than the newest whole one; pure."""
    return sorted(name for name, parts in shelf_of.items() if shelf.MANIFEST not in parts and name < newest)


def expire(books: Library, target: Any, backups: Sequence[Backup], progress: Progress) -> list[str]:
    """Removes from each repository what it does not need; gives the names.

    Raises:
        Failure: when a repository refuses.
    """
    gone: set[str] = set()
    for number, shelf_of in books.shelves.items():
        known = [point for name in books.whole(number) if (point := books.read(name)) is not None]
        own = [each for each in backups if each.repository == number]
        names = [each.name for each in unneeded(known, own)]
        newest = max(books.whole(number), default="")
        names += broken_off(shelf_of, newest)
        shelf.remove(target, number, names)
        for name in names:
            progress.detail(f"{name} is needed by no backup any more")
            shelf_of.pop(name)
        gone |= set(names)
    for name in gone - set(books.names):
        library.drop(books.stack, name)
    return sorted(gone)
