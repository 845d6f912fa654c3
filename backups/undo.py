"""Going back to the volume that served before a restore, and letting an old volume go."""

from dataclasses import replace
from typing import Any

from backups import cut_over, journal, lineage, recovery, server, switch
from backups.borrowed import keep_unarchived
from backups.generation import check_agreement, values
from backups.journal import Move, Phase
from backups.lineage import START, Reign
from backups.move import finish, healed, move_over
from backups.points import moving
from backups.points.along import Along
from backups.proof import Facts, gather
from backups.restored import Restored
from backups.scratch import remove_volume, scratch, volume_exists
from backups.upgrade.nature import Nature, nature
from operation.containers import execute, required
from operation.deployment import up
from operation.failure import Failure, refusal
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure

BLANK_TARGETS = ("", "_time", "_xid", "_name", "_lsn")
NO_REPOSITORY = 0
"""The earlier volume has all of its own WAL: going back works with every repository down."""
ONWARD = "cd /cluster/pgdata && rm -f postmaster.pid && touch recovery.signal"
"""A killed server leaves its process id, which means another process in this container."""


def previous(stack: Stack) -> int:
    """The generation that `undo` goes back to: the one that served last.

    Raises:
        Failure: when none is kept, or its volume is gone.
    """
    kept = stack.settings.database.kept
    if not kept:
        raise refusal(
            "there is no earlier volume to go back to.",
            remedy="`invoke restore --to TIME` reaches any time that the backups cover.",
        )
    if not volume_exists(stack.volume(kept[-1])):
        raise refusal(
            f"volume {stack.volume(kept[-1])} of generation {kept[-1]} is gone.",
            remedy=f"`invoke restore.forget {kept[-1]}`, then `invoke restore --to TIME`.",
        )
    return kept[-1]


def undo(stack: Stack, progress: Progress, along: Along | None = None) -> Restored:
    """Puts the earlier volume on a fresh timeline beside the running database, then moves the service to it.

    As it is it would follow the abandoned timeline, and `latest` would be ambiguous from then on.

    Args:
        stack: whose database.
        progress: where it is said.
        along: what goes back with it; the database alone when left out.

    Raises:
        Failure: when the earlier volume does not start; the present one serves.
    """
    generation = previous(stack)
    old = switch.serving_volume(stack)
    check_agreement(stack, old)
    living, was = switch.alive(stack), nature(stack, stack.volume(generation))
    kept = values(stack, generation, keep_present=bool(old) and volume_exists(old))
    move = Move(
        old=old,
        new=stack.volume(generation),
        fresh=False,
        lived=living is not None,
        values=kept | _of(stack, was),
        along=along or Along(),
    )
    with healed(stack, progress):
        journal.write(stack, move)
        with scratch(stack, move.new, old=old if volume_exists(old) else "") as target:
            before, timeline, facts = _onward(stack, target, living, was, progress)
        journal.write(stack, move.at(Phase.CUT_OVER))
        move = replace(move, along=moving.halt(stack, move.along, progress))
        with progress.step("stop the present database"):
            journal.write(stack, move.at(Phase.CUT_OVER))
            started = cut_over.now()
            last = cut_over.retire(stack)
        reigns = (Reign(before, START, last), Reign(timeline, cut_over.now()))
        move = replace(move, reigns=reigns if before else reigns[1:])
        move_over(stack, move, progress)
        down = (cut_over.now() - started).total_seconds() if move.lived else 0.0
        finish(stack, move, progress)
    return Restored(generation, timeline, None, facts, round(down, 1))


def forgettable(stack: Stack, generation: int) -> str:
    """The volume of that generation, which may go.

    Raises:
        Failure: when it is the one that serves, or is not kept.
    """
    database = stack.settings.database
    volume = stack.volume(generation)
    kept = ", ".join(str(each) for each in database.kept) or "none"
    if volume == switch.serving_volume(stack) or generation == database.generation:
        raise refusal(f"generation {generation} serves.", remedy=f"kept beside it are: {kept}.")
    if generation not in database.kept and not volume_exists(volume):
        raise refusal(f"generation {generation} is not kept.", remedy=f"kept are: {kept}.")
    return volume


def forget(stack: Stack, generation: int, progress: Progress) -> None:
    """Removes an earlier volume for good; its number is never used again.

    Raises:
        Failure: when it is the one that serves, or is not kept.
    """
    volume, database = forgettable(stack, generation), stack.settings.database
    if generation in database.kept:
        configure(
            stack,
            {
                "database.kept": [each for each in database.kept if each != generation],
                "database.last_generation": max(database.last_generation, *database.declared),
            },
        )
    up(Stack(stack.name, stack.root), progress)
    with progress.step(f"remove volume {volume}"):
        remove_volume(volume)


def onward_options(stanza: str) -> tuple[str, ...]:
    """Settings by which a volume goes to the end of its own timeline and on to a new one; pure.

    Targets of the restore that made the volume are blanked.
    """
    blank = [f"recovery_target{suffix}=" for suffix in BLANK_TARGETS]
    command = recovery.restore_command(stanza, NO_REPOSITORY)
    return (*blank, "recovery_target_timeline=current", f"restore_command={command}")


def _of(stack: Stack, was: Nature) -> dict[str, Any]:
    """What the stack's file says of the earlier volume's version; nothing where it is the present one."""
    settings = stack.settings
    if was == Nature(settings.database.version, settings.backups.stanza):
        return {}
    return {
        "database.version": was.version,
        "database.former": [each for each in settings.database.versions if each != was.version],
        "backups.stanza": was.stanza,
    }


def _onward(
    stack: Stack, target: Any, living: Any, was: Nature, progress: Progress
) -> tuple[int, int, Facts]:
    """Gives the timeline that serves, the new one of the earlier volume, and what is in it."""
    with progress.step("put the earlier volume on a new timeline"):
        own = _timeline(target, server.DATA)
        if not own:
            raise Failure(
                "the earlier volume holds no database.",
                server.SERVES_STILL,
                "`invoke restore.forget` it; `invoke restore --to TIME` reaches what the backups cover.",
            )
        before = server.timeline(living) if living is not None else _timeline(target, "/old/pgdata")
        number = lineage.give(stack, [own, before])
        recovery.know_timelines(target, own, number - 1)
        required(execute(target, ["sh", "-c", ONWARD]), "preparing the earlier volume")
        server.start(target, options=onward_options(was.stanza))
        recovery.wait_for_end(target)
        facts = gather(target)
        promoted = cut_over.promoted(target, number, was.stanza)
        if not _of(stack, was):  # another version's WAL is for another stanza
            keep_unarchived(target, progress)
        return before, promoted, facts


def _timeline(target: Any, directory: str) -> int:
    return int(server.control(target, directory).get("Latest checkpoint's TimeLineID", 0))
