"""One mutation at a time a stack: a lock that the kernel drops when its holder dies."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from operation.failure import Failure
from operation.stack import Stack

BUSY = 3
"""Exit status when another operation holds the stack."""


@contextmanager
def locked(stack: Stack, what: str) -> Iterator[None]:
    """Holds the stack's lock (`flock`) while the block runs.

    Args:
        stack: what to lock.
        what: the operation, for whoever finds the lock taken.

    Raises:
        Failure: when another operation holds it; says which, since when, and its process.
    """
    path = stack.make_folder() / "lock"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(stack, file.read()) from None
        file.truncate(0)
        file.seek(0)
        json.dump(
            {"what": what, "pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}, file
        )
        file.flush()
        yield


def _busy(stack: Stack, holder: str) -> Failure:
    try:
        facts = json.loads(holder)
        who = f"`{facts['what']}` (process {facts['pid']}, since {facts['since']})"
    except (ValueError, KeyError):
        who = "another operation"
    return Failure(
        f"stack {stack.name} is busy: {who} is at work.",
        "nothing was changed.",
        "wait until it has ended, then type the same command again.",
        exit_code=BUSY,
    )


def held(stack: Stack) -> bool:
    """Whether an operation is at work on the stack now."""
    return taken(stack.folder / "lock")


def taken(path: Path) -> bool:
    """Whether a process holds the lock of that file."""
    if not path.exists():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
