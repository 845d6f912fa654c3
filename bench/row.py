"""One line of a table: what was measured, what was hoped for, and what the peer took for the same."""

from collections.abc import Generator
from dataclasses import dataclass, field

from bench.machine import machine, today
from bench.series import DASH, Series, figure

HEADINGS = ("what", "goal", "measured", "peer", "ratio", "difference", "date", "machine")
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Row:
    """A measurement beside its peer's.

    Attributes:
        what: the thing itself.
        goal: in words; empty where there is none.
        measured: ours.
        peer: what the figure stands beside; empty where there is no such thing.
        beside: the peer's figure, in the same unit.
        date: UTC.
        machine: cores and memory.
    """

    what: str
    goal: str
    measured: Series
    peer: str = ""
    beside: Series | None = None
    date: str = field(default_factory=today)
    machine: str = field(default_factory=machine)

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's, by medians; None without a peer, or beside nothing."""
        if self.beside is None or self.beside.median == 0:
            return None
        return self.measured.median / self.beside.median

    @property
    def difference(self) -> float | None:
        """Ours less the peer's, by medians, in the unit of both."""
        return None if self.beside is None else self.measured.median - self.beside.median

    @property
    def cells(self) -> tuple[str, ...]:
        """Under `HEADINGS`."""
        return (
            self.what,
            self.goal or DASH,
            str(self.measured),
            DASH if self.beside is None else f"{self.peer}: {self.beside}",
            DASH if self.ratio is None else f"{figure(self.ratio)} {TIMES}",
            DASH if self.difference is None else f"{self.difference:+.2f} {self.measured.unit}",
            self.date,
            self.machine,
        )

    @property
    def content(self) -> dict[str, object]:
        """For JSON: with every single value."""
        return {
            "what": self.what,
            "goal": self.goal,
            "unit": self.measured.unit,
            "measured": list(self.measured.values),
            "median": self.measured.median,
            "peer": self.peer,
            "peer_measured": None if self.beside is None else list(self.beside.values),
            "peer_median": None if self.beside is None else self.beside.median,
            "ratio": self.ratio,
            "difference": self.difference,
            "date": self.date,
            "machine": self.machine,
        }


Rows = Generator[Row, None, None]
"""Rows as they are measured; closing it removes what the measuring needed."""
