"""PostgreSQL in a scratch: started without TCP and without archiving, promoted, asked, stopped."""

import re
import shlex
from typing import Any

from backups.engine import query
from backups.history import lsn
from operation.containers import Output, execute, required, wait_for
from operation.failure import Failure

LOG = "/cluster/recovery.log"
DATA = "/cluster/pgdata"
PROMOTE_SECONDS = 3600
STOP_SECONDS = 600
START_SECONDS = 10
"""Until its process is there; how recovery fares is seen later."""
SERVES_STILL = "the database that serves was not touched."

MINIMA = {
    "max_connections setting": ("max_connections", 100),
    "max_worker_processes setting": ("max_worker_processes", 8),
    "max_wal_senders setting": ("max_wal_senders", 10),
    "max_prepared_xacts setting": ("max_prepared_transactions", 0),
    "max_locks_per_xact setting": ("max_locks_per_transaction", 64),
}
"""Of `pg_controldata`, with the setting and PostgreSQL's own value (its manual, section 26.4.3)."""


def start_argv(control: dict[str, str], configuration: str, options: tuple[str, ...]) -> list[str]:
    """The command that starts the server; pure.

    Args:
        control: what `pg_controldata` says.
        configuration: the text of `postgresql.conf`.
        options: more settings, over those of every file.
    """
    settings = [
        "config_file=/etc/postgresql/postgresql.conf",
        "hba_file=/etc/postgresql/pg_hba.conf",
        "ident_file=/dev/null",
        "listen_addresses=",
        "archive_command=",
        "synchronous_standby_names=",
        "hot_standby=on",
        *minima(control, configuration),
        *options,
    ]
    flags = " ".join(f"-c {shlex.quote(each)}" for each in settings)
    return ["pg_ctl", "start", "-D", DATA, "-l", LOG, "-W", "-s", "-o", flags]


def minima(control: dict[str, str], configuration: str) -> list[str]:
    """Settings that may be smaller neither than the backed-up server's nor than the present ones.

    Otherwise replay pauses at nothing; WAL may hold the change from the one to the other.
    """
    found = []
    for key, (name, default) in MINIMA.items():
        line = re.search(rf"^{name}\s*=\s*(\d+)", configuration, re.MULTILINE)
        configured = int(line[1]) if line else default
        found.append(f"{name}={max(configured, int(control.get(key, 0)))}")
    return found


def start(target: Any, *, options: tuple[str, ...] = ()) -> None:
    """Starts the server and goes on at once; whoever waits for it sees how it fares.

    Raises:
        Failure: when it cannot be started at all.
    """
    configuration = required(
        execute(target, ["cat", "/etc/postgresql/postgresql.conf"]), "reading the settings"
    )
    execute(target, ["rm", "-f", LOG])
    execute(target, start_argv(control(target, DATA), configuration, options))
    try:
        wait_for(lambda: runs(target), START_SECONDS, "the server's start")
    except Failure:
        raise Failure(
            f"the restored database did not start:\n    {last_lines(target)}",
            SERVES_STILL,
            "try another restore point: `invoke backup.list`.",
        ) from None


def stop(target: Any) -> None:
    """Stops the scratch's server cleanly."""
    required(
        execute(target, ["pg_ctl", "stop", "-D", DATA, "-m", "fast", "-w", "-s", "-t", str(STOP_SECONDS)]),
        "stopping the restored database",
    )


def promote(target: Any) -> int:
    """Ends recovery on a new timeline, if it did not end by itself, and gives the timeline's number."""
    if query(target, "select pg_is_in_recovery()") == "t":
        required(
            execute(target, ["pg_ctl", "promote", "-D", DATA, "-w", "-s", "-t", str(PROMOTE_SECONDS)]),
            "promoting the restored database",
        )
    query(target, "checkpoint")
    return timeline(target)


def timeline(target: Any) -> int:
    """The timeline that a server which takes writes is on."""
    return int(
        query(target, "select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int")
    )


def system(target: Any) -> int:
    """The identifier of a running cluster."""
    return int(query(target, "select system_identifier from pg_control_system()"))


def written(target: Any) -> int:
    """The WAL position, as a number, up to which a server that takes writes has written."""
    return lsn(query(target, "select pg_current_wal_lsn()"))


def replayed(target: Any) -> int:
    """The WAL position, as a number, up to which a standby has replayed."""
    return lsn(query(target, "select coalesce(pg_last_wal_replay_lsn(), '0/0')"))


def control(target: Any, directory: str) -> dict[str, str]:
    """`pg_controldata` of a directory; empty when there is none."""
    output = execute(target, ["pg_controldata", "-D", directory])
    return parse_control(output) if output.status == 0 else {}


def parse_control(output: Output) -> dict[str, str]:
    """Keys and values of `pg_controldata`."""
    pairs = (line.split(":", 1) for line in output.stdout.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def runs(target: Any) -> bool:
    """Whether the server's process is there, whether or not it takes queries yet."""
    return execute(target, ["pg_ctl", "status", "-D", DATA]).status == 0


def last_lines(target: Any, count: int = 12) -> str:
    """The end of the recovery log."""
    return execute(target, ["tail", "-n", str(count), LOG]).stdout.strip().replace("\n", "\n    ")
