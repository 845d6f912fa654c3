"""The locks of what is still needed: how long they are, and their renewal."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from history import Entry
from objects import Objects

T = TypeVar("T")
U = TypeVar("U")

AT_ONCE = 8
PIECE = 1000
"""Versions that wait at most for one of the eight."""

DAY = timedelta(days=1)


@dataclass
class Locks:
    """What is known of the locks of the current versions.

    Attributes:
        now: when they were looked at.
        limit: a lock with less than this left is ending.
        current: how many versions there are.
        unlocked: how many of them anybody with keys can delete.
        ending: how many have less than the limit left, those that are unlocked among them.
        renewed: how many were given a longer lock.
        shortest: end and key of the shortest; None without any version. An unlocked one ends now.
    """

    now: datetime
    limit: timedelta
    current: int = 0
    unlocked: int = 0
    ending: int = 0
    renewed: int = 0
    shortest: tuple[datetime, str] | None = field(default=None)

    def see(self, key: str, until: datetime | None) -> None:
        """Counts one version."""
        end = max(until or self.now, self.now)
        self.current += 1
        self.unlocked += end == self.now
        self.ending += end - self.now < self.limit
        self.shortest = min(self.shortest or (end, key), (end, key))

    def said(self) -> dict[str, Any]:
        """For machines; days are of 24 hours."""
        end, key = self.shortest or (None, "")
        return {
            "current": self.current,
            "unlocked": self.unlocked,
            "ending": self.ending,
            "ending_within_days": self.limit / DAY,
            "shortest_until": end.isoformat() if end else None,
            "shortest_days": round((end - self.now) / DAY, 2) if end else None,
            "shortest_key": key,
        }


@dataclass(frozen=True)
class Order:
    """A renewal as it was asked for: for how many days, and whether it is only foretold."""

    days: int
    dry_run: bool = False


def look(objects: Objects, entries: Iterable[Entry], locks: Locks, say: Callable[[str], None]) -> Locks:
    """Asks for the lock of each version."""
    for entry, until in in_parallel(lambda each: (each, objects.locked_until(each)), entries):
        locks.see(entry.key, until)
        if locks.current % PIECE == 0:
            say(f"{locks.current} versions looked at")
    return locks


def renew(
    objects: Objects, entries: Iterable[Entry], order: Order, locks: Locks, say: Callable[[str], None]
) -> Locks:
    """Gives each version whose lock ends within half of the days a lock of all of them.

    Killed and started again it goes on: what has its lock is passed over.
    """

    def renewed(entry: Entry) -> tuple[Entry, datetime | None, bool]:
        until = objects.locked_until(entry)
        if not due(until, locks.now, order.days):
            return entry, until, False
        fresh = locks.now + order.days * DAY
        if not order.dry_run:
            objects.lock(entry.key, entry.version, fresh)
        return entry, until if order.dry_run else fresh, True

    for entry, until, longer in in_parallel(renewed, entries):
        locks.see(entry.key, until)
        locks.renewed += longer
        if locks.current % PIECE == 0:
            say(f"{locks.current} versions looked at, {locks.renewed} locks renewed")
    return locks


def due(until: datetime | None, now: datetime, days: int) -> bool:
    """Whether a lock is to be renewed; never where it would become shorter."""
    return until is None or until - now < days * DAY / 2


def in_parallel(work: Callable[[T], U], things: Iterable[T]) -> Iterator[U]:
    """Does the work eight at a time, in order, and takes no more than a piece of the things ahead.

    Raises:
        Exception: what the work raised.
    """
    remaining = iter(things)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while piece := list(islice(remaining, PIECE)):
            yield from pool.map(work, piece)
