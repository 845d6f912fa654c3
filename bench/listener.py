"""A WebSocket client that costs little: thousands must not be slower than the server that is measured."""

import asyncio
import os
from collections.abc import Callable
from typing import cast

from websockets.frames import OP_CLOSE, OP_PING, OP_PONG, OP_TEXT, Frame, Opcode

HEAD = b"\r\n\r\n"
PAYLOAD = b'"payload":'
MEDIUM = 126
"""Length byte that announces two more; longer frames than those are not expected here."""

Heard = Callable[[int, float], None]


class Listener(asyncio.Protocol):
    """Subscribes to a channel, and tells of each numbered message when it came.

    Attributes:
        ready: done when the server has answered the subscription; fails when it refuses.
        code: with which the server closed, 0 while it did not, 1006 when it just went.

    Args:
        request: the whole handshake.
        subscription: the text that subscribes.
        heard: called with number and time of each message.
    """

    def __init__(self, request: bytes, subscription: str, heard: Heard) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.code = 0
        self._request = request
        self._subscription = subscription
        self._heard = heard
        self._data = b""
        self._upgraded = False
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends the handshake."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._loop = asyncio.get_running_loop()
        self._transport.write(self._request)

    def close(self) -> None:
        """Ends the connection; from now on it is not the server that closes."""
        self._closing = True
        self._say(OP_CLOSE, (1000).to_bytes(2))
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Takes what is complete."""
        now = self._loop.time()
        self._data += data
        if not self._upgraded and HEAD in self._data:
            head, _, self._data = self._data.partition(HEAD)
            self._upgrade(head)
        while self._upgraded and len(self._data) > 1:
            size, start = self._data[1], 2
            if size == MEDIUM:
                size, start = int.from_bytes(self._data[2:4]), 4
            if len(self._data) < start + size:
                return
            frame, self._data = self._data[: start + size], self._data[start + size :]
            self._frame(frame[0] & 0x0F, frame[start:], now)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's name
        """Notes a server that went without a word."""
        if not self._closing and not self.code:
            self.code = 1006
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"closed with {self.code}"))

    def _upgrade(self, head: bytes) -> None:
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.ready.set_exception(ConnectionError(head.split(b"\r\n")[0].decode()))
            return
        self._upgraded = True
        self._say(OP_TEXT, self._subscription.encode())

    def _frame(self, opcode: int, data: bytes, now: float) -> None:
        if opcode == OP_PING:
            self._say(OP_PONG, data)
        elif opcode == OP_CLOSE:
            self.code = 0 if self._closing else int.from_bytes(data[:2])
        elif b'"type":"message"' in data:
            self._heard(int(data[data.rindex(PAYLOAD) + len(PAYLOAD) : -1]), now)
        elif b'"type":"subscribed"' in data and not self.ready.done():
            self.ready.set_result(None)

    def _say(self, opcode: Opcode, data: bytes) -> None:
        self._transport.write(Frame(opcode, data).serialize(mask=True))


def handshake(host: str, path: str, token: str) -> bytes:
    """An upgrade with a token."""
    key = os.urandom(12).hex()[:22] + "=="
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        f"Authorization: Bearer {token}",
    )
    return "\r\n".join([*lines, "", ""]).encode()
