"""Where things that took minutes to get are kept, for all checkouts of an account."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operation.progress import Progress

NAME = "bem-operations"
AGAIN_SECONDS = 86_400.0
"""A download that failed is tried again after a day, so that each run stays fast."""


def folder() -> Path:
    """`${XDG_CACHE_HOME:-~/.cache}/bem-operations`; not made."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named.startswith("/") else Path.home() / ".cache"
    return base / NAME


def made(*parts: str) -> Path:
    """A folder in the cache, made."""
    path = folder().joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def locked(progress: Progress) -> Iterator[None]:
    """One set-up at a time an account; the kernel drops the lock of one that dies."""
    with (made() / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("Another set-up is at work; waiting for its end.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def workspace(name: str) -> Iterator[Path]:
    """An empty folder to make something in, on the cache's own file system; gone afterwards.

    What killed runs left goes first; the name is new each time, for an orphan may still write into the old
    one. The set-up's lock keeps others out.
    """
    for left in made().glob(f"{name}.new*"):
        shutil.rmtree(left, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=f"{name}.new", dir=made()))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def keep(made_in: Path, place: Path) -> None:
    """Gives a finished folder its name at once, in place of a broken one."""
    shutil.rmtree(place, ignore_errors=True)
    made_in.rename(place)


def may_try(what: str) -> bool:
    """Whether a download has not failed within the last day."""
    try:
        failed = (folder() / f"failed-{what}").stat().st_mtime
    except OSError:
        return True
    return not failed_lately(failed, time.time())


def failed_lately(failed: float, now: float) -> bool:
    """Whether a failure at that time still counts; one in the future (a clock set back) does not."""
    return 0 <= now - failed < AGAIN_SECONDS


def remember_failure(what: str) -> None:
    """Notes that a download failed just now."""
    (made() / f"failed-{what}").touch()


def forget_failure(what: str) -> None:
    """Notes that it succeeded."""
    (folder() / f"failed-{what}").unlink(missing_ok=True)
