"""The scheduler for hosts without systemd and cron: a process that starts each run at its time."""

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType

from operation.failure import Failure
from operation.stack import Stack
from schedules import record, store
from schedules.clock import now as real_now
from schedules.clock import zone_of
from schedules.due import pending, upcoming
from schedules.schedule import Kind, Schedule, fire_argv, offset

LOOK = 20.0
"""Seconds after which it looks again: schedules may have changed, and so may the clock."""
AGAIN = timedelta(minutes=10)
"""How long a run that could not even be recorded is not tried again."""


def start_run(stack: Stack, schedule: Schedule) -> "subprocess.Popen[bytes]":
    """Starts one run, in a process and a session of its own."""
    return subprocess.Popen(
        fire_argv(stack, schedule.name), cwd=stack.root, stdin=subprocess.DEVNULL, start_new_session=True
    )


@dataclass
class Scheduler:
    """Starts what is due.

    Attributes:
        stack: whose schedules.
        say: tells the person.
        now: the clock.
        start: starts a run.
        look: seconds between two looks at most.
    """

    stack: Stack
    say: Callable[[str], None]
    now: Callable[[], datetime] = real_now
    start: Callable[[Stack, Schedule], "subprocess.Popen[bytes]"] = start_run
    look: float = LOOK
    _runs: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _tried: dict[tuple[str, datetime], datetime] = field(default_factory=dict)

    def tick(self) -> float:
        """Starts all runs whose moment has come.

        Returns:
            seconds until it must look again.
        """
        self._reap()
        now = self.now()
        idle = [each for each in self._schedules() if each.name not in self._runs]
        return min([self.look, *(self._seconds_to(each, now) for each in idle)])

    def _seconds_to(self, schedule: Schedule, now: datetime) -> float:
        """Starts the schedule's run when its moment has come; else the seconds until then."""
        last, zone = record.last(self.stack, schedule.name), zone_of(schedule.kind)
        late = offset(self.stack, schedule)
        due = pending(schedule, last, now, zone)
        if due is None or now < due + timedelta(seconds=late):
            return max((upcoming(schedule, last, now, zone, late) - now).total_seconds(), 0.0)
        if self._may_try((schedule.name, due), now):
            self._runs[schedule.name] = self.start(self.stack, schedule)
            self.say(f"{schedule.name}: started (due {due.astimezone(zone):%Y-%m-%d %H:%M})")
        return self.look

    def stop(self) -> None:
        """Tells the runs at work to end, and waits for them."""
        for name, run in self._runs.items():
            self.say(f"{name}: told to end")
            run.terminate()
        for run in self._runs.values():
            run.wait()
        self._reap()

    def _schedules(self) -> list[Schedule]:
        try:
            return [each for each in store.schedules(self.stack) if each.kind is Kind.FOREGROUND]
        except Failure as failure:
            self.say(f"! {failure}")
            return []

    def _may_try(self, what: tuple[str, datetime], now: datetime) -> bool:
        before = self._tried.get(what)
        if before is not None and timedelta(0) <= now - before < AGAIN:
            return False
        self._tried = {each: at for each, at in self._tried.items() if each[0] != what[0]} | {what: now}
        return True

    def _reap(self) -> None:
        for name, run in list(self._runs.items()):
            if run.poll() is not None:
                del self._runs[name]
                last = record.last(self.stack, name)
                how = (
                    f"{last.outcome} in {last.seconds} s" if last and last.ended else "ended without a record"
                )
                self.say(f"{name}: {how}")


def run(scheduler: Scheduler) -> None:
    """Runs until SIGTERM or Ctrl-C; only one at a time for a stack.

    Raises:
        Failure: when another scheduler runs.
    """
    busy = f"a scheduler of stack {scheduler.stack.name} runs already."
    with store.held(scheduler.stack, store.RUNNER, busy), _told_to_stop() as stop:
        scheduler.say(f"schedules of stack {scheduler.stack.name} run; Ctrl-C ends them")
        try:
            while not stop.wait(scheduler.tick()):
                if not (scheduler.stack.folder / "schedules").exists():
                    scheduler.say("the stack is gone, and its schedules with it")
                    return
        finally:
            scheduler.stop()


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    stop = threading.Event()

    def heard(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, heard) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
