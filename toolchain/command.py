"""Other programs: run with a time limit, their words in the log."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from operation.failure import Failure
from operation.progress import Progress

LAST_LINES = 8
GRACE = 10.0
"""Seconds that a program has to end after it was asked to."""


def run(
    argv: Sequence[str],
    progress: Progress,
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Runs a program to its end and gives what it said on both of its outputs.

    It writes straight into the log file, so that it outlives us unharmed when we are killed.

    Raises:
        Failure: when it cannot be started, ends with an error, or takes longer than that.
    """
    progress.detail("$ " + " ".join(argv))
    with ExitStack() as stack:
        output = stack.enter_context(_output(progress.log))
        start = output.seek(0, os.SEEK_END)
        status = _finish(argv, output, seconds, {**os.environ, **(environment or {})}, folder)
        output.seek(start)
        said = output.read().decode(errors="replace")
    if status == 0:
        return said
    why = f"took longer than {seconds:.0f} s" if status is None else f"ended with status {status}"
    shown = " ".join(argv[:3]).splitlines()[0]
    raise Failure(f"`{shown}` {why}:\n    " + "\n    ".join(last_lines(said)))


def last_lines(text: str, count: int = LAST_LINES) -> list[str]:
    """The last lines that say something."""
    return [line for line in text.splitlines() if line.strip()][-count:]


def _output(log: Path | None) -> IO[bytes]:
    return log.open("a+b") if log else tempfile.TemporaryFile()


def _finish(
    argv: Sequence[str],
    output: IO[bytes],
    seconds: float,
    environment: Mapping[str, str],
    folder: Path | None,
) -> int | None:
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
    except OSError as error:
        raise Failure(f"`{argv[0]}` cannot be started: {error.strerror}.") from error
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
