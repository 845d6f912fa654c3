"""The streams in Redis: messages of a channel, which are kept for a while, and pulses."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.realtime.commands import Command, Commands
from services.realtime.positions import Position, position, word

PREFIX = "channel:"
PULSES = "pulses"
PAGE = 100
"""Messages that a resuming client is sent between two looks at how fast it reads."""

Fields = dict[bytes, bytes]
Entries = list[tuple[Position, Fields]]


@dataclass(frozen=True)
class Retention:
    """How much of a channel is kept.

    Attributes:
        messages: at least so many, if they are young enough.
        seconds: how old they become at most.
    """

    messages: int
    seconds: int


@dataclass(frozen=True)
class Page:
    """Some entries after a place.

    Attributes:
        entries: in their order.
        gap: there may have been others before them that are no longer kept.
        oldest: the oldest that is kept; None when there is none.
    """

    entries: Entries
    gap: bool
    oldest: Position | None


class Streams:
    """What the service does with its streams; each method raises `Fault` when Redis does not do it."""

    def __init__(self, commands: Commands, retention: Retention) -> None:
        self._commands = commands
        self._retention = retention

    async def publish(self, channel: str, payload: object, by: str) -> str:
        """Keeps a message and gives its position."""
        key = PREFIX + channel
        data = json.dumps(payload, separators=(",", ":"), allow_nan=False)
        oldest = int((time.time() - self._retention.seconds) * 1000)
        added, *_ = await self._commands.ask(
            ("XADD", key, "MAXLEN", "~", self._retention.messages, "*", "data", data, "by", by),
            ("XTRIM", key, "MINID", "~", oldest),
            ("EXPIRE", key, self._retention.seconds + 60),
        )
        return str(added.decode())

    async def pulse(self, key: str, kind: str, payload: object, request_id: str) -> str:
        """Hands a pulse to the workers and gives its position in their stream."""
        data = json.dumps(payload, separators=(",", ":"), allow_nan=False)
        fields = {
            "key": key,
            "kind": kind,
            "payload": data,
            "at": datetime.now(UTC).isoformat(),
            "request_id": request_id,
        }
        words = [part for field in fields.items() for part in field]
        added, *_ = await self._commands.ask(("XADD", PULSES, "*", *words))
        return str(added.decode())

    async def last(self, channel: str) -> Position:
        """The place behind which every new message comes."""
        newest, clock = await self._commands.ask(
            ("XREVRANGE", PREFIX + channel, "+", "-", "COUNT", 1), ("TIME",)
        )
        if newest:
            return position(newest[0][0].decode())
        return _milliseconds(clock) - 1, 0

    async def after(self, channel: str, place: Position) -> Page:
        """The first messages after a place.

        The range comes first: what is trimmed between the two replies is a gap too many, not one too few.
        """
        key = PREFIX + channel
        found, about, clock = await self._commands.ask(
            ("XRANGE", key, f"({word(place)}", "+", "COUNT", PAGE), ("XINFO STREAM", key), ("TIME",)
        )
        entries = [(position(name.decode()), fields) for name, fields in found]
        aged = place[0] < _milliseconds(clock) - self._retention.seconds * 1000
        oldest = _oldest(about)
        return Page(entries, gap(place, oldest, trimmed=_trimmed(about), aged=aged), oldest)

    async def wake(self, key: str) -> None:
        """Ends the wait of a reader that waits for that stream too."""
        await self._commands.ask(*wake(key))


def wake(key: str) -> tuple[Command, Command]:
    """The commands that end a reader's wait."""
    return ("XADD", key, "MAXLEN", "1", "*", "w", "1"), ("EXPIRE", key, 60)


def gap(place: Position, oldest: Position | None, *, trimmed: bool, aged: bool) -> bool:
    """Whether messages after a place may be gone.

    Args:
        place: what the client has.
        oldest: what the stream still has; None when it is empty or gone.
        trimmed: the stream has lost messages.
        aged: the place is older than what a channel keeps, so that a whole stream may have gone.
    """
    if oldest is None:
        return aged
    return oldest > place and (trimmed or aged)


def _oldest(about: Any) -> Position | None:
    if isinstance(about, Exception) or not about["first-entry"]:
        return None
    return position(about["first-entry"][0].decode())


def _trimmed(about: Any) -> bool:
    return not isinstance(about, Exception) and about["entries-added"] > about["length"]


def _milliseconds(clock: tuple[int, int]) -> int:
    return clock[0] * 1000 + clock[1] // 1000
