"""Recovery points as the tasks ask for them: taken, listed, expired, and what was lost brought back."""

from collections.abc import Callable
from typing import Any, TypeVar

from backups.engine import REPOSITORIES
from backups.info import Backup, parse_backups, read_info, silent_repositories
from backups.points import expiry, host, library, objects, taking
from backups.points.account import Listed, Pointed
from backups.points.point import CACHE, HOST, OBJECTS
from backups.points.snapshot import has_cache
from backups.points.taking import Taken
from backups.preflight import reader
from operation.containers import container
from operation.failure import Failure, refusal
from operation.progress import Progress
from operation.stack import Stack

T = TypeVar("T")
DATABASE = "database"


def alone(only: str) -> bool:
    """Whether the database is meant alone, by what was typed for `--only`.

    Raises:
        Failure: for anything but `database`.
    """
    if only not in {"", DATABASE}:
        raise refusal(f"--only {only} means nothing.", remedy="`--only database`, or leave it out for all.")
    return only == DATABASE


def parts(stack: Stack) -> list[str]:
    """What a point of that stack is over."""
    there = ((CACHE, has_cache(stack)), (OBJECTS, objects.has_objects(stack)), (HOST, True))
    return [DATABASE, *(name for name, present in there if present)]


def tried(backup: Callable[[], list[T]]) -> tuple[list[T], Failure | None]:
    """What a backup gave, or why it failed: a point is taken nevertheless, where a repository takes it."""
    try:
        return backup(), None
    except Failure as failure:
        return [], failure


def take(stack: Stack, numbers: list[int], progress: Progress) -> Pointed:
    """Takes a point, and removes those that no backup needs any more.

    A repository that does not answer is spared the minutes that pgBackRest would go on trying.
    """
    stanza = stack.settings.backups.stanza
    try:
        info = read_info(container(stack, DATABASE), stanza)
    except Failure as failure:  # without a database there is no moment to be marked
        return Pointed(Taken(faults=[f"database: {failure.what}"]))
    silent = silent_repositories(info, stanza)
    answering = [number for number in numbers if number not in silent]
    taken = taking.take(stack, answering, progress) if answering else Taken()
    taken.faults += [
        f"point in {REPOSITORIES[number]}: the repository does not answer"
        for number in numbers
        if number in silent
    ]
    try:
        with progress.step("expire points that no backup needs"):
            return Pointed(taken, _expired(stack, answering, parse_backups(info, stanza), progress))
    except Failure as failure:
        taken.faults.append(f"expiry of points: {failure.what}")
    return Pointed(taken)


def with_point(failed: Failure, pointed: Pointed) -> Failure:
    """The failure of a backup, with what became of the point."""
    faults = pointed.taken.faults if pointed.taken else []
    return Failure("\n".join([failed.what, *faults]), failed.meaning, failed.remedy)


def listed(stack: Stack, asked: Any) -> Listed:
    """The points in both repositories."""
    books = library.opened(stack, asked)
    return Listed(books, tuple(books.points()))


def bring_back_lost(stack: Stack, progress: Progress) -> None:
    """Brings the CA and Pulumi's state back where they are lost; nothing is done where they are there.

    Raises:
        Failure: when what a point has of them is damaged.
    """
    wanted = host.lost(stack)
    if not wanted:
        return
    with (
        progress.step(f"bring back what this host lost: {', '.join(wanted)}"),
        reader(stack, progress.detail) as (asked, _),
    ):
        point = host.bring_back(stack, library.opened(stack, asked), wanted)
    if point is None:
        progress.say("! no recovery point has it; the recovery kit has the CA")
    else:
        progress.say(f"  it is of {point.name}: revocations after that are to be made again")


def _expired(stack: Stack, numbers: list[int], backups: tuple[Backup, ...], progress: Progress) -> list[str]:
    if not numbers:
        return []
    target = container(stack, DATABASE)
    books = library.opened(stack, target, numbers)
    gone = expiry.expire(books, target, backups, progress)
    if objects.has_objects(stack):
        everywhere = library.opened(stack, target)
        if not everywhere.silent:  # what a repository that is away needs is not known
            objects.thin(stack, [each.mark.at for each in everywhere.points()])
    return gone
