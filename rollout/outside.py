"""The platform asked from outside all through a roll-out, as a client would."""

import threading
import time
from dataclasses import dataclass, field
from typing import Self

from infra.probe import asked
from operation.failure import Failure
from operation.stack import Stack

PAUSE = 0.25
"""Seconds between two rounds; one round is an item written, read and removed."""

STEADY = 6
"""Good rounds in a row after the last change that make a roll-out good."""

SECONDS = 30.0
"""As long as they may take."""


@dataclass
class Record:
    """What was answered.

    Attributes:
        good: rounds that were answered as they should be.
        bad: what was said in the others.
        row: good rounds since the last bad one.
    """

    good: int = 0
    bad: list[str] = field(default_factory=list)
    row: int = 0

    def note(self, trouble: str) -> None:
        """Counts one round; an empty word is a good one."""
        if trouble:
            self.bad.append(trouble)
            self.row = 0
        else:
            self.good += 1
            self.row += 1


class Outside:
    """Asks in a thread of its own until the block ends."""

    def __init__(self, stack: Stack) -> None:
        self.record = Record()
        self._stack = stack
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Begins."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Ends after the round that is under way."""
        self._ended.set()
        self._thread.join(SECONDS)

    def steady(self) -> None:
        """Waits for a row of good rounds from now on.

        Raises:
            Failure: when there is none in time; with what was answered last.
        """
        self.record.row = 0
        deadline = time.monotonic() + SECONDS
        while self.record.row < STEADY:
            if time.monotonic() > deadline:
                last = self.record.bad[-1] if self.record.bad else "no answer at all"
                raise Failure(f"the platform does not answer well from outside: {last}")
            self._ended.wait(PAUSE / 2)

    def _run(self) -> None:
        while not self._ended.is_set():
            self.record.note(_trouble(self._stack))
            self._ended.wait(PAUSE)


def _trouble(stack: Stack) -> str:
    try:
        asked(stack)
    except Failure as failure:
        return failure.what
    return ""
