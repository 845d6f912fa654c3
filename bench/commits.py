"""How long a commit takes: one row each, by pgbench over the socket in the database's container."""

import re
from typing import Any

from backups.engine import query
from bench.command import timed
from operation.failure import Failure

DATABASE = "bem"
LIMIT = 120.0
TABLE = "create table if not exists bench_commits (id bigint generated always as identity, at timestamptz)"
SCRIPT = "insert into bench_commits (at) values (clock_timestamp());"
FILE = "/tmp/commits.sql"  # noqa: S108  # in the container
LATENCY = re.compile(r"latency average = ([0-9.]+) ms")


def prepare(target: Any) -> None:
    """Makes the table; again does no harm."""
    query(target, TABLE, DATABASE)
    timed(["docker", "exec", target.id, "sh", "-c", f'echo "$1" > {FILE}', "sh", SCRIPT], LIMIT)


def latency(target: Any, clients: int, seconds: int) -> float:
    """Milliseconds of one commit on average, as a client of the platform waits for it.

    Args:
        target: the database's container.
        clients: that write at once, each without a pause.
        seconds: that they do.

    Raises:
        Failure: when pgbench fails, or says no figure.
    """
    options = ["-n", "-f", FILE, "-c", str(clients), "-T", str(seconds), DATABASE]
    ran = timed(["docker", "exec", "--env", "PGOPTIONS=", target.id, "pgbench", *options], LIMIT + seconds)
    found = LATENCY.search(ran.stdout)
    if found is None:
        raise Failure("pgbench did not say how long a commit took.")
    return float(found[1])
