"""When something is due: standard cron expressions of five fields, read as Debian's cron reads them."""

import re
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from operation.failure import Failure, refusal

if TYPE_CHECKING:
    from cronsim import CronSim

NAMES = re.compile(r"\b(SUN|MON|TUE|WED|THU|FRI|SAT|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b")
FIELD = re.compile(r"[0-9*,/-]+")
LONE_STEP = re.compile(r"(^|,)\d+/")
"""`5/15`: some crons read it as 5, some as 5-59/15, some refuse it."""

PARTS = 5
EXAMPLE = 'five fields: minute hour day month weekday, as in "0 2 * * 0" (Sundays at 02:00).'


def checked(text: str) -> str:
    """The expression, its blanks made single.

    Raises:
        Failure: when cron, systemd and we would not all read it alike, or it never comes true.
    """
    following(text, datetime.now(UTC), UTC)
    return " ".join(text.split())


def following(text: str, after: datetime, zone: tzinfo) -> datetime:
    """The first moment after `after` that the expression names, in UTC.

    Where the clock goes forward, what lies in the hour that is left out comes due at its end; where it goes
    back, only the first of two equal hours counts, unless minutes or hours are written with a star (cron(8)).

    Raises:
        Failure: when the expression is none.
    """
    moments = parsed(text, after.astimezone(zone))
    for moment in moments:
        if moment.astimezone(UTC) > after:
            return moment.astimezone(UTC)
    raise refusal(f"{text!r} never comes true.", remedy=f"write {EXAMPLE}")


def parsed(text: str, start: datetime) -> "CronSim":
    """The expression's fields as sets of numbers, and its moments after `start`.

    Raises:
        Failure: when it is none that every cron knows.
    """
    from cronsim import CronSim, CronSimError  # noqa: PLC0415

    fields = NAMES.sub("1", text.upper()).split()
    if len(fields) != PARTS or not all(FIELD.fullmatch(field) for field in fields):
        raise _no_expression(text)
    if any(LONE_STEP.search(field) for field in fields):
        raise refusal(
            f"{text!r}: a step behind one number means different things to different crons.",
            remedy="write the range: 5-59/15 instead of 5/15.",
        )
    try:
        return CronSim(text, start)
    except CronSimError as error:
        raise _no_expression(text, f" ({error})") from error


def _no_expression(text: str, why: str = "") -> Failure:
    return refusal(f"{text!r} is no cron expression{why}.", remedy=f"write {EXAMPLE}")
