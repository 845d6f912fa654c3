"""The cut-over: the old database stops, and the restored one ends where it should, on its own timeline."""

from datetime import UTC, datetime
from typing import Any

from backups import receiver, recovery, server, switch
from backups.engine import ARCHIVING, PENDING, archive_setting, archiving_off, query
from backups.history import before_fork, lsn, parse_history
from backups.proof import heartbeat
from operation.containers import execute, required
from operation.failure import Failure
from operation.stack import Stack

CATCH_UP_ROUNDS = 2
DRAIN_SECONDS = 60
STOPPED = "/tmp/old-has-stopped"  # noqa: S108  # in the scratch's own tmpfs; `fetch-wal` looks for it
TIDY = f"rm -rf /cluster/restoring /cluster/timelines {ARCHIVING} {PENDING} && sync -f /cluster"
LATER = f'printf "%s\\n" "$1" > {PENDING}'


def catch_up(living: Any, target: Any) -> None:
    """Brings a standby so close to the living database that little is left for the cut-over.

    The first round takes whatever has piled up, the second what came meanwhile. A checkpoint of either
    side does not have to be made when the old one stops.

    Raises:
        Failure: when replay stands still; the living database serves.
    """
    for _ in range(CATCH_UP_ROUNDS):
        query(living, "checkpoint")
        goal = lsn(query(living, "select pg_switch_wal()"))
        recovery.wait_for_replay(target, goal - 1)


def calm(living: Any) -> None:
    """Has a database that serves write its pages: the checkpoint of its end is short then."""
    query(living, "checkpoint")


def retire(stack: Stack, *, followed: bool = False) -> datetime | None:
    """Stops the old database, if one runs; gives the last second in it, None when nobody could ask.

    Args:
        stack: whose database.
        followed: a standby takes the last segments from its volume, and archives them later: it does not
            have to wait for a repository, which may be down, before it ends.
    """
    living = switch.alive(stack)
    last: datetime | None = None
    if living is not None:
        if followed:
            archiving_off(living)
        else:
            query(living, "select pg_switch_wal()")
        last = heartbeat(living)
    if switch.serving_volume(stack):
        switch.stop_database(stack)
    return last


def old_is_dead(target: Any) -> None:
    """Lets recovery read what the volume of a dead database still has, and the WAL receiver's."""
    required(execute(target, ["sh", "-c", f"echo dead > {STOPPED}"]), "noting that the old database is dead")
    receiver.offer(target)


def drain(target: Any, timeline: int) -> None:
    """Lets the standby take what the stopped server had not archived, to its very last record.

    Raises:
        Failure: when that record does not come.
    """
    old = server.control(target, "/old/pgdata")
    if old.get("Database cluster state") != "shut down":
        old_is_dead(target)
        _end_where_the_wal_ends(target)
        return
    served = int(old["Latest checkpoint's TimeLineID"])
    if served != timeline:
        raise Failure(
            f"the old database was on timeline {served}, and the copy follows {timeline}.",
            "nothing was lost; the old database serves again.",
            "`invoke status`; then type the same command again.",
        )
    required(execute(target, ["touch", STOPPED]), "noting that the old database has stopped")
    recovery.wait_for_replay(target, lsn(old["Latest checkpoint location"]), DRAIN_SECONDS)


def promoted(target: Any, number: int, stanza: str = "") -> int:
    """Promotes, stops, and leaves a volume that can be served; gives the new timeline.

    Archiving stays off until it serves: taken back before, it leaves no trace in the repositories.

    Args:
        target: the scratch's container.
        number: the timeline that was set aside for it.
        stanza: where it archives should nobody turn archiving on; empty for nowhere.

    Raises:
        Failure: when the timeline is not the one that was set aside, because then it might be given twice.
    """
    timeline = server.promote(target)
    if timeline != number:
        raise Failure(
            f"the restored database took timeline {timeline} where {number} was set aside.",
            server.SERVES_STILL,
            "type the same command again.",
        )
    server.stop(target)
    _keep_whole_segments(target, timeline)
    required(execute(target, ["bash", "-c", TIDY]), "tidying the new volume")
    if stanza:
        required(
            execute(target, ["sh", "-c", LATER, "sh", archive_setting(stanza)]), "tidying the new volume"
        )
    return timeline


def now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


def _end_where_the_wal_ends(target: Any) -> None:
    """The old server did not end cleanly, so no position is the last: the end of its WAL is."""
    server.stop(target)
    signals = "cd /cluster/pgdata && mv standby.signal recovery.signal"
    required(execute(target, ["sh", "-c", signals]), "ending the standby")
    server.start(target)
    recovery.wait_for_end(target)


def _keep_whole_segments(target: Any, timeline: int) -> None:
    """Of the segments that came from the old volume, the one that was left half-way is not to be archived."""
    listed = execute(target, ["ls", "/cluster/borrowed"]).stdout.split()
    names = [name for name in listed if not name.endswith(".history")]
    if not names:
        return
    history = execute(target, ["cat", f"{server.DATA}/pg_wal/{timeline:08X}.history"])
    fork = parse_history(required(history, "reading the new timeline's history"))[-1]
    halves = [f"/cluster/borrowed/{name}" for name in names if not before_fork(name, fork)]
    if halves:
        required(execute(target, ["rm", "-f", *halves]), "tidying the borrowed segments")
