"""The peer of a restore: pgBackRest alone into an empty volume, and the server's own replay of all WAL."""

import time

from backups import recovery, server
from backups.scratch import remove_volume, scratch
from bench.command import timed
from bench.deployment import LIMIT, Deployment
from operation.containers import execute, required


def raw_restore(deployment: Deployment) -> float:
    """Restores the latest from the local repository in a container of the database's own image.

    Returns:
        seconds from pgBackRest's start until the server has replayed all WAL and takes writes; making the
        container and the volume is not in it.

    Raises:
        Failure: when it does not succeed.
    """
    stack = deployment.stack
    volume = stack.object_name("raw")
    try:
        with scratch(stack, volume) as target:
            required(execute(target, ["bash", "-c", recovery.EMPTY]), "emptying the volume")
            started = time.monotonic()
            timed(["docker", "exec", target.id, *restore_argv(deployment)], LIMIT)
            server.start(target)
            recovery.wait_for_end(target)
            return time.monotonic() - started
    finally:
        remove_volume(volume)


def restore_argv(deployment: Deployment) -> list[str]:
    """What a person would type, with as many processes as the task has."""
    backups = deployment.stack.settings.backups
    return [
        "pgbackrest",
        f"--stanza={backups.stanza}",
        "--repo=1",
        f"--process-max={backups.processes}",
        f"--pg1-path={server.DATA}",
        "restore",
    ]
