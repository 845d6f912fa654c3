"""What a worker does beside its work: signs of life, figures, and the stream kept short."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from redis.exceptions import RedisError

from services.pulse import counters
from services.pulse.inbox import IDLE, Inbox
from services.pulse.stock import Stock

LOG = logging.getLogger(__name__)

BEAT = 2.0
"""Seconds between two signs of life: several are missed before a worker's pulses are another's."""

ROUND = 5.0
"""Seconds between two looks at the whole stream."""


class Upkeep:
    """Runs beside the work loop; a Redis that is away is no reason to end.

    Args:
        inbox: of this worker.
        stock: the whole stream.
        mine: ids of what the worker is at.
    """

    def __init__(self, inbox: Inbox, stock: Stock, mine: Callable[[], Iterable[bytes]]) -> None:
        self._inbox = inbox
        self._stock = stock
        self._mine = mine
        self._beaten = time.monotonic()
        self._stolen: set[bytes] = set()
        self._looked = 0.0

    async def run(self) -> None:
        """Beats for ever."""
        while True:
            try:
                await self._beat()
                if time.monotonic() - self._looked > ROUND:
                    await self._look()
            except (RedisError, OSError) as error:
                LOG.info("no upkeep", extra={"reason": str(error)})
            await asyncio.sleep(BEAT)

    async def _beat(self) -> None:
        """What was without a sign of life for too long may be another's by now, and is left to it."""
        mine = set(self._mine())
        now = time.monotonic()
        late = mine if now - self._beaten > IDLE else set()
        self._stolen = (self._stolen | late) & mine
        await self._inbox.beat(sorted(mine - self._stolen))
        self._beaten = now

    async def _look(self) -> None:
        await self._inbox.leave(myself=False)
        await self._stock.trim()
        figures = await self._stock.figures()
        counters.LAG.set(-1 if figures.lag is None else figures.lag)
        counters.PENDING.set(figures.pending)
        counters.LETTERS.set(figures.dead)
        self._looked = time.monotonic()
