"""What a person and a program are told of recovery points: one that was taken, those that are there."""

from dataclasses import dataclass, field
from typing import Any

from backups.engine import REPOSITORIES
from backups.points import taking
from backups.points.beside import Beside
from backups.points.library import Library
from backups.points.point import CACHE, OBJECTS, Part, Point, content
from backups.points.taking import Taken

MEBIBYTE = 1024**2


@dataclass
class Pointed:
    """A point as it was taken; nothing where the database was backed up alone.

    Attributes:
        taken: the point and what failed; None when none was wanted.
        expired: names of points that no backup needs any more.
    """

    taken: Taken | None = None
    expired: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing of it failed."""
        return self.taken is None or not self.taken.faults

    @property
    def told(self) -> list[str]:
        """The point's name and what failed, for the audit."""
        if self.taken is None:
            return []
        return [*([self.taken.point.name] if self.taken.point else []), *self.taken.faults]

    def content(self) -> dict[str, Any] | None:
        """For a program; null when none was wanted."""
        if self.taken is None:
            return None
        found = content(self.taken.point) if self.taken.point else {"name": None, "mark": None, "parts": []}
        more = {"repositories": self.taken.repositories, "faults": self.taken.faults, "expired": self.expired}
        return {**found, **more}

    def lines(self) -> list[str]:
        """For a person."""
        if self.taken is None or self.taken.point is None:
            return []
        point = self.taken.point
        where = " and ".join(self.taken.repositories) or "no repository"
        told = ", ".join(["database", *map(_told, point.parts)])
        return [
            f"{point.name} in {where}: {told}",
            f"all of it as it was then: invoke restore --to-mark {point.name}",
        ]

    def judge(self) -> None:
        """Ends the command when a part failed.

        Raises:
            Failure: naming each.
        """
        failure = taking.failure_of(self.taken) if self.taken else None
        if failure:
            raise failure


@dataclass(frozen=True)
class Listed:
    """The points that are there.

    Attributes:
        books: where they are.
        points: the oldest first.
    """

    books: Library
    points: tuple[Point, ...]

    def content(self) -> dict[str, Any]:
        """For a program."""
        found = [{**content(each), "repositories": self._where(each)} for each in self.points]
        return {"points": found, "points_silent": self.books.silent}

    def lines(self) -> list[str]:
        """For a person."""
        rows = [
            f"{each.name}  {', '.join(self._where(each))}: {', '.join(['database', *map(_told, each.parts)])}"
            for each in self.points
        ]
        return [*rows, *(f"! {words}" for words in self.books.silent)]

    def _where(self, point: Point) -> list[str]:
        return [REPOSITORIES[each] for each in self.books.shelves if point.name in self.books.whole(each)]


def lines_of(beside: Beside, seams: tuple[str, ...]) -> list[str]:
    """What a person is told at the end of a restore of the parts beside the database."""
    part = beside.cache
    lines = [f"the cache is as it was at {part.at:%Y-%m-%d %H:%M:%S} UTC"] if part else []
    if beside.objects:
        lines.append(f"the objects are as they were at {beside.objects:%Y-%m-%d %H:%M:%S} UTC")
    return [*lines, *(f"! {words}" for words in seams)]


def _told(part: Part) -> str:
    if part.name == CACHE:
        pulses = part.facts.get("pulses", {}).get("length", 0)
        return f"cache ({pulses} pulses, {part.bytes / MEBIBYTE:.1f} MiB)"
    if part.name == OBJECTS:
        return f"{part.facts['objects']} objects ({part.bytes / MEBIBYTE:.1f} MiB)"
    return "certificate authority and Pulumi's state"
