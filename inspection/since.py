"""From when on, as a person types it."""

import re
from datetime import datetime, timedelta

from operation.failure import refusal
from operation.moment import moment

AGO = re.compile(r"(\d{1,7})([smhd]?)")
UNITS = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def since(text: str, now: datetime) -> datetime | None:
    """`10m`, `2h`, `1d`, `30` (seconds), or a time with its offset; empty for all there is.

    Raises:
        Failure: when it is none of these.
    """
    if text in {"", "0"}:
        return None
    found = AGO.fullmatch(text)
    if found is None:
        return moment(text)
    try:
        return now - timedelta(**{UNITS[found[2]]: int(found[1])})
    except OverflowError:
        raise refusal(f"--since {text} is before the calendar.", remedy="for example: --since 2h") from None
