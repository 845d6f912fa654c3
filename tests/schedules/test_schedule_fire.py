"""One run: its record, its waits, and that there are never two at once, whoever is killed."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from operation.containers import wait_for
from operation.failure import Failure
from operation.stack import ROOT, Stack
from schedules import record, store
from schedules.fire import Means, fire
from schedules.record import Outcome, Run
from schedules.schedule import offset
from tests.schedules.conftest import Make, ran

SUNDAY = datetime(2026, 3, 8, 2, tzinfo=UTC)
Ops = Callable[[str], Path]

ONE_RUN = """
import sys
from pathlib import Path
from operation.stack import Stack
from schedules.fire import fire
run = fire(Stack("try", Path(sys.argv[1])), "backup-full", if_due=False)
sys.exit(run.exit_status)
"""


@contextmanager
def busy(stack: Stack, name: str = "lock") -> Iterator[None]:
    """Another operation on the stack."""
    with (stack.make_folder() / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def at(moment: datetime) -> Means:
    """A world in which it is that time."""
    return Means(now=lambda: moment, pause=lambda _: None, ready=lambda _: True)


def process(stack: Stack) -> "subprocess.Popen[bytes]":
    """A run in a process of its own."""
    argv = [sys.executable, "-c", ONE_RUN, str(stack.root)]
    return subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.DEVNULL)


def started(stack: Stack) -> int:
    """Waits for the job to write its number into `at-work`, and gives it."""
    path = stack.root / "at-work"
    return int(wait_for(lambda: path.read_text().strip() if path.exists() else "", 10, "the job's begin"))


def test_a_good_run_is_recorded(stack: Stack, make: Make, ops: Ops) -> None:
    """The job gets its words and the stack; what it says is in the log, readable by us alone."""
    ops('echo "$@"; pwd')
    store.write(stack, make())
    run = fire(stack, "backup-full", if_due=False)
    assert run is not None
    assert run == record.last(stack, "backup-full")
    assert (run.outcome, run.exit_status, run.detail) == (Outcome.SUCCEEDED, 0, "")
    assert run.good == run.ended is not None
    log = Path(run.log)
    assert log.read_text().splitlines() == ["backup --type full --stack try", str(stack.root)]
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_failed_run_keeps_the_complaint_and_the_last_good_end(stack: Stack, make: Make, ops: Ops) -> None:
    """The exit status is the job's."""
    store.write(stack, make())
    good = datetime(2026, 3, 1, tzinfo=UTC)
    record.keep(stack, "backup-full", Run(started=good, outcome=Outcome.SUCCEEDED, good=good))
    ops('echo "✗ the disk is full."; echo "  do: mend it"; exit 7')
    run = fire(stack, "backup-full", if_due=False)
    assert run is not None
    assert (run.outcome, run.exit_status, run.detail) == (Outcome.FAILED, 7, "the disk is full.")
    assert run.good == good


def test_a_job_that_a_signal_ended_counts_as_shells_count(stack: Stack, make: Make, ops: Ops) -> None:
    """128 and the signal's number."""
    ops("kill -9 $$")
    store.write(stack, make())
    run = fire(stack, "backup-full", if_due=False)
    assert run is not None
    assert run.exit_status == 137


def test_a_job_without_an_end_is_ended(stack: Stack, make: Make, ops: Ops) -> None:
    """No step without a limit."""
    ops("exec sleep 60")
    store.write(stack, make())
    run = fire(stack, "backup-full", if_due=False, means=Means(longest=0.3))
    assert run is not None
    assert run.outcome is Outcome.FAILED
    assert "ended after" in run.detail


def test_nothing_runs_unless_it_is_due(stack: Stack, make: Make, ops: Ops) -> None:
    """A timer may look as often as it likes."""
    ops("echo ran >>ran")
    store.write(stack, make())
    assert fire(stack, "backup-full", if_due=True, means=at(SUNDAY)) is not None
    for minutes in (1, 60, 9000):
        assert fire(stack, "backup-full", if_due=True, means=at(SUNDAY + timedelta(minutes=minutes))) is None
    assert fire(stack, "backup-full", if_due=True, means=at(SUNDAY + timedelta(days=30))) is not None
    assert (stack.root / "ran").read_text() == "ran\nran\n"


def test_a_run_waits_for_its_own_moment(stack: Stack, make: Make, ops: Ops) -> None:
    """The offset counts from the moment that is due; a late run does not wait at all."""
    ops("true")
    schedule = make(jitter=600)
    store.write(stack, schedule)
    waits: list[float] = []
    means = replace(at(SUNDAY + timedelta(seconds=1)), pause=waits.append)
    record.keep(stack, "backup-full", ran(SUNDAY - timedelta(days=7)))
    fire(stack, "backup-full", if_due=True, means=means)
    assert offset(stack, schedule) > 1
    assert waits == [offset(stack, schedule) - 1]
    late = SUNDAY + timedelta(days=8)
    fire(stack, "backup-full", if_due=True, means=replace(at(late), pause=waits.append))
    assert len(waits) == 1


def test_a_platform_that_is_starting_gets_its_time(stack: Stack, make: Make, ops: Ops) -> None:
    """After a reboot a timer is faster than the database; after ten minutes the job may complain itself."""
    ops("true")
    store.write(stack, make())
    waits: list[float] = []
    slow = replace(at(SUNDAY), pause=waits.append, ready=lambda _: len(waits) == 3)
    assert fire(stack, "backup-full", if_due=True, means=slow) is not None
    assert len(waits) == 3
    never = replace(at(SUNDAY + timedelta(days=7)), pause=waits.append, ready=lambda _: False)
    run = fire(stack, "backup-full", if_due=True, means=never)
    assert run is not None
    assert run.outcome is Outcome.SUCCEEDED
    assert sum(waits) == 645
    fire(stack, "backup-full", if_due=False, means=never)
    assert sum(waits) == 645


def test_a_busy_stack_is_waited_for(stack: Stack, make: Make, ops: Ops) -> None:
    """The job starts when the other operation has ended."""
    ops("true")
    store.write(stack, make())
    with busy(stack):
        found: list[Run | None] = []
        run = threading.Thread(target=lambda: found.append(fire(stack, "backup-full", if_due=False)))
        run.start()
        wait_for(lambda: record.last(stack, "backup-full"), 10, "the record")
        assert not found
    run.join(10)
    assert found[0] is not None
    assert found[0].outcome is Outcome.SUCCEEDED


def test_a_schedule_that_is_removed_while_its_run_waits_runs_no_more(
    stack: Stack, make: Make, ops: Ops
) -> None:
    """As `down --destroy-data` does; nothing of it comes back."""
    ops("echo ran >ran")
    store.write(stack, make())
    with busy(stack):
        run = threading.Thread(target=lambda: fire(stack, "backup-full", if_due=False))
        run.start()
        wait_for(lambda: record.last(stack, "backup-full"), 10, "the record")
        store.drop(stack, "backup-full")
    run.join(10)
    assert not (stack.root / "ran").exists()
    assert record.last(stack, "backup-full") is None


def test_a_stack_that_stays_busy_is_a_failed_run(stack: Stack, make: Make, ops: Ops) -> None:
    """Recorded, with exit status 3; the job was not started."""
    ops("echo ran >ran")
    store.write(stack, make())
    with busy(stack):
        run = fire(stack, "backup-full", if_due=False, means=Means(patience=0.3))
    assert run is not None
    assert (run.outcome, run.exit_status) == (Outcome.BUSY, 3)
    assert run == record.last(stack, "backup-full")
    assert not (stack.root / "ran").exists()


def test_a_job_that_finds_the_stack_busy_after_all_is_tried_again(stack: Stack, make: Make, ops: Ops) -> None:
    """Somebody else was faster; exit status 3 is not the end."""
    ops("echo x >>tries; [[ $(wc -l <tries) -gt 2 ]] || exit 3")
    store.write(stack, make())
    run = fire(stack, "backup-full", if_due=False, means=at(SUNDAY))
    assert run is not None
    assert run.outcome is Outcome.SUCCEEDED
    assert (stack.root / "tries").read_text() == "x\n" * 3


def test_a_drill_waits_for_drills_and_not_for_the_stack(stack: Stack, make: Make, ops: Ops) -> None:
    """Backups of the real stack go on beside a drill."""
    ops("true")
    store.write(stack, make(name="drill-lost", job=("drill", "lost")))
    with busy(stack):
        run = fire(stack, "drill-lost", if_due=False, means=Means(patience=0.3))
    assert run is not None
    assert run.outcome is Outcome.SUCCEEDED
    with busy(stack, "drill.lock"):
        run = fire(stack, "drill-lost", if_due=False, means=Means(patience=0.3))
    assert run is not None
    assert run.outcome is Outcome.BUSY


def test_two_runs_at_once_are_one(stack: Stack, make: Make, ops: Ops) -> None:
    """The second one by hand is refused with exit status 3, one by a timer ends in silence."""
    ops("echo $$ >at-work; exec sleep 60")
    store.write(stack, make())
    first = process(stack)
    try:
        started(stack)
        with pytest.raises(Failure, match="at work") as caught:
            fire(stack, "backup-full", if_due=False)
        assert caught.value.exit_code == 3
        assert fire(stack, "backup-full", if_due=True, means=at(SUNDAY)) is None
    finally:
        first.send_signal(signal.SIGINT)
        first.wait(10)


def test_a_killed_run_leaves_no_lock_and_the_next_one_works(stack: Stack, make: Make, ops: Ops) -> None:
    """While the job of the killed run still works there is no second one; then there is."""
    ops("echo $$ >at-work; exec sleep 60")
    store.write(stack, make())
    first = process(stack)
    job = started(stack)
    os.kill(first.pid, signal.SIGKILL)
    first.wait(10)
    with pytest.raises(Failure, match="at work"):
        fire(stack, "backup-full", if_due=False)
    os.kill(job, signal.SIGKILL)
    wait_for(lambda: not store.is_held(stack, "backup-full"), 10, "the end of the job")
    left = record.last(stack, "backup-full")
    assert left is not None
    assert left.outcome is Outcome.RUNNING
    ops("true")
    run = fire(stack, "backup-full", if_due=False)
    assert run is not None
    assert run.outcome is Outcome.SUCCEEDED


def test_a_run_that_is_told_to_end_ends_its_job_and_says_so(stack: Stack, make: Make, ops: Ops) -> None:
    """As systemd does at shutdown, and Ctrl-C in a terminal; the job may clean up."""
    ops("trap 'echo cleaned >cleaned; exit 130' TERM; echo $$ >at-work; sleep 60 & wait")
    store.write(stack, make())
    first = process(stack)
    job = started(stack)
    first.send_signal(signal.SIGINT)
    first.wait(10)
    run = record.last(stack, "backup-full")
    assert run is not None
    assert run.outcome is Outcome.INTERRUPTED
    assert run.ended is not None
    assert (stack.root / "cleaned").exists()
    assert not psutil.pid_exists(job)


def test_a_schedule_that_is_not_there_is_refused(stack: Stack) -> None:
    """Also a name that is a path."""
    for name in ("backup-full", "../try"):
        with pytest.raises(Failure, match="has no schedule"):
            fire(stack, name, if_due=True)


def test_a_damaged_schedule_is_told_with_its_file(stack: Stack, make: Make) -> None:
    """Somebody edited it by hand."""
    store.write(stack, make())
    path = stack.folder / "schedules" / "backup-full.json"
    path.write_text(json.dumps({"name": "backup-full"}))
    with pytest.raises(Failure, match="cannot be read"):
        fire(stack, "backup-full", if_due=True)
