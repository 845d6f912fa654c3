"""A schedule on a real deployment: started by the foreground scheduler in an empty environment."""

import signal
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from operation import audit
from operation.stack import ROOT
from schedules import record, store
from schedules.record import Outcome
from schedules.schedule import Kind, Schedule
from tests.platform.deployment import Deployment, awaited

pytestmark = pytest.mark.platform

NAME = "backup-incr"


def test_a_backup_that_was_missed_is_taken_by_itself(platform: Deployment) -> None:
    """The scheduler makes up for it at its start; status shows the last run and the next one."""
    made = datetime.now(UTC) - timedelta(days=2)
    job = ("backup", "--type", "incr")
    schedule = Schedule(name=NAME, job=job, cron="0 2 * * *", jitter=60, kind=Kind.FOREGROUND, since=made)
    store.write(platform.stack, schedule)
    argv = [str(ROOT / "ops"), "schedule.run", "--stack", platform.name]
    scheduler = subprocess.Popen(argv, cwd="/", env={}, stdout=subprocess.DEVNULL)
    try:
        run = awaited(lambda: _ended(platform), 120, "the backup")
        status = platform.succeed("status", "--json").json
    finally:
        scheduler.send_signal(signal.SIGTERM)
        assert scheduler.wait(60) == 0
        store.drop(platform.stack, NAME)
    assert run.outcome is Outcome.SUCCEEDED, run
    assert audit.entries(platform.stack)[-1].what == "backup --type incr"
    (row,) = status["schedules"]
    assert (row["name"], row["last_outcome"]) == (NAME, "succeeded")
    assert datetime.fromisoformat(row["next"]) > datetime.now(UTC)


def _ended(platform: Deployment) -> record.Run | None:
    run = record.last(platform.stack, NAME)
    return run if run is not None and run.ended is not None else None
