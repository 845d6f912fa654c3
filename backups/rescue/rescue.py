"""A table as it was at some moment, brought back beside the one that serves; nothing is overwritten."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backups import recovery, server
from backups.engine import REPOSITORIES
from backups.plan import Plan
from backups.rescue.difference import Difference, difference
from backups.rescue.extract import carry, extract
from backups.rescue.relation import Columns, Relation, columns
from backups.scratch import remove_volume, scratch
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack


@dataclass(frozen=True)
class Wanted:
    """What is to be brought back.

    Attributes:
        table: its name.
        beside: the name that its rows get.
        where: which of them; empty for all.
        database: that has it.
    """

    table: Relation
    beside: Relation
    where: str
    database: str


@dataclass(frozen=True)
class Rescued:
    """What came back.

    Attributes:
        wanted: what was asked for.
        plan: the way to the moment.
        heartbeat: the newest second of the moment.
        key: the primary key's columns.
        rows: how many.
        difference: from the table that serves; None when there is none, or it cannot be compared.
        incomparable: why it cannot.
    """

    wanted: Wanted
    plan: Plan
    heartbeat: datetime | None
    key: tuple[str, ...]
    rows: int
    difference: Difference | None
    incomparable: str = ""


def rescue(
    stack: Stack, serving: Any, wanted: Wanted, options: list[Plan], progress: Progress, highest: int
) -> Rescued:
    """Restores that moment into a scratch, and takes the table from there; the next way is tried on failure.

    Args:
        stack: whose database.
        serving: the container of the database that serves.
        wanted: the table.
        options: ways to the moment, the best first.
        progress: where steps are shown.
        highest: highest timeline ever given.

    Raises:
        Failure: when nothing came back; the serving database is as it was.
    """
    for number, plan in enumerate(options, start=1):
        volume = stack.object_name(f"scratch-{secrets.token_hex(3)}")
        try:
            with scratch(stack, volume) as target:
                try:
                    _recover(stack, target, plan, progress, highest)
                except Failure as failure:
                    if number == len(options):
                        raise
                    progress.say(f"! {REPOSITORIES[plan.backup.repository]}: {failure.what}")
                    progress.say("  the other repository is tried")
                    continue
                return _taken(target, serving, wanted, plan, progress)
        finally:
            remove_volume(volume)
    raise Failure("there was no way to that moment.")


def _recover(stack: Stack, target: Any, plan: Plan, progress: Progress, highest: int) -> None:
    settings = stack.settings.backups
    with progress.step(f"restore {plan.backup.label} from {REPOSITORIES[plan.backup.repository]}"):
        recovery.fill(target, settings.stanza, plan, settings.processes, highest=highest)
    with progress.step("replay WAL"):
        server.start(target, options=("archive_mode=off",))
        (recovery.wait_for_target if plan.pauses else recovery.wait_for_end)(target)


def _taken(target: Any, serving: Any, wanted: Wanted, plan: Plan, progress: Progress) -> Rescued:
    from backups.proof import heartbeat  # noqa: PLC0415

    with progress.step(f"read {wanted.table}"):
        seen = heartbeat(target)
        server.promote(target)
        was, rows = extract(target, wanted.table, wanted.beside, wanted.where, wanted.database)
    with progress.step(f"write {wanted.beside}") as say:
        carry(target, serving, wanted.beside, wanted.database, say)
    with progress.step("compare"):
        found, words = _compared(serving, wanted, was)
    return Rescued(wanted, plan, seen, was.key, rows, found, words)


def _compared(serving: Any, wanted: Wanted, was: Columns) -> tuple[Difference | None, str]:
    """The rows are back already: what keeps them from being compared is said, and is no failure."""
    now = columns(serving, wanted.table, wanted.database)
    if now is None:
        return None, "there is no such table now"
    try:
        found = difference(serving, wanted.beside, wanted.table, (was, now), wanted.where, wanted.database)
    except Failure as failure:
        return None, failure.what
    return found, ""
