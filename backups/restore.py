"""A restore is a new generation: fill beside the running database, prove, and only then move the service."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from backups import cut_over, journal, lineage, receiver, recovery, server, switch
from backups.backup import end_orphan
from backups.borrowed import keep_unarchived
from backups.catalog import Catalog
from backups.engine import REPOSITORIES, as_of
from backups.journal import Move, Phase
from backups.lineage import Reign
from backups.move import finish, healed, move_over, settle
from backups.outlook import rates
from backups.outlook.stopwatch import FILL, REPLAY, Stopwatch
from backups.plan import Goal, Plan
from backups.points import moving, seam
from backups.points.beside import Beside
from backups.proof import Facts, gather
from backups.receiver import Tail
from backups.scratch import scratch, volume_exists
from operation.containers import execute
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

__all__ = ["Restored", "restore", "settle"]


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Attributes:
        generation: number of the volume that serves now.
        timeline: of the database that serves now.
        plan: how it was reached; None for an undo.
        facts: what was found in the restored database before it served.
        seconds_down: from the stop of the old database to the health of the new one; 0 when none ran.
        damaged: the old volume could not be read to its end, so that some of its last rows may be gone.
        seconds: from the begin to the end; None for an undo.
        predicted_seconds: as it was foretold; None when nobody could say, or another way was taken.
        tail: what came from the WAL receiver.
        incomplete: the old volume was lost or damaged, and nothing says that its last rows are here.
        beside: what went back beside the database; nothing where it moved alone.
        seams: rows and objects that do not fit, a sentence each.
    """

    generation: int
    timeline: int
    plan: Plan | None
    facts: Facts
    seconds_down: float
    damaged: bool = False
    seconds: float | None = None
    predicted_seconds: float | None = None
    tail: Tail = field(default_factory=Tail)
    incomplete: bool = False
    beside: Beside = field(default_factory=Beside)
    seams: tuple[str, ...] = ()


def restore(  # what is known, and what is wanted
    stack: Stack,
    catalog: Catalog,
    options: list[Plan],
    progress: Progress,
    predicted: float | None = None,
    beside: Beside | None = None,
) -> Restored:
    """Carries a plan out; the next one is tried when a repository fails before anything moved.

    Args:
        stack: whose database.
        catalog: what the repositories hold.
        options: the ways to the target, the best first.
        progress: where it is said.
        predicted: seconds that were foretold of the first way; kept beside the real ones.
        beside: what goes back with it; the database alone when left out.

    Raises:
        Failure: when none succeeded; the database that served before serves still.
    """
    generation = unused_generation(stack)
    old = switch.serving_volume(stack)
    check_agreement(stack, old)
    living = switch.alive(stack)
    if living is not None:
        end_orphan(living, stack.settings.backups.stanza, progress)
    move = Move(old, stack.volume(generation), fresh=True, lived=False, values={})
    for number, plan in enumerate(options, start=1):
        try:
            with healed(stack, progress):
                stopwatch = Stopwatch(plan, predicted if number == 1 else None)
                attempt = _Attempt(stack, plan, catalog, progress, stopwatch)
                return attempt.run(move, generation, beside or Beside())
        except Failure as failure:
            if number == len(options) or journal.read(stack) is not None:
                raise
            progress.say(f"! {REPOSITORIES[plan.backup.repository]}: {failure.what}")
            progress.say("  the other repository is tried")
    raise Failure("there was no way to restore.")


def unused_generation(stack: Stack) -> int:
    """A number that no volume has and none ever had.

    A stack's file that went back to an old copy does not remember; the volumes do.
    """
    generation = stack.settings.database.next_generation
    while volume_exists(stack.volume(generation)):
        generation += 1
    return generation


def check_agreement(stack: Stack, old: str) -> None:
    """Refuses when the stack's file and the service name different volumes.

    Raises:
        Failure: because then nobody knows which data counts.
    """
    declared = stack.volume(stack.settings.database.generation)
    if old and old != declared:
        raise Failure(
            f"{stack.file.name} says that {declared} serves, and the service runs on {old}.",
            "nothing was changed.",
            f"set bem:database.generation in {stack.file.name} to the number of the volume that is right.",
        )


def values(stack: Stack, generation: int, *, keep_present: bool) -> dict[str, Any]:
    """What the stack's file says once that generation serves."""
    database = stack.settings.database
    kept = [each for each in database.kept if each not in {generation, database.generation}]
    return {
        "database.generation": generation,
        "database.kept": [*kept, database.generation] if keep_present else kept,
        "database.last_generation": max(database.last_generation, generation, *database.declared),
    }


def _as_marked(plan: Plan, facts: Facts) -> Facts:
    """What was found, when it is what the mark recorded.

    Raises:
        Failure: when it is another moment; the database that served before serves still.
    """
    if plan.mark is not None and facts.heartbeat != plan.mark.heartbeat:
        raise Failure(
            f"the restored database knows {facts.heartbeat}, and mark {plan.mark.name} recorded "
            f"{plan.mark.heartbeat}.",
            "it is not the moment of the mark; the database that serves was not touched.",
            "`--repo` names the other repository; `invoke backup.verify` tests both.",
        )
    return facts


class _Attempt:
    """One plan carried out: its volume filled, recovered, looked into, and moved to."""

    def __init__(
        self, stack: Stack, plan: Plan, catalog: Catalog, progress: Progress, stopwatch: Stopwatch
    ) -> None:
        self.stack, self.plan, self.catalog, self.progress = stack, plan, catalog, progress
        self.stopwatch = stopwatch
        self.stanza = stack.settings.backups.stanza
        self.living = switch.alive(stack)
        self.related = self.living is None or server.system(self.living) in catalog.systems
        self.follow = plan.goal is Goal.LATEST and self.living is not None and self.related and not plan.vault
        self.before = catalog.timeline
        if self.living is not None and self.related:
            self.before = server.timeline(self.living)
        self.number = 0
        self.waited = False

    def run(self, move: Move, generation: int, beside: Beside) -> Restored:
        move = journal.write(self.stack, replace(move, lived=self.living is not None))
        self.number = lineage.give(self.stack, [*self.catalog.timelines, self.before])
        if self.plan.goal is Goal.LATEST and self.living is None and move.old:
            with self.progress.step("stop what is left of the old database"):
                journal.write(self.stack, move.at(Phase.CUT_OVER))
                switch.stop_database(self.stack)
        old = move.old if self.related and move.old and volume_exists(move.old) else ""
        received = receiver.volume(self.stack) if self.plan.goal is Goal.LATEST and self.related else ""
        with scratch(
            self.stack, move.new, old=old, received=received, environment=as_of(self.plan.vault)
        ) as target:
            facts = self._recover(target)
            seams = seam.faults(self.stack, target, beside.objects)
            along = moving.prepare(self.stack, beside, target, generation, self.progress)
            keep = bool(move.old) and self._holds_cluster(target, move.old, old)
            kept = values(self.stack, generation, keep_present=keep)
            move = replace(move, values=kept, along=along)
            move, started, last = self._cut_over(move, target)
            facts = replace(facts, heartbeat=last if self.follow and last else facts.heartbeat)
            damaged = execute(target, ["test", "-e", "/cluster/old-unreadable"]).status == 0
            tail = receiver.tail(target, self.plan.timeline, waited=self.waited) if received else Tail()
        intact = (keep or self.living is not None) and not damaged
        move_over(self.stack, move, self.progress)
        down = round((cut_over.now() - started).total_seconds(), 1) if move.lived else 0.0
        finish(self.stack, move, self.progress)
        took = rates.keep(self.stack, self.stopwatch.restore(down if move.lived else None))
        return Restored(
            generation,
            self.number,
            self.plan,
            facts,
            down,
            damaged,
            took.seconds,
            took.predicted_seconds,
            tail,
            incomplete=self.plan.goal is Goal.LATEST and not intact and not tail.whole,
            beside=beside,
            seams=tuple(seams),
        )

    def _recover(self, target: Any) -> Facts:
        backup, settings = self.plan.backup, self.stack.settings.backups
        step = self.progress.step
        filling = step(f"restore {backup.label} from {REPOSITORIES[backup.repository]}")
        with filling, self.stopwatch.lap(FILL):
            recovery.fill(
                target,
                self.stanza,
                self.plan,
                settings.processes,
                follow=self.follow,
                highest=self.number - 1,
            )
        with step("replay WAL"), self.stopwatch.lap(REPLAY):
            if self.plan.goal is Goal.LATEST and self.living is None:
                cut_over.old_is_dead(target)
            server.start(target)
            self._wait(target)
        with step("look into what was restored"):
            self.stopwatch.reached(target)
            self.waited = receiver.waited(target)
            return _as_marked(self.plan, gather(target))

    def _wait(self, target: Any) -> None:
        if self.follow:
            cut_over.catch_up(self.living, target)
        elif self.plan.pauses:
            recovery.wait_for_target(target)
        else:
            recovery.wait_for_end(target)

    def _holds_cluster(self, target: Any, volume: str, mounted: str) -> bool:
        if not mounted:
            return volume_exists(volume) and self.living is not None
        return execute(target, ["test", "-s", "/old/pgdata/PG_VERSION"]).status == 0

    def _cut_over(self, move: Move, target: Any) -> tuple[Move, datetime, datetime | None]:
        """Only a standby has to wait for the old server's end; everything else is ready before.

        Gives the move, when the old server was told to stop, and the last second that it knew.
        """
        if not self.follow:
            with self.progress.step("promote the restored database"):
                cut_over.promoted(target, self.number, self.stanza)
        if self.living is not None:
            keep_unarchived(target, self.progress)  # most of it, while the old one serves
        journal.write(self.stack, move.at(Phase.CUT_OVER))
        move = replace(move, along=moving.halt(self.stack, move.along, self.progress))
        with self.progress.step("stop the old database"):
            journal.write(self.stack, move.at(Phase.CUT_OVER))
            started = cut_over.now()
            last = cut_over.retire(self.stack, followed=self.follow)
        if self.follow:
            with self.progress.step("replay its last record and promote"):
                cut_over.drain(target, self.plan.timeline)
                cut_over.promoted(target, self.number, self.stanza)
        keep_unarchived(target, self.progress)
        ended = Reign(self.before, lineage.START, last if self.related else None)
        began = Reign(self.number, cut_over.now())
        return replace(move, reigns=(ended, began)), started, last
