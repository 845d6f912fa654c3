"""How much one connection may say: a token bucket, and a score of what went beyond it."""

BYTES = 4096
"""Bytes of a message that cost as much as a message by itself: many large ones would fill Redis."""

ABUSE = 200
"""Refused messages more than accepted ones, after which the connection is closed."""


class Bucket:
    """Refills with time.

    Attributes:
        abused: the client has gone on and on although it was refused.

    Args:
        rate: messages a second.
        now: seconds of a clock that never goes back.
    """

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._most = 2 * rate
        self._level = self._most
        self._seen = now
        self._score = 0

    @property
    def abused(self) -> bool:
        """See the class."""
        return self._score >= ABUSE

    def take(self, size: int, now: float) -> float:
        """Takes what a message of so many bytes costs; gives seconds to wait where that is too much, else 0.

        A message that costs more than a full bucket is let through by a full one.
        """
        self._level = min(self._most, self._level + (now - self._seen) * self._rate)
        self._seen = now
        cost = min(1 + size / BYTES, self._most)
        if self._level < cost:
            self._score += 1
            return (cost - self._level) / self._rate
        self._level -= cost
        self._score = max(0, self._score - 1)
        return 0
