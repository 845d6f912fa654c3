"""What is due and what was missed, with a clock that the test moves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from operation.stack import Stack
from schedules import schedule as schedule_module
from schedules.due import missed, pending, upcoming
from schedules.record import Outcome, Run
from schedules.schedule import Kind, offset
from tests.schedules.conftest import MADE, Make, ran

SUNDAY = datetime(2026, 3, 8, 2, tzinfo=UTC)
"""The second Sunday after the schedule was made; it was made on the first one, before 02:00."""


def test_nothing_is_due_before_the_first_moment(make: Make) -> None:
    """A schedule has missed nothing of the time before it was made."""
    schedule = make(since=MADE + timedelta(hours=3))
    assert pending(schedule, None, SUNDAY - timedelta(seconds=1), UTC) is None
    assert pending(schedule, None, SUNDAY, UTC) == SUNDAY


def test_a_run_serves_its_moment_and_the_next_one_comes_due(make: Make) -> None:
    """Once a week."""
    run = ran(SUNDAY + timedelta(seconds=1))
    schedule = make()
    assert pending(schedule, run, SUNDAY + timedelta(days=6), UTC) is None
    assert pending(schedule, run, SUNDAY + timedelta(days=7), UTC) == SUNDAY + timedelta(days=7)


def test_five_missed_weeks_are_made_up_for_by_one_run(make: Make) -> None:
    """After the downtime the first missed moment is due; the run that starts then has served all."""
    schedule, back = make(), SUNDAY + timedelta(days=36)
    assert pending(schedule, ran(SUNDAY), back, UTC) == SUNDAY + timedelta(days=7)
    assert pending(schedule, ran(back), back + timedelta(minutes=1), UTC) is None


@pytest.mark.parametrize("outcome", [Outcome.RUNNING, Outcome.INTERRUPTED])
def test_a_run_that_the_host_took_along_is_due_again(make: Make, outcome: Outcome) -> None:
    """Killed, or told to end at shutdown: its moment is not served; one that failed by itself is."""
    cut = Run(started=SUNDAY, outcome=outcome, served=SUNDAY - timedelta(days=7))
    assert pending(make(), cut, SUNDAY + timedelta(hours=1), UTC) == SUNDAY
    failed = Run(started=SUNDAY, outcome=Outcome.FAILED, served=SUNDAY)
    assert pending(make(), failed, SUNDAY + timedelta(hours=1), UTC) is None


def test_a_missed_run_is_told_once_it_is_later_than_jitter_and_an_hourly_look_explain(make: Make) -> None:
    """An hour and a half, and the jitter."""
    schedule, run = make(jitter=600), ran(SUNDAY - timedelta(days=7))
    limit = SUNDAY + timedelta(minutes=100)
    assert missed(schedule, run, limit, UTC) is None
    assert missed(schedule, run, limit + timedelta(seconds=1), UTC) == SUNDAY


def test_a_schedule_of_every_minute_is_missed_too(make: Make) -> None:
    """The first moment counts, not the newest, which is never older than a minute."""
    schedule = make(cron="* * * * *")
    assert missed(schedule, ran(SUNDAY), SUNDAY + timedelta(days=1), UTC) == SUNDAY + timedelta(minutes=1)


def test_a_clock_that_was_set_back_does_not_stop_everything(make: Make) -> None:
    """A last run "in the future" counts as one of now."""
    schedule, run = make(cron="0 * * * *"), ran(SUNDAY + timedelta(days=400))
    assert upcoming(schedule, run, SUNDAY, UTC, 0) == SUNDAY + timedelta(hours=1)


def test_the_next_run_is_put_off_by_the_offset_and_never_in_the_past(make: Make) -> None:
    """What is overdue starts now."""
    schedule, run = make(), ran(SUNDAY - timedelta(days=7))
    assert upcoming(schedule, run, SUNDAY - timedelta(days=1), UTC, 90) == SUNDAY + timedelta(seconds=90)
    late = SUNDAY + timedelta(days=1)
    assert upcoming(schedule, run, late, UTC, 90) == late


def test_a_backup_of_sunday_is_due_on_the_day_the_clock_goes_forward(make: Make) -> None:
    """At 03:00, which is an hour after 01:00 there."""
    berlin = ZoneInfo("Europe/Berlin")
    run = ran(datetime(2026, 3, 22, 2, tzinfo=berlin))
    due = pending(make(), run, datetime(2026, 3, 29, 12, tzinfo=berlin), berlin)
    assert due == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_jitter_stays_in_its_bounds_and_is_the_same_each_time(
    stack: Stack, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For 300 names it spreads over the whole range; another host has another offset."""
    schedules = [make(name=f"backup-{number}", jitter=120) for number in range(300)]
    found = [offset(stack, each) for each in schedules]
    assert found == [offset(stack, each) for each in schedules]
    assert 0 <= min(found) < 10
    assert 110 < max(found) <= 120
    monkeypatch.setattr(schedule_module, "MACHINE", stack.root / "machine-id")
    (stack.root / "machine-id").write_text("another\n")
    assert found != [offset(stack, each) for each in schedules]


def test_no_jitter_is_none_and_systemd_sees_to_its_own(stack: Stack, make: Make) -> None:
    """Twice put off would be out of bounds."""
    assert offset(stack, make(jitter=0)) == 0
    assert offset(stack, make(jitter=600, kind=Kind.SYSTEMD)) == 0
