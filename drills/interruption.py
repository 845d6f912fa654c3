"""Ctrl-C, SIGTERM, a lost terminal: the first ends the drill and starts the clean-up, others have to wait."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from operation.progress import Progress

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
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
        self._terminals = [stream for stream in (1, 2) if os.isatty(stream)]

    def heard(self, number: int, _frame: FrameType | None) -> None:
        """A signal has come.

        Raises:
            KeyboardInterrupt: for the first one, before the clean-up.
        """
        self.times += 1
        if number == signal.SIGHUP:
            self._speak_to_nobody()
        if self.cleaning:
            self._progress.say(WAIT)
            return
        self.cleaning = True
        raise KeyboardInterrupt

    def _speak_to_nobody(self) -> None:
        """A terminal that is gone answers every word with an error, which would end the clean-up."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in self._terminals:
            os.dup2(nowhere, stream)
        os.close(nowhere)


@contextmanager
def interruptible(progress: Progress) -> Iterator[Interruption]:
    """Handles signals in this way while the block runs; elsewhere than in the main thread it cannot."""
    interruption = Interruption(progress)
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup's wish
    before = {number: signal.signal(number, interruption.heard) for number in heeded}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
