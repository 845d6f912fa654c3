"""Waits for all channels' messages on one connection; goes on where it was when Redis comes back."""

import asyncio
import logging
from typing import Any

import redis.exceptions
from redis.asyncio import Redis

from services.realtime import counters
from services.realtime.hub import Hub
from services.realtime.positions import position, word
from services.realtime.streams import PREFIX

LOG = logging.getLogger(__name__)

BLOCK = 1000
"""Milliseconds of one wait."""

PATIENCE = 4.0
"""Seconds without any answer after which the connection is given up; above `BLOCK`."""

BATCH = 100
"""Messages of one channel in one answer."""

SHORTEST, LONGEST = 0.1, 1.0
"""Seconds between two attempts while Redis is away."""


class Reader:
    """Reads for the hub while it `run`s.

    Args:
        client: with a patience of `PATIENCE`, for this alone.
    """

    def __init__(self, client: Redis, hub: Hub) -> None:
        self._client = client
        self._hub = hub
        self._woken = "0-0"
        self._pause = 0.0

    async def run(self) -> None:
        """Reads for ever."""
        while True:
            try:
                await self._read()
            except (redis.exceptions.RedisError, OSError) as error:
                await self._lost(error)
            except Exception:
                LOG.exception("the reader failed and goes on")
                await asyncio.sleep(LONGEST)

    async def _read(self) -> None:
        places = {PREFIX + name: word(channel.read) for name, channel in self._hub.channels.items()}
        places[self._hub.wake_key] = self._woken
        found = await self._client.xread(places, count=BATCH, block=BLOCK)  # type: ignore[arg-type]  # str is one of its keys
        if self._pause:
            LOG.info("the reader is back")
        self._pause = 0
        counters.READER_UP.set(1)
        for key, entries in found:
            await self._give(key.decode(), entries)

    async def _give(self, key: str, entries: list[Any]) -> None:
        for name, fields in entries:
            if key == self._hub.wake_key:
                self._woken = name.decode()
            else:
                self._hub.give(key.removeprefix(PREFIX), position(name.decode()), fields)
                await asyncio.sleep(0)

    async def _lost(self, error: Exception) -> None:
        if not self._pause:
            LOG.warning("the reader lost redis", extra={"reason": str(error)})
        counters.READER_UP.set(0)
        await self._client.connection_pool.disconnect()
        self._pause = min(LONGEST, max(SHORTEST, 2 * self._pause))
        await asyncio.sleep(self._pause)
