"""One WebSocket connection: uvicorn's own protocol, without its ways to close with 1011 and to grow."""

import asyncio
import socket
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_impl import WebSocketProtocol
from uvicorn.server import ServerState
from websockets.exceptions import PayloadTooBig
from websockets.frames import OP_TEXT, Close, CloseCode, Frame
from websockets.protocol import State

from services.realtime import counters

UNRESPONSIVE = 4408
"""Close code of a client that answers no ping, or says and reads nothing at all."""

FRAGMENTS = 1024
"""Frames of one message: empty ones have no size that could be limited."""

KERNEL = 64 * 1024
"""Bytes that the kernel keeps for a slow client before the transport does; by itself it takes megabytes."""

CLOSING = 10.0
"""Seconds that the other side has for its part of a close."""

CUT = 2.0
"""Seconds for which it is listened to at most."""

QUIET = 0.25
"""Seconds of silence after which a client that was cut off mid-sentence has surely read our close frame."""


def frame(text: str) -> bytes:
    """A text message as it goes over the wire, made once for all who get it."""
    return Frame(OP_TEXT, text.encode()).serialize(mask=False)


class Connection(WebSocketProtocol):
    """The application finds it as `scope["state"]["connection"]`, and writes to it past ASGI.

    So a broadcast is one buffer and one write a client, and what waits for a slow client can be measured.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, "connection": self}, _loop)
        self.close_timeout = CLOSING
        self._fragments = 0
        self._deaf = False
        self._heard = 0.0
        self._end: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Bounds what the kernel keeps."""
        wire = transport.get_extra_info("socket")
        if wire is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL)
        super().connection_made(transport)

    @property
    def pending(self) -> int:
        """Bytes that wait for the client to read."""
        return self.transport.get_write_buffer_size()

    async def opened(self) -> None:
        """Waits for the end of the handshake that the application has accepted."""
        await self.handshake_completed_event.wait()

    def deliver(self, data: bytes) -> None:
        """Sends a frame, at once and without waiting; after the end, nothing."""
        if self.state is State.OPEN:
            self.transport.write(data)

    async def flushed(self) -> None:
        """Waits while much waits for the client.

        Raises:
            ConnectionError: when the client has gone.
        """
        if self.state is not State.OPEN:
            raise ConnectionResetError
        async with self._drain_lock:
            await self._drain()

    def end(self, code: int, reason: str) -> None:
        """Begins to close; a client that does not answer is cut off after `CLOSING`."""
        if self._end is None:
            self._end = self.loop.create_task(self.close(code, reason))

    def fail_connection(self, code: int = CloseCode.ABNORMAL_CLOSURE, reason: str = "") -> None:
        """Websockets calls it when a ping is not answered or it fails itself, both with 1011."""
        if code == CloseCode.INTERNAL_ERROR:
            code = UNRESPONSIVE if "ping" in reason else CloseCode.SERVICE_RESTART
        super().fail_connection(code, reason)

    async def read_data_frame(self, max_size: int | None) -> Frame | None:
        """Counts the frames of a message."""
        data: Frame | None = await super().read_data_frame(max_size)
        self._fragments = 0 if data is None or data.fin else self._fragments + 1
        if self._fragments > FRAGMENTS:
            raise PayloadTooBig(f"more than {FRAGMENTS} frames in a message")
        return data

    def data_received(self, data: bytes) -> None:
        """Drops what comes after our own close frame, when nobody reads any more."""
        self._heard = self.loop.time()
        if not self._deaf:
            super().data_received(data)

    async def close_transport(self) -> None:
        """Closes when the client is quiet: a socket closed with unread bytes resets, and the code is lost."""
        if self.close_sent is not None and self.close_rcvd is None:
            await self._quiet()
        await super().close_transport()

    async def _quiet(self) -> None:
        self._deaf = True
        self._heard = self.loop.time()
        self.transport.resume_reading()
        latest = self._heard + CUT
        while not self.connection_lost_waiter.done():
            now = self.loop.time()
            if now > latest or now - self._heard > QUIET:
                return
            await asyncio.sleep(QUIET / 5)

    def connection_lost(self, exc: Exception | None) -> None:
        """Counts how it ended."""
        super().connection_lost(exc)
        counters.closed(self._first_close())

    def _first_close(self) -> int:
        """The code of the side that closed first."""
        sent, received = self.close_sent, self.close_rcvd
        first: Close | None = received if self.close_rcvd_then_sent or sent is None else sent
        return int(first.code) if first is not None else int(CloseCode.ABNORMAL_CLOSURE)
