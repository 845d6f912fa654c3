"""A command that is timed, with a limit, and ended in order when this program is interrupted."""

import os
import signal
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from operation.failure import Failure
from operation.stack import ROOT

GRACE = 60.0
"""Seconds that an interrupted command has for putting things in order."""


@dataclass(frozen=True)
class Ran:
    """How a command went.

    Attributes:
        seconds: from its start to its end.
        status: its exit status.
        stdout: all of it.
        stderr: all of it.
    """

    seconds: float
    status: int
    stdout: str
    stderr: str


def timed(
    argv: Sequence[str],
    limit: float,
    *,
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    accepted: Collection[int] = (0,),
) -> Ran:
    """Runs a command to its end, nobody at the keyboard.

    Args:
        argv: the command.
        limit: seconds that it may take.
        cwd: where it runs.
        environment: all its variables; ours when left out.
        accepted: exit statuses that count as measured.

    Raises:
        Failure: when it takes longer, cannot be started, or ends otherwise; its last words are in it.
    """
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    except OSError as error:
        raise Failure(
            f"{argv[0]} cannot be started ({error.strerror}).", remedy='eval "$(./ops env)", then again.'
        ) from error
    try:
        stdout, stderr = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        _end(process)
        raise Failure(f"`{' '.join(argv[:4])}` did not end within {limit:.0f} s.") from None
    except BaseException:
        _end(process)
        raise
    seconds = time.monotonic() - started
    if process.returncode not in accepted:
        words = "\n    ".join((stderr.strip() or stdout.strip()).splitlines()[-8:])
        raise Failure(f"`{' '.join(argv[:4])}` ended with exit status {process.returncode}:\n    {words}")
    return Ran(seconds, process.returncode, stdout, stderr)


def _end(process: "subprocess.Popen[str]") -> None:
    """As Ctrl-C would: the whole group is told, and killed only when it does not listen."""
    for number in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.communicate(timeout=GRACE)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            process.communicate()
        return
