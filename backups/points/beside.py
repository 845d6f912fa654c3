"""What a restore would do to everything beside the database; decided in its pre-flight, changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backups.catalog import Catalog
from backups.plan import Plan, point_of
from backups.points import choice, library
from backups.points.objects import has_objects
from backups.points.point import CACHE, Part, Point
from backups.points.snapshot import has_cache, streams
from operation.containers import container
from operation.failure import Failure
from operation.stack import Stack

PULSES = "pulses"
AGE = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True)
class Beside:
    """The other parts of a restore.

    Attributes:
        point: whose snapshot the cache goes back to; None when it stays as it is.
        repositories: those that have it.
        given_up: pulses that were accepted since, and may have no effect; None when nobody can say.
        objects: moment to which the applications' objects go; None when they stay.
        notes: a line for each part, for a person.
    """

    point: Point | None = None
    repositories: tuple[int, ...] = ()
    given_up: int | None = None
    objects: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def cache(self) -> Part | None:
        """The snapshot."""
        return self.point.part(CACHE) if self.point else None

    def content(self) -> dict[str, Any]:
        """For a program."""
        part = self.cache
        return {
            "cache_point": self.point.name if self.point else None,
            "cache_at": part.at.isoformat() if part else None,
            "pulses_given_up": self.given_up,
            "objects_as_of": self.objects.isoformat() if self.objects else None,
        }


def look(stack: Stack, asked: Any, plan: Plan, catalog: Catalog) -> Beside:
    """Decides what goes along.

    Args:
        stack: whose.
        asked: a container that reads the repositories.
        plan: where the database goes.
        catalog: what the repositories hold.
    """
    cached, stored = has_cache(stack), has_objects(stack)
    if not choice.goes_along(plan):
        names = [name for name, there in (("cache", cached), ("objects", stored)) if there]
        return Beside(
            notes=tuple(f"{name:<6} stays as it is: nothing older is put over it" for name in names)
        )
    moment = point_of(plan) if stored else None
    notes = (f"object goes back to {moment:{AGE}}; no version is removed",) if moment else ()
    if not cached:
        return Beside(objects=moment, notes=notes)
    books = library.opened(stack, asked)
    point = choice.newest(books.names, books.read, plan, catalog, CACHE)
    if point is None:
        why = "no snapshot lies at that moment or before it"
        words = "; ".join([why, *books.silent])
        return Beside(objects=moment, notes=(f"cache  stays as it is: {words}", *notes))
    more = given_up(point, _living(stack))
    repositories = tuple(books.holding(point.name, CACHE))
    return Beside(point, repositories, more, moment, (_told(point, more), *notes))


def given_up(point: Point, now: Mapping[str, Any]) -> int | None:
    """Pulses that were accepted after a snapshot; pure.

    None where the streams do not tell: another cache serves now, or none.
    """
    part = point.part(CACHE)
    then = part.facts.get(PULSES) if part else None
    if PULSES not in now:
        return None
    more = int(now[PULSES]["added"]) - int(then["added"] if then else 0)
    return more if more >= 0 else None


def _told(point: Point, more: int | None) -> str:
    part = point.part(CACHE)
    moment = f"{part.at:{AGE}}" if part else ""
    count = "pulses" if more is None else f"{more:,} pulses"
    return (
        f"cache  goes back to {moment} ({point.name}); {count} accepted since are given up, "
        "but for the effects that the database has by then; what it holds is kept for `restore.undo`"
    )


def _living(stack: Stack) -> Mapping[str, Any]:
    try:
        return streams(container(stack, CACHE))
    except Failure:
        return {}
