"""`backup.verify`, beside the same looks without it: raw restore and replay, pg_amcheck, pg_checksums."""

from collections.abc import Iterator
from dataclasses import dataclass

from backups import server
from backups.proving.examination import AMCHECK
from bench.command import timed
from bench.deployment import LIMIT, Deployment
from bench.raw_restore import restored
from bench.row import TIMES, Row
from bench.series import Series

LOCAL, S3 = BOTH = ("local", "s3")


@dataclass(frozen=True)
class RawProof:
    """Seconds of each part, one after the other.

    Attributes:
        filled: pgBackRest's restore.
        replayed: the server's start and its replay.
        amcheck: every heap and B-tree, with the options that the proof has.
        checksums: every page of the stopped server.
    """

    filled: float
    replayed: float
    amcheck: float
    checksums: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.filled + self.replayed + self.amcheck + self.checksums


def raw_proof(deployment: Deployment, volume: str) -> RawProof:
    """Does all of it in a scratch; the volume stays, with the stopped database in it.

    Raises:
        Failure: when a part does not succeed, in its own words.
    """
    with restored(deployment, volume) as found:
        within = ["docker", "exec", found.target.id]
        amcheck = timed([*within, *AMCHECK], LIMIT).seconds
        server.stop(found.target)
        checksums = timed([*within, "pg_checksums", "--check", "-D", server.DATA], LIMIT).seconds
        return RawProof(found.filled, found.seconds - found.filled, amcheck, checksums)


def verified(deployment: Deployment, repository: str) -> float:
    """Seconds of `backup.verify` of one repository."""
    return deployment.invoke("backup.verify", "--repo", repository).seconds


def rows(proven: dict[str, float], raw: RawProof) -> Iterator[Row]:
    """Ours beside the raw one, both from the local repository; S3's alone; pure."""
    peer = "raw restore, replay, pg_amcheck, pg_checksums"
    yield Row(
        "`invoke backup.verify --repo local`",
        f"≤ 1.2 {TIMES} raw",
        Series((proven[LOCAL],)),
        peer,
        Series((raw.seconds,)),
    )
    yield Row("`invoke backup.verify --repo s3`", "", Series((proven[S3],)))
    parts = {
        "restore": raw.filled,
        "replay": raw.replayed,
        "amcheck": raw.amcheck,
        "checksums": raw.checksums,
    }
    for name, seconds in parts.items():
        yield Row(f"of the raw one: {name}", "", Series((seconds,)))
