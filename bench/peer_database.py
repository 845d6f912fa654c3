"""A second database with the same data, which the peers back up: it may be configured as they want it.

It is a container of the product's own image with Debian's Barman, without a network, with the same limits.
"""

import io
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from backups.engine import query
from backups.scratch import ensure_volume, remove_volume
from backups.server import DATA
from bench.command import Ran, timed
from bench.deployment import Deployment
from bench.peers import FOLDER
from operation.containers import client, execute, required, wait_for

LIMIT = 3600.0
START_SECONDS = 120.0
SHARED_MEMORY = 256 * 1024**2
CONFIGURATION = "/cluster/peer.conf"
ACCESS = "/cluster/peer_hba.conf"
RECIPE = f"""
FROM {{image}}
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends barman \\
 && apt-get clean && rm -rf /var/lib/apt/lists/* \\
 && install --directory --owner=6001 --group=6001 --mode=0700 {FOLDER}
USER 6001:6001
"""
WANTED = f"""
ssl = off
listen_addresses = ''
hba_file = '{ACCESS}'
archive_mode = off
summarize_wal = on
"""
"""Behind the product's own settings, so that these hold. PostgreSQL's incremental backups want summaries."""
TRUST = "local all all trust\nlocal replication all trust\n"
"""Nobody else can reach the container's socket."""
SUMMARISED = "select coalesce(max(end_lsn) >= '{}', false) from pg_available_wal_summaries()"


class PeerDatabase:
    """A database beside the product's.

    Args:
        container: that has its volume and runs nothing yet.
        configuration: the text of the product's `postgresql.conf`.
    """

    def __init__(self, container: Any, configuration: str) -> None:
        self.container = container
        for path, text in ((CONFIGURATION, configuration + WANTED), (ACCESS, TRUST)):
            argv = ["sh", "-c", f'printf "%s" "$1" >{path}', "sh", text]
            required(execute(container, argv), f"writing {path}")

    def start(self) -> None:
        """Starts the server, and waits until it takes queries."""
        settings = f"-c config_file={CONFIGURATION}"
        argv = ["pg_ctl", "start", "-D", DATA, "-w", "-s", "-l", "/cluster/peer.log", "-o", settings]
        required(execute(self.container, [*argv, "-t", str(round(START_SECONDS))]), "the start of the peer")

    def stop(self) -> None:
        """Stops it cleanly."""
        required(
            execute(self.container, ["pg_ctl", "stop", "-D", DATA, "-w", "-s", "-m", "fast"]), "its stop"
        )

    def run(self, script: str, folder: str, number: int) -> Ran:
        """Runs a peer's script, timed from outside as every other command here.

        Raises:
            Failure: when a command of it fails, with its words.
        """
        argv = ["bash", "-euo", "pipefail", "-c", script, "bash", folder, str(number)]
        return timed(["docker", "exec", self.container.id, *argv], LIMIT)

    def size(self, folder: str) -> int:
        """Bytes of the files below a folder, as long as they say that they are."""
        said = required(execute(self.container, ["du", "--summarize", "--bytes", folder]), "measuring")
        return int(said.split()[0])

    def settle(self) -> None:
        """Waits until the WAL until now is summarised: an incremental backup would wait for it itself."""
        query(self.container, "checkpoint")
        now = query(self.container, "select redo_lsn from pg_control_checkpoint()")
        wait_for(
            lambda: query(self.container, SUMMARISED.format(now)) == "t",
            START_SECONDS,
            "the summary of the WAL",
        )


@contextmanager
def peer_database(deployment: Deployment, volume: str) -> Iterator[PeerDatabase]:
    """Runs one on a volume that holds a stopped copy of the database; removes all but that volume.

    Raises:
        Failure: when the image cannot be built, or the server does not start.
    """
    engine, database = client(timeout=900), deployment.database
    configuration = required(execute(database, ["cat", "/etc/postgresql/postgresql.conf"]), "the settings")
    name = f"{deployment.name}-peers-{secrets.token_hex(3)}"
    with _image(engine, database.attrs["Image"], name):
        ensure_volume(deployment.stack, name, engine)
        container = engine.containers.run(
            name,
            ["infinity"],
            name=name,
            entrypoint=["sleep"],
            detach=True,
            init=True,
            network_mode="none",
            shm_size=SHARED_MEMORY,
            labels=deployment.stack.labels,
            volumes=[f"{volume}:/cluster", f"{name}:{FOLDER}"],
            **limits(database.attrs["HostConfig"]),
        )
        try:
            made = PeerDatabase(container, configuration)
            required(execute(container, ["mkdir", "-p", "/run/postgresql"]), "the socket's folder")
            made.start()
            yield made
        finally:
            container.remove(force=True)
            remove_volume(name, engine)


def limits(of: Mapping[str, Any]) -> dict[str, int]:
    """A container's limits, for another one; pure. Zero is none."""
    named = {"mem_limit": of.get("Memory", 0), "nano_cpus": of.get("NanoCpus", 0)}
    return {name: value for name, value in named.items() if value}


@contextmanager
def _image(engine: Any, image: str, name: str) -> Iterator[None]:
    """The database's image with the peers' programs, for a block."""
    base = f"{name}-base"
    engine.images.get(image).tag(base)
    try:
        engine.images.build(fileobj=io.BytesIO(RECIPE.format(image=base).encode()), tag=name, rm=True)
        yield
    finally:
        for each in (name, base):
            if engine.images.list(name=each):
                engine.images.remove(each, force=True, noprune=True)
