"""A restore is a new generation: fill beside the running database, prove, and only then move the service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backups import journal, lineage, recovery, switch
from backups.catalog import Catalog, read_catalog
from backups.engine import REPOSITORIES, archiving_on, query
from backups.history import lsn
from backups.journal import Move, Phase
from backups.lineage import Reign
from backups.plan import Plan, Target, plans, timeline_at
from backups.proof import Facts, gather
from backups.scratch import remove_scratches, remove_volume, scratch
from operation.containers import execute, wait_for
from operation.deployment import up
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure

DRAIN_SECONDS = 120
REACH_SECONDS = 30
OLD_HAS_STOPPED = "/tmp/old-has-stopped"  # noqa: S108  # in the scratch's own tmpfs


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Attributes:
        generation: number of the volume that serves now.
        timeline: of the database that serves now.
        plan: how it was reached; None for an undo.
        facts: what was found in the restored database before it served.
        seconds_down: from the stop of the old database to the health of the new one; 0 when none ran.
    """

    generation: int
    timeline: int
    plan: Plan | None
    facts: Facts
    seconds_down: float


def preflight(
    stack: Stack, target: Target, target_repository: int, progress: Progress
) -> tuple[Catalog, list[Plan]]:
    """Decides how to reach the target, without a change to anything.

    A living database is asked to archive what it has, so that a target a second ago is covered.

    Raises:
        Failure: when the target is not covered, or no repository answers.
    """
    with progress.step("pre-flight") as say:
        stanza = stack.settings.backups.stanza
        living = switch.alive(stack)
        if living is not None:
            catalog = _reaching(stack, living, target, say)
            return catalog, _chosen(plans(target, catalog, datetime.now(UTC)), target_repository)
        say("the database does not run: reading the repositories beside it")
        volume = stack.object_name("preflight")
        try:
            with scratch(stack, volume) as beside:
                catalog = read_catalog(beside, stanza, lineage.recorded(stack))
        finally:
            remove_volume(volume)
        return catalog, _chosen(plans(target, catalog, datetime.now(UTC)), target_repository)


def restore(stack: Stack, catalog: Catalog, options: list[Plan], progress: Progress) -> Restored:
    """Carries a plan out; the next one is tried when a repository fails while nothing was moved yet.

    Raises:
        Failure: when none succeeded; the database that served before serves still.
    """
    database = stack.settings.database
    generation = database.next_generation
    old = switch.serving_volume(stack)
    kept = [each for each in database.kept if each != database.generation] + [database.generation]
    values = _values(generation, kept, generation)
    move = Move(old, stack.volume(generation), fresh=True, values=values)
    for number, plan in enumerate(options, start=1):
        try:
            return _attempt(stack, move, plan, catalog, generation, progress)
        except Failure:
            reached = journal.read(stack)
            settle(stack, progress)
            if number == len(options) or (reached and reached.phase is not Phase.FILLING):
                raise
            progress.say(f"the {plan.backup.repository}. repository failed; trying the other one")
    raise Failure("there was no way to restore.")


def settle(stack: Stack, progress: Progress) -> None:
    """Ends a move that was interrupted: taken back before the new volume served, carried through after.

    Called first by everything that changes the stack.
    """
    move = journal.read(stack)
    if move is None:
        return
    with progress.step(f"end an interrupted restore (it was at «{move.phase}»)"):
        remove_scratches(stack)
        if move.phase is Phase.SERVING:
            _finish(stack, move, progress)
            return
        if move.phase is Phase.CUT_OVER and move.old and switch.serving_volume(stack):
            switch.start_database(stack, move.old)
        if move.fresh:
            remove_volume(move.new)
        journal.clear(stack)


def move_over(stack: Stack, move: Move, progress: Progress) -> None:
    """Starts the database on the new volume and makes code, state and reality agree."""
    with progress.step("start the database on the new volume"):
        journal.write(stack, move.at(Phase.SERVING))
        switch.start_database(stack, move.new)
    _finish(stack, move.at(Phase.SERVING), progress)


def _finish(stack: Stack, move: Move, progress: Progress) -> None:
    configure(stack, move.values)
    fresh = Stack(stack.name, stack.root)
    up(fresh, progress)
    journal.clear(stack)


def _attempt(
    stack: Stack, move: Move, plan: Plan, catalog: Catalog, generation: int, progress: Progress
) -> Restored:
    journal.write(stack, move)
    remove_volume(move.new)
    follow = plan.latest and switch.alive(stack) is not None
    if plan.latest and not follow and move.old:
        with progress.step("stop what is left of the old database"):
            journal.write(stack, move.at(Phase.CUT_OVER))
            switch.stop_database(stack)
    with scratch(stack, move.new, old=_existing(move.old)) as target:
        _recover(stack, plan, target, progress, follow=follow)
        with progress.step("look into what was restored"):
            facts = gather(target)
        started = datetime.now(UTC)
        timeline = _cut_over(stack, move, catalog, target, progress, follow=follow)
    move_over(stack, move, progress)
    down = (datetime.now(UTC) - started).total_seconds() if move.old else 0.0
    return Restored(generation, timeline, plan, facts, round(down, 1))


def _recover(stack: Stack, plan: Plan, target: Any, progress: Progress, *, follow: bool) -> None:
    settings = stack.settings.backups
    name = f"restore {plan.backup.label} from {REPOSITORIES[plan.backup.repository]}"
    with progress.step(name) as say:
        recovery.fill(target, settings.stanza, plan, settings.processes, follow=follow)
        say("replaying WAL")
        if plan.latest and not follow:
            execute(target, ["touch", OLD_HAS_STOPPED])
        recovery.start(target)
        if not plan.latest:
            recovery.wait_for_target(target)
        elif not follow:
            recovery.wait_for_end(target)


def _cut_over(
    stack: Stack, move: Move, catalog: Catalog, target: Any, progress: Progress, *, follow: bool
) -> int:
    with progress.step("stop the old database"):
        journal.write(stack, move.at(Phase.CUT_OVER))
        ended = _retire(stack)
    with progress.step("promote the restored one"):
        if follow:
            _replay_the_rest(target)
        timeline = recovery.promote(target)
        began = datetime.now(UTC)
        recovery.stop(target)
        archiving_on(target, stack.settings.backups.stanza)
        execute(target, ["bash", "-c", "rm -f /cluster/restoring && sync"])
    before, _ = timeline_at(catalog, began)
    lineage.succeed(stack, lineage.ended(stack, before, ended or began), Reign(timeline, began))
    return timeline


def _retire(stack: Stack) -> datetime | None:
    living = switch.alive(stack)
    last: datetime | None = None
    if living is not None:
        query(living, "select pg_switch_wal()")
        last = _heartbeat(living)
    if switch.serving_volume(stack):
        switch.stop_database(stack)
    return last


def _heartbeat(target: Any) -> datetime | None:
    text = query(target, "select max(at) from operations.heartbeat") if _has_heartbeat(target) else ""
    return datetime.fromisoformat(text) if text else None


def _has_heartbeat(target: Any) -> bool:
    return query(target, "select to_regclass('operations.heartbeat') is not null") == "t"


def _replay_the_rest(target: Any) -> None:
    """Lets the standby take what the stopped server had not archived, to its very last record."""
    old = recovery.control(target, "/old/pgdata")
    execute(target, ["touch", OLD_HAS_STOPPED])
    if old.get("Database cluster state") != "shut down":
        _end_where_the_wal_ends(target)
        return
    goal = lsn(old["Latest checkpoint location"])
    wait_for(lambda: recovery.replayed(target) > goal, DRAIN_SECONDS, "the replay of the last record")


def _end_where_the_wal_ends(target: Any) -> None:
    """The old server did not end cleanly, so no position is the last: the end of its WAL is."""
    recovery.stop(target)
    execute(target, ["bash", "-c", "cd /cluster/pgdata && mv standby.signal recovery.signal"])
    recovery.start(target)
    recovery.wait_for_end(target)


def _reaching(stack: Stack, living: Any, target: Target, say: Any) -> Catalog:
    stanza, reigns = stack.settings.backups.stanza, lineage.recorded(stack)
    catalog = read_catalog(living, stanza, reigns)
    moment = target.time
    if moment is None or moment > datetime.now(UTC) or _covered(catalog, moment):
        return catalog
    say("asking the database to archive what it has")
    query(living, "select pg_switch_wal()")

    def again() -> Catalog | None:
        renewed = read_catalog(living, stanza, reigns)
        return renewed if _covered(renewed, moment) else None

    try:
        return wait_for(again, REACH_SECONDS, "the archiving of the target")
    except Failure:
        return read_catalog(living, stanza, reigns)


def _covered(catalog: Catalog, moment: datetime) -> bool:
    return any(reach.until and reach.until >= moment for reach in catalog.reaches.values())


def _chosen(options: list[Plan], repository: int) -> list[Plan]:
    chosen = [plan for plan in options if repository in {0, plan.backup.repository}]
    if not chosen:
        raise Failure(
            f"repository {repository} does not cover this target.",
            "nothing was changed.",
            "leave --repo out, or see `invoke backup.list`.",
            exit_code=2,
        )
    return chosen


def _existing(volume: str) -> str:
    from docker.errors import NotFound  # noqa: PLC0415

    from operation.containers import client  # noqa: PLC0415

    if not volume:
        return ""
    try:
        client().volumes.get(volume)
    except NotFound:
        return ""
    return volume


def _values(generation: int, kept: list[int], last: int) -> dict[str, Any]:
    return {"database.generation": generation, "database.kept": kept, "database.last_generation": last}
