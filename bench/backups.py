"""Backups, proofs and restores of one database, beside every peer that can be had here, in one run."""

import math
import shutil
from argparse import ArgumentParser, Namespace
from pathlib import Path

from backups.scratch import remove_volume
from bench import peer_backups, proofs, restores, sample, serving
from bench.deployment import Deployment, own
from bench.own_backups import Backups
from bench.peer_backups import Measured
from bench.peer_database import peer_database
from bench.peers import COPY, PEERS, Peer, named
from bench.row import Rows
from bench.subject import Subject, positive
from operation.containers import client
from operation.failure import refusal
from operation.progress import Progress
from operation.stack_file import configure

PARTS = ("realtime", "pulse")
"""Parts of the platform that would only take processor time."""
ROOM = 7
"""Times the rows' size that the disk needs: repositories, a restore, a peer's backups and their restore."""
GIGABYTE = 1e9


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--gigabytes", type=size, default=5.0, help="of rows; 5 when left out, 20 at most")
    parser.add_argument("--rounds", type=positive, default=1, help="how often each full backup is taken")
    parser.add_argument("--seconds", type=positive, default=20, help="of requests with and without a backup")
    keys = ", ".join(each.key for each in PEERS)
    parser.add_argument("--peers", type=named, default=PEERS, help=f"some of {keys}; all when left out")


def size(text: str) -> float:
    """GB of rows, for argparse.

    Raises:
        ValueError: when it is no number from 0.01 to 20.
    """
    number = float(text)
    if not 0.01 <= number <= 20:  # noqa: PLR2004  # argparse says it
        raise ValueError(text)
    return number


def check_room(gigabytes: float, free: float) -> None:
    """Sees that the disk is large enough, before anything is made.

    Args:
        gigabytes: of rows.
        free: GB of the disk that are free.

    Raises:
        Failure: when it is not.
    """
    if free < ROOM * gigabytes:
        raise refusal(
            f"{gigabytes:g} GB of rows need {ROOM * gigabytes:.0f} GB of disk, and {free:.0f} GB are free.",
            remedy=f"make room, or `--gigabytes {max(0.01, free / ROOM * 0.9):.2g}`.",
        )


def _measure(options: Namespace, progress: Progress) -> Rows:
    check_room(options.gigabytes, _free())
    with own(progress) as deployment:
        configure(deployment.stack, {f"{part}.enabled": False for part in PARTS})
        with progress.step(f"up of {deployment.name}"):
            deployment.invoke("up", "--skip-backup")
        with progress.step(f"fill the database with {options.gigabytes:g} GB"):
            filled = sample.fill(deployment.database, options.gigabytes)
            sample.settle(deployment.database)
        rows = sample.rows_of(options.gigabytes)
        backups = Backups(deployment, rows, options.rounds)
        yield from backups.measure(progress)
        yield from serving.measure(deployment, options.seconds, progress)
        proof, found = _proven_and_peers(deployment, rows, options.peers, progress)
        yield from proofs.rows({name: _verified(deployment, name, progress) for name in proofs.BOTH}, proof)
        yield from peer_backups.rows(found, backups.taken, proof.filled)
        restored = restores.measure(deployment, rows, backups.turn, progress)
        copied = found[COPY.name].restore if COPY.name in found else None
        yield from restores.rows(restored, copied, filled, restores.predictions(deployment))


def _proven_and_peers(
    deployment: Deployment, rows: int, peers: tuple[Peer, ...], progress: Progress
) -> tuple[proofs.RawProof, dict[str, Measured]]:
    """The raw proof restores a copy of the database; the peers then back that one up."""
    volume = deployment.stack.object_name("peers")
    try:
        with progress.step("restore, amcheck and checksums without the task"):
            proof = proofs.raw_proof(deployment, volume)
        with peer_database(deployment, volume) as database:
            return proof, peer_backups.measured(database, rows, peers, progress)
    finally:
        remove_volume(volume)


def _verified(deployment: Deployment, repository: str, progress: Progress) -> float:
    with progress.step(f"backup.verify of {repository}"):
        return proofs.verified(deployment, repository)


def _free() -> float:
    """GB that are free where Docker's volumes are; without end where they are on another host."""
    folder = Path(client().info()["DockerRootDir"])
    return shutil.disk_usage(folder).free / GIGABYTE if folder.exists() else math.inf


SUBJECT = Subject(
    "backups", "backups, proofs and restores of realistic rows, beside every peer", _arguments, _measure
)
