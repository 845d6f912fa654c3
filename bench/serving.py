"""Requests while a backup is taken, beside the same without one: their 99th percentile."""

import time
from collections.abc import Iterator
from statistics import quantiles

from backups.engine import REPOSITORIES
from bench.clients import Clients
from bench.deployment import Deployment
from bench.row import TIMES, Row
from bench.series import Series
from operation.failure import Failure
from operation.progress import Progress

FEWEST = 200
"""Requests below which a 99th percentile says nothing."""
GOAL = f"≤ 1.5 {TIMES} without"


def measure(deployment: Deployment, seconds: int, progress: Progress) -> Iterator[Row]:
    """Without a backup and with full ones into each repository, for at least so many seconds each.

    Raises:
        Failure: when a backup fails, or too few requests were answered.
    """
    for repository in REPOSITORIES.values():
        with progress.step(f"requests without a backup, {seconds} s"):
            without, _ = _asked(deployment, seconds, "")
        with progress.step(f"requests during backups into {repository}"):
            during, failed = _asked(deployment, seconds, repository)
        yield from rows(repository, during, without, failed)


def rows(repository: str, during: list[float], without: list[float], failed: int) -> Iterator[Row]:
    """Milliseconds of all requests as rows; pure.

    Raises:
        Failure: when they are too few.
    """
    what = f"GET /items while `invoke backup --type full` into {repository}: p99"
    with_it, alone = (Series((p99(each),), "ms") for each in (during, without))
    yield Row(what, GOAL, with_it, f"without, of {len(without)} requests", alone)
    yield Row(f"the same: not answered well, of {len(during) + failed}", "0", Series((failed,), "requests"))


def p99(taken: list[float]) -> float:
    """The 99th percentile.

    Raises:
        Failure: when they are too few for one.
    """
    if len(taken) < FEWEST:
        raise Failure(f"{len(taken)} requests were answered: too few for a 99th percentile.")
    return quantiles(taken, n=100)[98]


def _asked(deployment: Deployment, seconds: int, repository: str) -> tuple[list[float], int]:
    """Milliseconds of the good answers, and how many were none."""
    with Clients(deployment.stack) as clients:
        until = time.monotonic() + seconds
        while repository and time.monotonic() < until:
            deployment.invoke("backup", "--type", "full", "--repo", repository)
        time.sleep(max(0.0, until - time.monotonic()))
    return [1000 * each for each in clients.record.taken], clients.record.failed
