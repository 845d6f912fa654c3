"""Who of this replica's clients is in which channel, and up to where each channel was read."""

import json
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from services.realtime import counters
from services.realtime.connection import frame
from services.realtime.fault import Fault
from services.realtime.positions import Position, word
from services.realtime.server_messages import Message
from services.realtime.streams import Fields, Streams

LOG = logging.getLogger(__name__)

CHANNELS = 5000
"""Channels that one replica reads at once: each wait of the reader names them all."""


class Member(Protocol):
    """Somebody who gets a channel's messages."""

    def take(self, data: bytes) -> None:
        """Is sent a frame; does not wait."""


@dataclass
class Channel:
    """One channel that somebody is in.

    Attributes:
        read: everything up to here was given to the members.
        members: each with the place up to which it had everything when it joined.
    """

    read: Position
    members: dict[Member, Position] = field(default_factory=dict)


class Hub:
    """Knows the channels, and gives each message to their members.

    Joining and giving never wait in between, so that nobody misses or repeats a message.

    Attributes:
        channels: those with members, by name; the reader reads them.
        wake_key: a stream that the reader reads, too.
    """

    def __init__(self, streams: Streams, wake_key: str) -> None:
        self.channels: dict[str, Channel] = {}
        self.wake_key = wake_key
        self._streams = streams

    async def newest(self, name: str) -> Position:
        """The place behind which every message is still to come.

        Raises:
            Fault: when Redis does not say.
        """
        if name not in self.channels:
            last = await self._streams.last(name)
            if name not in self.channels:
                return last
        return self.channels[name].read

    def join(self, member: Member, name: str, place: Position) -> bool:
        """From now on gives a member every message after a place; false when the channel is further already.

        Raises:
            Fault: when there are too many channels.
        """
        channel = self.channels.get(name)
        if channel is None:
            if len(self.channels) >= CHANNELS:
                raise Fault("too_many_channels", "this replica reads as many channels as it can")
            channel = self.channels[name] = Channel(place)
            counters.CHANNELS.set(len(self.channels))
        if channel.read > place:
            return False
        channel.members[member] = place
        return True

    async def wake(self) -> None:
        """Makes the reader look at the channels that there are now; by itself it does so every second."""
        with suppress(Fault):
            await self._streams.wake(self.wake_key)

    def leave(self, member: Member, name: str) -> None:
        """Gives a member no more of a channel."""
        channel = self.channels.get(name)
        if channel is None:
            return
        channel.members.pop(member, None)
        if not channel.members:
            del self.channels[name]
            counters.CHANNELS.set(len(self.channels))

    def place(self, member: Member, name: str) -> Position:
        """Up to where a member has everything."""
        channel = self.channels[name]
        return max(channel.read, channel.members[member])

    def give(self, name: str, place: Position, fields: Fields) -> None:
        """Gives a message to all members that do not have it."""
        channel = self.channels.get(name)
        if channel is None or place <= channel.read:
            return
        channel.read = place
        data = message_frame(name, place, fields)
        for member, had in list(channel.members.items()):
            if had < place:
                member.take(data)


def message_frame(channel: str, place: Position, fields: Fields) -> bytes:
    """A message as all its readers get it. Payload is what `data` holds, else all fields as text."""
    by = fields.get(b"by")
    return frame(
        Message(
            channel=channel,
            position=word(place),
            by=None if by is None else by.decode(errors="replace"),
            payload=_payload(fields),
        ).text()
    )


def _payload(fields: Fields) -> object:
    """A service that writes no JSON is its own fault, but must not stop the reader."""
    try:
        if b"data" in fields:
            return json.loads(fields[b"data"])
    except (ValueError, RecursionError) as error:
        LOG.warning("a message is no JSON", extra={"reason": type(error).__name__})
    return {name.decode(errors="replace"): value.decode(errors="replace") for name, value in fields.items()}
