"""Making a kit: the stack as it is now, in a new file that reads back as it was written."""

import subprocess
from datetime import datetime
from pathlib import Path

from backups.kit import parts
from backups.kit.kit import Kit
from backups.kit.seal import PRINTABLE, sealed
from backups.passphrase.journal import refuse_under_way
from certs.ca.offline import refuse_existing
from operation import custodian
from operation.failure import Failure, refusal
from operation.stack import Stack

__all__ = ["commit", "made", "sealed", "warnings", "write"]

GIT_SECONDS = 15


def made(stack: Stack, now: datetime) -> Kit:
    """The kit of a stack.

    Raises:
        Failure: when the stack has made no secrets yet, so that there is nothing to keep; or when the
            passphrase of a repository is being changed.
    """
    refuse_under_way(stack)
    if not (stack.folder / custodian.FOLDER / custodian.CIPHER_S3).exists():
        raise refusal(
            f"stack {stack.name} has no repositories yet.", remedy="`./ops up` first; then make the kit."
        )
    return Kit(stack.name, now, commit(stack.root), parts.collected(stack, now))


def write(path: Path, content: bytes) -> None:
    """Writes a new file, mode 0600, and reads it back.

    Raises:
        Failure: when it is there already, or does not read back.
    """
    refuse_existing(path)
    try:
        custodian.write_private(path, content)
        whole = path.read_bytes() == content
    except OSError as error:
        raise refusal(f"{path} cannot be written: {error.strerror}.", remedy="give another file.") from error
    if not whole:
        raise Failure(
            f"{path} does not read back as it was written.", "there is no kit.", "give another medium."
        )


def warnings(size: int, *, off_host: bool) -> list[str]:
    """What a person should know of a kit that was made; pure."""
    found = []
    if size > PRINTABLE:
        found.append(f"it is longer than {PRINTABLE} bytes: keep it as a file, not on paper.")
    if not off_host:
        found.append(
            "both repositories are on this host: with the host they are lost, and the kit brings no data "
            "back. `invoke backup.endpoint` moves one elsewhere."
        )
    return found


def commit(root: Path) -> str:
    """The commit of the checkout; empty where there is no git, or no repository of its."""
    argv = ("git", "rev-parse", "HEAD")
    try:
        done = subprocess.run(argv, cwd=root, capture_output=True, text=True, timeout=GIT_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
