"""What a killed drill left running: it would go on working on the twin while that is removed."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

MARK = "BEM_DRILL"
"""The variable that all programs of a drill inherit; its value is the folder of the drill's evidence."""

GRACE_SECONDS = 10.0
POLL = 0.02


@contextmanager
def marked(folder: Path) -> Iterator[None]:
    """Every program that is started in the block carries the mark of this drill."""
    before = os.environ.get(MARK)
    os.environ[MARK] = str(folder)
    try:
        yield
    finally:
        os.environ.pop(MARK)
        if before is not None:
            os.environ[MARK] = before


def end_orphans(folder: Path) -> int:
    """Ends all programs of that drill (SIGTERM, then SIGKILL) and gives their number.

    Whoever calls this knows that the drill itself is dead: it held a lock that the caller holds now.
    """
    import psutil  # noqa: PLC0415

    found = [
        each for each in psutil.process_iter() if each.pid != os.getpid() and _mark_of(each) == str(folder)
    ]
    for ending in ("terminate", "kill"):
        for each in filter(runs, found):
            with suppress(psutil.Error):
                getattr(each, ending)()
        deadline = time.monotonic() + GRACE_SECONDS
        while any(map(runs, found)) and time.monotonic() < deadline:
            time.sleep(POLL)
    return len(found)


def runs(process: "psutil.Process") -> bool:
    """Whether it still does something; the dead whom nobody buried yet do not."""
    import psutil  # noqa: PLC0415

    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _mark_of(process: "psutil.Process") -> str:
    import psutil  # noqa: PLC0415

    try:
        return process.environ().get(MARK, "")
    except (psutil.Error, OSError):
        return ""
