"""Waiting for a condition, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

from operation.failure import Failure

T = TypeVar("T")

POLL = 0.2
"""Seconds between two looks at a condition."""


def wait_for(condition: Callable[[], T | None], seconds: float, what: str) -> T:
    """Waits until a condition gives something true, and gives it back.

    Raises:
        Failure: when it did not within that many seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise Failure(f"{what} did not happen within {seconds:.0f} s.")
        time.sleep(POLL)
