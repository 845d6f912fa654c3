"""All points that the repositories have, and their manifests, each read once and then kept on the host."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backups.engine import REPOSITORIES
from backups.mark import Mark
from backups.points import shelf
from backups.points.point import NAME, Point, dumped, parsed
from operation.custodian import write_private
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack


@dataclass
class Library:
    """The points of a stack.

    Attributes:
        stack: whose.
        target: a container that reads the repositories.
        shelves: by repository, names of points with their parts.
        silent: repositories that did not answer, or points that could not be read, with the words.
    """

    stack: Stack
    target: Any
    shelves: dict[int, dict[str, set[str]]] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Of every whole point, the oldest first."""
        return sorted({name for number in self.shelves for name in self.whole(number)})

    def whole(self, repository: int) -> list[str]:
        """Those that one repository has to the end, the oldest first."""
        shelf_of = self.shelves.get(repository, {})
        return sorted(name for name, parts in shelf_of.items() if shelf.MANIFEST in parts)

    def holding(self, name: str, part: str) -> list[int]:
        """The repositories that have that part of a point."""
        return [number for number, points in self.shelves.items() if part in points.get(name, set())]

    def read(self, name: str) -> Point | None:
        """A point's manifest; None when no repository gives one that can be read."""
        if (kept := _kept(self.stack, name)) is not None:
            return kept
        for number in self.holding(name, shelf.MANIFEST):
            try:
                text = b"".join(shelf.get(self.stack, self.target, number, name, shelf.MANIFEST))
                point = parsed(text)
            except (Failure, ValueError) as error:
                self.silent.append(str(error).splitlines()[0])
                continue
            keep(self.stack, point)
            return point
        return None

    def points(self) -> Iterator[Point]:
        """All that can be read, the oldest first."""
        for name in self.names:
            if (point := self.read(name)) is not None:
                yield point


def opened(stack: Stack, target: Any, repositories: list[int] | None = None) -> Library:
    """Lists the points; a repository that does not answer is named, not fatal."""
    library = Library(stack, target)
    for number in repositories or list(REPOSITORIES):
        try:
            library.shelves[number] = shelf.listed(target, number)
        except Failure as failure:
            library.silent.append(failure.what)
    return library


def keep(stack: Stack, point: Point) -> None:
    """Keeps a manifest on the host: it never changes."""
    write_private(_path(stack, point.name), dumped(point).encode())


def drop(stack: Stack, name: str) -> None:
    """Forgets a manifest whose point is gone."""
    _path(stack, name).unlink(missing_ok=True)


def mark_of(stack: Stack, name: str) -> Mark | None:
    """The mark of the point of that name, when this host knows it."""
    kept = _kept(stack, name) if NAME.fullmatch(name) else None
    return kept.mark if kept else None


def tell(library: Library, progress: Progress) -> None:
    """Says which points could not be read."""
    for words in library.silent:
        progress.say(f"! {words}")


def _kept(stack: Stack, name: str) -> Point | None:
    try:
        return parsed(_path(stack, name).read_text())
    except (OSError, ValueError):
        return None


def _path(stack: Stack, name: str) -> Path:
    return stack.folder / shelf.FOLDER / f"{name}.json"
