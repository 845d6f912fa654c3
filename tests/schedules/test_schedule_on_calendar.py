"""Cron expressions in systemd's words, against systemd's own arithmetic where the host has it."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from schedules.expression import following
from schedules.on_calendar import made_up, on_calendar

MOMENT = re.compile(r"(?:\(in UTC\)|elapse|#\d+): \w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")

WORDS = {
    "0 2 * * 0": ("Sun *-*-* 02:00:00",),
    "0 2 * * 1-6": ("Mon,Tue,Wed,Thu,Fri,Sat *-*-* 02:00:00",),
    "*/15 * * * *": ("*-*-* *:00,15,30,45:00",),
    "30 3 1 1,4,7,10 *": ("*-01,04,07,10-01 03:30:00",),
    "0 0 1 * 1": ("*-*-01 00:00:00", "Mon *-*-* 00:00:00"),
    "0 0 */2 * 1": ("Mon *-*-01,03,05,07,09,11,13,15,17,19,21,23,25,27,29,31 00:00:00",),
    "5 4 * * 7": ("Sun *-*-* 04:05:00",),
    "0 0 31 * *": ("*-*-31 00:00:00",),
    "0 0 29 2 *": ("*-02-29 00:00:00",),
}


@pytest.mark.parametrize("cron", WORDS)
def test_an_expression_becomes_these_words(cron: str) -> None:
    """Fields written out, weekdays by name, either-or as two values."""
    assert on_calendar(cron) == WORDS[cron]


@pytest.mark.parametrize("cron", [*WORDS, "7-59/9 1-23/5 * 2-11/3 mon-fri", "0 12 13 * 5"])
def test_systemd_reckons_the_same_moments(cron: str) -> None:
    """The next eight, in UTC; on a host without systemd's tools only the words above are tested."""
    if shutil.which("systemd-analyze") is None:
        return
    start, wanted = datetime(2026, 5, 30, 12, tzinfo=UTC), []
    moment = start
    for _ in range(8):
        moment = following(cron, moment, UTC)
        wanted.append(moment)
    assert sorted(set(elapses(on_calendar(cron), start, "UTC")))[:8] == wanted


def test_systemd_passes_over_a_gap_and_a_second_look_makes_up_for_it() -> None:
    """In Berlin there is no 02:00 on the last Sunday of March; the second look comes two hours later."""
    cron, start = "0 2 * * 0", datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert made_up(cron) == ("*-*-* 04:10:00",)
    if shutil.which("systemd-analyze") is None:
        return
    due = following(cron, start, ZoneInfo("Europe/Berlin"))
    assert elapses(on_calendar(cron), start, "Europe/Berlin")[0] > due
    assert elapses(made_up(cron), start, "Europe/Berlin")[0] == datetime(2026, 3, 29, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("cron", ["0 12 * * *", "*/5 * * * *", "30 4 * * *"])
def test_no_second_look_where_no_gap_can_be(cron: str) -> None:
    """At noon no clock jumps, and what runs every hour has its next look soon."""
    assert made_up(cron) == ()


def elapses(values: tuple[str, ...], after: datetime, zone: str) -> list[datetime]:
    """When systemd says that a timer of these values elapses, its first eight times each."""
    argv = [
        "systemd-analyze",
        "calendar",
        "--iterations=8",
        f"--base-time=@{int(after.timestamp())}",
        *values,
    ]
    done = subprocess.run(argv, env={"TZ": zone, "LC_ALL": "C"}, capture_output=True, text=True, check=True)
    found = re.findall(
        r"(?:\(in UTC\)|[Ee]lapse|#\d+): \w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", done.stdout
    )
    return [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in found]
