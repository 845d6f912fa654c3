"""WebSocket connections that stay open for the length of a block, and which of them a server closed."""

import asyncio
import ssl
import threading
from typing import Self

import uvloop

from bench.broadcast import Outcome, Target, opened
from bench.listener import Listener

PATIENCE = 120.0
"""Seconds for all of them to open."""


class Sockets:
    """Open and subscribed from the beginning of a block to its end; a thread answers the server's pings.

    Attributes:
        closes: codes with which the server closed, before we did.
    """

    def __init__(self, target: Target, connections: int) -> None:
        self.closes: list[int] = []
        self._target, self._connections = target, connections
        self._loop = uvloop.new_event_loop()
        self._listeners: list[Listener] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Opens them.

        Raises:
            OSError: when one is refused.
            TimeoutError: when one is not answered.
        """
        self._thread.start()
        context = ssl.create_default_context(cafile=self._target.ca)
        opening = opened(self._target, context, self._connections, Outcome())
        self._listeners = asyncio.run_coroutine_threadsafe(opening, self._loop).result(PATIENCE)
        return self

    def __exit__(self, *_error: object) -> None:
        """Counts, then closes them."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self.closes = [listener.code for listener in self._listeners if listener.code]
        for listener in self._listeners:
            listener.close()
