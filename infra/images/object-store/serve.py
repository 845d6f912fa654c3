"""The object store's process: holds the volume, runs SeaweedFS, prepares the bucket, follows certificates."""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import time
from types import FrameType

from bucket import Bucket, Wrong
from seaweed import DATA, command, write_configuration
from surroundings import CERTIFICATES, Surroundings, Unusable, surroundings

LOG = logging.getLogger(__name__)

HOLD = 15.0
"""Seconds to wait for the volume while a predecessor ends."""

START = 60.0
"""Seconds within which SeaweedFS has its bucket ready."""

STOP = 3.0
"""Seconds that open requests get; SeaweedFS then waits 15 s for itself. What it wrote is the kernel's."""

PAUSE = 0.5
"""Seconds between two looks at the process and the certificates."""


class Stopped(Exception):  # noqa: N818  # it is no error
    """The orchestrator asked for the end."""


def main() -> int:
    """Runs until it is told to stop (0) or SeaweedFS ends by itself (1)."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="object-store: %(message)s")
    signal.signal(signal.SIGTERM, _stop)
    try:
        around = surroundings(os.environ)
        _hold_volume()
        while True:
            _run(around)
    except Stopped:
        return 0
    except (Unusable, Wrong, OSError) as error:
        LOG.error("%s", error)  # noqa: TRY400  # the reason is enough
        return 1


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stopped


def _hold_volume() -> None:
    """Takes the kernel's lock on the volume, because two servers on one directory do start."""
    descriptor = os.open(DATA / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + HOLD
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Unusable("another container holds this volume; it must stop first") from None
            time.sleep(PAUSE)
        else:
            return


def _run(around: Surroundings) -> None:
    """One life of SeaweedFS; returns when new certificates want another, since it never reads them again."""
    write_configuration(around)
    generation = CERTIFICATES.resolve()
    with subprocess.Popen(command()) as weed:
        try:
            _prepare(Bucket(around, around.admin), weed)
            while CERTIFICATES.resolve() == generation:
                _alive(weed)
                time.sleep(PAUSE)
            LOG.info("new certificates, starting again")
        finally:
            _end(weed)


def _prepare(bucket: Bucket, weed: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START
    while True:
        _alive(weed)
        try:
            bucket.prepare()
            bucket.check()
        except (Wrong, OSError) as error:
            if time.monotonic() > deadline:
                raise Wrong(f"the bucket is not ready after {START:g} s: {error}") from error
            time.sleep(PAUSE)
        else:
            LOG.info("the bucket is ready")
            return


def _alive(weed: subprocess.Popen[bytes]) -> None:
    if weed.poll() is not None:
        raise Wrong(f"SeaweedFS ended with status {weed.returncode}")


def _end(weed: subprocess.Popen[bytes]) -> None:
    weed.terminate()
    try:
        weed.wait(STOP)
    except subprocess.TimeoutExpired:
        weed.kill()
        weed.wait()
    os.sync()


if __name__ == "__main__":
    sys.exit(main())
