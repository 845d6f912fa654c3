"""What is due, what was missed, and when the next run is: arithmetic only, the clock is given."""

from datetime import datetime, timedelta, tzinfo

from schedules.expression import following
from schedules.record import Run
from schedules.schedule import Schedule

GRACE = timedelta(minutes=90)
"""How late a run may be before `status` calls it missed; the checks of cron come once an hour."""


def pending(schedule: Schedule, last: Run | None, now: datetime, zone: tzinfo) -> datetime | None:
    """The first moment since the last run for which a run is due by now (UTC); None when nothing is.

    However many were missed, one run makes up for all: it starts after each of them.
    """
    first = following(schedule.cron, _base(schedule, last, now), zone)
    return first if first <= now else None


def upcoming(schedule: Schedule, last: Run | None, now: datetime, zone: tzinfo, late: int) -> datetime:
    """When the next run starts by the clock: what is due already starts at once (UTC).

    Args:
        schedule: which.
        last: how its last run went.
        now: the present time.
        zone: of the clock that the schedule goes by.
        late: seconds by which this schedule's runs are put off.
    """
    first = following(schedule.cron, _base(schedule, last, now), zone) + timedelta(seconds=late)
    return max(first, now)


def missed(schedule: Schedule, last: Run | None, now: datetime, zone: tzinfo) -> datetime | None:
    """The moment whose run should have begun long ago; None when there is none."""
    due = pending(schedule, last, now, zone)
    late = timedelta(seconds=schedule.jitter) + GRACE
    return due if due is not None and now - due > late else None


def _base(schedule: Schedule, last: Run | None, now: datetime) -> datetime:
    """After this moment nothing was served yet; a clock that was set back must not stop everything.

    A run that was killed, or told to end when the host went down, has served nothing.
    """
    served = last.served if last is not None and last.served is not None else schedule.since
    return min(max(served, schedule.since), now)
