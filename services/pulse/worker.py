"""The work loop: takes what is due, what others left and what is new, until the replica drains."""

import asyncio
import logging
import random
import time
from collections.abc import Sequence

import psycopg
from redis.exceptions import RedisError, ResponseError

from services.base.drain import Drain
from services.pulse import counters
from services.pulse.backoff import pause
from services.pulse.batch import Batches, together
from services.pulse.held import MOST, Held
from services.pulse.inbox import Inbox
from services.pulse.pulse import Entry

LOG = logging.getLogger(__name__)

READ = 1.0
"""Seconds that one reading waits for pulses; a drain is noticed after as long."""

CLAIM = 2.0
"""Seconds between two looks for pulses of workers that are gone."""

STALLED = 120.0
"""Seconds for one turn after which the loop counts as dead; a handler that hangs is the only way there."""


class Worker:
    """One worker.

    Attributes:
        mine: ids of all that this worker is at, for its heartbeat.
        turned: when the loop came round last, by the monotonic clock.
        ended: the loop is over, in good order or not.
    """

    def __init__(self, inbox: Inbox, batches: Batches, held: Held, batch: int, drain: Drain) -> None:
        self.mine: set[bytes] = set()
        self.turned = time.monotonic()
        self.ended = False
        self._inbox = inbox
        self._batches = batches
        self._held = held
        self._size = batch
        self._drain = drain
        self._claimed = 0.0
        self._open = False

    async def run(self) -> None:
        """Works until the replica drains; finishes the batch that it is at, and hands the rest back."""
        try:
            await self._work()
            await self._leave()
        finally:
            self.ended = True

    async def _work(self) -> None:
        failures = 0
        while not self._drain.begun:
            self.turned = time.monotonic()
            try:
                await self._turn()
            except (RedisError, OSError, psycopg.Error) as error:
                failures += 1
                await self._wait_after(error, failures)
            else:
                failures = 0

    async def _turn(self) -> None:
        if not self._open:
            await self._inbox.open()
            self._open = True
        entries = await self._next()
        self.mine |= {entry.id for entry in entries}
        try:
            await self._carry(entries)
        finally:
            self.mine = set(self._held.numbers)

    async def _next(self) -> list[Entry]:
        """What is to be done now: the first kind of which there is any."""
        now = time.monotonic()
        if due := self._held.take(now, self._size):
            return due
        if now - self._claimed > CLAIM:
            claimed = await self._inbox.claim(self._size)
            counters.CLAIMED.inc(len(claimed))
            if claimed:
                return claimed
            self._claimed = now
        wait = self._held.wait(now, READ)
        if len(self._held) >= MOST:
            await asyncio.sleep(wait)
            return []
        return await self._inbox.read(self._size, wait)

    async def _carry(self, entries: Sequence[Entry]) -> None:
        """Tries again for as long as the database is away; the heartbeat keeps the pulses ours meanwhile."""
        for group in together(entries):
            tried = 0
            while not await self._carried(group, tried):
                tried += 1
                if self._drain.begun:
                    await self._inbox.hand_back([entry.id for entry in entries])
                    return

    async def _carried(self, group: Sequence[Entry], tried: int) -> bool:
        self.turned = time.monotonic()
        try:
            await self._batches.carry(group)
        except psycopg.Error as error:
            counters.RETRIES.labels("database").inc()
            await self._wait_after(error, tried + 1)
            return False
        return True

    async def _wait_after(self, error: Exception, tried: int) -> None:
        if isinstance(error, ResponseError) and str(error).startswith("NOGROUP"):
            self._open = False
        if tried == 1:
            LOG.warning("waiting", extra={"reason": str(error).partition("\n")[0] or type(error).__name__})
        await asyncio.sleep(pause(tried, random.random()))  # noqa: S311  # no secret

    async def _leave(self) -> None:
        try:
            await self._inbox.hand_back(self._held.release())
            await self._inbox.leave(myself=True)
        except (RedisError, OSError) as error:
            LOG.warning("left without a word", extra={"reason": str(error)})
