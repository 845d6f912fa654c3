"""What `schedule.list` and `status` say: last run, next run, what is wrong and what to do."""

import getpass
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.looks.standing import schedules
from infra.status import Status
from operation.failure import Failure
from operation.stack import Stack
from schedules import host, installation, listing, plan, record, store
from schedules.record import Outcome, Run
from schedules.schedule import Kind, identity
from tests.schedules.conftest import Make, ran

SUNDAY = datetime(2026, 3, 8, 2, tzinfo=UTC)
MONDAY = SUNDAY + timedelta(days=1)
GOOD = Run(
    started=SUNDAY,
    ended=SUNDAY + timedelta(seconds=14),
    seconds=14.2,
    outcome=Outcome.SUCCEEDED,
    served=SUNDAY,
)


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host in UTC whose cron daemon runs."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr("schedules.clock.LOCAL", Path("/nowhere"))
    monkeypatch.setattr(listing, "daemon_runs", lambda: True)


def rows(stack: Stack, now: datetime = MONDAY) -> tuple[list[str], list[str]]:
    """The lines, and what is wrong."""
    found = listing.look(stack, now)
    return listing.lines(found), [sentence for each in found for sentence in each.wrong]


def test_a_schedule_with_a_scheduler_at_work_is_well(stack: Stack, make: Make) -> None:
    """Last run with outcome and duration, next run with what starts it."""
    store.write(stack, make())
    record.keep(stack, "backup-full", GOOD)
    with store.held(stack, store.RUNNER, ""):
        lines, wrong = rows(stack)
    assert lines == [
        "backup-full: last Sun 2026-03-08 02:00 succeeded in 14 s; next Sun 2026-03-15 02:00 by foreground"
    ]
    assert wrong == []


def test_a_schedule_that_nothing_starts_is_wrong(stack: Stack, make: Make) -> None:
    """No scheduler runs; there is no next run then."""
    store.write(stack, make())
    lines, wrong = rows(stack, SUNDAY - timedelta(days=7))
    assert lines == ["backup-full: has not run yet; no next run by foreground"]
    assert len(wrong) == 1
    assert "`invoke schedule.run --stack try`" in wrong[0]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (
            Outcome.FAILED,
            "last run failed: the disk is full; read /log; `invoke schedule.fire backup-full`",
        ),
        (Outcome.BUSY, "its last run found no moment to work"),
        (Outcome.INTERRUPTED, "its last run was interrupted"),
        (Outcome.RUNNING, "its last run was killed"),
    ],
)
def test_a_last_run_that_did_not_end_well_is_wrong(
    stack: Stack, make: Make, outcome: Outcome, words: str
) -> None:
    """With what it said, its log, and what to type."""
    store.write(stack, make())
    served = SUNDAY if outcome in {Outcome.FAILED, Outcome.BUSY} else None
    run = Run(started=SUNDAY, outcome=outcome, detail="the disk is full.", log="/log", served=served)
    record.keep(stack, "backup-full", run)
    with store.held(stack, store.RUNNER, ""):
        _, wrong = rows(stack)
    assert len(wrong) == 1
    assert words in wrong[0]


def test_a_run_at_work_is_not_wrong(stack: Stack, make: Make) -> None:
    """Also when it is late."""
    store.write(stack, make())
    record.keep(stack, "backup-full", ran(SUNDAY - timedelta(days=7)))
    with store.held(stack, store.RUNNER, ""), store.held(stack, "backup-full", ""):
        lines, wrong = rows(stack)
    assert "last Sun 2026-03-01 02:00 running" in lines[0]
    assert wrong == []


def test_a_missed_run_is_wrong(stack: Stack, make: Make) -> None:
    """A day late."""
    store.write(stack, make())
    record.keep(stack, "backup-full", GOOD.model_copy(update={"served": SUNDAY - timedelta(days=7)}))
    with store.held(stack, store.RUNNER, ""):
        _, wrong = rows(stack)
    said = "schedule backup-full: no run since one was due at 2026-03-08T02:00+00:00; "
    assert wrong == [f"{said}`invoke schedule.fire backup-full` runs it now."]


def test_lines_that_somebody_took_out_of_the_crontab_are_missed(stack: Stack, spool: Path) -> None:
    """And a daemon that does not run."""
    installation.install(stack, plan.backups("0 2 * * 0", "", "", 0), Kind.CRON, [], SUNDAY)
    assert rows(stack, SUNDAY)[1] == []
    table = (spool / "table").read_text()
    for changed in ("# empty\n", table.replace("0 2 * * 0", "0 3 * * 0")):
        (spool / "table").write_text(changed)
        assert "as they were made: `invoke backup.schedule`" in rows(stack, SUNDAY)[1][0]


def test_a_cron_that_does_not_run_is_wrong(
    stack: Stack, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines alone start nothing."""
    assert spool.exists()
    installation.install(stack, plan.backups("0 2 * * 0", "", "", 0), Kind.CRON, [], SUNDAY)
    monkeypatch.setattr(listing, "daemon_runs", lambda: False)
    assert "no cron daemon runs" in rows(stack, SUNDAY)[1][0]


def test_systemd_is_asked_for_timer_and_next_run(stack: Stack, spool: Path) -> None:
    """It knows the delay that it has chosen; a timer that is not active is wrong."""
    installation.install(stack, plan.backups("0 2 * * 0", "", "", 600), Kind.SYSTEMD, [], SUNDAY)
    unit = f"{identity(stack, 'backup-full')}.timer"
    elapse = int((SUNDAY + timedelta(days=7, seconds=240)).timestamp())
    answer = f"NextElapseUSecRealtime=@{elapse}\nId={unit}\nActiveState=active\n"
    (spool / "show").write_text(answer)
    lines, wrong = rows(stack, SUNDAY)
    assert lines == ["backup-full: has not run yet; next Sun 2026-03-15 02:04 by systemd"]
    assert wrong == []
    (spool / "show").write_text(answer.replace("=active", "=inactive"))
    assert "timer does not run: `invoke backup.schedule`" in rows(stack, SUNDAY)[1][0]
    (spool / "show").unlink()
    assert "timer does not run" in rows(stack, SUNDAY)[1][0]
    (spool / "show").write_text(answer)
    timer = spool / "units" / unit
    timer.write_text(timer.read_text().replace("02:00", "03:00"))
    assert "units are not as they were made" in rows(stack, SUNDAY)[1][0]


def test_a_users_timers_want_lingering(stack: Stack, spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else they end with the last session."""
    monkeypatch.setattr(host, "is_root", lambda: False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(spool))
    installation.install(stack, plan.backups("0 2 * * 0", "", "", 0), Kind.SYSTEMD, [], SUNDAY)
    (spool / "show").write_text(f"Id={identity(stack, 'backup-full')}.timer\nActiveState=active\n")
    monkeypatch.setattr(getpass, "getuser", lambda: "nobody-at-all")
    assert "loginctl enable-linger" in rows(stack, SUNDAY)[1][0]


def test_status_says_what_is_wrong_and_what_runs(stack: Stack, make: Make) -> None:
    """Sentences go into `wrong`, rows beside them."""
    store.write(stack, make())
    status = Status("try")
    schedules(stack, status)
    assert [each.name for each in status.schedules] == ["backup-full"]
    assert any("no scheduler runs" in sentence for sentence in status.wrong)
    assert status.remarks == []


def test_status_remarks_that_nothing_runs_by_itself(stack: Stack, make: Make) -> None:
    """Also when only drills do."""
    for number in (0, 1):
        status = Status("try")
        schedules(stack, status)
        assert len(status.schedules) == number
        assert status.remarks == [listing.NONE]
        store.write(stack, make(name="drill-lost", job=("drill", "lost")))


def test_a_damaged_schedule_is_a_failure_for_status(stack: Stack, make: Make) -> None:
    """Which `status` shows as a line."""
    store.write(stack, make())
    path = stack.folder / "schedules" / "backup-full.json"
    os.truncate(path, 10)
    with pytest.raises(Failure, match="cannot be read"):
        schedules(stack, Status("try"))
