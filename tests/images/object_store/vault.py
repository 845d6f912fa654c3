"""The vault's tool in an object store, and what an attacker with pgBackRest's keys does to the bucket."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.images.object_store.account import ADMIN, BUCKET, s3
from tests.images.workshop import Container

PREFIX = "pgbackrest/"
STANZA = f"{PREFIX}archive/bem/"
WAL = f"{STANZA}17-1/0000000100000000/"
SET = f"{PREFIX}backup/bem/"
FULL, NEXT = "20261101-010000F", "20261108-010000F"
CONTENT: dict[str, bytes] = {
    f"{STANZA}archive.info": b"the archive of this cluster",
    f"{STANZA}archive.info.copy": b"the archive of this cluster",
    f"{SET}backup.info": b"two backups",
    f"{SET}{FULL}/backup.manifest": b"manifest one",
    f"{SET}{FULL}/pg_data/a table + its $index.zst": b"a page " * 100_000,
    f"{SET}{NEXT}/backup.manifest": b"manifest two",
    **{f"{WAL}0000000100000000000000{number:02X}-{'ab' * 20}.zst": b"wal" * number for number in range(1, 9)},
}
"""A repository in the small, with names as pgBackRest gives them."""


@dataclass(frozen=True)
class Said:
    """How a run of the tool ended, and what it said."""

    status: int
    found: dict[str, Any]
    words: str


def vault(store: Container, *words: str) -> Said:
    """Runs the tool in the object store's container."""
    status, (output, error) = store.exec_run(["vault", *words], demux=True)
    return Said(status, json.loads(output) if output else {}, (error or b"").decode())


def filled(store: Container, trust: str) -> datetime:
    """Puts a repository in the small into the bucket; gives a moment at which all of it was there."""
    client = s3(store, trust)
    for key, body in CONTENT.items():
        client.put_object(Bucket=BUCKET, Key=key, Body=body)
    return datetime.now(UTC)


def destroyed(store: Container, trust: str) -> None:
    """What pgBackRest's keys allow: all keys deleted, half of them twice, and some written over."""
    client = s3(store, trust)
    client.put_object(Bucket=BUCKET, Key=f"{STANZA}archive.info", Body=b"of another cluster")
    client.put_object(Bucket=BUCKET, Key=f"{SET}{FULL}/backup.manifest", Body=b"nothing")
    keys = [{"Key": key} for key in content(store, trust)]
    for some in (keys, keys[::2]):
        assert "Errors" not in client.delete_objects(Bucket=BUCKET, Delete={"Objects": some})
    client.put_object(Bucket=BUCKET, Key=f"{STANZA}archive.info.copy", Body=b"of another cluster")


def content(store: Container, trust: str) -> dict[str, bytes]:
    """All that a reader gets, by key."""
    client = s3(store, trust)
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=PREFIX).get("Contents", [])
    return {each["Key"]: client.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in listed}


def locked_until(store: Container, trust: str, key: str) -> datetime:
    """The end of the lock of what a reader gets."""
    retention = s3(store, trust, ADMIN).get_object_retention(Bucket=BUCKET, Key=key)["Retention"]
    assert retention["Mode"] == "COMPLIANCE"
    until: datetime = retention["RetainUntilDate"]
    return until
