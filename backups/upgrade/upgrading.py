"""The upgrade itself: a standby of the running database becomes the new version, then the service moves."""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backups import cut_over, journal, lineage, recovery, server, switch
from backups.backup import end_orphan
from backups.engine import query
from backups.generation import check_agreement, unused_generation, values
from backups.journal import Move, Phase
from backups.lineage import START, Reign
from backups.move import finish, healed, move_over
from backups.plan import Plan
from backups.proof import heartbeat
from backups.scratch import scratch
from backups.upgrade.conversion import convert, put_in_order, ready
from backups.upgrade.release import stanza_of
from operation.containers import execute
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

WAITING = "ls /old/pgdata/pg_wal/archive_status 2>/dev/null | grep -c ready$"


@dataclass(frozen=True)
class Upgraded:
    """What an upgrade did.

    Attributes:
        former: major version that served before.
        version: that serves now.
        generation: number of the volume that serves now.
        timeline: on which the new cluster began.
        stanza: where it archives.
        newest: last second in it.
        seconds_down: from the stop of the old database to the health of the new one.
        conversion_seconds: of these, pg_upgrade's.
        seconds: from the begin to the end.
        done: what else was put in order, a sentence each.
    """

    former: int
    version: int
    generation: int
    timeline: int
    stanza: str
    newest: datetime | None
    seconds_down: float
    conversion_seconds: float
    seconds: float
    done: tuple[str, ...] = ()


@dataclass
class _Course:
    """What is found on the way."""

    stopped: datetime
    last: datetime | None
    took: float
    done: list[str]


def upgrade(stack: Stack, plan: Plan, image: str, version: int, progress: Progress) -> Upgraded:
    """Moves the service to a cluster of another major version; the old volume is kept for `restore.undo`.

    Args:
        stack: whose database, which runs.
        plan: of the latest: the backup that the copy begins with.
        image: that has the programs of both versions.
        version: major version that is to serve.
        progress: where it is said.

    Raises:
        Failure: the database that served before serves again.
    """
    started, living = time.monotonic(), switch.alive(stack)
    if living is None:
        raise Failure(
            "the database does not run.", "there is nothing to upgrade.", "`invoke restore --latest`"
        )
    move = _planned(stack, image, version)
    end_orphan(living, stack.settings.backups.stanza, progress)
    before = server.timeline(living)
    with healed(stack, progress):
        journal.write(stack, move)
        copied, number = (lineage.give(stack, [before, plan.timeline]) for _ in range(2))
        with scratch(stack, move.new, old=move.old, image=image) as target:
            _follow(stack, living, target, plan, copied, progress)
            course = _convert(stack, move, target, plan, (copied, number), progress)
        reigns = (Reign(before, START, course.last), Reign(number, cut_over.now()))
        move = replace(move, reigns=reigns)
        move_over(stack, move, progress)
        down = round((cut_over.now() - course.stopped).total_seconds(), 1)
        finish(stack, move, progress)
    return Upgraded(
        former=stack.settings.database.version,
        version=version,
        generation=int(move.values["database.generation"]),
        timeline=number,
        stanza=str(move.values["backups.stanza"]),
        newest=course.last,
        seconds_down=down,
        conversion_seconds=course.took,
        seconds=round(time.monotonic() - started, 1),
        done=tuple(course.done),
    )


def _planned(stack: Stack, image: str, version: int) -> Move:
    old, database = switch.serving_volume(stack), stack.settings.database
    check_agreement(stack, old)
    generation = unused_generation(stack)
    settings = values(stack, generation, keep_present=True) | {
        "database.version": version,
        "database.former": [each for each in database.versions if each != version],
        "backups.stanza": stanza_of(stack.settings.backups.stanza, version),
    }
    return Move(
        old=old,
        new=stack.volume(generation),
        fresh=True,
        lived=True,
        values=settings,
        image=image,
        old_image=switch.serving_image(stack),
    )


def _follow(stack: Stack, living: Any, target: Any, plan: Plan, copied: int, progress: Progress) -> None:
    """A standby of the living database, as near to it as can be."""
    backups = stack.settings.backups
    with progress.step(f"restore {plan.backup.label} beside the running database"):
        recovery.fill(target, backups.stanza, plan, backups.processes, follow=True, highest=copied - 1)
    with progress.step("replay WAL"):
        server.start(target)
        cut_over.catch_up(living, target)


def _convert(
    stack: Stack, move: Move, target: Any, plan: Plan, numbers: tuple[int, int], progress: Progress
) -> _Course:
    """From here to the end no database serves."""
    copied, number = numbers
    journal.write(stack, move.at(Phase.CUT_OVER))
    with progress.step("stop the old database"):
        stopped = cut_over.now()
        cut_over.retire(stack)
    with progress.step("replay its last record and promote"):
        _tell_unarchived(target, progress)
        cut_over.drain(target, plan.timeline)
        cut_over.promoted(target, copied)
    version = int(move.values["database.version"])
    with progress.step(f"pg_upgrade to PostgreSQL {version}"):
        took = convert(target, version, number)
    with progress.step("look into the new cluster"):
        server.start(target)
        recovery.wait_for_end(target)
        done, last = put_in_order(target), heartbeat(target)
        query(target, "checkpoint")
        server.stop(target)
        ready(target, str(move.values["backups.stanza"]))
    return _Course(stopped, last, took, done)


def _tell_unarchived(target: Any, progress: Progress) -> None:
    """The old stanza gets nothing any more; its last segments are in the old volume, for a way back."""
    waiting = execute(target, ["sh", "-c", WAITING]).stdout.strip()
    if waiting not in {"", "0"}:
        progress.say(f"! {waiting} segments of the old version are not archived; they stay in the old volume")
