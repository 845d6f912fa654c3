"""A turn: one process at a time at one file, given back by the kernel when its holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operation.failure import Failure

POLL = 0.05
PATIENCE = 120.0
"""Seconds; a turn is held for one signature (milliseconds) or one delivery (about a second)."""


@contextmanager
def turn(path: Path, seconds: float = PATIENCE) -> Iterator[None]:
    """Waits for the turn at that file and keeps it while the block runs; threads wait too.

    Args:
        path: a file made for this alone, in a folder that exists.
        seconds: longest wait.

    Raises:
        Failure: when the turn did not come in time.
    """
    deadline = time.monotonic() + seconds
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _taken(descriptor):
            if time.monotonic() >= deadline:
                raise Failure(
                    f"another process has held {path} for {seconds:.0f} s.",
                    "no certificate was changed.",
                    f"see who it is with `fuser {path}`, wait for its end, then try again.",
                )
            time.sleep(POLL)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
