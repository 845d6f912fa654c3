"""The rehearsal: the whole upgrade on a copy from the backups, looked into like a proof."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from backups import recovery, server
from backups.plan import Plan
from backups.proof import gather
from backups.proving import examination
from backups.scratch import remove_volume, scratch
from backups.upgrade.conversion import convert, put_in_order
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

AGAIN = 2
"""The copy's timeline; nobody ever archives it."""


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal found.

    Attributes:
        conversion_seconds: of pg_upgrade with hard links: the longest part of the time without a database.
        seconds: of the whole rehearsal.
        rows: in all tables, the same before and after.
        done: what else was put in order, a sentence each.
    """

    conversion_seconds: float
    seconds: float
    rows: int
    done: tuple[str, ...]


def rehearse(stack: Stack, plan: Plan, image: str, version: int, progress: Progress) -> Rehearsed:
    """Restores the newest backup beside the running database, converts it, and looks at every part of it.

    Raises:
        Failure: when the new version does not take it, or something is not as before; nothing was changed.
    """
    volume, started = stack.object_name(f"scratch-{secrets.token_hex(3)}"), time.monotonic()
    try:
        with (
            progress.step(f"rehearse the upgrade on a copy of {plan.backup.label}") as say,
            scratch(stack, volume, image=image) as target,
        ):
            before = _copied(stack, target, plan, say)
            say("pg_upgrade")
            took = convert(target, version, AGAIN)
            done, after = _looked_into(target, say)
    finally:
        remove_volume(volume)
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    if changed:
        raise Failure(
            f"behind the upgrade these tables have other rows than before: {', '.join(changed[:5])}.",
            server.SERVES_STILL,
            "this is an error of the upgrade; the copy is gone, its log tells more.",
        )
    return Rehearsed(took, round(time.monotonic() - started, 1), sum(after.values()), tuple(done))


def _copied(stack: Stack, target: Any, plan: Plan, say: Any) -> dict[str, int]:
    """Leaves a stopped copy of the latest; gives the rows in it by table."""
    backups = stack.settings.backups
    say("restoring")
    recovery.fill(target, backups.stanza, plan, backups.processes)
    say("replaying WAL")
    server.start(target, options=("archive_mode=off",))
    recovery.wait_for_end(target)
    say("counting rows")
    rows = gather(target, count=True).rows
    server.promote(target)
    server.stop(target)
    return rows


def _looked_into(target: Any, say: Any) -> tuple[list[str], dict[str, int]]:
    say("starting it")
    server.start(target, options=("archive_mode=off",))
    recovery.wait_for_end(target)
    done = put_in_order(target)
    say("counting rows")
    rows = gather(target, count=True).rows
    say("checking heaps and indexes")
    problems = examination.structures(target)
    server.stop(target)
    if problems:
        raise Failure(f"behind the upgrade: {problems[0]}", server.SERVES_STILL)
    return done, rows
