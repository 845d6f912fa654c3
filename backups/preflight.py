"""The pre-flight of a restore: is the target covered, by what, and is there room? Nothing is changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from backups import server, switch
from backups.catalog import Catalog
from backups.engine import as_of, query
from backups.plan import Goal, Plan
from backups.points.beside import Beside, look
from backups.reaching import reaching
from backups.scratch import remove_volume, scratch
from backups.soundness import Archives, sound
from backups.target import Target
from backups.ways import plans
from operation.containers import execute, required
from operation.failure import Failure, refusal
from operation.progress import Progress
from operation.stack import Stack

CRASH_RECOVERY_SECONDS = 30
GIBIBYTE = 1024**3
GROWTH = 1.2
"""Room for a copy: its size, a fifth more, and a GiB for WAL."""


@dataclass(frozen=True)
class Checked:
    """What a pre-flight found.

    Attributes:
        catalog: what the repositories hold.
        options: the ways to the target, the best first.
        free: bytes on the file system of the volumes.
        unarchived: WAL segments that no repository has yet; 0 when the database does not run.
        notes: what a person should know about those ways.
        beside: what goes back with the database.
    """

    catalog: Catalog
    options: list[Plan]
    free: int
    unarchived: int
    notes: tuple[str, ...] = ()
    beside: Beside = field(default_factory=Beside)

    @property
    def needed(self) -> int:
        """Bytes that the first of the ways needs."""
        return int(self.options[0].backup.database_bytes * GROWTH) + GIBIBYTE


def preflight(
    stack: Stack, target: Target, repository: int, progress: Progress, *, alone: bool = True
) -> Checked:
    """Decides how to reach the target.

    A living database is asked to archive what it has, so that a target a second ago is covered.

    Args:
        stack: whose database.
        target: where it is to go.
        repository: the only one to be used; 0 for any.
        progress: where it is said.
        alone: nothing but the database goes back.

    Raises:
        Failure: when the target is not covered, there is no room, or no repository answers.
    """
    with progress.step("pre-flight") as say, reader(stack, say, target.vault) as (asked, living):
        _refuse_latest(stack, target)
        catalog = reaching(stack, asked, living, target, repository, say)
        options = _ways(stack, target, catalog, repository)
        options = [replace(each, vault=target.vault) for each in options]
        options, notes = sound(Archives(asked, stack.settings.backups.stanza, catalog), options)
        unarchived = 0
        if living is not None and server.system(living) in catalog.systems:
            unarchived = _unarchived(living)
            _same_timeline(living, catalog, options[0])
        beside = Beside() if alone else look(stack, asked, options[0], catalog)
        free = int(required(execute(asked, ["df", "--output=avail", "-B1", "/cluster"]), "df").split()[-1])
    checked = Checked(catalog, options, free, unarchived, tuple(notes), beside)
    _room(checked)
    return checked


@contextmanager
def reader(stack: Stack, say: Any, vault: datetime | None = None) -> Iterator[tuple[Any, Any]]:
    """Gives a container that can ask the repositories, and the living database's, or None.

    As of an earlier time they are always read beside it. Needs the stack's lock when no database lives.
    """
    living = switch.alive(stack, CRASH_RECOVERY_SECONDS) if vault is None else None
    if living is not None:
        yield living, living
        return
    words = "the database does not run" if vault is None else f"S3 as of {vault.isoformat()}"
    say(f"{words}: reading the repositories beside it")
    volume = stack.object_name("preflight")
    try:
        with scratch(stack, volume, environment=as_of(vault)) as beside:
            yield beside, None
    finally:
        remove_volume(volume)


def _refuse_latest(stack: Stack, target: Target) -> None:
    """A living database has more than the vault: the latest of that would lose the rest, unsaid."""
    if target.vault and target.latest and switch.alive(stack) is not None:
        raise refusal(
            "--latest with --vault-as-of is for a database that does not run.",
            remedy="name the time to which it shall go back: --to 2026-11-24T03:10:00+01:00",
        )


def _unarchived(living: Any) -> int:
    count = "select count(*) from pg_ls_archive_statusdir() where name like '%.ready'"
    return int(query(living, count))


def _ways(stack: Stack, target: Target, catalog: Catalog, repository: int) -> list[Plan]:
    """All ways to the target; what lies before an upgrade is in another stanza, and the refusal says so."""
    try:
        return plans(target, catalog, datetime.now(UTC), repository)
    except Failure as failure:
        former = ", ".join(map(str, stack.settings.database.former))
        if former and not target.latest:
            back = f"for a time when PostgreSQL {former} served, `invoke restore.undo` goes back to it first"
            failure.remedy = "; ".join(filter(None, (failure.remedy, back)))
        raise


def _same_timeline(living: Any, catalog: Catalog, plan: Plan) -> None:
    """The latest follows the living database, so the repositories must know its timeline."""
    serving = server.timeline(living)
    if plan.goal is Goal.LATEST and serving != plan.timeline:
        raise Failure(
            f"the database serves timeline {serving}, the repositories know none above {catalog.timeline}.",
            "nothing was changed; archiving has failed since the last restore.",
            "`invoke logs database` tells why; once it archives again, type the same command.",
        )


def _room(checked: Checked) -> None:
    needed, free = checked.needed, checked.free
    if free < needed:
        raise Failure(
            f"a second copy needs {needed / GIBIBYTE:.1f} GiB, and {free / GIBIBYTE:.1f} GiB are free.",
            "nothing was changed.",
            "free space, or `invoke restore.forget` an old generation.",
        )
