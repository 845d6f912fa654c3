"""Ctrl-C and SIGTERM: the first ends the drill and starts the clean-up, the others are told to wait."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from operation.progress import Progress

SIGNALS = (signal.SIGINT, signal.SIGTERM)
WAIT = "! clean-up is under way; it ends by itself, and what is left would be in nobody's care."


class Interruption:
    """What was asked by signals.

    Attributes:
        times: how often.
        cleaning: from now on nothing is interrupted.
    """

    def __init__(self, progress: Progress) -> None:
        self.times = 0
        self.cleaning = False
        self._progress = progress

    def heard(self, _number: int, _frame: FrameType | None) -> None:
        """A signal has come.

        Raises:
            KeyboardInterrupt: for the first one, before the clean-up.
        """
        self.times += 1
        if self.cleaning:
            self._progress.say(WAIT)
            return
        self.cleaning = True
        raise KeyboardInterrupt


@contextmanager
def interruptible(progress: Progress) -> Iterator[Interruption]:
    """Handles signals in this way while the block runs; elsewhere than in the main thread it cannot."""
    interruption = Interruption(progress)
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = {number: signal.signal(number, interruption.heard) for number in SIGNALS}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
