"""One run of a schedule: what a timer of any kind starts."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from operation.containers import wait_for
from operation.failure import Failure
from operation.lock import BUSY, taken
from operation.stack import Stack
from schedules import record, store
from schedules.clock import now as real_now
from schedules.clock import zone_of
from schedules.due import pending
from schedules.job import Job, last_words
from schedules.readiness import ready as real_ready
from schedules.record import Outcome, Run
from schedules.schedule import Schedule, offset

PATIENCE = 3600.0
"""Seconds that a run waits for the operation that holds the stack."""
BETWEEN_TRIES = 15.0
LOOKS = 40
"""After a reboot the platform has ten minutes to become healthy."""
LONGEST = 86400.0
"""Seconds after which a job is ended."""


@dataclass(frozen=True)
class Means:
    """What a run needs of the world.

    Attributes:
        now: the clock.
        pause: waits that many seconds.
        ready: whether what a backup needs is healthy.
        argv: the job's command line.
        patience: seconds to wait for a busy stack.
        longest: seconds after which the job is ended.
    """

    now: Callable[[], datetime] = real_now
    pause: Callable[[float], None] = time.sleep
    ready: Callable[[Stack], bool] = real_ready
    argv: Callable[[Schedule, Stack], list[str]] = Schedule.argv
    patience: float = PATIENCE
    longest: float = LONGEST


@dataclass
class Firing:
    """One run.

    Attributes:
        stack: whose.
        schedule: which.
        lock: descriptor of the schedule's lock; the job inherits it and so holds it as long as it lives.
        means: what the world gives.
        patient: wait for a platform that is only just starting, as after a reboot.
    """

    stack: Stack
    schedule: Schedule
    lock: int
    means: Means = field(default_factory=Means)
    patient: bool = False

    def run(self) -> Run:
        """Runs the job, and keeps how that went; a kill leaves a record that says "running"."""
        before = record.last(self.stack, self.schedule.name)
        log, started = self._log(), time.monotonic()
        kept = {"good": before.good, "served": before.served} if before else {}
        run = Run(started=self.means.now(), log=str(log), **kept)
        record.keep(self.stack, self.schedule.name, run)
        outcome, status, detail = Outcome.INTERRUPTED, None, "the run was told to end."
        try:
            outcome, status, detail = self._outcome(log)
        finally:
            ended = self.means.now()
            run = run.model_copy(
                update={
                    "ended": ended,
                    "seconds": round(time.monotonic() - started, 1),
                    "outcome": outcome,
                    "exit_status": status,
                    "detail": detail,
                    "good": ended if outcome is Outcome.SUCCEEDED else run.good,
                    "served": run.served if outcome is Outcome.INTERRUPTED else run.started,
                }
            )
            if store.known(self.stack, self.schedule.name):
                record.keep(self.stack, self.schedule.name, run)
        return run

    def _outcome(self, log: Path) -> tuple[Outcome, int, str]:
        if self.patient:
            self._await_ready()
        deadline = time.monotonic() + self.means.patience
        while True:
            free = self._await_free(deadline - time.monotonic())
            if not store.known(self.stack, self.schedule.name):
                return Outcome.INTERRUPTED, 1, "the schedule was removed meanwhile."
            status = self._job(log) if free else BUSY
            if status == 0:
                return Outcome.SUCCEEDED, 0, ""
            if status != BUSY:
                return Outcome.FAILED, status, last_words(log)
            if not free or time.monotonic() + BETWEEN_TRIES >= deadline:
                words = f"the stack was busy for {self.means.patience / 60:.0f} minutes."
                return Outcome.BUSY, BUSY, " ".join(filter(None, (words, last_words(log))))
            self.means.pause(BETWEEN_TRIES)

    def _await_ready(self) -> None:
        """Gives a platform that is starting its time; afterwards the job may complain by itself."""
        for _ in range(LOOKS):
            if self.means.ready(self.stack):
                return
            self.means.pause(BETWEEN_TRIES)

    def _await_free(self, seconds: float) -> bool:
        """Waits for the lock that the job will need; whoever is faster then is met by another try."""
        path = self.stack.folder / ("drill.lock" if self.schedule.job[0] == "drill" else "lock")
        try:
            wait_for(lambda: not taken(path), max(seconds, 0), "the end of another operation")
        except Failure:
            return False
        return True

    def _job(self, log: Path) -> int:
        argv = self.means.argv(self.schedule, self.stack)
        return Job(argv, self.stack.root, log, self.lock, self.means.longest).run()

    def _log(self) -> Path:
        stamp = self.means.now().strftime("%Y%m%dT%H%M%S")
        path = self.stack.make_folder("logs") / f"{stamp}-schedule-{self.schedule.name}.log"
        path.touch(mode=0o600)
        return path


def fire(stack: Stack, name: str, *, if_due: bool, means: Means | None = None) -> Run | None:
    """Runs a schedule's job now, or only if a run is due.

    Returns:
        how it went; None when nothing was due, or the same schedule's run is at work.

    Raises:
        Failure: when there is no such schedule, or its run is at work and this one was asked for by a person.
    """
    means = means or Means()
    schedule = store.named(stack, name)
    try:
        with store.held(stack, name, f"a run of {name} is at work.") as lock:
            if if_due and not _its_turn(stack, schedule, means):
                return None
            return Firing(stack, schedule, lock, means, patient=if_due).run()
    except Failure as failure:
        if if_due and failure.exit_code == BUSY:
            return None
        raise


def _its_turn(stack: Stack, schedule: Schedule, means: Means) -> bool:
    """Whether a run is due; when it is, waits until the moment that jitter gives it."""
    now = means.now()
    due = pending(schedule, record.last(stack, schedule.name), now, zone_of(schedule.kind))
    if due is None:
        return False
    left = (due + timedelta(seconds=offset(stack, schedule)) - now).total_seconds()
    if left > 0:
        means.pause(left)
    return True
