"""How long archiving stood still while the database took the next passphrase."""

from dataclasses import dataclass
from typing import Any

from backups.engine import query
from operation.containers import wait_for
from operation.failure import Failure

SECONDS = 60
"""For the first segment after a start; one ends every `archive_timeout`."""
ASK = """select failed_count, coalesce(extract(epoch from last_archived_time), 0),
  extract(epoch from pg_postmaster_start_time()) from pg_stat_archiver"""


@dataclass(frozen=True)
class Seen:
    """What PostgreSQL's archiver says of itself.

    Attributes:
        failures: how often archiving failed since its statistics began.
        archived: when the newest segment was archived, in seconds of its clock; 0 for never.
        started: when the server started, in seconds of its clock.
    """

    failures: int
    archived: float
    started: float


@dataclass(frozen=True)
class Pause:
    """What the change cost.

    Attributes:
        seconds: between two archived segments around the database's restart, its usual rhythm included; None
            when it was not restarted, or nobody saw the next one.
        failures: tries that failed meanwhile; PostgreSQL tries each segment again until it is archived.
    """

    seconds: float | None
    failures: int


def seen(target: Any) -> Seen:
    """Asks it.

    Raises:
        Failure: when the database does not answer.
    """
    failures, archived, started = query(target, ASK).split("\t")
    return Seen(int(failures), float(archived), float(started))


def since(target: Any, before: Seen) -> Pause:
    """Waits for the first segment that the database archives after its start.

    Raises:
        Failure: when the database does not answer.
    """
    trail = [before, seen(target)]

    def again() -> bool:
        trail.append(seen(target))
        return trail[-1].archived > trail[-1].started

    if trail[-1].started != before.started:
        try:
            wait_for(again, SECONDS, "the archiving after the start")
        except Failure:
            return pause([])
    return pause(trail)


def pause(trail: list[Seen]) -> Pause:
    """What the looks, the oldest first, come to; pure."""
    if not trail:
        return Pause(None, 0)
    first, last = trail[0], trail[-1]
    failures = max(0, last.failures - first.failures)
    if first.started == last.started:
        return Pause(None, failures)
    earlier = max(each.archived for each in trail if each.archived <= last.started)
    return Pause(round(last.archived - earlier, 1), failures)
