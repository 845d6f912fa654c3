"""Whether the work loop still turns: without it a replica that answers is of no use."""

import time

from services.pulse.worker import STALLED, Worker


class Liveness:
    """Health's view of the loop.

    Attributes:
        name: as a person calls it.
    """

    name = "work loop"

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    @property
    def reached(self) -> bool:
        """Whether it runs, and has come round lately."""
        return not self._worker.ended and time.monotonic() - self._worker.turned < STALLED

    async def ask(self) -> str:
        """Why it cannot serve now; empty when it can."""
        return "" if self.reached else "the work loop has ended"
