"""The account's crontab: read whole, changed in memory, written whole, and looked at once more."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operation.failure import Failure
from operation.stack import Stack
from schedules import cron_table
from schedules.schedule import Schedule

SECONDS = 30
NONE_YET = ("no crontab for", "No such file or directory", "not allowed to use this program")


def install(stack: Stack, schedule: Schedule) -> None:
    """Puts the schedule's lines into the crontab; lines that it had are replaced.

    Raises:
        Failure: when the crontab cannot be read or written; then it is as it was.
    """
    with _alone():
        kept = cron_table.without(read(), stack, schedule.name)
        _write(cron_table.with_lines(kept, cron_table.lines(stack, schedule)))
        there = cron_table.found(read(), stack, schedule.name)
    if not there:
        raise Failure("the crontab was written, but the schedule's lines are not in it.", "nothing will run.")


def remove(stack: Stack, name: str = "") -> int:
    """Takes the lines of one schedule, or of all that the stack has, out of the crontab.

    Returns:
        how many there were.
    """
    with _alone():
        before = read()
        ours = cron_table.found(before, stack, name)
        if ours:
            _write(cron_table.without(before, stack, name))
    return len(ours)


def found(stack: Stack) -> list[str]:
    """The stack's lines."""
    return cron_table.found(read(), stack)


def read() -> bytes:
    """The account's crontab; empty when there is none.

    Raises:
        Failure: when it cannot be read: what was not read must not be written over.
    """
    done = _crontab("-l")
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    if any(words in said for words in NONE_YET):
        return b""
    raise Failure(
        f"`crontab -l` failed: {said}",
        "the crontab was not touched.",
        "mend that (cron.allow, perhaps), or choose another --kind.",
    )


@contextmanager
def _alone() -> Iterator[None]:
    """One change at a time to the account's crontab, whichever stack or checkout it is for."""
    from filelock import FileLock, Timeout  # noqa: PLC0415

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bem-operations"
    cache.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(cache / "crontab.lock", timeout=SECONDS):
            yield
    except Timeout as error:
        raise Failure(
            "another command is changing the crontab.", "it was not touched.", "try again."
        ) from error


def _write(table: bytes) -> None:
    done = _crontab("-", table) if table else _crontab("-r")
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise Failure(f"`crontab` refused the new table: {said}", "the crontab is as it was.")


def _crontab(word: str, table: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
    argv = ["env", "LC_ALL=C", "crontab", word]
    try:
        return subprocess.run(argv, input=table or b"", capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(f"`crontab` cannot be run ({error}).", "the crontab was not touched.") from error
