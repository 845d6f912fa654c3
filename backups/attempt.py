"""One plan carried out: its volume filled, recovered, looked into, and moved to."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from backups import cut_over, journal, lineage, receiver, recovery, server, switch
from backups.borrowed import keep_unarchived
from backups.catalog import Catalog
from backups.engine import REPOSITORIES, as_of
from backups.generation import values
from backups.journal import Move, Phase
from backups.lineage import Reign
from backups.move import finish, move_over
from backups.outlook import rates
from backups.outlook.stopwatch import FILL, REPLAY, Stopwatch
from backups.plan import Goal, Plan
from backups.points import moving, seam
from backups.points.beside import Beside
from backups.proof import Facts, gather
from backups.receiver import Tail
from backups.restored import Restored
from backups.scratch import scratch, volume_exists
from operation.containers import execute
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack


def as_marked(plan: Plan, facts: Facts) -> Facts:
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


class Attempt:
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
        """Fills, recovers, looks, and moves.

        Raises:
            Failure: when a step fails; the journal knows how far it came.
        """
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
            return as_marked(self.plan, gather(target))

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
            if not self.follow:  # who follows has done so
                cut_over.calm(self.living)
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
