"""A recovery on a bare host: files in their places, the data out of S3, the platform, its first backups."""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from backups.endpoint import settled
from backups.kit import parts, pending, record
from backups.kit.kit import Kit
from backups.kit.pending import Recovery, awaits
from backups.move import settle
from backups.points import lost_cache
from backups.preflight import preflight
from backups.restore import restore as run_restore
from backups.restored import Restored
from backups.scratch import remove_volume
from backups.target import Target
from infra.bring_up import deploy
from infra.first_backups import first_backups
from infra.ports import check_ports
from operation import deployment
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import begin_anew

S3 = 2
"""The repository that is left."""


@dataclass(frozen=True)
class Recovered:
    """How it ended.

    Attributes:
        seconds: since the recovery was begun, interruptions included.
        restored: what the restore did; None when an earlier try had done it.
    """

    seconds: float
    restored: Restored | None


def recover(stack: Stack, kit: Kit, progress: Progress) -> Recovered:
    """Carries it out from wherever an earlier try was killed; needs the stack's lock.

    No database runs and none is made until the restore has filled its volume: an empty one must not archive
    over the repositories of the one that was lost.

    Raises:
        Failure: when a step fails; the same command goes on from there.
    """
    note = pending.read(stack) or pending.write(stack, Recovery(kit.digest, datetime.now(UTC)))
    if not note.placed:
        with progress.step("put settings, secrets and certificates in their places"):
            note = _placed(stack, kit, note)
    check_ports(_fresh(stack), progress)
    settle(_fresh(stack), progress)
    restored = _restored(_fresh(stack), progress) if awaits(_fresh(stack)) else None
    stack = _fresh(stack)
    deploy(stack, progress)
    lost_cache.bring_back(_fresh(stack), progress)
    if note.generation not in stack.settings.database.declared:
        remove_volume(stack.volume(note.generation))
    first_backups(stack, progress)
    settled.settle(stack)
    pending.clear(stack)
    return Recovered(round((datetime.now(UTC) - note.since).total_seconds(), 1), restored)


def _placed(stack: Stack, kit: Kit, note: Recovery) -> Recovery:
    """What a set-up knew of the stack goes: its state has nothing in it, and another passphrase."""
    shutil.rmtree(stack.folder / "pulumi", ignore_errors=True)
    parts.place(stack, kit.parts)
    begin_anew(stack)
    record.keep(stack, record.of_kit(kit, ()))
    return pending.write(stack, replace(note, placed=True))


def _restored(stack: Stack, progress: Progress) -> Restored:
    deployment.up(stack, progress)
    checked = preflight(stack, Target(latest=True), S3, progress)
    return run_restore(stack, checked.catalog, checked.options, progress)


def _fresh(stack: Stack) -> Stack:
    """The stack with its file read anew."""
    return Stack(stack.name, stack.root)
