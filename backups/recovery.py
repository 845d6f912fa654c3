"""A recovery in a scratch: fill the volume, replay to the target, and see that it ended where it should."""

import time
from collections.abc import Callable
from typing import Any

from backups import server
from backups.engine import query
from backups.plan import Goal, Plan
from operation.containers import execute, required
from operation.failure import Failure

EMPTY = (
    "find /cluster -mindepth 1 -not -name lock -delete && mkdir /cluster/spool && touch /cluster/restoring"
)
STALL_SECONDS = 300
"""Replay that takes in no further segment for so long stands still; one takes 20 to 50 ms (facts)."""
FIRST_PAUSE, LAST_PAUSE, COUNT_SECONDS = 0.1, 1.0, 5.0
"""Seconds between two looks at a replay, and between two counts of what it took in."""
STOPPED_AT_TARGET = "recovery stopping"
"""What the server writes when it has met the target; «paused» alone may also mean a wrong setting."""


def restore_command(stanza: str, repository: int) -> str:
    """The `restore_command`: only «not there» ends recovery quietly."""
    return f"fetch-wal {repository} {stanza} %f %p"


def restore_argv(stanza: str, plan: Plan, processes: int, *, follow: bool = False) -> list[str]:
    """PgBackRest's restore into /cluster/pgdata, set and timeline always named; pure.

    Args:
        stanza: whose backups.
        plan: the way to the target.
        processes: how many decompress at once.
        follow: only for the latest: stay a standby of the living database until it has stopped.
    """
    return [
        "pgbackrest",
        f"--stanza={stanza}",
        f"--repo={plan.backup.repository}",
        f"--set={plan.backup.label}",
        "--log-level-console=info",
        f"--process-max={processes}",
        f"--pg1-path={server.DATA}",
        "--tablespace-map-all=/cluster/tablespaces",
        f"--recovery-option=restore_command={restore_command(stanza, plan.backup.repository)}",
        *_goal(plan, follow=follow),
        "restore",
    ]


def _goal(plan: Plan, *, follow: bool) -> list[str]:
    # PgBackRest has no --target-timeline for a backup's own end, and checks the others against it.
    if plan.goal is Goal.BACKUP:
        timeline = f"--recovery-option=recovery_target_timeline={plan.timeline}"
        return [timeline, "--type=immediate", "--target-action=pause"]
    timeline = f"--target-timeline={plan.timeline}"
    if plan.mark is not None:
        return [timeline, "--type=name", f"--target={plan.mark.target}", "--target-action=pause"]
    if plan.goal is Goal.TIME and plan.time is not None:
        target = f"--target={plan.time.isoformat(sep=' ')}"
        return [timeline, "--type=time", target, "--target-action=pause"]
    return [timeline, "--type=standby" if follow else "--type=default"]


def fill(
    target: Any, stanza: str, plan: Plan, processes: int, *, follow: bool = False, highest: int = 0
) -> None:
    """Empties /cluster, marks it as unfinished and restores the backup's files into it.

    Args:
        target: the scratch's container.
        stanza: whose backups.
        plan: the way to the target.
        processes: how many decompress at once.
        follow: see `restore_argv`.
        highest: highest timeline ever given; the new one gets the next number.

    Raises:
        Failure: with pgBackRest's own words; the running database was not touched.
    """
    required(execute(target, ["bash", "-c", EMPTY]), "emptying the new volume")
    required(
        execute(target, restore_argv(stanza, plan, processes, follow=follow)),
        f"restoring backup {plan.backup.label}",
        "the database that serves was not touched; `invoke backup.verify` tests the repositories.",
    )
    know_timelines(target, plan.timeline, highest)
    know_holes(target, plan.bridged)


def know_timelines(target: Any, followed: int, highest: int) -> None:
    """Tells `fetch-wal` which numbers are taken, whether or not a repository has their history files."""
    script = 'echo "$1 $2" > /cluster/timelines'
    required(execute(target, ["sh", "-c", script, "sh", str(followed), str(highest)]), "noting the timelines")


def know_holes(target: Any, segments: tuple[str, ...]) -> None:
    """Tells `fetch-wal` which segments the repository lacks in the middle, so that it asks the other one."""
    if segments:
        script = 'printf "%s\\n" "$@" > /cluster/holes'
        required(execute(target, ["sh", "-c", script, "sh", *segments]), "noting the holes")


def wait_for_target(target: Any) -> None:
    """Waits until replay pauses, and makes sure that it is at the target and nowhere else.

    Raises:
        Failure: when the server ends instead, pauses for another reason, or stands still.
    """
    state = "select case when pg_is_in_recovery() then pg_get_wal_replay_pause_state() else 'ended' end"
    _replaying(target, lambda: answer(target, state) in {"paused", "ended"})
    log = execute(target, ["cat", server.LOG]).stdout
    if STOPPED_AT_TARGET not in log:
        raise Failure(
            f"replay paused before it met its target:\n    {server.last_lines(target)}", server.SERVES_STILL
        )


def wait_for_end(target: Any) -> None:
    """Waits until the server has replayed all WAL there is and has ended recovery by itself.

    Raises:
        Failure: when the server ends instead, because WAL that exists could not be read, or stands still.
    """
    _replaying(target, lambda: answer(target, "select pg_is_in_recovery()") == "f")


def wait_for_replay(target: Any, goal: int, seconds: float = STALL_SECONDS) -> None:
    """Waits until a standby has replayed beyond a WAL position.

    Args:
        target: the standby's container.
        goal: the position, as a number.
        seconds: how long it may stand still.

    Raises:
        Failure: when the server ends, or stands still.
    """
    position = "select coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'), 0) > " + str(goal)
    _replaying(target, lambda: answer(target, position) == "t", seconds)


def answer(target: Any, sql: str) -> str:
    """A query's answer, empty while the server does not take queries yet.

    Raises:
        Failure: when the server has ended.
    """
    try:
        return query(target, sql)
    except Failure:
        if server.runs(target):
            return ""
        raise Failure(
            f"the restored database ended before it met its target:\n    {server.last_lines(target)}",
            server.SERVES_STILL,
            "the WAL may be damaged in this repository; `--repo` names another one.",
        ) from None


def _replaying(target: Any, done: Callable[[], bool], seconds: float = STALL_SECONDS) -> None:
    """Waits for a condition for as long as replay takes in segments.

    Looks often at first and seldom later: every look costs replay some of its processor.
    """
    taken, pause = -1, FIRST_PAUSE
    deadline = counted = time.monotonic()
    while not done():
        if time.monotonic() >= min(deadline, counted + COUNT_SECONDS):
            now, counted = _segments_taken(target), time.monotonic()
            if now == taken and counted >= deadline:
                raise _stalled(target, seconds)
            if now != taken:
                taken, deadline = now, counted + seconds
        time.sleep(pause)
        pause = min(pause * 1.2, LAST_PAUSE)


def _stalled(target: Any, seconds: float) -> Failure:
    return Failure(
        f"replay stands still since {seconds:.0f} s:\n    {server.last_lines(target)}",
        server.SERVES_STILL,
        "a segment may be missing in this repository; `--repo` names another one.",
    )


def _segments_taken(target: Any) -> int:
    words = execute(target, ["grep", "-c", "restored log file", server.LOG]).stdout.strip()
    return int(words) if words.isdigit() else 0
