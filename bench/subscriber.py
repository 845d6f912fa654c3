"""A publisher and a subscriber on one channel, who come back when they are sent away."""

import json
import ssl
import threading
import time
from typing import Any, Self

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection

from bench.broadcast import Target

CHANNEL = "bench-roll-out"
PAUSE = 0.05
"""Seconds between two messages, and between two attempts to come back."""

PATIENCE = 5.0
LATEST = 20.0
"""Seconds for the last message to come."""


class Subscriber:
    """Publishes numbers and notes which come, from the beginning of a block to its end.

    Attributes:
        kept: numbers that the server says it has kept.
        heard: numbers that came, resumed ones included.
        away: how often the subscriber was sent away or lost its connection.
    """

    def __init__(self, target: Target) -> None:
        self.kept: set[int] = set()
        self.heard: set[int] = set()
        self.away = 0
        self._target = target
        self._subscribed, self._ended, self._left = threading.Event(), threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._listen, self._say)]

    def __enter__(self) -> Self:
        """Begins."""
        for thread in self._threads:
            thread.start()
        self._subscribed.wait(LATEST)
        return self

    def __exit__(self, *_error: object) -> None:
        """Publishes no more, and waits for what is still to come."""
        self._ended.set()
        deadline = time.monotonic() + LATEST
        while self.missing and time.monotonic() < deadline:
            self._left.wait(PAUSE)
        self._left.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)

    @property
    def missing(self) -> int:
        """How many of the kept messages have not come."""
        return len(self.kept - self.heard)

    def _listen(self) -> None:
        first: dict[str, Any] = {"type": "subscribe", "channel": CHANNEL}
        while not self._left.is_set():
            try:
                with _connected(self._target) as channel:
                    channel.send(json.dumps({"v": 1, **first}))
                    while not self._left.is_set():
                        first = self._take(channel, first)
            except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake):
                self.away += 1
                self._left.wait(PAUSE)

    def _take(self, channel: Connection, first: dict[str, Any]) -> dict[str, Any]:
        """One message of the server; gives what to say first at the next connection."""
        try:
            said = json.loads(channel.recv(timeout=2 * PAUSE))
        except TimeoutError:
            return first
        if said["type"] == "bye":
            return {"type": "resume", "token": said["resume"]}
        if said["type"] == "message":
            self.heard.add(said["payload"])
        if said["type"] in {"message", "subscribed"}:
            self._subscribed.set()
            return {"type": "resume", "channels": {CHANNEL: said["position"]}}
        return first

    def _say(self) -> None:
        self._subscribed.wait(LATEST)
        number = 0
        while not self._ended.is_set():
            try:
                with _connected(self._target) as channel:
                    while not self._ended.wait(PAUSE):
                        number += 1
                        if _published(channel, number):
                            self.kept.add(number)
            except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake):
                self._ended.wait(PAUSE)


def _published(channel: Connection, number: int) -> bool:
    """Whether the server says that it has kept a message."""
    message = {"v": 1, "type": "publish", "id": str(number), "channel": CHANNEL, "payload": number}
    channel.send(json.dumps(message))
    while True:
        said = json.loads(channel.recv(timeout=PATIENCE))
        if said.get("id") == str(number):
            return bool(said["type"] == "published")


def _connected(target: Target) -> ClientConnection:
    trust = ssl.create_default_context(cafile=target.ca)
    headers = {"Authorization": f"Bearer {target.token}"}
    return connect(
        target.address, ssl=trust, additional_headers=headers, compression=None, open_timeout=PATIENCE
    )
