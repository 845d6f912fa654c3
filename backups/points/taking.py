"""Taking a recovery point: the cache first, then the database's mark, then the objects and the host's files.

In this order every seam is closed: the cache is never ahead of the database, and every object that a row of
the mark names is there by then.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from backups.engine import REPOSITORIES
from backups.mark import Mark, made
from backups.points import host, library, objects, seam, shelf, snapshot
from backups.points.point import CACHE, HOST, Part, Point, dumped, name_at
from operation.containers import container
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

Content = Callable[[], Iterable[bytes]]


@dataclass
class Taken:
    """How a point came out.

    Attributes:
        point: None when the database made no mark, so that there is none.
        repositories: names of those that have it to the end.
        faults: what failed or does not fit, each naming its part; empty is good.
    """

    point: Point | None = None
    repositories: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def take(stack: Stack, repositories: list[int], progress: Progress) -> Taken:
    """Makes a point over all that the stack has, in each repository; one part that fails costs no other.

    Args:
        stack: whose; under its lock.
        repositories: pgBackRest's numbers.
        progress: where steps are shown.
    """
    taken = Taken()
    parts: list[Part] = []
    contents: dict[str, Content] = {}
    try:
        if snapshot.has_cache(stack):
            with _trying(taken, CACHE, progress, "snapshot of the cache") as say:
                parts.append(snapshot.take(stack, say))
                contents[CACHE] = lambda: snapshot.pieces(stack)
        mark = _marked(stack, taken, progress)
        if mark is not None:
            _others(stack, taken, parts, contents, progress)
            taken.point = Point(mark.name, mark, tuple(parts))
            for number in repositories:
                _stored(stack, taken, number, contents, progress)
    finally:
        if CACHE in contents:
            with suppress(Failure):  # the next snapshot takes its place
                snapshot.drop(stack)
    if taken.point is not None and taken.repositories:
        library.keep(stack, taken.point)
    return taken


def failure_of(taken: Taken) -> Failure | None:
    """What the command ends with when a part failed; the database's backups are not touched by it."""
    if not taken.faults:
        return None
    return Failure(
        "the recovery point is not whole: " + "; ".join(taken.faults),
        "the database's backups are taken and good; what is named here would not come back with them.",
        "mend what is named, then `invoke backup` again.",
    )


def _marked(stack: Stack, taken: Taken, progress: Progress) -> Mark | None:
    with _trying(taken, "database", progress, "mark the moment") as say:
        moment = datetime.now(UTC)
        mark = made(container(stack, "database"), name_at(moment))
        say(mark.name)
        return mark
    return None


def _others(
    stack: Stack, taken: Taken, parts: list[Part], contents: dict[str, Content], progress: Progress
) -> None:
    if objects.has_objects(stack):
        with _trying(taken, "objects", progress, "objects and their rows"):
            parts.append(objects.part(stack))
            taken.faults += seam.faults(stack, container(stack, "database"))
    with _trying(taken, HOST, progress, "certificate authority and Pulumi's state"):
        part, content = host.packed_host(stack)
        parts.append(part)
        contents[HOST] = lambda: [content]


def _stored(
    stack: Stack, taken: Taken, number: int, contents: dict[str, Content], progress: Progress
) -> None:
    """The manifest comes last: without it there is no point."""
    point = taken.point
    name = REPOSITORIES[number]
    if point is None:
        return
    with _trying(taken, f"point in {name}", progress, f"{point.name} into {name}") as say:
        target = container(stack, "database")
        for part, content in contents.items():
            say(part)
            shelf.put(stack, target, number, point.name, part, content())
        shelf.put(stack, target, number, point.name, shelf.MANIFEST, [dumped(point).encode()])
        taken.repositories.append(name)


@contextmanager
def _trying(taken: Taken, part: str, progress: Progress, step: str) -> Iterator[Callable[[str], None]]:
    """A step whose failure is noted with the part's name, and ends nothing else."""
    try:
        with progress.step(step) as say:
            yield say
    except Failure as failure:
        taken.faults.append(f"{part}: {failure.what}")
