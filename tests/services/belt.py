"""Pulses in memory."""

from collections.abc import Sequence

from services.api.pulses import Found, Pulse, Receipt
from services.base.problems import Unavailable


class Belt:
    """Keeps pulses as the real stream would.

    Attributes:
        carried: in their order, each once.
        done: results by key.
        lost: the stream is away.
    """

    def __init__(self) -> None:
        self.carried: dict[str, Pulse] = {}
        self.done: dict[str, Found] = {}
        self.lost = False

    async def accept(self, pulses: Sequence[Pulse]) -> list[Receipt]:
        """See `Pulses`."""
        self._fail()
        return [self._one(pulse) for pulse in pulses]

    async def find(self, key: str) -> Found | None:
        """See `Pulses`."""
        self._fail()
        return self.done.get(key) or (Found(key, "accepted") if key in self.carried else None)

    def _one(self, pulse: Pulse) -> Receipt:
        known = pulse.key in self.carried
        kept = self.carried.setdefault(pulse.key, pulse)
        return Receipt(f"id-{pulse.key}", pulse.key, replayed=known, same=kept.digest == pulse.digest)

    def _fail(self) -> None:
        if self.lost:
            raise Unavailable("pulses cannot be taken now; try again with the same key")
