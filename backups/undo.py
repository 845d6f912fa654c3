"""Going back to the volume that served before a restore, and letting an old volume go."""

from datetime import UTC, datetime

from backups import journal, lineage, recovery, switch
from backups.engine import archiving_on, query
from backups.journal import Move, Phase
from backups.lineage import Reign
from backups.proof import gather
from backups.restore import Restored, move_over
from backups.scratch import remove_volume, scratch
from operation.containers import execute, wait_for
from operation.deployment import up
from operation.failure import refusal
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure

BLANK_TARGETS = ("", "_time", "_xid", "_name", "_lsn")
PROMOTION_SECONDS = 300


def previous(stack: Stack) -> int:
    """The generation that `undo` goes back to: the one that served last.

    Raises:
        Failure: when none is kept.
    """
    kept = stack.settings.database.kept
    if not kept:
        raise refusal(
            "there is no earlier volume to go back to.",
            remedy="`invoke restore --to TIME` reaches any time that the backups cover.",
        )
    return kept[-1]


def undo(stack: Stack, progress: Progress) -> Restored:
    """Starts the earlier volume on a fresh timeline.

    As it is it would follow the abandoned timeline, and `latest` would be ambiguous from then on.

    Raises:
        Failure: when the earlier volume does not start; the present one serves again.
    """
    database = stack.settings.database
    generation = previous(stack)
    kept = [each for each in database.kept if each != generation] + [database.generation]
    move = Move(
        old=switch.serving_volume(stack),
        new=stack.volume(generation),
        fresh=False,
        values={
            "database.generation": generation,
            "database.kept": kept,
            "database.last_generation": max(database.last_generation, *database.declared),
        },
    )
    started = datetime.now(UTC)
    living = switch.alive(stack)
    before = recovery.timeline(living) if living is not None else 0
    with progress.step("stop the present database"):
        journal.write(stack, move.at(Phase.CUT_OVER))
        if living is not None:
            query(living, "select pg_switch_wal()")
        ended = datetime.now(UTC)
        switch.stop_database(stack)
    with (
        progress.step(f"start generation {generation} on a new timeline"),
        scratch(stack, move.new) as target,
    ):
        execute(target, ["touch", "/cluster/pgdata/recovery.signal"])
        recovery.start(target, options=_options(stack))
        wait_for(
            lambda: query(target, "select pg_is_in_recovery()") == "f", PROMOTION_SECONDS, "the promotion"
        )
        timeline = recovery.timeline(target)
        began = datetime.now(UTC)
        facts = gather(target)
        recovery.stop(target)
        archiving_on(target, stack.settings.backups.stanza)
    if before:
        lineage.succeed(stack, lineage.ended(stack, before, ended), Reign(timeline, began))
    move_over(stack, move, progress)
    return Restored(
        generation, timeline, None, facts, round((datetime.now(UTC) - started).total_seconds(), 1)
    )


def forget(stack: Stack, generation: int, progress: Progress) -> None:
    """Removes an earlier volume for good; its number is never used again.

    Raises:
        Failure: when it is the one that serves, or is not kept.
    """
    database = stack.settings.database
    if generation not in database.kept:
        kept = ", ".join(str(each) for each in database.kept) or "none"
        raise refusal(f"generation {generation} is not kept.", remedy=f"kept are: {kept}.")
    configure(
        stack,
        {
            "database.kept": [each for each in database.kept if each != generation],
            "database.last_generation": max(database.last_generation, *database.declared),
        },
    )
    up(Stack(stack.name, stack.root), progress)
    with progress.step(f"remove volume {stack.volume(generation)}"):
        remove_volume(stack.volume(generation))


def _options(stack: Stack) -> tuple[str, ...]:
    command = recovery.restore_command(stack.settings.backups.stanza, 1)
    blank = [f"recovery_target{suffix}=" for suffix in BLANK_TARGETS]
    return (*blank, "recovery_target_timeline=current", f"restore_command={command}")
