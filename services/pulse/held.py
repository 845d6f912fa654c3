"""Pulses that failed and wait for their next try; meanwhile others are worked on."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.pulse.pulse import Entry

MOST = 1000
"""Held at once; with more, no new ones are read until some are settled."""


@dataclass
class Held:
    """Entries with the time of their next try; in memory only: should the worker die, another claims them."""

    _due: dict[bytes, tuple[float, Entry]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._due)

    @property
    def numbers(self) -> list[bytes]:
        """Their ids."""
        return list(self._due)

    def hold(self, entry: Entry, until: float) -> None:
        """Keeps an entry that failed once more."""
        self._due[entry.id] = (until, replace(entry, failures=entry.failures + 1))

    def take(self, now: float, most: int) -> list[Entry]:
        """Those whose time has come, the longest due first; they are no longer held."""
        rows = sorted((until, number) for number, (until, _) in self._due.items() if until <= now)
        return [self._due.pop(number)[1] for _, number in rows[:most]]

    def wait(self, now: float, longest: float) -> float:
        """Seconds until the next one is due, `longest` at most."""
        return max(0.0, min([longest, *(until - now for until, _ in self._due.values())]))

    def release(self) -> Sequence[bytes]:
        """Gives all of them up."""
        numbers = self.numbers
        self._due.clear()
        return numbers
