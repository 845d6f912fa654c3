"""PostgreSQL in a scratch: fill the volume, recover to the target, and hold there read-only."""

import shlex
from typing import Any

from backups.engine import query
from backups.history import lsn
from backups.plan import Plan
from operation.containers import execute, required, wait_for
from operation.failure import Failure

LOG = "/cluster/recovery.log"
RESTORE_SECONDS = 24 * 3600
REPLAY_SECONDS = 24 * 3600
START_SECONDS = 3600
EMPTY = "find /cluster -mindepth 1 -not -name lock -delete; mkdir -p /cluster/spool; touch /cluster/restoring"
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
    argv = [
        "pgbackrest",
        f"--stanza={stanza}",
        f"--repo={plan.backup.repository}",
        f"--set={plan.backup.label}",
        "--log-level-console=info",
        f"--process-max={processes}",
        "--pg1-path=/cluster/pgdata",
        "--tablespace-map-all=/cluster/tablespaces",
        f"--recovery-option=restore_command={restore_command(stanza, plan.backup.repository)}",
    ]
    if plan.latest:
        argv += [f"--type={'standby' if follow else 'default'}", f"--target-timeline={plan.timeline}"]
    elif plan.time is None:
        argv += ["--type=immediate", "--target-action=pause", f"--target-timeline={plan.timeline}"]
    else:
        argv += [
            "--type=time",
            f"--target={plan.time.isoformat(sep=' ')}",
            "--target-action=pause",
            f"--target-timeline={plan.timeline}",
        ]
    return [*argv, "restore"]


def fill(target: Any, stanza: str, plan: Plan, processes: int, *, follow: bool = False) -> str:
    """Empties /cluster, marks it as unfinished and restores the backup's files into it.

    Raises:
        Failure: with pgBackRest's own words; the running database was not touched.
    """
    required(
        execute(target, ["bash", "-c", EMPTY]),
        "emptying the new volume",
    )
    return required(
        execute(target, restore_argv(stanza, plan, processes, follow=follow)),
        f"restoring backup {plan.backup.label}",
        "the database that serves was not touched; `invoke backup.verify` tests the repositories.",
    )


def start(target: Any, *, options: tuple[str, ...] = ()) -> None:
    """Starts the server in a scratch: no TCP, no archive command.

    Raises:
        Failure: with the last lines of the server's log.
    """
    settings = [
        "config_file=/etc/postgresql/postgresql.conf",
        "hba_file=/etc/postgresql/pg_hba.conf",
        "ident_file=/dev/null",
        "listen_addresses=",
        "hot_standby=on",
        *_minima(target),
        *options,
    ]
    flags = " ".join(f"-c {shlex.quote(each)}" for each in settings)
    argv = [
        "pg_ctl",
        "start",
        "-D",
        "/cluster/pgdata",
        "-l",
        LOG,
        "-t",
        str(START_SECONDS),
        "-w",
        "-s",
        "-o",
        flags,
    ]
    output = execute(target, argv)
    if output.status != 0:
        raise Failure(
            f"the restored database did not start:\n    {last_lines(target)}",
            "the database that serves was not touched.",
            "try another restore point: `invoke backup.list`.",
        )


def stop(target: Any) -> None:
    """Stops the scratch's server cleanly."""
    required(
        execute(target, ["pg_ctl", "stop", "-D", "/cluster/pgdata", "-m", "fast", "-w", "-s", "-t", "120"]),
        "stopping the restored database",
    )


def wait_for_target(target: Any) -> None:
    """Waits until replay pauses, and makes sure that it is at the target and nowhere else.

    Raises:
        Failure: when the server ends instead, or pauses for another reason.
    """
    wait_for(lambda: _paused(target), REPLAY_SECONDS, "the end of replay")
    log = execute(target, ["cat", LOG]).stdout
    if STOPPED_AT_TARGET not in log:
        raise Failure(
            f"replay paused before it met its target:\n    {last_lines(target)}",
            "the database that serves was not touched.",
        )


def wait_for_end(target: Any) -> None:
    """Waits until the server has replayed all WAL there is and has ended recovery by itself.

    Raises:
        Failure: when the server ends instead: WAL that exists could not be read.
    """
    wait_for(
        lambda: _answer(target, "select pg_is_in_recovery()") == "f", REPLAY_SECONDS, "the end of replay"
    )


def promote(target: Any) -> int:
    """Ends recovery on a new timeline and gives its number; waits until it takes writes."""
    if query(target, "select pg_is_in_recovery()") == "f":
        return timeline(target)
    required(
        execute(target, ["pg_ctl", "promote", "-D", "/cluster/pgdata", "-w", "-s", "-t", "300"]),
        "promoting the restored database",
    )
    wait_for(lambda: query(target, "select pg_is_in_recovery()") == "f", 300, "the promotion")
    query(target, "checkpoint")
    return timeline(target)


def timeline(target: Any) -> int:
    """The timeline that a server which takes writes is on."""
    return int(
        query(target, "select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int")
    )


def replayed(target: Any) -> int:
    """The WAL position, as a number, up to which a standby has replayed."""
    return lsn(query(target, "select coalesce(pg_last_wal_replay_lsn(), '0/0')"))


def last_lines(target: Any, count: int = 12) -> str:
    """The end of the recovery log."""
    return execute(target, ["tail", "-n", str(count), LOG]).stdout.strip().replace("\n", "\n    ")


def control(target: Any, directory: str) -> dict[str, str]:
    """`pg_controldata` of a directory; empty when there is none."""
    output = execute(target, ["pg_controldata", "-D", directory])
    if output.status != 0:
        return {}
    pairs = (line.split(":", 1) for line in output.stdout.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _minima(target: Any) -> list[str]:
    """Settings that may not be smaller than the backed-up server's, else replay pauses at nothing."""
    facts = control(target, "/cluster/pgdata")
    names = {
        "max_connections setting": "max_connections",
        "max_worker_processes setting": "max_worker_processes",
        "max_wal_senders setting": "max_wal_senders",
        "max_prepared_xacts setting": "max_prepared_transactions",
        "max_locks_per_xact setting": "max_locks_per_transaction",
    }
    return [f"{names[key]}={value}" for key, value in facts.items() if key in names]


def _paused(target: Any) -> bool:
    return _answer(target, "select pg_get_wal_replay_pause_state()") == "paused"


def _answer(target: Any, sql: str) -> str:
    """A query's answer, empty while the server does not take queries yet."""
    try:
        return query(target, sql)
    except Failure:
        if execute(target, ["pg_ctl", "status", "-D", "/cluster/pgdata"]).status != 0:
            raise Failure(
                f"the restored database ended before it met its target:\n    {last_lines(target)}",
                "the database that serves was not touched.",
                "the WAL may be damaged in this repository; `--repo` names another one.",
            ) from None
        return ""
