"""Where the S3 repository is, and with what it is asked: all that is needed to reach it from anywhere."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from backups.endpoint.keys import Keys, keys_of
from infra.sections.object_store import ObjectStore
from operation.failure import refusal
from operation.stack import Stack


@dataclass(frozen=True)
class Coordinates:
    """An S3 elsewhere.

    Attributes:
        endpoint: host, with its port where that is not 443.
        bucket: that the repository is in.
        region: as the server calls it.
        uri_style: `path` or `host`.
        keys: access key and secret.
        roots: PEM that the server's certificate is verified with; empty for public roots.
        lock_days: for a bucket that is made: days that nobody can delete an object.
    """

    endpoint: str
    bucket: str
    region: str
    uri_style: str
    keys: Keys
    roots: str = field(repr=False)
    lock_days: int = 7

    @property
    def fingerprint(self) -> str:
        """Another one for each other place, key or root."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def coordinates(stack: Stack) -> Coordinates | None:
    """Those of the stack; None while its backups go to its own store.

    Raises:
        Failure: when keys or roots are missing.
    """
    settings = stack.settings.object_store
    if not settings.outside:
        return None
    return of_settings(settings, keys_of(stack), roots(stack))


def of_settings(settings: ObjectStore, keys: Keys, roots: str) -> Coordinates:
    """The same from their parts; pure."""
    return Coordinates(
        settings.endpoint,
        settings.bucket,
        settings.region,
        settings.uri_style,
        keys,
        roots,
        settings.lock_days,
    )


def roots(stack: Stack) -> str:
    """The roots that the stack's file names; empty for public ones.

    Raises:
        Failure: when they cannot be read, or are no certificates.
    """
    name = stack.settings.object_store.ca_file
    return read_roots(stack.root / name) if name else ""


def read_roots(path: Path) -> str:
    """The certificates of a PEM file.

    Raises:
        Failure: when it cannot be read, or holds none.
    """
    from cryptography import x509  # noqa: PLC0415

    try:
        text = path.read_text()
        x509.load_pem_x509_certificates(text.encode())
    except (OSError, ValueError) as error:
        why = str(error.strerror) if isinstance(error, OSError) else "it holds no certificate"
        raise refusal(
            f"the roots of S3 in {path} cannot be used: {why}.",
            remedy="give a PEM file with the root that has signed the server's certificate.",
        ) from error
    return text
