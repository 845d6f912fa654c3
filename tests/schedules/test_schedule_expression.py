"""Cron expressions, read with clocks that jump, leap days and ends of months."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from operation.failure import Failure
from schedules.expression import checked, following

BERLIN = ZoneInfo("Europe/Berlin")


def moments(cron: str, after: str, zone: ZoneInfo, count: int = 3) -> list[str]:
    """The next moments of an expression, in the words of a clock in that zone."""
    found, moment = [], datetime.fromisoformat(after).replace(tzinfo=zone)
    for _ in range(count):
        moment = following(cron, moment, zone)
        found.append(moment.astimezone(zone).strftime("%Y-%m-%d %H:%M%z"))
    return found


def test_a_clock_that_goes_forward_puts_a_run_off_to_the_end_of_the_gap() -> None:
    """02:00 does not exist on that Sunday; the backup is taken all the same, at 03:00."""
    assert moments("0 2 * * 0", "2026-03-22 12:00", BERLIN, 2) == [
        "2026-03-29 03:00+0200",
        "2026-04-05 02:00+0200",
    ]


def test_a_clock_that_goes_back_brings_one_run_and_not_two() -> None:
    """02:30 comes twice on that Sunday."""
    assert moments("30 2 * * *", "2026-10-24 12:00", BERLIN) == [
        "2026-10-25 02:30+0200",
        "2026-10-26 02:30+0100",
        "2026-10-27 02:30+0100",
    ]


def test_between_the_two_equal_hours_the_next_run_is_tomorrow() -> None:
    """In the second 02:10 the 02:30 of that day is over."""
    second = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1)
    assert following("30 2 * * *", second, BERLIN) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_every_quarter_of_an_hour_goes_on_through_both_changes() -> None:
    """Stars follow time as it passes, not the clock on the wall."""
    for day in (datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 10, 25, tzinfo=BERLIN)):
        moment = day.astimezone(UTC)
        for _ in range(30):
            later = following("*/15 * * * *", moment, BERLIN)
            assert later - moment == timedelta(minutes=15)
            moment = later


def test_a_leap_day_comes_every_four_years_and_not_in_2100() -> None:
    """The 29th of February."""
    assert moments("0 0 29 2 *", "2026-01-01 00:00", ZoneInfo("UTC"), 2) == [
        "2028-02-29 00:00+0000",
        "2032-02-29 00:00+0000",
    ]
    assert following("0 0 29 2 *", datetime(2096, 3, 1, tzinfo=UTC), UTC).year == 2104


def test_a_thirty_first_is_not_put_off_to_the_first() -> None:
    """Months without it are passed over."""
    assert moments("0 1 31 * *", "2026-01-31 02:00", ZoneInfo("UTC")) == [
        "2026-03-31 01:00+0000",
        "2026-05-31 01:00+0000",
        "2026-07-31 01:00+0000",
    ]


def test_a_day_of_the_month_or_a_weekday_as_cron_has_it() -> None:
    """Both restricted: either is enough."""
    assert moments("0 0 1 * 1", "2026-05-29 12:00", ZoneInfo("UTC")) == [
        "2026-06-01 00:00+0000",
        "2026-06-08 00:00+0000",
        "2026-06-15 00:00+0000",
    ]


def test_the_next_moment_is_always_later() -> None:
    """At 600 seeded moments around changes of clocks, in four zones."""
    chance = random.Random(11)  # noqa: S311  # no secret
    crons = ("0 2 * * *", "30 1,2,3 * * *", "*/7 * * * *", "0 0 1 * *", "15 2 29 3 *")
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"):
        zone = ZoneInfo(name)
        for _ in range(150):
            start = datetime(2026, chance.choice((3, 4, 10, 11)), 1, tzinfo=UTC)
            after = start + timedelta(seconds=chance.randrange(86400 * 30))
            assert following(chance.choice(crons), after, zone) > after


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "0 0 0 * * *", "61 * * * *", "@daily", "0 2 * * FRI-MON", "0 0 30 2 *", "0 0 31 4,6 *"],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    """With exit status 2, and an example."""
    with pytest.raises(Failure) as caught:
        checked(text)
    assert caught.value.exit_code == 2
    assert "five fields" in caught.value.remedy


@pytest.mark.parametrize("text", ["0 0 L * *", "0 0 * * 1#2", "0 0 LW * *", "0 0 * * 5L", "0 2 * * 0\nx"])
def test_what_only_some_crons_know_is_refused(text: str) -> None:
    """A schedule means the same by systemd, by cron and in the foreground, or it is not made."""
    with pytest.raises(Failure, match="is no cron expression"):
        checked(text)


def test_a_step_behind_one_number_is_refused_with_the_right_way() -> None:
    """`5/15`."""
    with pytest.raises(Failure) as caught:
        checked("5/15 * * * *")
    assert "5-59/15" in caught.value.remedy


def test_names_and_blanks_are_taken() -> None:
    """As cron does."""
    assert checked("  0 2  * JAN-MAR sun ") == "0 2 * JAN-MAR sun"
