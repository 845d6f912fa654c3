"""What the object store is told by its surroundings: bucket, lock, certificates and keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from signature import Keys

CERTIFICATES = Path("/certs/current")
SECRETS = Path("/run/secrets")
NAME = "object-store"
PORT = 8333


class Unusable(Exception):  # noqa: N818  # the adjective that the log carries
    """The surroundings do not fit; the message says what and why."""


@dataclass(frozen=True)
class Surroundings:
    """Everything that differs from stack to stack.

    Attributes:
        bucket: the only bucket.
        lock_days: days that nobody can delete a version.
        admin: makes the bucket; nobody outside of this container needs it.
        client: pgBackRest; reads, writes and lists.
        models: a second bucket without a lock, for training; empty when there is none.
        trainer: reads, writes and lists that one.
    """

    bucket: str
    lock_days: int
    admin: Keys
    client: Keys
    models: str = ""
    trainer: Keys | None = None


def surroundings(environment: Mapping[str, str]) -> Surroundings:
    """Reads them.

    Raises:
        Unusable: when something is missing or makes no sense.
    """
    days = environment.get("LOCK_DAYS", "")
    if not days.isdigit() or int(days) < 1:
        raise Unusable(f"LOCK_DAYS must be a number of days from 1 on, not {days!r}")
    if not environment.get("BUCKET"):
        raise Unusable("BUCKET must name the bucket")
    admin = Keys(_secret("s3-admin-access-key"), _secret("s3-admin-secret-key"))
    client = Keys(_secret("s3-access-key"), _secret("s3-secret-key"))
    if admin.access == client.access:
        raise Unusable("s3-access-key and s3-admin-access-key must differ")
    models = environment.get("MODELS_BUCKET", "")
    trainer = Keys(_secret("training-access-key"), _secret("training-secret-key")) if models else None
    return Surroundings(environment["BUCKET"], int(days), admin, client, models, trainer)


def _secret(name: str) -> str:
    try:
        text = (SECRETS / name).read_text().strip()
    except OSError as error:
        raise Unusable(f"secret {name}: {error.strerror}") from error
    if not text:
        raise Unusable(f"secret {name} is empty")
    return text
