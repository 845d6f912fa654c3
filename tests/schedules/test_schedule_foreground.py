"""The foreground scheduler: with a clock that the test moves, and as a process with a fast one."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operation.containers import wait_for
from operation.failure import Failure
from operation.stack import ROOT, Stack
from schedules import record, store
from schedules.foreground import Scheduler, run, start_run
from schedules.record import Outcome, Run
from schedules.schedule import Kind, Schedule, offset
from tests.schedules.conftest import Make, ran

SUNDAY = datetime(2026, 3, 8, 2, tzinfo=UTC)
Ops = Callable[[str], Path]

FAST = """
import signal, subprocess, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from operation.stack import Stack
from schedules import record
from schedules.foreground import Scheduler, run
from schedules.record import Outcome, Run

began = time.monotonic()

def now():
    return datetime(2026, 3, 8, 1, 59, tzinfo=UTC) + timedelta(minutes=60 * (time.monotonic() - began))

def start(stack, schedule):
    record.keep(stack, schedule.name, Run(started=now(), outcome=Outcome.RUNNING))
    job = "trap 'echo told >>told; kill $!; exit' TERM; echo $$ >>runs; sleep 60 & wait"
    return subprocess.Popen(["bash", "-c", job], cwd=stack.root, start_new_session=True)

stack = Stack("try", Path(sys.argv[1]))
run(Scheduler(stack, lambda said: print(said, flush=True), now, start, look=0.05))
print("ended", flush=True)
"""


class World:
    """A clock to move, and runs that end when they are told to.

    Attributes:
        at: the present time.
        said: what the person was told.
        runs: what was started.
    """

    def __init__(self, stack: Stack) -> None:
        self.at, self.said, self._stack = SUNDAY - timedelta(days=1), list[str](), stack
        self.runs: list[tuple[str, subprocess.Popen[bytes]]] = []
        self.scheduler = Scheduler(stack, self.said.append, lambda: self.at, self._start)

    def end(self, name: str, outcome: Outcome = Outcome.SUCCEEDED) -> None:
        """The newest run of that name ends and is recorded."""
        run = next(run for found, run in reversed(self.runs) if found == name)
        run.kill()
        run.wait()
        record.keep(
            self._stack, name, Run(started=self.at, ended=self.at, seconds=1, outcome=outcome, served=self.at)
        )

    def _start(self, _stack: Stack, schedule: Schedule) -> "subprocess.Popen[bytes]":
        run = subprocess.Popen(["sleep", "60"])
        self.runs.append((schedule.name, run))
        return run


@pytest.fixture
def world(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> object:
    """A world in UTC, with nothing left running at its end."""
    monkeypatch.setenv("TZ", "UTC")
    made = World(stack)
    yield made
    for _, each in made.runs:
        each.kill()
        each.wait()


def test_a_run_starts_at_its_time_and_once(stack: Stack, make: Make, world: World) -> None:
    """Not before, and not again while it runs or after it has ended."""
    store.write(stack, make())
    record.keep(stack, "backup-full", ran(SUNDAY - timedelta(days=7)))
    assert world.scheduler.tick() == 20
    world.at = SUNDAY - timedelta(seconds=5)
    assert world.scheduler.tick() == 5
    assert world.runs == []
    for seconds in (0, 1, 3000):
        world.at = SUNDAY + timedelta(seconds=seconds)
        world.scheduler.tick()
    assert [name for name, _ in world.runs] == ["backup-full"]
    world.end("backup-full")
    world.scheduler.tick()
    assert len(world.runs) == 1
    assert world.said[-1] == "backup-full: succeeded in 1.0 s"


def test_what_was_missed_is_made_up_for_once(stack: Stack, make: Make, world: World) -> None:
    """The scheduler was away for five Sundays."""
    store.write(stack, make())
    record.keep(stack, "backup-full", ran(SUNDAY))
    world.at = SUNDAY + timedelta(days=36)
    world.scheduler.tick()
    world.end("backup-full")
    for hours in range(0, 120, 12):
        world.at = SUNDAY + timedelta(days=36, hours=hours)
        world.scheduler.tick()
    assert len(world.runs) == 1


def test_the_offset_is_kept(stack: Stack, make: Make, world: World) -> None:
    """To the second."""
    schedule = make(jitter=600)
    store.write(stack, schedule)
    record.keep(stack, "backup-full", ran(SUNDAY - timedelta(days=7)))
    late = offset(stack, schedule)
    assert late > 1
    world.at = SUNDAY + timedelta(seconds=late - 1)
    assert world.scheduler.tick() == 1
    assert world.runs == []
    world.at = SUNDAY + timedelta(seconds=late)
    world.scheduler.tick()
    assert len(world.runs) == 1


def test_every_minute_is_every_minute(stack: Stack, make: Make, world: World) -> None:
    """A run that has served its moment does not keep the next one waiting."""
    store.write(stack, make(cron="* * * * *", since=SUNDAY))
    for minute in range(1, 6):
        world.at = SUNDAY + timedelta(minutes=minute)
        world.scheduler.tick()
        world.end("backup-full")
    assert len(world.runs) == 5


def test_schedules_of_other_kinds_are_not_its_business(stack: Stack, make: Make, world: World) -> None:
    """Those of systemd and cron."""
    store.write(stack, make(kind=Kind.CRON))
    world.at = SUNDAY + timedelta(days=40)
    world.scheduler.tick()
    assert world.runs == []


def test_two_schedules_run_side_by_side(stack: Stack, make: Make, world: World) -> None:
    """A long drill does not keep the backup waiting."""
    store.write(stack, make(name="drill-lost", job=("drill", "lost"), cron="0 1 * * 0"))
    store.write(stack, make())
    world.at = SUNDAY + timedelta(minutes=1)
    world.scheduler.tick()
    assert {name for name, _ in world.runs} == {"drill-lost", "backup-full"}


def test_a_run_that_cannot_even_be_recorded_is_not_tried_all_the_time(
    stack: Stack, make: Make, world: World
) -> None:
    """A full disk, a broken environment: every ten minutes."""
    store.write(stack, make())
    for seconds in range(0, 1300, 20):
        world.at = SUNDAY + timedelta(seconds=seconds)
        world.scheduler.tick()
        for _, each in world.runs:
            each.kill()
            each.wait()
    assert len(world.runs) == 3
    assert "backup-full: ended without a record" in world.said


def test_a_schedule_that_is_made_changed_or_removed_meanwhile_is_seen(
    stack: Stack, make: Make, world: World
) -> None:
    """Without a restart; a damaged one is told, and the scheduler goes on."""
    world.at = SUNDAY + timedelta(minutes=1)
    world.scheduler.tick()
    store.write(stack, make())
    world.scheduler.tick()
    assert len(world.runs) == 1
    store.drop(stack, "backup-full")
    (stack.folder / "schedules" / "bad.json").write_text("{")
    world.scheduler.tick()
    assert "bad.json cannot be read" in world.said[-1]


def test_a_process_with_a_fast_clock_runs_what_is_due_and_ends_its_runs(stack: Stack, make: Make) -> None:
    """An hour a second. SIGTERM ends it, and its run with it; meanwhile no second scheduler runs."""
    store.write(stack, make(cron="0 * * * *"))
    process = subprocess.Popen(
        [sys.executable, "-c", FAST, str(stack.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        runs = stack.root / "runs"
        wait_for(lambda: runs.exists() and runs.read_text(), 20, "the first run")
        with pytest.raises(Failure, match="runs already") as caught:
            run(Scheduler(stack, print))
        assert caught.value.exit_code == 3
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert said.splitlines()[0] == "schedules of stack try run; Ctrl-C ends them"
    assert said.splitlines()[-1] == "ended"
    assert (stack.root / "told").read_text() == "told\n"
    assert not store.is_held(stack, store.RUNNER)


def test_a_scheduler_ends_with_its_stack(stack: Stack, world: World) -> None:
    """`down --destroy-data` removes the folder."""

    def destroyed(said: str) -> None:
        world.said.append(said)
        shutil.rmtree(stack.folder, ignore_errors=True)

    world.scheduler.say, world.scheduler.look = destroyed, 0.01
    run(world.scheduler)
    assert world.said == [
        "schedules of stack try run; Ctrl-C ends them",
        "the stack is gone, and its schedules with it",
    ]


def test_a_run_is_started_by_the_command_that_timers_use(stack: Stack, make: Make, ops: Ops) -> None:
    """The same for all kinds."""
    ops('echo "$@" >said')
    assert start_run(stack, make()).wait(10) == 0
    assert (stack.root / "said").read_text() == "schedule.fire backup-full --stack try --if-due\n"
