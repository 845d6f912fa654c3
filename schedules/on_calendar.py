"""A cron expression in systemd's words."""

from collections.abc import Iterable
from datetime import UTC, datetime

from schedules.expression import parsed

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ALL_DAYS, ALL_MONTHS, ALL_HOURS, ALL_MINUTES = 31, 12, 24, 60
GAP_HOURS = {0, 1, 2, 3}
"""Clocks go forward in these hours, everywhere."""
AFTER_GAP = "*-*-* 04:10:00"


def on_calendar(cron: str) -> tuple[str, ...]:
    """The `OnCalendar=` values that together name the same moments.

    cron takes a day when its day of the month *or* its weekday fits, once both are restricted; systemd wants
    both. So each becomes a value of its own: a timer elapses for any of its values.
    """
    spec = parsed(cron, datetime.now(UTC))
    clock = f"{_listed(spec.hours, ALL_HOURS)}:{_listed(spec.minutes, ALL_MINUTES)}:00"
    months, days = _listed(spec.months, ALL_MONTHS), _listed(spec.days, ALL_DAYS)
    weekdays = {day % 7 for day in spec.weekdays if isinstance(day, int)}
    week = (
        "" if len(weekdays) == len(WEEK) else ",".join(WEEK[day - 1] for day in _from_monday(weekdays)) + " "
    )
    if spec.day_and:
        return (f"{week}*-{months}-{days} {clock}",)
    return f"*-{months}-{days} {clock}", f"{week}*-{months}-* {clock}"


def made_up(cron: str) -> tuple[str, ...]:
    """When to look once more whether something is due.

    systemd passes over a moment that the clock leaves out when it goes forward: in Berlin a timer of Sundays
    at 02:00 does not elapse on the last Sunday of March. cron makes up for it, and so does this second look.
    """
    hours = set(parsed(cron, datetime.now(UTC)).hours)
    return (AFTER_GAP,) if hours & GAP_HOURS and len(hours) < ALL_HOURS else ()


def _listed(numbers: Iterable[int], complete: int) -> str:
    found = sorted(numbers)
    return "*" if len(found) == complete else ",".join(f"{number:02d}" for number in found)


def _from_monday(weekdays: set[int]) -> list[int]:
    """Cron's Sunday is 0, and systemd's week begins on Monday."""
    return sorted(weekdays, key=lambda day: (day - 1) % 7)
