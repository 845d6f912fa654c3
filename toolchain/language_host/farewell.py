"""The end of a program that leaves in the middle: loaded by its path, in the program's own Python."""

import asyncio
import warnings
from typing import Final

CLEAN_SECONDS: Final = 1.0
"""How long coroutines may clean up."""


def hush() -> None:
    """Drops what never began without Python's warning: the program did not forget it."""
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)


def give_up(loop: asyncio.AbstractEventLoop) -> None:
    """Cancels what is under way, so that the program's coroutines clean up; quietly."""
    hush()
    tasks = [task for task in asyncio.all_tasks(loop) if task.cancel()]
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=CLEAN_SECONDS))
