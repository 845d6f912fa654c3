"""Which clock on the wall counts."""

import os
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from schedules.schedule import Kind

LOCAL = Path("/etc/localtime")


def now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


def zone_of(kind: Kind) -> tzinfo:
    """The time zone that a kind of schedule goes by.

    systemd and cron go by the host's, whatever TZ says in the shell of whoever looks; the foreground
    scheduler is a process like any other and goes by TZ where it is set.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    if kind is Kind.FOREGROUND and (name := os.environ.get("TZ", "").removeprefix(":")):
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(name)
    try:
        with LOCAL.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (ValueError, OSError):
        return UTC
