"""A client of the WebSocket channel."""

import json
import time
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

PATIENCE = 10.0
Frame = dict[str, Any]


class Client:
    """Says and hears messages.

    Attributes:
        connection: beneath.
        messages: of channels, those that came while an answer was waited for included.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.messages: list[Frame] = []

    def say(self, **words: object) -> None:
        """Sends a message of version 1."""
        self.connection.send(json.dumps({"v": 1, **words}))

    def next(self) -> Frame:
        """The next frame of whatever kind."""
        frame: Frame = json.loads(self.connection.recv(timeout=PATIENCE))
        if frame["type"] == "message":
            self.messages.append(frame)
        return frame

    def ask(self, **words: object) -> Frame:
        """Sends a message and gives its answer."""
        self.say(**words)
        return self.answer()

    def answer(self) -> Frame:
        """The next frame that is no message of a channel."""
        while True:
            frame = self.next()
            if frame["type"] != "message":
                return frame

    def collect(self, number: int, seconds: float = PATIENCE) -> list[Any]:
        """Payloads of so many messages, those that came before included."""
        deadline = time.monotonic() + seconds
        while len(self.messages) < number:
            assert time.monotonic() < deadline, f"{len(self.messages)} of {number} messages"
            self.next()
        return [message["payload"] for message in self.messages]

    def closed(self, seconds: float = PATIENCE) -> int:
        """The code with which the server closes; frames before it are kept when they are messages."""
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                self.next()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        raise AssertionError("still open")
