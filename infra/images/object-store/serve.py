"""The object store's process: holds the volume, runs SeaweedFS and its front, prepares the bucket."""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import FrameType
from typing import NoReturn

import front
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
"""Seconds between two looks at the processes and the certificates."""

Running = Mapping[str, "subprocess.Popen[bytes]"]
"""Processes by the name that a person knows them by."""


class Stopped(Exception):  # noqa: N818  # it is no error
    """The orchestrator asked for the end."""


def main() -> int:
    """Runs until it is told to stop (0) or SeaweedFS ends by itself (1)."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="object-store: %(message)s")
    signal.signal(signal.SIGTERM, _stop)
    try:
        around = surroundings(os.environ)
        _hold_volume()
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


def _run(around: Surroundings) -> NoReturn:
    """SeaweedFS and its front until one of them ends; certificates are the front's alone.

    Raises:
        Wrong: when one ended by itself, or the bucket did not get ready.
    """
    write_configuration(around)
    generation = CERTIFICATES.resolve()
    with subprocess.Popen(command()) as weed, front.start() as before:
        running = {"SeaweedFS": weed, "HAProxy": before}
        try:
            _prepare(Bucket(around, around.admin), running)
            while True:
                _alive(running)
                if CERTIFICATES.resolve() != generation:
                    generation = CERTIFICATES.resolve()
                    LOG.info("new certificates: %s", generation.name)
                    front.renew(before)
                time.sleep(PAUSE)
        finally:
            front.finish(before)
            _end(weed)
            _end(before)


def _prepare(bucket: Bucket, running: Running) -> None:
    deadline = time.monotonic() + START
    while True:
        _alive(running)
        try:
            bucket.prepare()
            if bucket.models:
                bucket.provide(bucket.models)
            bucket.check()
        except (Wrong, OSError) as error:
            if time.monotonic() > deadline:
                raise Wrong(f"the bucket is not ready after {START:g} s: {error}") from error
            time.sleep(PAUSE)
        else:
            LOG.info("the bucket is ready")
            return


def _alive(running: Running) -> None:
    for name, process in running.items():
        if process.poll() is not None:
            raise Wrong(f"{name} ended with status {process.returncode}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    os.sync()


if __name__ == "__main__":
    sys.exit(main())
