"""One client: who it is, what it is in, and how it leaves."""

import time
from dataclasses import dataclass, field

from services.base.tokens import Claims
from services.realtime import counters
from services.realtime.bucket import Bucket
from services.realtime.connection import Connection, frame
from services.realtime.hub import Hub
from services.realtime.positions import Position, resume_token
from services.realtime.server_messages import Answer, Bye, Error

TRY_AGAIN_LATER = 1013


@dataclass(eq=False)
class Session:
    """The server's side of a connection.

    Attributes:
        connection: the wire.
        hub: gives it messages.
        bucket: how much the client may say.
        send_buffer: bytes that may wait for it.
        claims: who it is; None before it has said so.
        channels: those that it is in.
        replaying: the channels that it resumes just now, with the place that it has reached.
        opened: when it came, by the monotonic clock.
        heard: when it last said something, by the same clock.
        left: it is on its way out and is given nothing more.
    """

    connection: Connection
    hub: Hub
    bucket: Bucket
    send_buffer: int
    claims: Claims | None = None
    channels: set[str] = field(default_factory=set)
    replaying: dict[str, Position] = field(default_factory=dict)
    opened: float = field(default_factory=time.monotonic)
    heard: float = field(default_factory=time.monotonic)
    left: bool = False

    def answer(self, answer: Answer) -> None:
        """Sends a message."""
        if isinstance(answer, Error):
            counters.ERRORS.labels(answer.code).inc()
        self.take(frame(answer.text()))

    def take(self, data: bytes) -> None:
        """Sends a frame; a client that does not read leaves, and resumes when it can."""
        if self.left:
            return
        self.connection.deliver(data)
        counters.SENT.inc()
        if self.connection.pending > self.send_buffer:
            counters.SLOW.inc()
            self.leave(TRY_AGAIN_LATER, "you read too slowly; resume when you can read faster")

    def join(self, name: str, place: Position) -> bool:
        """Joins a channel behind a place; see `Hub.join`."""
        if self.left:
            return True
        if not self.hub.join(self, name, place):
            return False
        self.channels.add(name)
        return True

    def quit(self, name: str) -> None:
        """Leaves a channel."""
        self.channels.discard(name)
        self.hub.leave(self, name)

    def places(self) -> dict[str, Position]:
        """Up to where the client has everything, by channel."""
        return {name: self.hub.place(self, name) for name in sorted(self.channels)} | self.replaying

    def leave(self, code: int, reason: str) -> None:
        """Says goodbye with a token for another replica, and closes."""
        if self.left:
            return
        bye = Bye(code=code, reason=reason, resume=resume_token(self.places()))
        self.forget()
        self.connection.deliver(frame(bye.text()))
        self.connection.end(code, reason)

    def forget(self) -> None:
        """Is in no channel any more, and joins none."""
        self.left = True
        for name in list(self.channels):
            self.quit(name)
