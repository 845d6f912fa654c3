"""Something that a service cannot serve without: asked all the time, and once for everybody who asks."""

import asyncio
import logging
from abc import ABC, abstractmethod

LOG = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds after which no answer is the answer."""

PAUSE = 0.5
"""Seconds between two questions of the watch."""


class Dependency(ABC):
    """Asks by a connection of its own: a busy pool must not look like a lost dependency.

    Attributes:
        name: as a person calls it.
        reached: it has answered at least once since the start.
        trouble: why the last question was not answered well; empty when it was.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.reached = False
        self.trouble = "not asked yet"
        self._reason = ""
        self._question: asyncio.Task[str] | None = None

    async def ask(self) -> str:
        """Asks, together with everybody who asks meanwhile, and gives the trouble (empty: none)."""
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self._trouble())
        question = self._question  # whoever asks after its end, and before we run again, begins another
        done, _ = await asyncio.wait({question}, timeout=PATIENCE)
        self._note(question.result() if done else f"the {self.name} does not answer in time")
        return self.trouble

    async def watch(self) -> None:
        """Asks for ever, so that the log tells when it went and came."""
        while True:
            await self.ask()
            await asyncio.sleep(PAUSE)

    @abstractmethod
    async def answer(self) -> str:
        """Asks once; gives the trouble (empty: none).

        Raises:
            Exception: of the kinds in `failures` when there is no answer.
        """

    @abstractmethod
    def reason(self, error: Exception) -> str:
        """One line for the log when this is how an answer failed.

        Raises:
            Exception: the same, when it is no failure of the dependency.
        """

    @abstractmethod
    async def close(self) -> None:
        """Closes the connection; the next question opens another."""

    def _note(self, trouble: str) -> None:
        if trouble and not self.trouble:
            LOG.warning("the %s is lost", self.name, extra={"reason": self._reason or trouble})
        if self.trouble and not trouble:
            LOG.info("the %s answers", self.name)
        self.reached = self.reached or not trouble
        self.trouble = trouble

    async def _trouble(self) -> str:
        self._reason = ""
        try:
            return await self.answer()
        except Exception as error:  # noqa: BLE001  # `reason` raises what is none of its business
            self._reason = self.reason(error)
            await self.close()
            return f"the {self.name} does not answer"
