"""The peer of a restore: pgBackRest alone into an empty volume, and the server's own replay of the WAL."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backups import recovery, server
from backups.scratch import remove_volume, scratch
from bench.command import timed
from bench.deployment import LIMIT, Deployment
from operation.containers import execute, required

LOCAL = 1


@dataclass(frozen=True)
class RawRestored:
    """What came out of it.

    Attributes:
        target: the container, whose server takes writes.
        filled: seconds of pgBackRest's restore.
        seconds: from pgBackRest's start until the server took writes.
    """

    target: Any
    filled: float
    seconds: float


def raw_restore(deployment: Deployment, repository: int = LOCAL, to: datetime | None = None) -> float:
    """Restores in a container of the database's own image, and removes what came out.

    Args:
        deployment: whose backups.
        repository: pgBackRest's number.
        to: the moment; the latest when left out.

    Returns:
        seconds from pgBackRest's start until the server has replayed the WAL and takes writes; making the
        container and the volume is not in it.

    Raises:
        Failure: when it does not succeed.
    """
    volume = deployment.stack.object_name("raw")
    try:
        with restored(deployment, volume, repository, to) as found:
            return found.seconds
    finally:
        remove_volume(volume)


@contextmanager
def restored(
    deployment: Deployment, volume: str, repository: int = LOCAL, to: datetime | None = None
) -> Iterator[RawRestored]:
    """Restores into a volume, which stays, and gives the running server for a block.

    Raises:
        Failure: when it does not succeed.
    """
    with scratch(deployment.stack, volume) as target:
        required(execute(target, ["bash", "-c", recovery.EMPTY]), "emptying the volume")
        started = time.monotonic()
        argv = restore_argv(deployment, repository, to)
        filled = timed(["docker", "exec", target.id, *argv], LIMIT).seconds
        server.start(target)
        recovery.wait_for_end(target)
        yield RawRestored(target, filled, time.monotonic() - started)


def restore_argv(deployment: Deployment, repository: int = LOCAL, to: datetime | None = None) -> list[str]:
    """What a person would type, with as many processes as the task has; its WAL comes from there, too."""
    backups = deployment.stack.settings.backups
    fetch = f'pgbackrest --stanza={backups.stanza} --repo={repository} archive-get %f "%p"'
    moment = f"--target={to.isoformat(sep=' ')}" if to else ""
    return [
        "pgbackrest",
        f"--stanza={backups.stanza}",
        f"--repo={repository}",
        f"--process-max={backups.processes}",
        f"--pg1-path={server.DATA}",
        f"--recovery-option=restore_command={fetch}",
        *(("--type=time", moment, "--target-action=promote") if to else ()),
        "restore",
    ]
