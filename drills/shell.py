"""Running one cell: bounded in time and in output, and leaving no process behind."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from drills.orphans import runs

HALF = 128 * 1024
"""Bytes kept from the beginning of an output, and from its end."""

CHUNK = 16 * 1024
GRACE_SECONDS = 10.0
"""Between SIGTERM and SIGKILL: what a task needs to end as it should."""


@dataclass(frozen=True)
class Ran:
    """What a command did.

    Attributes:
        exit: status; minus the signal's number when one killed it.
        timed_out: it was ended because its time was up.
        seconds: how long it took.
        head: beginning of standard output and error as they came, 128 KiB at most.
        tail: its end, 128 KiB at most; empty when all of it is in `head`.
        dropped: bytes between the two.
    """

    exit: int
    timed_out: bool
    seconds: float
    head: str
    tail: str
    dropped: int


def execute(argv: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float) -> Ran:
    """Runs a command in a session of its own and ends all that is left of it, also when interrupted.

    Args:
        argv: the command.
        environment: all of it.
        folder: where it starts.
        timeout: limit in seconds.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        argv,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    output = _Output(process.stdout)
    timed_out = False
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
    finally:
        end(process)
    head, tail, dropped = output.taken()
    seconds = round(time.monotonic() - started, 3)
    return Ran(process.returncode, timed_out, seconds, head, tail, dropped)


def end(process: "subprocess.Popen[bytes]", grace: float = GRACE_SECONDS) -> None:
    """Ends a whole process group: SIGTERM, and SIGKILL for what is still there after the grace."""
    deadline = time.monotonic() + grace
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        while _lives(process) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _lives(leader: "subprocess.Popen[bytes]") -> bool:
    """Whether anybody of the group still runs."""
    import psutil  # noqa: PLC0415

    leader.poll()
    for each in psutil.process_iter():
        with suppress(ProcessLookupError):
            if os.getpgid(each.pid) == leader.pid and runs(each):
                return True
    return False


class _Output:
    """Reads a pipe to its end in a thread, and keeps a beginning and an end of it."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._pipe = pipe
        self._head, self._tail, self._total = bytearray(), bytearray(), 0
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def taken(self) -> tuple[str, str, int]:
        """Beginning, end, and how many bytes lay between; a pipe that is held open is left after a second."""
        self._thread.join(1)
        dropped = self._total - len(self._head) - len(self._tail)
        return self._head.decode(errors="replace"), self._tail.decode(errors="replace"), max(dropped, 0)

    def _pump(self) -> None:
        if self._pipe is None:
            return
        with self._pipe as pipe:
            while chunk := os.read(pipe.fileno(), CHUNK):
                self._total += len(chunk)
                room = HALF - len(self._head)
                self._head += chunk[:room]
                self._tail += chunk[max(room, 0) :]
                del self._tail[:-HALF]
