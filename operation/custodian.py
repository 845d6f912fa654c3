"""Secrets that the platform makes at first use and keeps: 0600 under `.ops/<stack>/secrets`."""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from operation.failure import Failure
from operation.stack import Stack

FOLDER = "secrets"
PULUMI_PASSPHRASE = "pulumi-passphrase"  # noqa: S105  # a file's name
CA_PASSPHRASE = "ca-passphrase"  # noqa: S105
ACME_PASSPHRASE = "acme-passphrase"  # noqa: S105
CIPHER_LOCAL = "repository-cipher-local"
CIPHER_S3 = "repository-cipher-s3"
S3_ACCESS_KEY = "s3-access-key"
S3_SECRET_KEY = "s3-secret-key"  # noqa: S105
OUTSIDE_ACCESS_KEY = "s3-outside-access-key"
OUTSIDE_SECRET_KEY = "s3-outside-secret-key"  # noqa: S105
S3_ADMIN_ACCESS_KEY = "s3-admin-access-key"
S3_ADMIN_SECRET_KEY = "s3-admin-secret-key"  # noqa: S105

TRAINING_ACCESS_KEY = "training-access-key"
TRAINING_SECRET_KEY = "training-secret-key"  # noqa: S105
EVIDENCE_KEY = "evidence-key"
"""Seed of the Ed25519 key that signs proofs and drills (RFC 8032, section 5.1.5: 32 octets)."""

POINTS_KEY = "points-key"
"""Secret key of age (X25519) that the parts of recovery points are encrypted to."""

LASTING = (CIPHER_LOCAL, CIPHER_S3, POINTS_KEY)
"""Without them backups that are there can never be read; another value would open nothing."""

CLUSTER = "cluster.json"
"""In the stack's folder once a database was made: backups need these secrets from then on."""

PASSPHRASE_BYTES = 32


def random() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(PASSPHRASE_BYTES)


def secret(stack: Stack, name: str, make: Callable[[], str] = random) -> str:
    """A secret by name, made when it is not there yet.

    The first writer wins: two processes at once end with the same value.

    Raises:
        Failure: when it is lost and backups hang on it.
    """
    path = secret_path(stack, name)
    if not path.exists():
        if name in lost(stack):
            raise missed(stack)
        _create(path, make())
    return path.read_text().strip()


def lost(stack: Stack) -> list[str]:
    """Secrets that backups hang on and that are not in the stack's folder any more."""
    if not (stack.folder / CLUSTER).exists():
        return []
    return [name for name in LASTING if not (stack.folder / FOLDER / name).exists()]


def missed(stack: Stack) -> Failure:
    """What an operator is told of lost secrets."""
    return Failure(
        f"{', '.join(lost(stack))}: lost from {stack.folder}/{FOLDER}.",
        "nothing was changed. Backups that are there open with nothing else; what runs goes on.",
        "bring the folder back from its copy, or on an empty host from the recovery kit.",
    )


def secret_path(stack: Stack, name: str) -> Path:
    """Where that secret lies, whether or not it exists."""
    return stack.make_folder(FOLDER) / name


def adopt(stack: Stack, name: str, value: str) -> None:
    """Gives a stack a secret of another one (a twin reads its parent's repository)."""
    _create(secret_path(stack, name), value)


def _create(path: Path, value: str) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(value + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
    finally:
        Path(temporary).unlink()


def write_private(path: Path, content: bytes) -> None:
    """Writes a file atomically, mode 0600, durable before it has its name."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
